{{/* What the NetworkPolicies of several components have in common. */}}

{{/* Peers that are components of this release. {root, of: names, elsewhere: whether seen from another namespace} */}}
{{- define "bnas.peers" -}}
{{- range .of }}
- podSelector:
    matchLabels:
      {{- include "bnas.selector" (dict "root" $.root "component" .) | nindent 6 }}
  {{- if $.elsewhere }}
  namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ $.root.Release.Namespace }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Trainers that the operator made, in every namespace that it serves. */}}
{{- define "bnas.operatorTrainerPeer" -}}
{{- if .Values.operator.enabled }}
- namespaceSelector:
    {{- if .Values.operator.clusterWide }} {}
    {{- else }}
    matchExpressions:
      - key: kubernetes.io/metadata.name
        operator: In
        values:
          {{- include "bnas.trainerNamespaces" . | nindent 10 }}
    {{- end }}
  podSelector:
    matchLabels:
      {{- include "bnas.selector" (dict "root" . "component" "search-trainer") | nindent 6 }}
{{- end }}
{{- end }}

{{/* {root, elsewhere} */}}
{{- define "bnas.egressNats" -}}
{{- if .root.Values.nats.enabled -}}
- to:
    {{- include "bnas.peers" (dict "root" .root "of" (list "nats") "elsewhere" .elsewhere) | nindent 4 }}
  ports:
    - { protocol: TCP, port: 4222 }
{{- else -}}
{{- include "bnas.egressOutside" .root.Values.networkPolicy.externalNats -}}
{{- end -}}
{{- end }}

{{- define "bnas.egressStore" -}}
{{- if eq .root.Values.store.kind "s3" -}}
{{- include "bnas.egressOutside" .root.Values.networkPolicy.store -}}
{{- end -}}
{{- end }}

{{- define "bnas.egressTelemetry" -}}
{{- if .root.Values.telemetry.endpoint -}}
{{- include "bnas.egressOutside" .root.Values.networkPolicy.telemetry -}}
{{- else if .root.Values.telemetry.collector.enabled -}}
- to:
    {{- include "bnas.peers" (dict "root" .root "of" (list "collector") "elsewhere" .elsewhere) | nindent 4 }}
  ports:
    - { protocol: TCP, port: 4318 }
{{- end -}}
{{- end }}

{{/* Addresses outside, and their ports: {cidrs, ports}. Neither is ever empty, because empty means everything. */}}
{{- define "bnas.egressOutside" -}}
- to:
    {{- range .cidrs }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  ports:
    {{- range .ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end }}
