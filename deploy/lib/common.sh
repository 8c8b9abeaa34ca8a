# shellcheck shell=bash
# What the scripts that change a cluster have in common. To be sourced; the caller has set -euo pipefail.

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))) || fail "bash $BASH_VERSION is too old: 4.4 is needed"

# A mistake in the command line: code 64 (EX_USAGE).
usage_error() {
    echo "${0##*/}: $*; see ${0##*/} --help" >&2
    exit 64
}

# "--option VALUE": ends where there is no value.
require_value() {
    (($# >= 2)) || usage_error "$1 needs a value"
}

# Prints the comment at the head of the script as its help.
print_help() {
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "${BASH_SOURCE[1]}"
}

# kubectl with the chosen context. Nothing secret may be among the arguments: other users can see them.
kube() {
    kubectl ${context:+--context "$context"} --request-timeout=30s "$@"
}

require_kubectl() {
    command -v kubectl >/dev/null || fail "kubectl is not installed: https://kubernetes.io/docs/tasks/tools/"
}

require_cluster() {
    local answer
    if ! answer=$(kube get --raw /version 2>&1); then
        fail "no cluster answers${context:+ in the context $context}; nothing has been changed. kubectl says: ${answer##*$'\n'}"
    fi
}

# check_permissions NAMESPACE VERB RESOURCE…; an empty namespace is for what has none. Collects everything that is missing.
denied=()
check_permissions() {
    local namespace=$1 verb=$2 resource answer
    shift 2
    for resource in "$@"; do
        if [[ -n $namespace ]]; then
            answer=$(kube auth can-i "$verb" "$resource" --namespace "$namespace" 2>&1) || true
        else
            answer=$(kube auth can-i "$verb" "$resource" 2>&1) || true
        fi
        case ${answer##*$'\n'} in
            yes | "yes - "*) ;;
            no | "no - "*) denied+=("$verb $resource${namespace:+ in $namespace}") ;;
            *) fail "whether \"$verb $resource\" is permitted cannot be seen; nothing has been changed. kubectl says: ${answer##*$'\n'}" ;;
        esac
    done
}

end_if_denied() {
    local list
    ((${#denied[@]} > 0)) || return 0
    printf -v list '%s, ' "${denied[@]}"
    fail "missing permissions, nothing has been changed: ${list%, }"
}

# refuse_release NAMESPACE: ends where Helm has installed esddns there: two owners would undo each other's changes.
refuse_release() {
    local release
    # shellcheck disable=SC2016 # The dollar is the template's.
    release=$(kube get deployment esddns-leader --namespace "$1" --ignore-not-found \
        -o 'go-template={{range $name, $value := .metadata.annotations}}{{if eq $name "meta.helm.sh/release-name"}}{{$value}}{{end}}{{end}}') \
        || fail "whether Helm has installed esddns into $1 cannot be seen; nothing has been changed"
    [[ -z $release ]] || fail "esddns in $1 is Helm's, as the release $release: upgrade that, or remove it first by" \
        "\"helm uninstall $release -n $1\"; nothing has been changed"
}

# require_definitions WHAT NAME…: ends where the cluster does not know these kinds of objects.
require_definitions() {
    local what=$1 found name missing=''
    shift
    found=$(kube get customresourcedefinitions "$@" --ignore-not-found -o name 2>&1) \
        || fail "whether the cluster has $what cannot be seen; nothing has been changed. kubectl says: ${found##*$'\n'}"
    for name in "$@"; do
        [[ $found == *"/$name"* ]] || missing+=" $name"
    done
    [[ -z $missing ]] || fail "the cluster has no $what, it does not know$missing; nothing has been changed"
}

# Settings that are secrets, in the order of docs/settings.md, which a test compares with this.
secret_settings=(
    ESDDNS_NOTIFY_URL ESDDNS_NOTIFY_HEADERS ESDDNS_PING_URL
    ESDDNS_GANDI_TOKEN ESDDNS_GANDI_API_KEY
    ESDDNS_CLOUDFLARE_TOKEN
    ESDDNS_ROUTE53_ACCESS_KEY_ID ESDDNS_ROUTE53_SECRET_ACCESS_KEY ESDDNS_ROUTE53_SESSION_TOKEN
    ESDDNS_GOOGLE_CREDENTIALS
    ESDDNS_AZURE_CLIENT_SECRET ESDDNS_AZURE_FEDERATED_TOKEN
    ESDDNS_RFC2136_KEY_SECRET
    ESDDNS_POWERDNS_API_KEY
    ESDDNS_DIGITALOCEAN_TOKEN
    ESDDNS_HETZNER_TOKEN
    ESDDNS_DESEC_TOKEN
    ESDDNS_DUCKDNS_TOKEN
    ESDDNS_DYNDNS2_PASSWORD
)
# Those providers that can do without a key: the pod's identity, or no account at all, takes its place.
keyless_providers=(route53 google azure webhook dnsendpoint)

# Secrets that leaders take as well: whom to notify.
is_shared_setting() {
    case $1 in ESDDNS_NOTIFY_* | ESDDNS_PING_*) return 0 ;; *) return 1 ;; esac
}

# By its name, so that those of labelled providers are known too.
is_secret_setting() {
    local name
    case $1 in *_FILE) return 1 ;; *_TOKEN | *_API_KEY | *_SECRET | *_PASSWORD | *_ACCESS_KEY) return 0 ;; esac
    for name in "${secret_settings[@]}"; do
        [[ $1 != "$name" ]] || return 0
    done
    return 1
}

# Copies the secrets that the environment has, as NAME or as a path in NAME_FILE, into the files of a directory that only this
# user may read. Sets the array "credentials" to their names. By the shell alone: no other process sees a value.
credentials=()
collect_credentials() {
    local directory=$1 name file value
    # The name under which the first version of this project took the key.
    if [[ -n ${GANDI_API_KEY-} && -z ${ESDDNS_GANDI_API_KEY-} ]]; then ESDDNS_GANDI_API_KEY=$GANDI_API_KEY; fi
    for name in "${secret_settings[@]}"; do
        file=${name}_FILE
        if [[ -n ${!file-} ]]; then
            [[ -z ${!name-} ]] || fail "$name and $file are both set; one of them is enough"
            [[ -f ${!file} && -r ${!file} ]] || fail "$file=${!file}: there is no such file, or it cannot be read"
            value=$(<"${!file}")
        else
            value=${!name-}
        fi
        [[ -n $value ]] || {
            [[ -z ${!file-} ]] || fail "$file=${!file}: the file is empty"
            continue
        }
        (umask 077 && printf '%s' "$value" >"$directory/$name")
        credentials+=("$name")
    done
}

# Secrets of the provider $1, in the array "expected".
expected=()
expect_credentials() {
    local prefix=ESDDNS_${1^^}_ name
    expected=()
    for name in "${secret_settings[@]}"; do
        if [[ $name == "$prefix"* ]]; then expected+=("$name"); fi
    done
}

takes_no_key() {
    local name
    for name in "${keyless_providers[@]}"; do
        [[ $1 != "$name" ]] || return 0
    done
    return 1
}

# Prints which kinds of addresses the records need, where that is not IPv4 alone, which needs no saying.
families_of() {
    local record has_ipv4=no has_ipv6=no
    for record in ${1//,/ }; do
        case $record in
            */A+AAAA*) has_ipv4=yes has_ipv6=yes ;;
            */AAAA* | */::*) has_ipv6=yes ;;
            *) has_ipv4=yes ;;
        esac
    done
    case $has_ipv4$has_ipv6 in
        yesyes) echo ipv4,ipv6 ;;
        noyes) echo ipv6 ;;
    esac
}
