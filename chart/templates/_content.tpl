{{/* The folder of the posts: blog.postsDir, or that of the volume that the chart mounts. */}}
{{- define "blog.postsDir" -}}
{{- .Values.blog.postsDir | default (include "blog.contentDir" .) -}}
{{- end }}

{{/* Where the chart mounts posts; empty: it mounts none. */}}
{{- define "blog.contentDir" -}}
{{- if .Values.gitSync.enabled -}}
{{- list "/git/current" .Values.gitSync.folder | compact | join "/" -}}
{{- else if or .Values.posts .Values.persistence.posts.enabled -}}
/posts
{{- end -}}
{{- end }}

{{/* MiB for the cache: nine tenths of its volume, so that it stays below the size. */}}
{{- define "blog.cacheMaxMb" -}}
{{- with .Values.persistence.cache -}}
{{- if .enabled -}}
{{- div (mul (include "blog.mebibytes" .size | int64) 9) 10 | max 1 -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* A size such as 1536Mi or 2Gi in MiB. */}}
{{- define "blog.mebibytes" -}}
{{- $factors := dict "Mi" 1 "Gi" 1024 "Ti" 1048576 -}}
{{- mul (regexFind "^[0-9]+" . | int64) (get $factors (regexFind "[A-Za-z]+$" .) | int64) -}}
{{- end }}

{{/* The key of a post in a ConfigMap. Names with other characters than a key may have get a hash; the volume restores them. */}}
{{- define "blog.postKey" -}}
{{- if regexMatch "^[-._a-zA-Z0-9]{1,253}$" . -}}{{ . }}{{- else -}}{{ printf "%s.post" (sha256sum . | trunc 40) }}{{- end -}}
{{- end }}

{{- define "blog.contentMounts" -}}
{{- if .Values.gitSync.enabled }}
- {name: git, mountPath: /git, readOnly: true}
{{- else if .Values.posts }}
- {name: posts, mountPath: /posts, readOnly: true}
{{- else if .Values.persistence.posts.enabled }}
- name: posts
  mountPath: /posts
  readOnly: true
  {{- with .Values.persistence.posts.subPath }}
  subPath: {{ . | quote }}
  {{- end }}
{{- end }}
{{- if .Values.persistence.cache.enabled }}
- {name: cache, mountPath: /cache}
{{- end }}
{{- end }}

{{- define "blog.contentVolumes" -}}
{{- if .Values.gitSync.enabled }}
{{- include "blog.gitSyncVolumes" . }}
{{- else if .Values.posts }}
- name: posts
  configMap:
    name: {{ include "blog.child" (list . "posts") | quote }}
    items:
      {{- range $name := keys .Values.posts | sortAlpha }}
      - {key: {{ include "blog.postKey" $name | quote }}, path: {{ $name | quote }}}
      {{- end }}
{{- else if .Values.persistence.posts.enabled }}
- name: posts
  persistentVolumeClaim:
    claimName: {{ .Values.persistence.posts.existingClaim | default (include "blog.child" (list . "posts")) | quote }}
    readOnly: true
{{- end }}
{{- with .Values.persistence.cache }}
{{- if .enabled }}
- name: cache
  {{- if eq .type "emptyDir" }}
  emptyDir:
    sizeLimit: {{ .size }}
  {{- else }}
  persistentVolumeClaim:
    claimName: {{ .existingClaim | default (include "blog.child" (list $ "cache")) | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The names of the volumes of the blog's pod that the chart defines. */}}
{{- define "blog.ownVolumes" -}}
{{- $names := list "tmp" -}}
{{- range list "blog.contentVolumes" "blog.collectorVolume" -}}
{{- range include . $ | fromYamlArray -}}{{- $names = append $names .name -}}{{- end -}}
{{- end -}}
{{- $names | toYaml -}}
{{- end }}
