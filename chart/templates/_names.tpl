{{- define "blog.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* The name of a release may contain dots; that of a Service may not. */}}
{{- define "blog.fullname" -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- $name := include "blog.name" . -}}
{{- $full := ternary $release (printf "%s-%s" $release $name) (contains $name $release) -}}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* The name of another object of the same kind. It is truncated before the suffix, which makes it unique. Takes (root, suffix). */}}
{{- define "blog.child" -}}
{{- $suffix := index . 1 -}}
{{- printf "%s-%s" (include "blog.fullname" (index . 0) | trunc (int (sub 62 (len $suffix))) | trimSuffix "-") $suffix -}}
{{- end }}

{{- define "blog.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "blog.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{- define "blog.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end }}

{{/* The name of an object that may be in a namespace for several releases, where their names must differ. Takes (root, name, namespace). */}}
{{- define "blog.shared" -}}
{{- $own := include "blog.namespace" (index . 0) -}}
{{- ternary (index . 1) (printf "%s-%s" $own (index . 1)) (has (index . 2) (list "" $own)) -}}
{{- end }}

{{/* The Service that Prometheus scrapes; its name is the `job` of every series, unless serviceMonitor.jobLabel names a label. */}}
{{- define "blog.metricsService" -}}
{{- ternary (include "blog.fullname" .) (include "blog.child" (list . "metrics")) (eq .Values.service.type "ClusterIP") -}}
{{- end }}

{{/* The `job` of every series. A label that the target does not have leaves the name of the Service. */}}
{{- define "blog.job" -}}
{{- $labels := mergeOverwrite dict .Values.commonLabels (ternary .Values.podLabels .Values.service.labels .Values.podMonitor.enabled) -}}
{{- $labels = mergeOverwrite $labels (include "blog.ownLabels" (list . "web") | fromYaml) -}}
{{- get $labels .Values.serviceMonitor.jobLabel | default (include "blog.metricsService" .) -}}
{{- end }}

{{/* The labels for selectors. They must never change, because a Deployment's selector is immutable. Takes (root, component). */}}
{{- define "blog.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "blog.name" $root | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 | quote }}
{{- end }}

{{/* Labels of a pod. Takes (root, component, version, more). */}}
{{- define "blog.podLabels" -}}
{{- $root := index . 0 -}}
{{- $own := include "blog.selector" (list $root (index . 1)) | fromYaml -}}
{{- $version := dict "app.kubernetes.io/version" (index . 2 | replace ":" "-" | trunc 63 | trimAll "-._") -}}
{{- mergeOverwrite dict $root.Values.commonLabels (index . 3) $version $own | toYaml -}}
{{- end }}

{{/* The chart's labels of an object. Takes (root, component). */}}
{{- define "blog.ownLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/managed-by: {{ $root.Release.Service | quote }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | trunc 63 | trimAll "-._" | quote }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "-._" | quote }}
{{ include "blog.selector" . }}
{{- end }}

{{/*
The metadata of an object. Takes a dict of root, name and component, and optionally namespace, labels and annotations.
The chart's own labels take precedence, so that a label of a selector cannot be replaced (_checks.tpl reports an attempt).
*/}}
{{- define "blog.metadata" -}}
{{- $root := .root -}}
name: {{ .name | quote }}
namespace: {{ .namespace | default (include "blog.namespace" $root) | quote }}
labels: {{- mergeOverwrite dict $root.Values.commonLabels (.labels | default dict) (include "blog.ownLabels" (list $root .component) | fromYaml) | toYaml | nindent 2 }}
{{- with mergeOverwrite dict $root.Values.commonAnnotations (.annotations | default dict) }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* An image. A parent chart's global.imageRegistry replaces the registry. Takes (root, values of the image, tag). */}}
{{- define "blog.imageOf" -}}
{{- $image := index . 1 -}}
{{- $repository := $image.repository -}}
{{- with ((index . 0).Values.global | default dict).imageRegistry -}}
{{- $parts := splitList "/" $repository -}}
{{- if and (rest $parts) (or (regexMatch "[.:]" (first $parts)) (eq (first $parts) "localhost")) -}}
{{- $parts = rest $parts -}}
{{- end -}}
{{- $repository = printf "%s/%s" . (join "/" $parts) -}}
{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (index . 2) -}}
{{- end -}}
{{- end }}

{{- define "blog.image" -}}
{{- include "blog.imageOf" (list . .Values.image (.Values.image.tag | default .Chart.AppVersion)) -}}
{{- end }}

{{/* What the pods run: the tag, or the digest if the tag is not known. */}}
{{- define "blog.version" -}}
{{- .Values.image.tag | default (.Values.image.digest | trunc 19) | default .Chart.AppVersion -}}
{{- end }}

{{/* Takes the root. */}}
{{- define "blog.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat ((.Values.global | default dict).imagePullSecrets | default list) .Values.imagePullSecrets -}}
{{- if kindIs "string" . -}}{{- $names = append $names . -}}{{- else -}}{{- $names = append $names .name -}}{{- end -}}
{{- end -}}
{{- with $names | uniq -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
