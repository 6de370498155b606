{{/*
Checks of values that depend on each other, which a schema cannot express. Each message has the values and what to do.
*/}}
{{- define "blog.checks" -}}
{{- $values := .Values -}}
{{- include "blog.contentChecks" . -}}
{{- include "blog.accessChecks" . -}}

{{- if not .Values.enabled -}}
{{- fail "enabled is false, but nothing reads it: add `condition: blog.enabled` (with the name or alias of the dependency) to the dependency in the parent's Chart.yaml, or do not install the chart" -}}
{{- end -}}
{{- if not (regexMatch "^[a-z]" (include "blog.fullname" .)) -}}
{{- fail (printf "the release name %q gives names that begin with a digit, which are not valid for a Service: set fullnameOverride" .Release.Name) -}}
{{- end -}}
{{- range $labels := list "commonLabels" "podLabels" -}}
{{- range $name := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" -}}
{{- if hasKey (index $values $labels) $name -}}
{{- fail (printf "%s must not have %s, because selectors use it. For another name use nameOverride or fullnameOverride" $labels $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- $needed := add (.Values.blog.drainSeconds | toString | float64 | ceil | int) 13 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $needed) -}}
{{- fail (printf "terminationGracePeriodSeconds (%d) must be at least %d: blog.drainSeconds (%v), ten seconds for the last responses and three for the last spans" (int .Values.terminationGracePeriodSeconds) (int $needed) .Values.blog.drainSeconds) -}}
{{- end -}}
{{- if eq (int .Values.blog.port) (int .Values.blog.metricsPort) -}}
{{- fail (printf "blog.metricsPort (%d) must differ from blog.port" (int .Values.blog.metricsPort)) -}}
{{- end -}}
{{- if eq (int .Values.service.port) (int .Values.service.metricsPort) -}}
{{- fail (printf "service.metricsPort (%d) must differ from service.port" (int .Values.service.metricsPort)) -}}
{{- end -}}
{{- if and .Values.tracing.headers .Values.tracing.headersSecret.name -}}
{{- fail "set tracing.headers or tracing.headersSecret.name, not both: they set the same variable" -}}
{{- end -}}
{{- if and .Values.tracing.tls.caSecret.name .Values.tracing.tls.caConfigMap.name -}}
{{- fail "set tracing.tls.caSecret.name or tracing.tls.caConfigMap.name, not both: they set the same file" -}}
{{- end -}}
{{- $own := dict -}}
{{- range include "blog.environment" . | fromYamlArray -}}{{- $_ := set $own .name true -}}{{- end -}}
{{- range .Values.extraEnv -}}
{{- if hasKey $own .name -}}
{{- fail (printf "extraEnv must not have %s: the chart sets it, or it is in extraEnv twice. README.md lists the values that set variables" .name) -}}
{{- end -}}
{{- $_ := set $own .name true -}}
{{- end -}}

{{- if and (eq .Values.faro.mode "direct") (hasPrefix "https:" .Values.blog.baseUrl) (hasPrefix "http:" .Values.faro.url) -}}
{{- fail (printf "faro.url (%s) must be https if faro.mode is direct, because browsers do not let a page on https post to http" .Values.faro.url) -}}
{{- end -}}

{{- with .Values.autoscaling -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- fail (printf "autoscaling.minReplicas (%d) is more than autoscaling.maxReplicas (%d)" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if and .enabled .targetCPUUtilizationPercentage (not (($values.resources.requests | default dict).cpu)) -}}
{{- fail "autoscaling.enabled needs resources.requests.cpu: targetCPUUtilizationPercentage is a share of it" -}}
{{- end -}}
{{- if and .enabled (not .targetCPUUtilizationPercentage) (not .metrics) -}}
{{- fail "autoscaling.enabled needs autoscaling.targetCPUUtilizationPercentage or autoscaling.metrics" -}}
{{- end -}}
{{- end -}}
{{- with .Values.podDisruptionBudget -}}
{{- if not (or (kindIs "invalid" .minAvailable) (kindIs "invalid" .maxUnavailable)) -}}
{{- fail (printf "set podDisruptionBudget.minAvailable (%v) or podDisruptionBudget.maxUnavailable (%v), not both" .minAvailable .maxUnavailable) -}}
{{- end -}}
{{- end -}}
{{- include "blog.budgetCheck" . -}}

{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "ingress.enabled needs ingress.hosts: without a host it would match every host name" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.enabled needs httpRoute.parentRefs, the Gateway of the route" -}}
{{- end -}}

{{- with .Values.cloudflared -}}
{{- if .enabled -}}
{{- if and .token.existingSecret .config.tunnel -}}
{{- fail "set cloudflared.token.existingSecret or cloudflared.config.tunnel, not both: a tunnel is managed remotely or locally" -}}
{{- end -}}
{{- if not (or .token.existingSecret .config.tunnel) -}}
{{- fail "cloudflared.enabled needs the tunnel's token in a Secret (cloudflared.token.existingSecret), or a locally managed tunnel (cloudflared.config.tunnel)" -}}
{{- end -}}
{{- if .config.tunnel -}}
{{- if not .config.existingSecret -}}
{{- fail "cloudflared.config.tunnel needs cloudflared.config.existingSecret, the Secret with the tunnel's credentials file" -}}
{{- end -}}
{{- if not .config.ingress -}}
{{- fail "cloudflared.config.tunnel needs cloudflared.config.ingress: without a rule every host name gets a 404" -}}
{{- end -}}
{{- range $number, $rule := .config.ingress -}}
{{- if not $rule.hostname -}}
{{- if lt (add1 $number) (len $values.cloudflared.config.ingress) -}}
{{- fail (printf "cloudflared.config.ingress[%d] has no hostname, so it matches every request, and the rules after it are never used: make it the last rule, or remove it (the chart adds a final rule with 404)" $number) -}}
{{- end -}}
{{- if not $rule.service -}}
{{- fail (printf "cloudflared.config.ingress[%d] has neither hostname nor service: every host name would lead to the blog. Set hostname, or remove the rule (the chart adds a final rule with 404)" $number) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- else if .config.ingress -}}
{{- fail "cloudflared.config.ingress needs cloudflared.config.tunnel: a tunnel with a token gets its rules from Cloudflare's dashboard" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- with .Values.serviceMonitor -}}
{{- if gt (include "blog.seconds" .scrapeTimeout | int) (include "blog.seconds" .interval | int) -}}
{{- fail (printf "serviceMonitor.scrapeTimeout (%s) is longer than serviceMonitor.interval (%s), which Prometheus refuses" .scrapeTimeout .interval) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* A duration such as 1h2m3s in seconds. */}}
{{- define "blog.seconds" -}}
{{- $hours := regexFind "[0-9]+h" . | trimSuffix "h" | default "0" | int -}}
{{- $minutes := regexFind "[0-9]+m" . | trimSuffix "m" | default "0" | int -}}
{{- $seconds := regexFind "[0-9]+s" . | trimSuffix "s" | default "0" | int -}}
{{- add (mul $hours 3600) (mul $minutes 60) $seconds -}}
{{- end }}
