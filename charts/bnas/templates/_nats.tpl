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
jetstream { store_dir: "/data", sync_interval: always }

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

{{- define "bnas.natsChecksum" -}}
{{- printf "%s\n%s" (include "bnas.natsConfig" .) (.Files.Get "files/nats/accounts.conf") | sha256sum -}}
{{- end -}}
