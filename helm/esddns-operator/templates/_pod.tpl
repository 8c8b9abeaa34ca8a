{{/* The pod of a component: (list ROOT COMPONENT). */}}
{{- define "esddns.podTemplate" -}}
{{- $root := index . 0 }}{{- $component := index . 1 -}}
{{- $values := index $root.Values $component -}}
{{- $sources := include "esddns.secretSources" . | trim -}}
{{- $given := include "esddns.givenSecrets" $root | fromJson -}}
{{- $annotations := dict }}
{{- if and $given (contains (include "esddns.secret" $root) $sources) }}
{{- $_ := set $annotations "checksum/credentials" (toJson $given | sha256sum) }}
{{- end -}}
metadata:
  labels:
    {{- /* Not the chart's version: another chart with the same program would start every pod again. */}}
    {{- include "esddns.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $component }}
    app.kubernetes.io/part-of: esddns
    {{- with merge (dict) $values.podLabels $root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with merge (dict) $values.podAnnotations $annotations $root.Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "esddns.serviceAccount" . }}
  automountServiceAccountToken: true
  enableServiceLinks: false
  {{- if $values.hostNetwork }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ int64 $values.terminationGracePeriodSeconds }}
  securityContext:
    {{- toYaml $root.Values.podSecurityContext | nindent 4 }}
  containers:
    - name: {{ $component }}
      image: {{ include "esddns.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: [/usr/local/bin/esddns-{{ $component }}]
      {{- with $values.extraArgs }}
      args:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      env:
        {{- include "esddns.variables" . | nindent 8 }}
      {{- with $values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - {name: http, containerPort: {{ int64 $values.port }}, protocol: TCP}
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        {{- toYaml $root.Values.livenessProbe | nindent 8 }}
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        {{- toYaml $root.Values.readinessProbe | nindent 8 }}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      securityContext:
        {{- toYaml $root.Values.securityContext | nindent 8 }}
      {{- if or $sources $values.extraVolumeMounts }}
      volumeMounts:
        {{- if $sources }}
        - {name: secrets, mountPath: /etc/esddns/secrets, readOnly: true}
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
    {{- with $values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if or $sources $values.extraVolumes }}
  volumes:
    {{- with $sources }}
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          {{- . | nindent 10 }}
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range $values.topologySpreadConstraints }}
    - {{- toYaml (merge (deepCopy .) (dict "labelSelector" (dict "matchLabels" (merge (dict "app.kubernetes.io/component" $component) (include "esddns.selector" $root | fromYaml))))) | nindent 6 }}
    {{- end }}
  {{- end }}
{{- end -}}
