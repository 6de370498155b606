{{/* Takes (path, timing). The port is asked by its name, so that both move together. */}}
{{- define "blog.probe" -}}
httpGet:
  path: {{ index . 0 }}
  port: http
  scheme: HTTP
{{- with index . 1 }}
periodSeconds: {{ .periodSeconds | int }}
timeoutSeconds: {{ .timeoutSeconds | int }}
failureThreshold: {{ .failureThreshold | int }}
{{- end }}
{{- end }}

{{/* A number stays a number: "1" in quotes would be neither a number nor a percentage. */}}
{{- define "blog.intOrPercent" -}}
{{- if hasSuffix "%" (toString .) -}}{{ . | quote }}{{- else -}}{{ . | int }}{{- end -}}
{{- end }}

{{/* Pod Security "restricted" for the pods beside the blog. */}}
{{- define "blog.restrictedPod" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "blog.restrictedContainer" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}
