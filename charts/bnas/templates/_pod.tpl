{{/* What every pod of the chart has in common. The namespace may enforce Pod Security "restricted". */}}

{{- define "bnas.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "bnas.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where a pod may run and its priority: from the component, else from the chart. {root, component, values} */}}
{{- define "bnas.scheduling" -}}
{{- $chart := .root.Values -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $chart.priorityClassName .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with default $chart.nodeSelector .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $chart.tolerations .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $chart.topologySpread.enabled }}
topologySpreadConstraints:
  {{- range $chart.topologySpread.keys }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $chart.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "bnas.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/*
Probes of a gRPC server. The kubelet speaks no TLS to gRPC: with TLS it only checks that the port is open; a service
closes it when it drains. Five seconds, since a node under load answers slowly, and a restart would make that worse. Readiness asks whether it can
serve; liveness only whether the process answers, since a restart repairs no disk and no NATS.
*/}}
{{- define "bnas.grpcProbes" -}}
{{- $probe := ternary (dict "grpc" (dict "port" .port)) (dict "tcpSocket" (dict "port" .port)) (eq .root.Values.tls.mode "none") -}}
{{- $alive := ternary (dict "grpc" (dict "port" .port "service" "alive")) $probe (hasKey $probe "grpc") }}
startupProbe:
  {{- toYaml $probe | nindent 2 }}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 60
readinessProbe:
  {{- toYaml $probe | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 2
livenessProbe:
  {{- toYaml $alive | nindent 2 }}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{/* Where telemetry goes: a collector that is named, or the chart's own; empty: nowhere. */}}
{{- define "bnas.otlpEndpoint" -}}
{{- $telemetry := .Values.telemetry -}}
{{- if $telemetry.endpoint -}}
{{- $telemetry.endpoint -}}
{{- else if $telemetry.collector.enabled -}}
{{- printf "http://%s-collector:%d" (include "bnas.fullname" .) 4318 -}}
{{- end -}}
{{- end -}}

{{/* Variables of every service: log level, telemetry, and the user's own. {root, component, values} */}}
{{- define "bnas.commonEnv" -}}
- name: BNAS_LOG_LEVEL
  value: {{ .root.Values.logLevel }}
{{- with include "bnas.otlpEndpoint" .root }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: OTEL_METRIC_EXPORT_INTERVAL
  value: {{ $.root.Values.telemetry.metricIntervalMs | int | quote }}
- name: OTEL_TRACES_SAMPLER
  value: {{ $.root.Values.telemetry.sampler }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ $.root.Values.telemetry.samplerArg | toString | quote }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ printf "service.namespace=%s,k8s.namespace.name=%s" (include "bnas.fullname" $.root) $.root.Release.Namespace }}
{{- end }}
{{- with .root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- with .values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
