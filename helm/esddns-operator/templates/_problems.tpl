{{/* Ends with everything that is wrong and that the schema cannot know, before anything is installed. */}}
{{- define "esddns.check" -}}
{{- $problems := list -}}
{{- $table := .Files.Get "files/settings.yaml" | fromYaml -}}
{{- $records := (include "esddns.records" . | fromJson).records -}}
{{- $groups := rest (include "esddns.groups" . | fromJson).groups -}}
{{- if not $records }}{{- $problems = append $problems "no record to keep: set global.domain, such as example.com, or records" }}{{- end -}}
{{- $seen := list -}}
{{- range $record := $records -}}
  {{- range .types -}}
    {{- $one := printf "%s %s" $record.name . -}}
    {{- if has $one $seen }}{{- $problems = append $problems (printf "the record %s is listed twice" $one) }}{{- end -}}
    {{- $seen = append $seen $one -}}
  {{- end -}}
  {{- with index $table.providers .kind }}{{- if $record.hasTTL }}
    {{- if not .ttl -}}
      {{- $problems = append $problems (printf "the record %s has a TTL, which %s decides by itself" $record.name $record.kind) -}}
    {{- else if or (lt (int64 $record.ttl) (int64 .ttl.minimum)) (gt (int64 $record.ttl) (int64 .ttl.maximum)) -}}
      {{- $problems = append $problems (printf "the record %s has a TTL of %d s, but %s takes %d to %d s" $record.name (int64 $record.ttl) $record.kind (int64 .ttl.minimum) (int64 .ttl.maximum)) -}}
    {{- end -}}
  {{- end }}{{- end -}}
  {{- if and .suffix (not (has "AAAA" .types)) }}{{- $problems = append $problems (printf "the record %s has a suffix, which is for the type AAAA, but its types are %s" .name (join ", " .types)) }}{{- end -}}
{{- end -}}
{{- $used := list -}}
{{- range $record := $records }}{{- $used = append $used (printf "%s:%s" .kind .label) }}{{- end -}}
{{- $known := list -}}
{{- range $group := $groups -}}
  {{- $choice := printf "%s:%s" .kind .label -}}
  {{- if has $choice $known }}{{- $problems = append $problems (printf "%s: there are two accounts of %s with the label %s" .path .kind (lower .label)) }}{{- end -}}
  {{- $known = append $known $choice -}}
  {{- $values := .values }}{{- $secrets := list -}}
  {{- range .entries }}{{- if .secret -}}
    {{- $secrets = append $secrets (printf "%s.%s" $group.path .key) -}}
    {{- if and $values.existingSecret (index $values .key) }}{{- $problems = append $problems (printf "%s.%s and %s.existingSecret are both set; give the secret in one place" $group.path .key $group.path) }}{{- end -}}
  {{- end }}{{- end -}}
  {{- if and $values.secretKeys (not $values.existingSecret) }}{{- $problems = append $problems (printf "%s.secretKeys is set without %s.existingSecret" .path .path) }}{{- end -}}
  {{- if and .label (not (has $choice $used)) }}{{- $problems = append $problems (printf "%s: no record uses the account %s:%s" .path .kind (lower .label)) }}{{- end -}}
  {{- if has $choice $used -}}
    {{- $elsewhere := not (empty $.Values.updater.extraEnvFrom) -}}
    {{- $start := printf "%s%s_" .prefix (upper .kind) -}}
    {{- range $.Values.updater.extraEnv }}{{- if hasPrefix $start .name }}{{- $elsewhere = true }}{{- end }}{{- end -}}
    {{- if not $elsewhere -}}
      {{- if and $secrets (not .ambient) (not .files) }}{{- $problems = append $problems (printf "the provider %s has no credentials: set %s.existingSecret, or %s" .kind .path (join " or " $secrets)) }}{{- end -}}
      {{- range .required }}{{- if not (index $values .) }}{{- $problems = append $problems (printf "the provider %s needs %s.%s" $group.kind $group.path .) }}{{- end }}{{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $choice := uniq $used -}}
  {{- if not (has $choice $known) }}{{- $problems = append $problems (printf "accounts has no %s, which a record or provider names" (lower $choice)) }}{{- end -}}
{{- end -}}
{{- if and .Values.leader.hostNetwork .Values.updater.hostNetwork (eq (int64 .Values.leader.port) (int64 .Values.updater.port)) -}}
  {{- $problems = append $problems (printf "leader.port and updater.port are both %d, but with hostNetwork both are on the same node; choose two" (int64 .Values.leader.port)) -}}
{{- end -}}
{{- with .Values.podDisruptionBudget -}}
  {{- if and .enabled (gt (int64 $.Values.leader.replicas) 1) (not (kindIs "string" .minAvailable)) (ge (int64 .minAvailable) (int64 $.Values.leader.replicas)) -}}
    {{- $problems = append $problems (printf "podDisruptionBudget.minAvailable is %d, which with leader.replicas %d would keep nodes from being drained" (int64 .minAvailable) (int64 $.Values.leader.replicas)) -}}
  {{- end -}}
{{- end -}}
{{- $source := include "esddns.addressSource" . -}}
{{- if and (hasPrefix "service/" $source) (not (regexMatch "^service/[a-z0-9-]+/[a-z0-9.-]+$" $source)) -}}
  {{- $problems = append $problems (printf "settings.addressSource is %s, and has to be service/NAMESPACE/NAME" $source) -}}
{{- end -}}
{{- /* A Role is made in that Service's namespace. A cluster that can be asked answers with a list, if an empty one. */}}
{{- with slice (splitList "/" $source) 1 }}{{- if and (hasPrefix "service/" $source) $.Values.rbac.create (ne (first .) $.Release.Namespace) -}}
  {{- if and (lookup "rbac.authorization.k8s.io/v1" "Role" (first .) "") (not (lookup "v1" "Namespace" "" (first .))) -}}
    {{- $problems = append $problems (printf "settings.addressSource is %s, but there is no namespace %s" $source (first .)) -}}
  {{- end -}}
{{- end }}{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.service.enabled) }}{{- $problems = append $problems "ingress.enabled needs service.enabled" }}{{- end -}}
{{- if and .Values.ingress.tls.enabled (not .Values.ingress.tls.secretName) }}{{- $problems = append $problems "ingress.tls.enabled needs ingress.tls.secretName" }}{{- end -}}
{{- if $problems }}{{- fail (printf "\n\n- %s\n" (join "\n- " $problems)) }}{{- end -}}
{{- end -}}
