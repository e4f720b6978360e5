{{/*
How services find and trust each other: NATS, the store, certificates. Every secret is a file below /etc/bnas; variables contain only
paths (docs/security.md).
*/}}

{{- define "bnas.natsServers" -}}
{{- if .Values.nats.enabled -}}
{{- $name := printf "%s-nats" (include "bnas.fullname" .) -}}
{{- printf "%s.%s:4222" $name .Release.Namespace -}}
{{- else -}}
{{- required "nats.external.servers: name HOST:PORT of your NATS, or set nats.enabled" (join "," .Values.nats.external.servers) -}}
{{- end -}}
{{- end -}}

{{/* How many servers keep a copy of facts and blobs. */}}
{{- define "bnas.natsReplicas" -}}
{{- if .Values.nats.enabled -}}{{ .Values.nats.replicas }}{{- else -}}{{ .Values.nats.external.replicas }}{{- end -}}
{{- end -}}

{{- define "bnas.log" -}}
{{- printf "nats://%s?stream=%s&replicas=%s" (include "bnas.natsServers" .) (ternary "BNAS" .Values.nats.external.stream .Values.nats.enabled) (include "bnas.natsReplicas" .) -}}
{{- end -}}

{{- define "bnas.store" -}}
{{- if eq .Values.store.kind "nats" -}}
{{- printf "nats://%s?bucket=%s&replicas=%s" (include "bnas.natsServers" .) (ternary "bnas-blobs" .Values.nats.external.bucket .Values.nats.enabled) (include "bnas.natsReplicas" .) -}}
{{- else if eq .Values.store.kind "s3" -}}
{{- $s3 := .Values.store.s3 -}}
{{- $bucket := required "store.s3.bucket: name the bucket, which must be there" $s3.bucket -}}
{{- $place := printf "s3://%s" $bucket -}}
{{- if $s3.prefix }}{{ $place = printf "%s/%s" $place $s3.prefix }}{{ end -}}
{{- $params := list -}}
{{- if $s3.endpoint }}{{ $params = append $params (printf "endpoint=%s" $s3.endpoint) }}{{ end -}}
{{- if $s3.region }}{{ $params = append $params (printf "region=%s" $s3.region) }}{{ end -}}
{{- if $s3.pathStyle }}{{ $params = append $params "pathStyle=true" }}{{ end -}}
{{- $place -}}{{- if $params -}}?{{ join "&" $params }}{{- end -}}
{{- else -}}
dir:/var/lib/bnas/blobs
{{- end -}}
{{- end -}}

{{- define "bnas.dataset" -}}
{{- printf "%s-dataset.%s:7001" (include "bnas.fullname" .) .Release.Namespace -}}
{{- end -}}

{{- define "bnas.pruner" -}}
{{- printf "%s-pruner.%s:7000" (include "bnas.fullname" .) .Release.Namespace -}}
{{- end -}}

{{/* The Secret with the certificate of a component: tls.crt, tls.key, ca.crt. {root, component} */}}
{{- define "bnas.tlsSecret" -}}
{{- if eq .root.Values.tls.mode "cert-manager" -}}
{{- printf "%s-%s-tls" (include "bnas.fullname" .root) (.component | replace "search-" "") -}}
{{- else -}}
{{- $existing := .root.Values.tls.existing -}}
{{- $message := printf "tls.existing.%s (or tls.existing.default): name the Secret with tls.crt, tls.key and ca.crt" .component -}}
{{- required $message (default $existing.default (index $existing (.component | replace "search-" ""))) -}}
{{- end -}}
{{- end -}}

{{/* host:port of NATS's monitoring, for KEDA. */}}
{{- define "bnas.natsMonitor" -}}
{{- if .Values.nats.enabled -}}
{{- printf "%s-nats.%s.svc:8222" (include "bnas.fullname" .) .Release.Namespace -}}
{{- else -}}
{{- required "nats.external.monitor: name host:port of your NATS's monitoring, which KEDA asks" .Values.nats.external.monitor -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the users of NATS: a file for each user, as natsCredentials reads it. Empty: NATS needs no user. */}}
{{- define "bnas.natsUsers" -}}
{{- if .Values.nats.enabled -}}
{{- default (printf "%s-nats-users" (include "bnas.fullname" .)) .Values.nats.auth.existingSecret -}}
{{- else -}}
{{- .Values.nats.auth.existingSecret -}}
{{- end -}}
{{- end -}}

{{- define "bnas.hasS3Secret" -}}
{{- if and (has "store" .needs) (eq .root.Values.store.kind "s3") .root.Values.store.s3.existingSecret }}yes{{ end -}}
{{- end -}}

{{/*
The Secret of tokens between services, and what of it a component gets: who calls the dataset service its own token, who is called the
list. Trainers have no list: no one may call them (networkpolicy.yaml), and the list has the tokens of the others.
*/}}
{{- define "bnas.ownToken" -}}
{{- if and (has "dataset" .needs) .root.Values.serviceTokens.existingSecret }}yes{{ end -}}
{{- end -}}
{{- define "bnas.serviceTokenList" -}}
{{- if and (has .component (list "dataset" "evaluator")) .root.Values.serviceTokens.existingSecret }}yes{{ end -}}
{{- end -}}

{{/* Whether NATS speaks TLS: ours does if the services do, an external one if nats.external.tls is set. */}}
{{- define "bnas.natsTls" -}}
{{- if and (ne .Values.tls.mode "none") (or .Values.nats.enabled .Values.nats.external.tls) }}yes{{ end -}}
{{- end -}}

{{/* Variables by which a service finds the others: addresses, and paths of files. What "bnas.deployment" takes. */}}
{{- define "bnas.meshEnv" -}}
{{- $tls := .root.Values.tls -}}
{{- if has "nats" .needs }}
- name: BNAS_LOG
  value: {{ include "bnas.log" .root | quote }}
{{- if include "bnas.natsUsers" .root }}
- name: BNAS_NATS_CREDENTIALS
  value: /etc/bnas/nats/{{ .user }}
{{- end }}
{{- if include "bnas.natsTls" .root }}
- name: BNAS_NATS_CA
  value: /etc/bnas/tls/ca.crt
{{- if $tls.mutual }}
- name: BNAS_NATS_CERT
  value: /etc/bnas/tls/tls.crt
- name: BNAS_NATS_KEY
  value: /etc/bnas/tls/tls.key
{{- end }}
{{- end }}
{{- end }}
{{- if has "store" .needs }}
- name: BNAS_STORE
  value: {{ include "bnas.store" .root | quote }}
{{- if include "bnas.hasS3Secret" . }}
- name: AWS_SHARED_CREDENTIALS_FILE
  value: /etc/bnas/s3/credentials
{{- end }}
{{- end }}
{{- if has "dataset" .needs }}
- name: BNAS_DATASET
  value: {{ include "bnas.dataset" .root | quote }}
{{- end }}
{{- if has "pruner" .needs }}
- name: BNAS_PRUNER
  value: {{ include "bnas.pruner" .root | quote }}
{{- end }}
{{- if include "bnas.ownToken" . }}
- name: BNAS_CLIENT_TOKEN_FILE
  value: /etc/bnas/own-token/token
{{- end }}
{{- if include "bnas.serviceTokenList" . }}
- name: BNAS_TOKEN_FILE
  value: /etc/bnas/service-tokens/tokens
{{- end }}
{{- if ne $tls.mode "none" }}
- name: BNAS_TLS_CERT
  value: /etc/bnas/tls/tls.crt
- name: BNAS_TLS_KEY
  value: /etc/bnas/tls/tls.key
- name: BNAS_TLS_CA
  value: /etc/bnas/tls/ca.crt
{{- if $tls.mutual }}
- name: BNAS_TLS_CLIENT_CA
  value: /etc/bnas/tls/ca.crt
- name: BNAS_TLS_CLIENT_CERT
  value: /etc/bnas/tls/tls.crt
- name: BNAS_TLS_CLIENT_KEY
  value: /etc/bnas/tls/tls.key
{{- end }}
{{- end }}
{{- end -}}

{{/* Files of secrets, and the blobs if they are on a disk. */}}
{{- define "bnas.meshMounts" -}}
{{- if and (has "nats" .needs) (include "bnas.natsUsers" .root) }}
- name: nats
  mountPath: /etc/bnas/nats
  readOnly: true
{{- end }}
{{- if ne .root.Values.tls.mode "none" }}
- name: tls
  mountPath: /etc/bnas/tls
  readOnly: true
{{- end }}
{{- if include "bnas.hasS3Secret" . }}
- name: s3
  mountPath: /etc/bnas/s3
  readOnly: true
{{- end }}
{{- if include "bnas.ownToken" . }}
- name: own-token
  mountPath: /etc/bnas/own-token
  readOnly: true
{{- end }}
{{- if include "bnas.serviceTokenList" . }}
- name: service-tokens
  mountPath: /etc/bnas/service-tokens
  readOnly: true
{{- end }}
{{- if and (has "store" .needs) (eq .root.Values.store.kind "volume") }}
- name: blobs
  mountPath: /var/lib/bnas
{{- end }}
{{- end -}}

{{- define "bnas.meshVolumes" -}}
{{- if and (has "nats" .needs) (include "bnas.natsUsers" .root) }}
# Only this user of NATS.
- name: nats
  secret:
    secretName: {{ include "bnas.natsUsers" .root }}
    defaultMode: 0440
    items:
      - key: {{ .user }}
        path: {{ .user }}
{{- end }}
{{- if ne .root.Values.tls.mode "none" }}
- name: tls
  secret:
    secretName: {{ include "bnas.tlsSecret" . }}
    defaultMode: 0440
{{- end }}
{{- if include "bnas.hasS3Secret" . }}
- name: s3
  secret:
    secretName: {{ .root.Values.store.s3.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- if include "bnas.ownToken" . }}
- name: own-token
  secret:
    secretName: {{ .root.Values.serviceTokens.existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .user }}
        path: token
{{- end }}
{{- if include "bnas.serviceTokenList" . }}
- name: service-tokens
  secret:
    secretName: {{ .root.Values.serviceTokens.existingSecret }}
    defaultMode: 0440
    items:
      - key: tokens
        path: tokens
{{- end }}
{{- if and (has "store" .needs) (eq .root.Values.store.kind "volume") }}
- name: blobs
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-blobs" (include "bnas.fullname" .root)) .root.Values.store.volume.existingClaim }}
{{- end }}
{{- end -}}

{{/*
Namespaces in which trainers of the operator run, as a YAML list; the namespace of the release is the first. Each gets an account,
credentials and a policy.
*/}}
{{- define "bnas.trainerNamespaces" -}}
{{- $all := list -}}
{{- if .Values.operator.enabled -}}
{{- $all = concat (list .Release.Namespace) .Values.operator.namespaces | uniq -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}
