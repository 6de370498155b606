{{/*
git-sync, once before the blog starts and then beside it as a native sidecar. With gitSync.verify it publishes to /git/incoming, and a
second pair of containers unpacks verified commits and moves /git/current to them.
*/}}
{{- define "blog.gitSyncContainers" -}}
{{- $verify := .Values.gitSync.verify.enabled -}}
{{ include "blog.gitSyncContainer" (list . true) }}
{{- if $verify }}
{{ include "blog.verifyContainer" (list . true) }}
{{- end }}
{{ include "blog.gitSyncContainer" (list . false) }}
{{- if $verify }}
{{ include "blog.verifyContainer" (list . false) }}
{{- end }}
{{- end }}

{{/* Takes (root, whether to sync once and end). */}}
{{- define "blog.gitSyncContainer" -}}
{{- $root := index . 0 -}}
{{- $once := index . 1 -}}
{{- $sync := $root.Values.gitSync -}}
- name: {{ ternary "git-sync-once" "git-sync" $once }}
  image: {{ include "blog.imageOf" (list $root $sync.image $sync.image.tag) | quote }}
  imagePullPolicy: {{ $sync.image.pullPolicy }}
  {{- if not $once }}
  restartPolicy: Always
  {{- end }}
  securityContext: {{- include "blog.restrictedContainer" $root | nindent 4 }}
    {{- if and $sync.ssh.existingSecret (not $root.Values.compatibility.openshift) }}
    # The user of the image: ssh refuses a user who is not in /etc/passwd.
    runAsUser: 65533
    {{- end }}
  args:
    - {{ printf "--repo=%s" $sync.repository | quote }}
    - {{ printf "--ref=%s" $sync.ref | quote }}
    - --root=/git
    - --link={{ ternary "incoming" "current" $sync.verify.enabled }}
    - --depth={{ $sync.depth | int }}
    {{- if $once }}
    - --one-time
    {{- else }}
    - --period={{ $sync.period }}
    # The last posts stay while the repository cannot be reached.
    - --max-failures=-1
    # A commit stays while the blog may still read it.
    - --stale-worktree-timeout=10m
    {{- end }}
    {{- if $sync.credentials.existingSecret }}
    - --password-file=/credentials/{{ $sync.credentials.passwordKey }}
    {{- end }}
    {{- if $sync.ssh.existingSecret }}
    - --ssh-key-file=/ssh/{{ $sync.ssh.privateKey }}
    - --ssh-known-hosts-file=/ssh/{{ $sync.ssh.knownHostsKey }}
    {{- end }}
    {{- range $sync.extraArgs }}
    - {{ . | quote }}
    {{- end }}
  env:
    - {name: HOME, value: /tmp}
    {{- with $sync.credentials }}
    {{- if .existingSecret }}
    - name: GITSYNC_USERNAME
      valueFrom:
        secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .usernameKey | quote }}}
    {{- end }}
    {{- end }}
  {{- with $sync.resources }}
  resources: {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - {name: git, mountPath: /git}
    - {name: git-tmp, mountPath: /tmp}
    {{- if $sync.credentials.existingSecret }}
    - {name: git-credentials, mountPath: /credentials, readOnly: true}
    {{- end }}
    {{- if $sync.ssh.existingSecret }}
    - {name: git-ssh, mountPath: /ssh, readOnly: true}
    {{- end }}
{{- end }}

{{/* Takes (root, whether to verify once and end). */}}
{{- define "blog.verifyContainer" -}}
{{- $root := index . 0 -}}
{{- $once := index . 1 -}}
{{- $sync := $root.Values.gitSync -}}
- name: {{ ternary "verify-once" "verify" $once }}
  image: {{ include "blog.imageOf" (list $root $sync.verify.image $sync.verify.image.tag) | quote }}
  imagePullPolicy: {{ $sync.verify.image.pullPolicy }}
  {{- if not $once }}
  restartPolicy: Always
  {{- end }}
  securityContext: {{- include "blog.restrictedContainer" $root | nindent 4 }}
  command: [sh, /verify/verify.sh, /git, {{ ternary "once" "5" $once | quote }}]
  env:
    - {name: HOME, value: /tmp}
    - {name: GIT_CONFIG_COUNT, value: "2"}
    - {name: GIT_CONFIG_KEY_0, value: gpg.ssh.allowedSignersFile}
    - {name: GIT_CONFIG_VALUE_0, value: /verify/allowed_signers}
    # The repository belongs to the user of git-sync.
    - {name: GIT_CONFIG_KEY_1, value: safe.directory}
    - {name: GIT_CONFIG_VALUE_1, value: "*"}
  {{- with $sync.resources }}
  resources: {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - {name: git, mountPath: /git}
    - {name: git-tmp, mountPath: /tmp}
    - {name: verify, mountPath: /verify, readOnly: true}
{{- end }}

{{- define "blog.gitSyncVolumes" -}}
{{- $sync := .Values.gitSync }}
- name: git
  emptyDir:
    sizeLimit: {{ $sync.sizeLimit }}
- name: git-tmp
  emptyDir:
    sizeLimit: {{ $sync.sizeLimit }}
{{- with $sync.credentials }}
{{- if .existingSecret }}
- name: git-credentials
  secret:
    secretName: {{ .existingSecret | quote }}
    items:
      - {key: {{ .passwordKey | quote }}, path: {{ .passwordKey | quote }}}
{{- end }}
{{- end }}
{{- with $sync.ssh.existingSecret }}
- name: git-ssh
  secret:
    secretName: {{ . | quote }}
    # Readable by fsGroup. ssh checks the mode of a key only if its own user owns the file.
    defaultMode: 0440
{{- end }}
{{- if $sync.verify.enabled }}
- name: verify
  configMap:
    name: {{ include "blog.child" (list . "verify") | quote }}
{{- end }}
{{- end }}
