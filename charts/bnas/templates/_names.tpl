{{/* Names of objects, and the labels that select them. */}}

{{- define "bnas.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Prefix of every object. 40 characters leave room for what follows, NATS's pod numbers included. */}}
{{- define "bnas.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "bnas.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "bnas.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels of one release, by which its NetworkPolicies, Services and Deployments select. Never change them: selectors are immutable. */}}
{{- define "bnas.selector" -}}
app.kubernetes.io/name: {{ include "bnas.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "bnas.labels" -}}
{{ include "bnas.selector" . }}
app.kubernetes.io/part-of: bnas
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of pods: no versions, so that an upgrade restarts only the pods that change. {root, component, values} */}}
{{- define "bnas.podLabels" -}}
{{ include "bnas.selector" . }}
app.kubernetes.io/part-of: bnas
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- with (.values).podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "bnas.serviceAccountName" -}}
{{- printf "%s-%s" (include "bnas.fullname" .root) .component -}}
{{- end -}}

{{/*
Name of an image: the fields of `image`, and the chart's where it has none. A digest wins over a tag. Images of others (`foreign`) are
not in the registry of ours; a mirror of all is global.imageRegistry.
*/}}
{{- define "bnas.image" -}}
{{- $image := .image -}}
{{- $ours := ternary "" .root.Values.image.registry (default false .foreign) -}}
{{- $registry := coalesce $image.registry $ours .root.Values.global.imageRegistry -}}
{{- $path := $image.repository -}}
{{- if $registry }}{{ $path = printf "%s/%s" $registry $path }}{{ end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $path $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $path (default .root.Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The image that has an engine, as YAML. {root, engine} */}}
{{- define "bnas.engineImage" -}}
{{- $images := .root.Values -}}
{{- if eq .engine "gpu" -}}{{ toYaml $images.trainerImages.gpu }}
{{- else if or (eq .engine "node") (eq .engine "auto") -}}{{ toYaml $images.trainerImages.node }}
{{- else -}}{{ toYaml $images.image }}
{{- end -}}
{{- end -}}
