{{/* Alerts, by what they are about. Each description begins with what readers notice. */}}
{{- define "blog.alertsOfTargets" -}}
{{- $target := include "blog.target" . -}}
- alert: BlogTargetAbsent
  # The result of absent() has no labels here, because its argument is a comparison.
  expr: absent(up{ {{- $target -}} } == 1)
  for: 5m
  {{- include "blog.alert" (list . "critical" "BlogTargetAbsent" "overview" (dict "namespace" (include "blog.namespace" .) "job" (include "blog.job" .))) | nindent 2 }}
    summary: No pod of the blog can be scraped.
    description: Readers may get no answer at all. For five minutes no target of the blog has been up, or Prometheus has no target.
- alert: BlogNobodyReady
  # Prometheus scrapes pods that are not ready, too, so that their targets are up.
  expr: sum by (namespace, job) (blog_ready{ {{- $target -}} ,state="ready"}) == 0
  for: 2m
  {{- include "blog.alert" (list . "critical" "BlogNobodyReady" "overview" dict) | nindent 2 }}
    summary: No pod of the blog is ready.
    description: Readers get errors of the proxy. For two minutes every pod has been loading its content or draining.
- alert: BlogTargetDown
  expr: up{ {{- $target -}} } == 0
  for: 15m
  {{- include "blog.alert" (list . "warning" "BlogTargetDown" "overview" dict) | nindent 2 }}
    summary: A pod of the blog cannot be scraped.
    description: {{ `"Readers notice nothing while other pods answer. {{ $labels.instance }} has not answered a scrape for fifteen minutes."` }}
{{- end }}

{{- define "blog.alertsOfContent" -}}
{{- $target := include "blog.target" . -}}
- alert: BlogRebuildRefused
  expr: max by (namespace, job) (blog_content_faults{ {{- $target -}} }) > 0
  for: 10m
  {{- include "blog.alert" (list . "warning" "BlogRebuildRefused" "runtime" dict) | nindent 2 }}
    summary: Changed content cannot be served.
    description: {{ `"Readers see the last good edition, without what was changed since. The content on disk has {{ $value }} faults, which the log names."` }}
- alert: BlogEditionDiffers
  expr: count by (namespace, job) (count by (namespace, job, digest) (blog_edition_info{ {{- $target -}} })) > 1
  for: 15m
  {{- include "blog.alert" (list . "warning" "BlogEditionDiffers" "runtime" dict) | nindent 2 }}
    summary: Pods of the blog serve different editions.
    description: {{ `"Readers see a text come and go, depending on the pod that answers. {{ $value }} editions have been served at once for fifteen minutes."` }}
{{- end }}

{{- define "blog.alertsOfLoad" -}}
{{- $target := include "blog.target" . -}}
- alert: BlogSaturated
  # A loop whose many requests are all short wakes up in time, and has no time left.
  expr: |-
    sum by (namespace, job, instance) (rate(blog_event_loop_time_seconds_total{ {{- $target -}} ,state="active"}[5m]))
      / sum by (namespace, job, instance) (rate(blog_event_loop_time_seconds_total{ {{- $target -}} }[5m])) > 0.9
    or histogram_quantile(0.99, sum by (namespace, job, instance, le) (rate(blog_event_loop_lag_seconds_bucket{ {{- $target -}} }[5m]))) > 0.1
  for: 5m
  {{- include "blog.alert" (list . "warning" "BlogSaturated" "runtime" dict) | nindent 2 }}
    summary: A pod of the blog has more to do than it can.
    description: {{ `"Readers wait before their requests are read. The event loop of {{ $labels.instance }} works for nine tenths of the time or more, or wakes up late."` }}
- alert: BlogConnectionsNearLimit
  expr: blog_connections{ {{- $target -}} } / blog_connections_limit{ {{- $target -}} } > 0.8
  for: 5m
  {{- include "blog.alert" (list . "warning" "BlogConnectionsNearLimit" "runtime" dict) | nindent 2 }}
    summary: A pod of the blog has nearly all the connections that it may have.
    description: {{ `"Readers get 503 once the limit is reached. {{ $labels.instance }} has {{ $value | humanizePercentage }} of its connections in use."` }}
{{- end }}

{{- define "blog.alertsOfTelemetry" -}}
{{- $target := include "blog.target" . -}}
{{- $lost := .Values.prometheusRule.lostItems -}}
{{- $monitor := .Values.serviceMonitor -}}
- alert: BlogSpansLost
  expr: sum by (namespace, job) (increase(blog_spans_dropped_total{ {{- $target -}} }[15m])) >= {{ $lost }}
  for: 5m
  {{- include "blog.alert" (list . "warning" "BlogSpansLost" "logs-traces" dict) | nindent 2 }}
    summary: Spans do not reach the collector.
    description: {{ `"Readers notice nothing. About {{ $value | humanize }} spans were lost in fifteen minutes, so that traces are missing."` }}
- alert: BlogBeaconsLost
  expr: sum by (namespace, job) (increase(blog_rum_beacons_total{ {{- $target -}} ,outcome=~"queue_full|collector_.*"}[15m])) >= {{ $lost }}
  for: 5m
  {{- include "blog.alert" (list . "warning" "BlogBeaconsLost" "browser" dict) | nindent 2 }}
    summary: Beacons of browsers do not reach the collector.
    description: {{ `"Readers notice nothing. About {{ $value | humanize }} beacons were lost in fifteen minutes, so that the board of browsers is incomplete."` }}
{{- if and $monitor.sampleLimit (or $monitor.enabled .Values.podMonitor.enabled) }}
- alert: BlogScrapeNearLimit
  expr: max by (namespace, job, instance) (scrape_samples_post_metric_relabeling{ {{- $target -}} }) / {{ $monitor.sampleLimit | int64 }} > 0.8
  for: 15m
  {{- include "blog.alert" (list . "warning" "BlogScrapeNearLimit" "runtime" dict) | nindent 2 }}
    summary: A scrape of the blog is nearly as large as it may be.
    description: {{ `"Readers notice nothing. A scrape of {{ $labels.instance }} has {{ $value | humanizePercentage }} of the samples that serviceMonitor.sampleLimit allows; beyond the limit Prometheus drops all of them."` }}
{{- end }}
{{- end }}

{{/* These need kube-state-metrics, and BlogMemoryNearLimit also cAdvisor. Without them they never fire. */}}
{{- define "blog.alertsOfCluster" -}}
{{- $rule := .Values.prometheusRule -}}
{{- $containers := include "blog.containers" . -}}
{{- $name := printf "namespace=%q,%%s=%q" (include "blog.namespace" .) (include "blog.fullname" .) -}}
- alert: BlogCrashLoop
  expr: |-
    increase(kube_pod_container_status_restarts_total{ {{- $containers -}} }[15m]) > {{ $rule.restarts }}
    or max_over_time(kube_pod_container_status_waiting_reason{ {{- $containers -}} ,reason="CrashLoopBackOff"}[5m]) == 1
  for: 1m
  {{- include "blog.alert" (list . "critical" "BlogCrashLoop" "runtime" dict) | nindent 2 }}
    summary: A pod of the blog keeps restarting.
    description: {{ `"Readers notice nothing while other pods are ready. {{ $labels.pod }} ends and is restarted repeatedly."` }}
- alert: BlogMemoryNearLimit
  expr: |-
    max by (namespace, pod) (container_memory_working_set_bytes{ {{- $containers -}} })
      / on (namespace, pod) max by (namespace, pod) (kube_pod_container_resource_limits{ {{- $containers -}} ,resource="memory"}) > {{ $rule.memoryRatio }}
  for: 10m
  {{- include "blog.alert" (list . "warning" "BlogMemoryNearLimit" "runtime" dict) | nindent 2 }}
    summary: A pod of the blog is near its memory limit.
    description: {{ `"Readers lose requests when the kernel kills the process at its limit. {{ $labels.pod }} uses {{ $value | humanizePercentage }} of it."` }}
- alert: BlogRolloutStuck
  expr: max by (namespace, deployment) (kube_deployment_status_condition{ {{- printf $name "deployment" -}} ,condition="Progressing",status="false"}) == 1
  for: 1m
  {{- include "blog.alert" (list . "warning" "BlogRolloutStuck" "overview" dict) | nindent 2 }}
    summary: A rollout of the blog does not end.
    description: {{ `"Readers see the previous version. New pods of {{ $labels.deployment }} have not become ready within progressDeadlineSeconds."` }}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) }}
- alert: BlogAutoscalerAtMaximum
  expr: |-
    max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{ {{- printf $name "horizontalpodautoscaler" -}} })
      >= max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{ {{- printf $name "horizontalpodautoscaler" -}} })
  for: 15m
  {{- include "blog.alert" (list . "warning" "BlogAutoscalerAtMaximum" "overview" dict) | nindent 2 }}
    summary: The autoscaler of the blog is at its maximum.
    description: {{ `"Readers notice nothing yet; with more load they wait. The autoscaler has had its maximum of {{ $value }} pods for fifteen minutes."` }}
{{- end }}
{{- end }}
