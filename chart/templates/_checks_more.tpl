{{/* Checks of the content, its volumes and the rollout. */}}
{{- define "blog.contentChecks" -}}
{{- $sources := list -}}
{{- if .Values.posts -}}{{- $sources = append $sources "posts" -}}{{- end -}}
{{- if .Values.persistence.posts.enabled -}}{{- $sources = append $sources "persistence.posts" -}}{{- end -}}
{{- if .Values.gitSync.enabled -}}{{- $sources = append $sources "gitSync" -}}{{- end -}}
{{- if gt (len $sources) 1 -}}
{{- fail (printf "%s: set one of them, because the blog has one folder of posts" (join " and " $sources)) -}}
{{- end -}}
{{- $mount := ternary "/git/current" (include "blog.contentDir" .) .Values.gitSync.enabled -}}
{{- if and $sources .Values.blog.postsDir (ne .Values.blog.postsDir $mount) (not (hasPrefix (printf "%s/" $mount) .Values.blog.postsDir)) -}}
{{- fail (printf "blog.postsDir (%s) is not in %s, where %s puts the posts: leave it empty" .Values.blog.postsDir $mount (first $sources)) -}}
{{- end -}}

{{- $bytes := 0 -}}
{{- range $name, $text := .Values.posts -}}{{- $bytes = add $bytes (len $name) (len $text) -}}{{- end -}}
{{- if gt (int $bytes) 1048576 -}}
{{- fail (printf "posts have %d bytes, and a ConfigMap holds 1048576: use gitSync, persistence.posts or an image with the posts" (int $bytes)) -}}
{{- end -}}

{{- with .Values.gitSync -}}
{{- if .enabled -}}
{{- if not .repository -}}
{{- fail "gitSync.enabled needs gitSync.repository" -}}
{{- end -}}
{{- if and .credentials.existingSecret .ssh.existingSecret -}}
{{- fail "set gitSync.credentials.existingSecret (https) or gitSync.ssh.existingSecret (ssh), not both" -}}
{{- end -}}
{{- $https := hasPrefix "http" .repository -}}
{{- if and .ssh.existingSecret $https -}}
{{- fail (printf "gitSync.ssh.existingSecret needs a gitSync.repository as ssh://… or git@host:path, not %s" .repository) -}}
{{- end -}}
{{- if not (or $https .ssh.existingSecret) -}}
{{- fail (printf "gitSync.repository (%s) needs gitSync.ssh.existingSecret, the Secret with the private key and the known hosts" .repository) -}}
{{- end -}}
{{- if regexMatch "^https?://[^/]*:[^/]*@" .repository -}}
{{- fail "gitSync.repository must not have a password, because everyone who can read the Deployment could read it: use gitSync.credentials.existingSecret" -}}
{{- end -}}
{{- if and .verify.enabled (not (trim .verify.allowedSigners)) -}}
{{- fail "gitSync.verify.enabled needs gitSync.verify.allowedSigners, such as: you@example.com ssh-ed25519 AAAA…" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- $own := include "blog.ownVolumes" . | fromYamlArray -}}
{{- range .Values.volumes -}}
{{- if has .name $own -}}
{{- fail (printf "volumes must not have %s: the chart has a volume of that name" .name) -}}
{{- end -}}
{{- end -}}
{{- with .Values.persistence.cache -}}
{{- if and .enabled $.Values.blog.cacheMaxMb -}}
{{- if gt (int $.Values.blog.cacheMaxMb) (include "blog.mebibytes" .size | int) -}}
{{- fail (printf "blog.cacheMaxMb (%d) is more than persistence.cache.size (%s)" (int $.Values.blog.cacheMaxMb) .size) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.persistence -}}
{{- if and .posts.enabled (not .posts.existingClaim) -}}{{- include "blog.claimCheck" (list $ "posts" .posts.accessModes) -}}{{- end -}}
{{- if and .cache.enabled (eq .cache.type "claim") (not .cache.existingClaim) -}}{{- include "blog.claimCheck" (list $ "cache" .cache.accessModes) -}}{{- end -}}
{{- end -}}

{{- if and (eq .Values.strategy.type "RollingUpdate") (regexMatch "^0+%?$" (toString .Values.maxSurge)) (regexMatch "^0+%?$" (toString .Values.maxUnavailable)) -}}
{{- fail (printf "maxSurge (%v) and maxUnavailable (%v): with both 0 a rollout cannot begin" .Values.maxSurge .Values.maxUnavailable) -}}
{{- end -}}
{{- if and (eq .Values.dnsPolicy "None") (not .Values.dnsConfig.nameservers) -}}
{{- fail "dnsPolicy None needs dnsConfig.nameservers" -}}
{{- end -}}
{{- end }}

{{/* A volume that one node can mount, and pods that may be on several. Takes (root, which, access modes). */}}
{{- define "blog.claimCheck" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- if not (or (has "ReadWriteMany" (index . 2)) (has "ReadOnlyMany" (index . 2))) -}}
{{- $one := and (not $values.autoscaling.enabled) (not (kindIs "invalid" $values.replicas)) -}}
{{- if $one -}}{{- $one = le (int $values.replicas) 1 -}}{{- end -}}
{{- if not (and $one (eq $values.strategy.type "Recreate")) -}}
{{- fail (printf "persistence.%s.accessModes (%s): only one node can mount the volume, and a second pod on another node would wait for it for ever. Set autoscaling.enabled: false, replicas: 1 and strategy.type: Recreate, or use ReadWriteMany" (index . 1) (index . 2 | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The number of pods that run at least; empty: another scaler decides. */}}
{{- define "blog.leastPods" -}}
{{- if .Values.autoscaling.enabled -}}
{{- .Values.autoscaling.minReplicas | int -}}
{{- else if not (kindIs "invalid" .Values.replicas) -}}
{{- .Values.replicas | int -}}
{{- end -}}
{{- end }}

{{/* A PodDisruptionBudget that would let no pod go. */}}
{{- define "blog.budgetCheck" -}}
{{- $pods := include "blog.leastPods" . -}}
{{- with .Values.podDisruptionBudget -}}
{{- if and .enabled (ne $pods "0") -}}
{{- if and (not (kindIs "invalid" .maxUnavailable)) (regexMatch "^0+%?$" (toString .maxUnavailable)) -}}
{{- fail (printf "podDisruptionBudget.maxUnavailable (%v) would block the drain of every node with a pod: allow at least 1, or set podDisruptionBudget.enabled: false" .maxUnavailable) -}}
{{- end -}}
{{- if not (kindIs "invalid" .minAvailable) -}}
{{- $text := toString .minAvailable -}}
{{- $needed := ternary (divf (mulf (trimSuffix "%" $text | float64) (int ($pods | default "1"))) 100 | ceil | int) (float64 $text | int) (hasSuffix "%" $text) -}}
{{- if or (eq $text "100%") (and $pods (ge $needed (int $pods))) -}}
{{- fail (printf "podDisruptionBudget.minAvailable (%v) of %s pods would block the drain of every node with a pod: lower it, raise the number of pods, or use maxUnavailable: 1" .minAvailable ($pods | default "any number of")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Checks of Services and monitors. */}}
{{- define "blog.accessChecks" -}}
{{- with .Values.service -}}
{{- $type := .type -}}
{{- if and .nodePort (eq .type "ClusterIP") -}}
{{- fail (printf "service.nodePort (%d) needs service.type NodePort or LoadBalancer" (int .nodePort)) -}}
{{- end -}}
{{- if and .externalTrafficPolicy (eq .type "ClusterIP") -}}
{{- fail (printf "service.externalTrafficPolicy (%s) needs service.type NodePort or LoadBalancer" .externalTrafficPolicy) -}}
{{- end -}}
{{- range $name := list "loadBalancerClass" "loadBalancerSourceRanges" -}}
{{- if and (get $.Values.service $name) (ne $type "LoadBalancer") -}}
{{- fail (printf "service.%s needs service.type LoadBalancer" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled -}}
{{- fail "set serviceMonitor.enabled or podMonitor.enabled, not both: every pod would be scraped twice" -}}
{{- end -}}
{{- end }}
