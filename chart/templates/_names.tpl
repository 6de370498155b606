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

{{/* The Service that Prometheus scrapes; its name is the `job` of every series. */}}
{{- define "blog.metricsService" -}}
{{- ternary (include "blog.fullname" .) (include "blog.child" (list . "metrics")) (eq .Values.service.type "ClusterIP") -}}
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
{{- $version := dict "app.kubernetes.io/version" (index . 2 | trunc 63 | trimAll "-._") -}}
{{- mergeOverwrite dict $root.Values.commonLabels (index . 3) $version $own | toYaml -}}
{{- end }}

{{/*
The metadata of an object. Takes a dict of root, name and component, and optionally namespace, labels and annotations.
The chart's own labels take precedence, so that a label of a selector cannot be replaced (_checks.tpl reports an attempt).
*/}}
{{- define "blog.metadata" -}}
{{- $root := .root -}}
{{- $own := dict
  "app.kubernetes.io/managed-by" $root.Release.Service
  "app.kubernetes.io/version" ($root.Chart.AppVersion | trunc 63 | trimAll "-._")
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "-._")
-}}
{{- $selector := include "blog.selector" (list $root .component) | fromYaml -}}
name: {{ .name | quote }}
namespace: {{ .namespace | default $root.Release.Namespace | quote }}
labels: {{- mergeOverwrite dict $root.Values.commonLabels (.labels | default dict) $own $selector | toYaml | nindent 2 }}
{{- with mergeOverwrite dict $root.Values.commonAnnotations (.annotations | default dict) }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "blog.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (include "blog.version" .) -}}
{{- end -}}
{{- end }}

{{- define "blog.version" -}}
{{- .Values.image.tag | default .Chart.AppVersion -}}
{{- end }}

{{- define "blog.cloudflaredImage" -}}
{{- with .Values.cloudflared.image -}}
{{- if .digest -}}{{- printf "%s@%s" .repository .digest -}}{{- else -}}{{- printf "%s:%s" .repository .tag -}}{{- end -}}
{{- end -}}
{{- end }}
