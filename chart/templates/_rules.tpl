{{/* The labels of this release's series, inside the braces of a selector. */}}
{{- define "blog.target" -}}
{{- printf "namespace=%q,job=%q" (include "blog.namespace" .) (include "blog.job" .) -}}
{{- end }}

{{/* The requests of readers: probes, scrapes, beacons and open event streams would outnumber them on a quiet site. */}}
{{- define "blog.readers" -}}
{{- printf "%s,handler!~\"/api/(health|ready|reload)|/metrics|/rum/collect\"" (include "blog.target" .) -}}
{{- end }}

{{/* The same without files, whose time is that of the reader's network. */}}
{{- define "blog.timed" -}}
{{- printf "%s,handler!~\"/api/(health|ready|reload)|/metrics|/rum/collect|/assets/[{]asset[}]|/[{]file[}]|/preview/files/[{]file[}]\"" (include "blog.target" .) -}}
{{- end }}

{{/* The blog's containers, as kube-state-metrics and cAdvisor label them. */}}
{{- define "blog.containers" -}}
{{- printf "namespace=%q,pod=~%q,container=\"blog\"" (include "blog.namespace" .) (include "blog.podPattern" .) -}}
{{- end }}

{{/* A pattern for the names of the Deployment's pods only. Kubernetes truncates a pod's name to 58 characters and appends five random ones. */}}
{{- define "blog.podPattern" -}}
{{- $name := include "blog.fullname" . -}}
{{- ternary (printf "%s-[a-z0-9]+-[a-z0-9]+" $name) (printf "%s.*" ($name | trunc 47)) (le (len $name) 47) -}}
{{- end }}

{{/* A bound of a histogram as a matcher of `le`: exporters and versions of Prometheus write whole numbers as 1 or 1.0. */}}
{{- define "blog.le" -}}
{{- $bound := toString . -}}
{{- ternary (printf "le=%q" $bound) (printf "le=~%q" (printf "%s([.]0)?" $bound)) (contains "." $bound) -}}
{{- end }}

{{/* Labels and annotations of an alert, to which the caller appends its texts. Takes (root, severity, name of the alert, board, more labels). */}}
{{- define "blog.alert" -}}
{{- $root := index . 0 -}}
{{- $rule := $root.Values.prometheusRule -}}
labels: {{- mergeOverwrite (dict "severity" (index . 1)) (index . 4) $rule.alertLabels | toYaml | nindent 2 }}
annotations:
  runbook_url: {{ printf "%s#%s" $rule.runbookUrl (lower (index . 2)) | quote }}
  {{- if and $rule.grafanaUrl $root.Values.dashboard.enabled }}
  dashboard_url: {{ printf "%s/d/%s" ($rule.grafanaUrl | trimSuffix "/") (include "blog.boardUid" (list $root (index . 3))) | quote }}
  {{- end }}
{{- end }}
