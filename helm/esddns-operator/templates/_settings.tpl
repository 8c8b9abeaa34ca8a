{{/*
All groups of settings, as JSON {"groups": […]}: the program's own, one for each provider, one for each account. A group has
path (where its values are), directory (of its secrets), prefix (of its variables), entries, values, and which Secret has what.
What is said about settings and providers is in files/settings.yaml, so that a further one needs no change here.
*/}}
{{- define "esddns.groups" -}}
{{- $table := .Files.Get "files/settings.yaml" | fromYaml -}}
{{- $all := list (dict "path" "settings" "directory" "settings" "prefix" "ESDDNS_" "values" (deepCopy .Values.settings) "entries" $table.settings.entries "defaultSecrets" $table.settings.defaultSecrets) -}}
{{- range $kind, $provider := $table.providers -}}
  {{- $all = append $all (dict "path" $kind "directory" $kind "kind" $kind "label" "" "prefix" "ESDDNS_" "values" (index $.Values $kind | default dict) "entries" $provider.entries "defaultSecrets" $provider.defaultSecrets "required" $provider.required "ambient" $provider.ambient) -}}
{{- end -}}
{{- range $index, $account := .Values.accounts -}}
  {{- $provider := index $table.providers $account.provider -}}
  {{- $all = append $all (dict "path" (printf "accounts[%d]" $index) "directory" (printf "%s-%s" $account.provider (lower $account.label)) "kind" $account.provider "label" (upper $account.label) "prefix" (printf "ESDDNS_%s_" (upper $account.label)) "values" $account "entries" (concat $table.shared $provider.entries) "defaultSecrets" $provider.defaultSecrets "required" $provider.required "ambient" $provider.ambient) -}}
{{- end -}}
{{- $kinds := (include "esddns.kinds" . | fromJson).kinds -}}
{{- $groups := list -}}
{{- range $group := $all -}}
  {{- $values := $group.values -}}
  {{- if eq $group.path "settings" }}{{- $_ := set $values "addressSource" (include "esddns.addressSource" $) }}{{- end -}}
  {{- if and (eq (default "" $group.kind) "dnsendpoint") (not $values.name) (has "dnsendpoint" $kinds) }}{{- $values = merge (dict "name" (include "esddns.endpointName" (list $ $group.label))) $values }}{{- end -}}
  {{- $keys := default dict $values.secretKeys -}}
  {{- if and $values.existingSecret (not $keys) -}}
    {{- range $entry := $group.entries }}{{- if has $entry.key $group.defaultSecrets }}{{- $keys = merge (dict $entry.key $entry.file) $keys }}{{- end }}{{- end -}}
  {{- end -}}
  {{- $plain := list }}{{- $files := list -}}
  {{- range $entry := $group.entries -}}
    {{- $value := index $values $entry.key -}}
    {{- $isSet := not (or (kindIs "invalid" $value) (and (kindIs "string" $value) (eq $value "")) (and (kindIs "slice" $value) (not $value))) -}}
    {{- $name := printf "%s%s" $group.prefix $entry.env -}}
    {{- if and $entry.secret (hasKey $keys $entry.key) $values.existingSecret -}}
      {{- $files = append $files (dict "name" $name "secret" $values.existingSecret "key" (index $keys $entry.key) "path" (printf "%s/%s" $group.directory $entry.file)) -}}
    {{- else if and $entry.secret $isSet -}}
      {{- $files = append $files (dict "name" $name "secret" (include "esddns.secret" $) "key" (printf "%s.%s" $group.directory $entry.file) "path" (printf "%s/%s" $group.directory $entry.file) "value" $value) -}}
    {{- else if $isSet -}}
      {{- $plain = append $plain (dict "name" $name "value" (include "esddns.text" $value)) -}}
    {{- end -}}
  {{- end -}}
  {{- $groups = append $groups (merge (dict "values" $values "plain" $plain "files" $files) $group) -}}
{{- end -}}
{{- dict "groups" $groups | toJson -}}
{{- end -}}

{{/* The DNSEndpoint object of a release, or of one of its accounts: (list ROOT LABEL). */}}
{{- define "esddns.endpointName" -}}
{{- include "esddns.fullname" (index . 0) }}{{ with index . 1 }}-{{ lower . }}{{ end -}}
{{- end -}}

{{/* All records, that of global first, as JSON {"records": […]}, each with kind, label (in capitals), types and text. */}}
{{- define "esddns.records" -}}
{{- $standard := splitList ":" .Values.provider -}}
{{- $given := .Values.records -}}
{{- with .Values.global.domain -}}
  {{- $root := $.Values.global.recordName -}}
  {{- $name := ternary . (printf "%s.%s" $root .) (or (eq $root "@") (eq $root "")) -}}
  {{- $record := dict "name" $name "from" "global" -}}
  {{- if not (kindIs "invalid" $.Values.global.recordTTL) }}{{- $_ := set $record "ttl" $.Values.global.recordTTL }}{{- end -}}
  {{- $given = prepend $given $record -}}
{{- end -}}
{{- $records := list -}}
{{- range $given -}}
  {{- $kind := default (index $standard 0) .provider -}}
  {{- $label := default "" .label -}}
  {{- if and (not .provider) (not .label) (gt (len $standard) 1) }}{{- $label = index $standard 1 }}{{- end -}}
  {{- $text := .name -}}
  {{- with .types }}{{- $text = printf "%s/%s" $text (join "+" .) }}{{- end -}}
  {{- if hasKey . "ttl" }}{{- $text = printf "%s/%d" $text (int64 .ttl) }}{{- end -}}
  {{- with .suffix }}{{- $text = printf "%s/%s" $text . }}{{- end -}}
  {{- if or .provider .label }}{{- $text = printf "%s@%s" $text $kind }}{{- with .label }}{{- $text = printf "%s:%s" $text . }}{{- end }}{{- end -}}
  {{- $types := default (ternary (list "AAAA") (list "A") (not (empty .suffix))) .types -}}
  {{- $records = append $records (dict "name" (lower .name) "kind" $kind "label" (upper $label) "types" $types "suffix" (default "" .suffix) "hasTTL" (hasKey . "ttl") "ttl" (default 0 .ttl) "text" $text) -}}
{{- end -}}
{{- dict "records" $records | toJson -}}
{{- end -}}

{{/* The families that leaders find: those of settings, else those that records of the whole site need. */}}
{{- define "esddns.families" -}}
{{- $given := include "esddns.text" .Values.settings.families -}}
{{- if $given }}{{ $given }}{{- else -}}
  {{- $types := list -}}
  {{- range (include "esddns.records" . | fromJson).records }}{{- if not (contains "{node}" .name) }}{{- $types = concat $types .types }}{{- end }}{{- end -}}
  {{- $families := list -}}
  {{- if or (has "A" $types) (not (has "AAAA" $types)) }}{{- $families = append $families "ipv4" }}{{- end -}}
  {{- if has "AAAA" $types }}{{- $families = append $families "ipv6" }}{{- end -}}
  {{- join "," $families -}}
{{- end -}}
{{- end -}}

{{- define "esddns.hasIPv6" -}}
{{- if has "ipv6" (splitList "," (include "esddns.families" . | nospace)) }}true{{ end -}}
{{- end -}}

{{/* The groups whose settings a component is given, as JSON: (list ROOT COMPONENT). Leaders write no records. */}}
{{- define "esddns.groupsOf" -}}
{{- $groups := (include "esddns.groups" (index . 0) | fromJson).groups -}}
{{- if eq (index . 1) "leader" }}{{- $groups = list (first $groups) }}{{- end -}}
{{- dict "groups" $groups | toJson -}}
{{- end -}}

{{/* The variables of a component: (list ROOT COMPONENT). */}}
{{- define "esddns.variables" -}}
{{- $root := index . 0 }}{{- $component := index . 1 -}}
{{- $values := index $root.Values $component -}}
- name: ESDDNS_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: ESDDNS_NODE_NAME
  valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
{{ include "esddns.variable" (list "ESDDNS_LISTEN" (printf "%s:%d" $root.Values.listenAddress (int64 $values.port))) }}
{{ include "esddns.variable" (list "ESDDNS_LEASE_NAME" (include "esddns.leader" $root)) }}
{{ include "esddns.variable" (list "ESDDNS_ADDRESS_CONFIGMAP" (include "esddns.addressConfigMap" $root)) }}
{{ include "esddns.variable" (list "ESDDNS_RECORDS_CONFIGMAP" (include "esddns.recordsConfigMap" $root)) }}
{{- with $root.Values.serviceAccountDirectory }}
{{ include "esddns.variable" (list "ESDDNS_SERVICE_ACCOUNT_DIRECTORY" .) }}
{{- end }}
{{- if eq $component "updater" }}
{{- $texts := list }}{{- range (include "esddns.records" $root | fromJson).records }}{{- $texts = append $texts .text }}{{- end }}
{{ include "esddns.variable" (list "ESDDNS_RECORDS" (join "," $texts)) }}
{{ include "esddns.variable" (list "ESDDNS_PROVIDER" $root.Values.provider) }}
{{- else if not $root.Values.settings.families }}
{{ include "esddns.variable" (list "ESDDNS_FAMILIES" (include "esddns.families" $root)) }}
{{- end }}
{{- range (include "esddns.groupsOf" . | fromJson).groups }}
{{- range .plain }}
{{ include "esddns.variable" (list .name .value) }}
{{- end }}
{{- range .files }}
{{ include "esddns.variable" (list (printf "%s_FILE" .name) (printf "/etc/esddns/secrets/%s" .path)) }}
{{- end }}
{{- end }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What the volume of a component's secrets is made of, by Secret: (list ROOT COMPONENT). Empty where there are none. */}}
{{- define "esddns.secretSources" -}}
{{- $secrets := dict -}}
{{- range (include "esddns.groupsOf" . | fromJson).groups -}}
  {{- range .files -}}
    {{- $items := default list (index $secrets .secret) -}}
    {{- $_ := set $secrets .secret (append $items (dict "key" .key "path" .path)) -}}
  {{- end -}}
{{- end -}}
{{- range $name, $items := $secrets }}
- secret:
    name: {{ $name }}
    items:
      {{- toYaml $items | nindent 6 }}
{{- end -}}
{{- end -}}

{{/* The secrets that were given as values, as JSON {KEY: VALUE}. */}}
{{- define "esddns.givenSecrets" -}}
{{- $data := dict -}}
{{- range (include "esddns.groups" . | fromJson).groups }}{{- range .files }}{{- if hasKey . "value" }}{{- $_ := set $data .key .value }}{{- end }}{{- end }}{{- end -}}
{{- toJson $data -}}
{{- end -}}

{{/* The kinds of provider that records use, as JSON {"kinds": […]}. */}}
{{- define "esddns.kinds" -}}
{{- $kinds := list -}}
{{- range (include "esddns.records" . | fromJson).records }}{{- $kinds = append $kinds .kind }}{{- end -}}
{{- dict "kinds" (uniq $kinds) | toJson -}}
{{- end -}}
