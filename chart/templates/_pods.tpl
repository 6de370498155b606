{{/* An HTTP probe. It refers to the port by name, so that it follows blog.port. Takes (path, timing). */}}
{{- define "blog.probe" -}}
httpGet:
  path: {{ index . 0 }}
  port: http
  scheme: HTTP
{{- with index . 1 }}
periodSeconds: {{ .periodSeconds | int }}
timeoutSeconds: {{ .timeoutSeconds | int }}
failureThreshold: {{ .failureThreshold | int }}
{{- with .initialDelaySeconds }}
initialDelaySeconds: {{ . | int }}
{{- end }}
{{- end }}
{{- end }}

{{/* An IntOrString. A number must stay a number, because "1" in quotes is neither a number nor a percentage. */}}
{{- define "blog.intOrPercent" -}}
{{- if hasSuffix "%" (toString .) -}}{{ . | quote }}{{- else -}}{{ . | int }}{{- end -}}
{{- end }}

{{/* The security context for Pod Security "restricted", for the pods other than the blog's. */}}
{{- define "blog.restrictedPod" -}}
{{- $context := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- include "blog.contextWithoutUser" (list . $context) -}}
{{- end }}

{{/* A security context. In OpenShift, the security context constraint of the namespace sets user and groups. Takes (root, context). */}}
{{- define "blog.contextWithoutUser" -}}
{{- if (index . 0).Values.compatibility.openshift -}}
{{- omit (index . 1) "runAsUser" "runAsGroup" "fsGroup" "fsGroupChangePolicy" "supplementalGroups" | toYaml -}}
{{- else -}}
{{- index . 1 | toYaml -}}
{{- end -}}
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
