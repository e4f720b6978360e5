{{/*
The Deployment of a service.
{root, component, values, port, main: path of the program in the image, env: its own variables as text,
 image, needs: what of "nats" "store" "dataset" "pruner" it talks to, user: who it is to NATS,
 token: whether it calls the API server, volumes, mounts: lists more}
*/}}
{{- define "bnas.deployment" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $scaled := ne (dig "autoscaling" "kind" "none" $values) "none" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "bnas.fullname" $root }}-{{ .component }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "bnas.labels" . | nindent 4 }}
spec:
  {{- if not $scaled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  strategy:
    type: RollingUpdate
    # A trainer ends before the next one starts, since there may be no GPU for both. The others may have one pod more for a moment:
    # facts are written once, even if two pods do the same work.
    rollingUpdate:
      maxSurge: {{ ternary 0 1 (eq .component "trainer") }}
      maxUnavailable: {{ ternary 1 0 (eq .component "trainer") }}
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      {{- include "bnas.selector" . | nindent 6 }}
  template:
    {{- include "bnas.podTemplate" . | nindent 4 }}
{{- end -}}

{{/* The pod of a service. What "bnas.deployment" takes. */}}
{{- define "bnas.podTemplate" -}}
{{- $root := .root -}}
{{- $values := .values -}}
metadata:
  labels:
    {{- include "bnas.podLabels" . | nindent 4 }}
  {{- if or .annotations $values.podAnnotations }}
  annotations:
    {{- with .annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
spec:
  serviceAccountName: {{ include "bnas.serviceAccountName" . }}
  automountServiceAccountToken: {{ default false .token }}
  enableServiceLinks: false
  securityContext:
    {{- include "bnas.podSecurity" . | nindent 4 }}
  terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
  {{- include "bnas.scheduling" . | nindent 2 }}
  containers:
    - name: {{ default .component .container }}
      image: {{ include "bnas.image" (dict "root" $root "image" (default $root.Values.image .image)) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: [node, {{ .main }}]
      env:
        - name: BNAS_LISTEN
          value: "0.0.0.0:{{ .port }}"
        {{- include "bnas.meshEnv" . | nindent 8 }}
        {{- with .env }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- include "bnas.commonEnv" . | nindent 8 }}
      ports:
        - name: grpc
          containerPort: {{ .port }}
      {{- include "bnas.grpcProbes" . | nindent 6 }}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      securityContext:
        {{- include "bnas.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- include "bnas.meshMounts" . | nindent 8 }}
        {{- with .mounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 256Mi
    {{- include "bnas.meshVolumes" . | nindent 4 }}
    {{- with .volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* The Service of a component. {root, component, port} */}}
{{- define "bnas.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "bnas.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "bnas.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "bnas.selector" . | nindent 4 }}
  ports:
    - name: grpc
      port: {{ .port }}
      targetPort: grpc
      appProtocol: {{ ternary "kubernetes.io/h2c" "grpc" (eq .root.Values.tls.mode "none") }}
{{- end -}}

{{/* Drains take one pod at a time. maxUnavailable, since minAvailable of one replica would block a drain without end. */}}
{{- define "bnas.pdb" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "bnas.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "bnas.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "bnas.selector" . | nindent 6 }}
{{- end -}}

{{/* An account for a process that never calls the API server: no token. {root, component, values, namespace: else the release's} */}}
{{- define "bnas.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "bnas.serviceAccountName" . }}
  namespace: {{ default .root.Release.Namespace .namespace }}
  labels:
    {{- include "bnas.labels" . | nindent 4 }}
  {{- with (.values).serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}
