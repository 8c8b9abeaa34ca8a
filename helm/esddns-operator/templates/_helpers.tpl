{{/* What all names begin with. The release "esddns-operator", and "esddns", make the names of the documentation: esddns-leader. */}}
{{- define "esddns.fullname" -}}
{{- $name := .Values.fullnameOverride -}}
{{- if not $name -}}
  {{- $name = .Release.Name | trimSuffix "-operator" -}}
  {{- if not (contains "esddns" $name) -}}{{- $name = printf "%s-esddns" .Release.Name -}}{{- end -}}
{{- end -}}
{{- if gt (len $name) 40 -}}
  {{- $name = printf "%s-%s" (trunc 31 $name | trimSuffix "-") (sha256sum $name | trunc 8) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{- define "esddns.leader" -}}{{ include "esddns.fullname" . }}-leader{{- end -}}
{{- define "esddns.updater" -}}{{ include "esddns.fullname" . }}-updater{{- end -}}
{{- define "esddns.addressConfigMap" -}}{{ include "esddns.fullname" . }}-wan-address{{- end -}}
{{- define "esddns.recordsConfigMap" -}}{{ include "esddns.fullname" . }}-records{{- end -}}
{{- define "esddns.secret" -}}{{ include "esddns.fullname" . }}-credentials{{- end -}}

{{/* What pods of this release are chosen by: nothing that an upgrade changes. */}}
{{- define "esddns.selector" -}}
app.kubernetes.io/name: {{ default "esddns" .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "esddns.labels" -}}
{{ include "esddns.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: esddns
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The metadata of an object: (list ROOT NAME [COMPONENT [ANNOTATIONS [LABELS]]]). */}}
{{- define "esddns.metadata" -}}
{{- $root := index . 0 -}}
{{- $component := "" }}{{- if gt (len .) 2 }}{{- $component = index . 2 }}{{- end -}}
{{- $annotations := dict }}{{- if gt (len .) 3 }}{{- $annotations = index . 3 }}{{- end -}}
{{- $labels := dict }}{{- if gt (len .) 4 }}{{- $labels = index . 4 }}{{- end -}}
name: {{ index . 1 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "esddns.labels" $root | nindent 2 }}
  {{- with $component }}
  app.kubernetes.io/component: {{ . }}
  {{- end }}
  {{- with $labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) $annotations $root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "esddns.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* The service account of a component: (list ROOT COMPONENT). */}}
{{- define "esddns.serviceAccount" -}}
{{- $account := (index (index . 0).Values (index . 1)).serviceAccount -}}
{{- $standard := printf "%s-%s" (include "esddns.fullname" (index . 0)) (index . 1) -}}
{{- if $account.create }}{{ default $standard $account.name }}{{ else }}{{ required (printf "%s.serviceAccount.name has to be set where %s.serviceAccount.create is false" (index . 1) (index . 1)) $account.name }}{{ end -}}
{{- end -}}

{{/* A value as the text of a variable: lists with commas, whole numbers without an exponent. */}}
{{- define "esddns.text" -}}
{{- if kindIs "slice" . }}{{ join "," . }}
{{- else if kindIs "float64" . }}{{ int64 . }}
{{- else }}{{ . }}{{ end -}}
{{- end -}}

{{/* A variable: (list NAME TEXT). Kubernetes would put other variables where it finds "$(". */}}
{{- define "esddns.variable" -}}
- name: {{ index . 0 }}
  value: {{ index . 1 | replace "$(" "$$(" | quote }}
{{- end -}}

{{/* Where the address comes from; may name the release's own objects, as in service/{{ .Release.Namespace }}/… */}}
{{- define "esddns.addressSource" -}}
{{- tpl (default "" .Values.settings.addressSource) . -}}
{{- end -}}
