{{/*
The environment of the blog: the variables that blog.settings reads (tests/chart/test_environment.py), and the names of pod and node,
from which the kubelet expands OTEL_RESOURCE_ATTRIBUTES. The variables are in the Deployment and not in a ConfigMap, so that a change
rolls the pods and a rollback restores the old values.
*/}}
{{- define "blog.environment" -}}
{{- with .Values.blog -}}
- name: BLOG_HOST
  value: {{ .host | quote }}
- name: BLOG_PORT
  value: {{ .port | toString | quote }}
- name: BLOG_METRICS_PORT
  value: {{ .metricsPort | toString | quote }}
{{- with .baseUrl }}
- name: BLOG_BASE_URL
  value: {{ . | quote }}
{{- end }}
- name: BLOG_DRAIN_SECONDS
  value: {{ .drainSeconds | toString | quote }}
- name: BLOG_HEADER_TIMEOUT_SECONDS
  value: {{ .headerTimeoutSeconds | int | quote }}
- name: BLOG_BODY_TIMEOUT_SECONDS
  value: {{ .bodyTimeoutSeconds | int | quote }}
- name: BLOG_SEND_TIMEOUT_SECONDS
  value: {{ .sendTimeoutSeconds | int | quote }}
- name: BLOG_MAX_CONNECTIONS
  value: {{ .maxConnections | int | quote }}
- name: BLOG_RELOAD
  value: {{ or .reload $.Values.gitSync.enabled | toString | quote }}
{{- with .previewKeySecret }}
{{- if .name }}
- name: BLOG_PREVIEW_KEY
  valueFrom:
    secretKeyRef: {name: {{ .name | quote }}, key: {{ .key | quote }}}
{{- end }}
{{- end }}
- name: BLOG_LOG_FORMAT
  value: {{ .logFormat | quote }}
- name: BLOG_LOG_LEVEL
  value: {{ .logLevel | quote }}
- name: BLOG_ACCESS_LOG
  value: {{ .accessLog | quote }}
{{- with .revision }}
- name: BLOG_REVISION
  value: {{ . | quote }}
{{- end }}
{{- with .trustedProxies }}
- name: FORWARDED_ALLOW_IPS
  value: {{ join "," . | quote }}
{{- end }}
{{- with include "blog.postsDir" $ }}
- name: BLOG_POSTS_DIR
  value: {{ . | quote }}
{{- end }}
{{- with .templatesDir }}
- name: BLOG_TEMPLATES_DIR
  value: {{ . | quote }}
{{- end }}
{{- with .cacheDir | default (ternary "/cache" "" $.Values.persistence.cache.enabled) }}
- name: BLOG_CACHE_DIR
  value: {{ . | quote }}
{{- end }}
{{- with .cacheMaxMb | default (include "blog.cacheMaxMb" $) }}
- name: BLOG_CACHE_MAX_MB
  value: {{ int . | quote }}
{{- end }}
{{- end }}
{{- with .Values.faro }}
{{- if .url }}
- name: BLOG_FARO_URL
  value: {{ .url | quote }}
{{- with .appName }}
- name: BLOG_FARO_APP_NAME
  value: {{ . | quote }}
{{- end }}
{{- with .environment }}
- name: BLOG_FARO_ENVIRONMENT
  value: {{ . | quote }}
{{- end }}
- name: BLOG_FARO_SAMPLE_RATE
  value: {{ .sampleRate | toString | quote }}
- name: BLOG_FARO_MODE
  value: {{ .mode | quote }}
{{- end }}
{{- end }}
{{- if .Values.tracing.enabled }}
{{ include "blog.tracingEnvironment" . }}
{{- else }}
- name: OTEL_SDK_DISABLED
  value: "true"
{{- end }}
{{- end }}

{{- define "blog.tracingEnvironment" -}}
- name: POD_NAME
  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}
- name: POD_UID
  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.uid}}
- name: NODE_NAME
  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: spec.nodeName}}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ include "blog.resourceAttributes" . | quote }}
{{- with .Values.tracing }}
- name: OTEL_SERVICE_NAME
  value: {{ .serviceName | quote }}
{{- with .endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .tracesEndpoint }}
- name: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- if .headersSecret.name }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef: {name: {{ .headersSecret.name | quote }}, key: {{ .headersSecret.key | quote }}}
{{- else if .headers }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  value: {{ include "blog.pairs" .headers | quote }}
{{- end }}
{{- if or .tls.caSecret.name .tls.caConfigMap.name }}
- name: OTEL_EXPORTER_OTLP_CERTIFICATE
  value: /collector-tls/ca.crt
{{- end }}
{{- if .tls.clientSecret.name }}
- name: OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE
  value: /collector-tls/tls.crt
- name: OTEL_EXPORTER_OTLP_CLIENT_KEY
  value: /collector-tls/tls.key
{{- end }}
{{- if ne .compression "none" }}
- name: OTEL_EXPORTER_OTLP_COMPRESSION
  value: {{ .compression }}
{{- end }}
- name: OTEL_EXPORTER_OTLP_TIMEOUT
  value: {{ .timeoutMilliseconds | toString | quote }}
- name: OTEL_TRACES_SAMPLER
  value: {{ .sampler | quote }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .samplerRatio | toString | quote }}
{{- end }}
{{- end }}

{{/* The volume of the TLS files for the collector; empty: there are none. */}}
{{- define "blog.collectorVolume" -}}
{{- with .Values.tracing }}
{{- if and .enabled (or .tls.caSecret.name .tls.caConfigMap.name .tls.clientSecret.name) }}
- name: collector-tls
  projected:
    sources:
      {{- with .tls.caSecret }}
      {{- if .name }}
      - secret: {name: {{ .name | quote }}, items: [{key: {{ .key | quote }}, path: ca.crt}]}
      {{- end }}
      {{- end }}
      {{- with .tls.caConfigMap }}
      {{- if .name }}
      - configMap: {name: {{ .name | quote }}, items: [{key: {{ .key | quote }}, path: ca.crt}]}
      {{- end }}
      {{- end }}
      {{- with .tls.clientSecret }}
      {{- if .name }}
      - secret: {name: {{ .name | quote }}, items: [{key: {{ .certificate | quote }}, path: tls.crt}, {key: {{ .privateKey | quote }}, path: tls.key}]}
      {{- end }}
      {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* resourceAttributes may replace the attributes that the chart sets. */}}
{{- define "blog.resourceAttributes" -}}
k8s.pod.name=$(POD_NAME),k8s.pod.uid=$(POD_UID),k8s.node.name=$(NODE_NAME),k8s.namespace.name={{ include "blog.namespace" . }},k8s.deployment.name={{ include "blog.fullname" . }},k8s.container.name=blog,service.namespace={{ include "blog.namespace" . }},service.instance.id=$(POD_UID)
{{- /* With a digest alone the chart does not know the version; the process does. */}}
{{- if or .Values.image.tag (not .Values.image.digest) }},service.version={{ include "blog.version" . | trimPrefix "v" }}{{ end }}
{{- with .Values.tracing.resourceAttributes }},{{ include "blog.pairs" . }}{{ end }}
{{- end }}

{{/* OpenTelemetry's list form: percent-encoded key=value pairs, in a stable order. */}}
{{- define "blog.pairs" -}}
{{- $pairs := list -}}
{{- range $key, $value := . -}}
{{- $pairs = append $pairs (printf "%s=%s" $key ($value | urlquery | replace "+" "%20")) -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end }}
