{{/* The spec of the blog's pod with podPatch, a strategic merge patch. */}}
{{- define "blog.patchedPodSpec" -}}
{{- if .Values.podPatch -}}
{{- $spec := include "blog.podSpec" . | fromYaml -}}
{{- include "blog.patchMap" (list $spec (deepCopy .Values.podPatch)) -}}
{{- $spec | toYaml -}}
{{- else -}}
{{- include "blog.podSpec" . -}}
{{- end -}}
{{- end }}

{{/* The key by which Kubernetes merges each list in the spec of a pod; other lists are replaced. */}}
{{- define "blog.mergeKeys" -}}
containers: name
initContainers: name
ephemeralContainers: name
volumes: name
imagePullSecrets: name
env: name
volumeMounts: mountPath
volumeDevices: devicePath
ports: containerPort
hostAliases: ip
topologySpreadConstraints: topologyKey
schedulingGates: name
resourceClaims: name
{{- end }}

{{/* Patches a map in place and renders nothing. null removes a key. Takes (map, patch). */}}
{{- define "blog.patchMap" -}}
{{- $target := index . 0 -}}
{{- $mergeKeys := include "blog.mergeKeys" . | fromYaml -}}
{{- range $key, $value := index . 1 -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := unset $target $key -}}
{{- else if and (kindIs "map" $value) (kindIs "map" (get $target $key)) -}}
{{- include "blog.patchMap" (list (get $target $key) $value) -}}
{{- else if and (kindIs "slice" $value) (kindIs "slice" (get $target $key)) (hasKey $mergeKeys $key) -}}
{{- include "blog.patchList" (list $target $key $value (get $mergeKeys $key)) -}}
{{- else -}}
{{- $_ := set $target $key $value -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Patches a list of a map in place: entries with the same value of the merge key are patched or removed, others are added. Takes (map, key, patch, merge key). */}}
{{- define "blog.patchList" -}}
{{- $target := index . 0 -}}
{{- $key := index . 1 -}}
{{- $mergeKey := index . 3 -}}
{{- range $patch := index . 2 -}}
{{- $kept := list -}}
{{- $found := false -}}
{{- range $entry := get $target $key -}}
{{- if ne (get $entry $mergeKey | toString) (get $patch $mergeKey | toString) -}}
{{- $kept = append $kept $entry -}}
{{- else -}}
{{- $found = true -}}
{{- if ne (get $patch "$patch") "delete" -}}
{{- include "blog.patchMap" (list $entry $patch) -}}
{{- $kept = append $kept $entry -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not (or $found (eq (get $patch "$patch") "delete")) -}}
{{- $kept = append $kept $patch -}}
{{- end -}}
{{- $_ := set $target $key $kept -}}
{{- end -}}
{{- end }}
