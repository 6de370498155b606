{{/* The spec of the blog's pod, before podPatch. */}}
{{- define "blog.podSpec" -}}
serviceAccountName: {{ include "blog.serviceAccountName" . | quote }}
automountServiceAccountToken: {{ .Values.serviceAccount.automountServiceAccountToken }}
# For a Service called blog, Kubernetes would set BLOG_PORT to tcp://….
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds | int }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "blog.imagePullSecrets" . }}
{{ . }}
{{- end }}
securityContext: {{- include "blog.contextWithoutUser" (list . .Values.podSecurityContext) | nindent 2 }}
{{- if or .Values.gitSync.enabled .Values.initContainers }}
initContainers:
  {{- if .Values.gitSync.enabled }}
  {{- include "blog.gitSyncContainers" . | nindent 2 }}
  {{- end }}
  {{- with .Values.initContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
containers:
  - name: blog
    image: {{ include "blog.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    securityContext: {{- include "blog.contextWithoutUser" (list . .Values.securityContext) | nindent 6 }}
    ports:
      - name: http
        containerPort: {{ .Values.blog.port | int }}
        protocol: TCP
      - name: metrics
        containerPort: {{ .Values.blog.metricsPort | int }}
        protocol: TCP
    env:
      {{- include "blog.environment" . | nindent 6 }}
      {{- with .Values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- with .Values.envFrom }}
    envFrom: {{- toYaml . | nindent 6 }}
    {{- end }}
    startupProbe: {{- include "blog.probe" (list "/api/health" .Values.probes.startup) | nindent 6 }}
    livenessProbe: {{- include "blog.probe" (list "/api/health" .Values.probes.liveness) | nindent 6 }}
    readinessProbe: {{- include "blog.probe" (list "/api/ready" .Values.probes.readiness) | nindent 6 }}
    {{- with .Values.lifecycle }}
    lifecycle: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- with include "blog.contentMounts" . | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- if include "blog.collectorVolume" . | trim }}
      - {name: collector-tls, mountPath: /collector-tls, readOnly: true}
      {{- end }}
      {{- with .Values.volumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  {{- with .Values.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ .Values.tmp.sizeLimit }}
  {{- with include "blog.contentVolumes" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with include "blog.collectorVolume" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .Values.volumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  {{- $own := dict "labelSelector" (dict "matchLabels" (include "blog.selector" (list $ "web") | fromYaml)) }}
  - {{ mergeOverwrite dict (ternary dict $own (hasKey . "labelSelector")) . | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
