{{/*
An egress rule for each URL in a list. A NetworkPolicy cannot contain host names: a Service of the cluster is allowed by its namespace,
an address by itself, and for any other host only the port is restricted. The port must be the one that pods listen on; a Service with
another target port needs networkPolicy.extraEgress.
*/}}
{{- define "blog.egressTo" -}}
{{- range . | compact | uniq }}
{{- $url := urlParse . }}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (get (dict "https" "443" "http" "80" "ssh" "22") $url.scheme) }}
{{- $inside := regexFind "^[a-z0-9-]+\\.[a-z0-9-]+\\.svc(\\.|$)" $url.hostname }}
- ports:
    - {port: {{ $port }}, protocol: TCP}
  {{- if $inside }}
  to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ index (splitList "." $inside) 1 | quote }}
  {{- else if regexMatch "^[0-9.]+$" $url.hostname }}
  to:
    - ipBlock: {cidr: {{ printf "%s/32" $url.hostname | quote }}}
  {{- else if contains ":" $url.hostname }}
  to:
    - ipBlock: {cidr: {{ printf "%s/128" $url.hostname | quote }}}
  {{- else if not (contains "." $url.hostname) }}
  to:
    - podSelector: {}
  {{- end }}
{{- end }}
{{- end }}

{{/* The URLs that the blog sends requests to. In direct mode it does not forward beacons. */}}
{{- define "blog.destinations" -}}
{{- $urls := list -}}
{{- with .Values.tracing -}}
{{- if .enabled -}}{{- $urls = append $urls (.tracesEndpoint | default .endpoint) -}}{{- end -}}
{{- end -}}
{{- with .Values.faro -}}
{{- if eq .mode "proxy" -}}{{- $urls = append $urls .url -}}{{- end -}}
{{- end -}}
{{- with .Values.gitSync -}}
{{- if .enabled -}}
{{- /* git@host:path is ssh://git@host/path. */}}
{{- $urls = append $urls (regexReplaceAll "^([^/@:]+@)([^/:]+):(.*)$" .repository "ssh://${1}${2}/${3}") -}}
{{- end -}}
{{- end -}}
{{- $urls | toYaml -}}
{{- end }}

{{- define "blog.egressToDNS" -}}
{{- with .Values.networkPolicy.dnsTo }}
- ports:
    {{- range $.Values.networkPolicy.dnsPorts }}
    - {port: {{ . | int }}, protocol: UDP}
    - {port: {{ . | int }}, protocol: TCP}
    {{- end }}
  to: {{- toYaml . | nindent 4 }}
{{- if $.Values.compatibility.openshift }}
- ports:
    - {port: 5353, protocol: UDP}
    - {port: 5353, protocol: TCP}
  to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: openshift-dns
{{- end }}
{{- end }}
{{- end }}

{{/* Takes (root, port). */}}
{{- define "blog.ingressFromMonitoring" -}}
{{- with (index . 0).Values.networkPolicy.monitoringNamespaces }}
- ports:
    - {port: {{ index $ 1 | int }}, protocol: TCP}
  from:
    {{- range . }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ . | quote }}
    {{- end }}
{{- end }}
{{- end }}

{{/* A NetworkPolicy peer: the pods of a component of this release. Takes (root, component). */}}
{{- define "blog.peer" -}}
- podSelector:
    matchLabels: {{- include "blog.selector" . | nindent 6 }}
{{- end }}
