{{/*
More pods of a service when there is more work: by its CPU (hpa), or by KEDA, which counts the jobs that wait in NATS and may scale
to zero. {root, component, values}
*/}}
{{- define "bnas.autoscaling" -}}
{{- $name := printf "%s-%s" (include "bnas.fullname" .root) .component -}}
{{- $scale := .values.autoscaling -}}
{{- if eq $scale.kind "hpa" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "bnas.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ $name }}
  minReplicas: {{ $scale.min }}
  maxReplicas: {{ $scale.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $scale.cpuPercent }}
{{- else -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "bnas.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    name: {{ $name }}
  minReplicaCount: {{ $scale.min }}
  maxReplicaCount: {{ $scale.max }}
  cooldownPeriod: {{ $scale.cooldownSeconds }}
  triggers:
    {{- if eq .component "evaluator" }}
    # The samples that are trained and not evaluated yet, running or not: the consumer of all evaluators.
    - type: nats-jetstream
      metadata:
        natsServerMonitoringEndpoint: {{ include "bnas.natsMonitor" .root | quote }}
        account: {{ ternary "BNAS" .root.Values.nats.external.account .root.Values.nats.enabled }}
        stream: {{ ternary "BNAS" .root.Values.nats.external.stream .root.Values.nats.enabled }}
        consumer: evaluator
        lagThreshold: {{ $scale.jobsPerPod | quote }}
        activationLagThreshold: "0"
    {{- else }}
    - type: cpu
      metricType: Utilization
      metadata:
        value: {{ $scale.cpuPercent | quote }}
    {{- end }}
{{- end }}
{{- end -}}
