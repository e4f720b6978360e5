{{/*
The configuration of NATS: deploy/nats, with what depends on the installation. accounts.conf is a copy of the one in deploy/nats, which is
generated from the permissions in the code (test/chart compares the two).
*/}}
{{- define "bnas.natsConfig" -}}
{{- $name := printf "%s-nats" (include "bnas.fullname" .) -}}
listen: "0.0.0.0:4222"

# Health for probes, and what KEDA asks.
http: "0.0.0.0:8222"

# An acknowledged fact is on the disk (docs/operations.md).
jetstream { store_dir: "/data", sync_interval: always, max_file: {{ include "bnas.natsStore" . }} }
max_payload: {{ include "bnas.bytes" .Values.nats.limits.message }}

include "accounts.conf"
{{- if gt (int .Values.nats.replicas) 1 }}

cluster {
  name: {{ $name | quote }}
  listen: "0.0.0.0:6222"
  routes: [
    {{- range $i := until (int .Values.nats.replicas) }}
    {{ printf "nats://%s-%d.%s-peers.%s:6222" $name $i $name $.Release.Namespace | quote }}
    {{- end }}
  ]
  {{- if ne .Values.tls.mode "none" }}
  tls {
    cert_file: "/etc/bnas/tls/tls.crt"
    key_file: "/etc/bnas/tls/tls.key"
    ca_file: "/etc/bnas/tls/ca.crt"
    verify: true
  }
  {{- end }}
}
{{- end }}
{{- if ne .Values.tls.mode "none" }}

tls {
  cert_file: "/etc/bnas/tls/tls.crt"
  key_file: "/etc/bnas/tls/tls.key"
  ca_file: "/etc/bnas/tls/ca.crt"
  verify: {{ .Values.tls.mutual }}
}
{{- end }}
{{ end -}}

{{/* A quantity of Kubernetes in bytes. */}}
{{- define "bnas.bytes" -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- mulf (float64 $number) (get $units (trimPrefix $number .)) | floor | int64 -}}
{{- end -}}

{{/* What one server may store: a full disk stops a server of NATS until it restarts, a limit does not. */}}
{{- define "bnas.natsStore" -}}
{{- $size := include "bnas.bytes" .Values.nats.storage.size | int64 -}}
{{- if .Values.nats.limits.store -}}
{{- $store := include "bnas.bytes" .Values.nats.limits.store | int64 -}}
{{- if gt $store $size -}}
{{- fail (printf "nats.limits.store: %s is more than nats.storage.size, %s; leave it empty for three quarters of that" .Values.nats.limits.store .Values.nats.storage.size) -}}
{{- end -}}
{{- $store -}}
{{- else -}}
{{- div (mul $size 3) 4 -}}
{{- end -}}
{{- end -}}

{{/* limits.conf, as that of deploy/nats. */}}
{{- define "bnas.natsLimits" -}}
{{- $limits := .Values.nats.limits -}}
bnas_store: {{ mul (include "bnas.natsStore" . | int64) (int .Values.nats.replicas) }}
bnas_streams: {{ $limits.streams }}
bnas_consumers: {{ $limits.consumers }}
bnas_connections: {{ $limits.connections }}
bnas_subscriptions: {{ $limits.subscriptions }}
bnas_message: {{ include "bnas.bytes" $limits.message }}
{{ end -}}

{{- define "bnas.natsChecksum" -}}
{{- printf "%s\n%s\n%s" (include "bnas.natsConfig" .) (include "bnas.natsLimits" .) (.Files.Get "files/nats/accounts.conf") | sha256sum -}}
{{- end -}}
