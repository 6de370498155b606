{{/*
Objectives for availability and latency, and alerts on the rate at which their error budgets burn (Site Reliability Workbook, chapter 5).

Windows beyond five minutes are sums over the recorded rate of five minutes: reading the raw series of three days every minute would cost
Prometheus some thousand times as many samples.
*/}}
{{- define "blog.objectives" -}}
{{- $rule := .Values.prometheusRule -}}
{{- $target := include "blog.target" . -}}
{{- $readers := include "blog.readers" . -}}
{{- $timed := include "blog.timed" . -}}
- record: namespace_job:blog_requests:rate5m
  # Connections beyond the limit get 503 before they are requests.
  expr: |-
    sum by (namespace, job) (
      rate(http_request_duration_seconds_count{ {{- $readers -}} }[5m])
      or rate(http_requests_refused_total{ {{- $target -}} ,status="503"}[5m])
    )
- record: namespace_job:blog_requests_failed:rate5m
  expr: |-
    sum by (namespace, job) (
      rate(http_request_duration_seconds_count{ {{- $readers -}} ,status=~"5.."}[5m])
      or rate(http_requests_refused_total{ {{- $target -}} ,status="503"}[5m])
    )
- record: namespace_job:blog_requests_timed:rate5m
  expr: sum by (namespace, job) (rate(http_request_duration_seconds_count{ {{- $timed -}} }[5m]))
- record: namespace_job:blog_requests_slow:rate5m
  expr: |-
    namespace_job:blog_requests_timed:rate5m{ {{- $target -}} }
      - sum by (namespace, job) (rate(http_request_duration_seconds_bucket{ {{- $timed -}} , {{- include "blog.le" $rule.latencySeconds -}} }[5m]))
{{- range $bad, $all := dict "failed" "blog_requests" "slow" "blog_requests_timed" }}
- record: namespace_job:blog_requests_{{ $bad }}:ratio_rate5m
  expr: namespace_job:blog_requests_{{ $bad }}:rate5m{ {{- $target -}} } / namespace_job:{{ $all }}:rate5m{ {{- $target -}} }
{{- range $window := list "30m" "1h" "2h" "6h" "1d" "3d" }}
- record: namespace_job:blog_requests_{{ $bad }}:ratio_rate{{ $window }}
  expr: sum_over_time(namespace_job:blog_requests_{{ $bad }}:rate5m{ {{- $target -}} }[{{ $window }}]) / sum_over_time(namespace_job:{{ $all }}:rate5m{ {{- $target -}} }[{{ $window }}])
{{- end }}
{{- end }}
{{- $failed := dict "name" "BlogErrorBudgetBurn" "bad" "failed" "objective" $rule.availability "summary" "Readers get errors." "text" "get an error of the server" }}
{{- $slow := dict "name" "BlogLatencyBudgetBurn" "bad" "slow" "objective" $rule.latencyObjective "summary" "Readers wait for pages." "text" (printf "take longer than %v s" $rule.latencySeconds) }}
{{- range $objective := list $failed $slow }}
{{- range $burn := list
  (dict "factor" 14.4 "long" "1h" "short" "5m" "for" "2m" "severity" "critical")
  (dict "factor" 6.0 "long" "6h" "short" "30m" "for" "15m" "severity" "critical")
  (dict "factor" 3.0 "long" "1d" "short" "2h" "for" "1h" "severity" "warning")
  (dict "factor" 1.0 "long" "3d" "short" "6h" "for" "3h" "severity" "warning")
}}
{{- $limit := printf "(%v * (1 - %v))" $burn.factor $objective.objective }}
- alert: {{ $objective.name }}
  expr: |-
    namespace_job:blog_requests_{{ $objective.bad }}:ratio_rate{{ $burn.long }}{ {{- $target -}} } > {{ $limit }}
    and namespace_job:blog_requests_{{ $objective.bad }}:ratio_rate{{ $burn.short }}{ {{- $target -}} } > {{ $limit }}
    and sum_over_time(namespace_job:blog_requests_{{ $objective.bad }}:rate5m{ {{- $target -}} }[{{ $burn.long }}]) * 60 >= {{ $rule.badRequests }}
  for: {{ $burn.for }}
  {{- include "blog.alert" (list $ $burn.severity $objective.name "overview" (dict "long" $burn.long "short" $burn.short)) | nindent 2 }}
    summary: {{ $objective.summary }}
    description: {{ printf "%s of the requests of the last %s %s: a burn rate above %v for the objective of %v." "{{ $value | humanizePercentage }}" $burn.long $objective.text $burn.factor $objective.objective | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* The histogram of requests under the names of OpenTelemetry's semantic conventions for HTTP, for boards and rules that expect these. */}}
{{- define "blog.semanticConventions" -}}
{{- range $suffix := list "bucket" "count" "sum" }}
- record: http_server_request_duration_seconds_{{ $suffix }}
  # A path without a route has no http_route, and only errors have error_type.
  expr: |-
    sum without (method, handler, status) (
      label_replace(label_replace(label_replace(label_replace(
        http_request_duration_seconds_{{ $suffix }}{ {{- include "blog.target" $ -}} },
        "http_request_method", "$1", "method", "(.*)"),
        "http_route", "$1", "handler", "(/.*)"),
        "http_response_status_code", "$1", "status", "(.*)"),
        "error_type", "$1", "status", "(5..)")
    )
{{- end }}
{{- end }}
