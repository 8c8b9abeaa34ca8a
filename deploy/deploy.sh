#!/usr/bin/env bash
# usage: deploy.sh ENVIRONMENT [OPTION…]
#
# Installs esddns into the cluster of the current context, or brings what is installed up to date, with the overlay of the
# environment: development (namespace esddns-dev) or production (namespace esddns-system). Asks nothing, and changes nothing
# before everything that can be checked has been checked. Doing it again changes only what is different.
#
#   --records LIST      DNS records to keep in step, such as home.example.com,www.example.com (docs/settings.md says more);
#                       otherwise those of ESDDNS_RECORDS, else of deploy/overlays/ENVIRONMENT/updater-settings.env
#   --provider NAME     who serves them: gandi, cloudflare, route53, …; otherwise ESDDNS_PROVIDER, else that of the overlay
#   --set NAME=VALUE    a further setting of docs/settings.md that is not a secret; may be repeated
#   --service TYPE      how the leaders' page is reached: ClusterIP (if not given), NodePort or LoadBalancer
#   --monitoring        also the objects for the Prometheus Operator and Grafana
#   --image IMAGE       image to run, NAME:TAG or NAME@sha256:DIGEST, instead of the released one
#   --context NAME      context of the kubeconfig file
#   --timeout SECONDS   how long the pods may take to become ready; 180 if not given
#   --check             check everything that is checked before a change, and change nothing
#   --dry-run           print the objects, with secrets redacted, and change nothing; needs no cluster
#   --help              this
#
# Keys are taken from the environment, never from the command line: in a variable named like the setting, such as
# ESDDNS_GANDI_TOKEN, or as the path of a file in a variable with _FILE behind the name. They end in the Secret
# esddns-credentials. Where none is given, that Secret has to be there, and stays as it is.
#
# Code 0 when all pods are ready, 64 for a wrong command line, otherwise 1.
set -euo pipefail
deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/lib/common.sh
source "$deploy/lib/common.sh"
# shellcheck source=deploy/lib/settings.sh
source "$deploy/lib/settings.sh"

environment='' records=${ESDDNS_RECORDS-} provider=${ESDDNS_PROVIDER-} service=ClusterIP image='' context='' timeout=180
dry_run=no check=no monitoring=no settings=()
while (($# > 0)); do
    case $1 in
        --help | -h) print_help && exit ;;
        --dry-run) dry_run=yes ;;
        --check) check=yes ;;
        --monitoring) monitoring=yes ;;
        --records) require_value "$@" && records=$2 && shift ;;
        --provider) require_value "$@" && provider=$2 && shift ;;
        --set) require_value "$@" && settings+=("$2") && shift ;;
        --service) require_value "$@" && service=$2 && shift ;;
        --image) require_value "$@" && image=$2 && shift ;;
        --context) require_value "$@" && context=$2 && shift ;;
        --timeout) require_value "$@" && timeout=$2 && shift ;;
        -*) usage_error "there is no option $1" ;;
        *)
            [[ -z $environment ]] || usage_error "\"$1\" is one argument too many"
            environment=$1
            ;;
    esac
    shift
done

# --- What the arguments say, before anything else.
case $environment in
    development) namespace=esddns-dev ;;
    production) namespace=esddns-system ;;
    '') usage_error "which environment: development or production?" ;;
    *) usage_error "\"$environment\" is no environment: expected development or production" ;;
esac
case $service in
    ClusterIP | NodePort | LoadBalancer) ;;
    *) usage_error "--service \"$service\": expected ClusterIP, NodePort or LoadBalancer" ;;
esac
[[ $timeout =~ ^[1-9][0-9]{0,4}$ ]] || usage_error "--timeout \"$timeout\": expected a whole number of seconds"
[[ -z $image || $image =~ ^[a-z0-9][a-z0-9._:/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]*|@sha256:[0-9a-f]{64})$ ]] \
    || usage_error "--image \"$image\": expected NAME:TAG or NAME@sha256:DIGEST"
[[ -z $provider || $provider =~ ^[a-z0-9]+$ ]] || usage_error "--provider \"$provider\": expected a name such as gandi"
[[ -z $records || $records =~ ^[A-Za-z0-9.*_@:/+{},-]+$ ]] \
    || usage_error "records \"$records\": expected a list such as home.example.com,www.example.com"
for setting in "${settings[@]}"; do
    [[ $setting =~ ^ESDDNS_[A-Z0-9_]+= ]] || usage_error "--set ${setting%%=*}: expected ESDDNS_…=VALUE"
    name=${setting%%=*}
    [[ $setting != *$'\n'* ]] || usage_error "--set $name: expected one line"
    ! is_secret_setting "$name" \
        || usage_error "--set $name: this is a secret, which others could see in a command line; put it into the environment"
    [[ $name != ESDDNS_RECORDS && $name != ESDDNS_PROVIDER ]] || usage_error "--set $name: there are options for this"
    problem=$(problem_of_setting "$name" "${setting#*=}")
    [[ -z $problem ]] || usage_error "--set $name: $problem"
done

require_kubectl
work=$(umask 077 && mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- The objects: the overlay, and on top of it what the arguments say.
mkdir "$work/secrets" "$work/deploy"
cp -R "$deploy/base" "$deploy/overlays" "$deploy/components" "$work/deploy/"
mkdir "$work/deploy/run"
collect_credentials "$work/secrets"

overlay=$deploy/overlays/$environment/updater-settings.env
[[ -n $provider ]] || provider=$(sed -n 's/^ESDDNS_PROVIDER=//p' "$overlay")
if [[ -z $records ]]; then
    records=$(sed -n 's/^ESDDNS_RECORDS=//p' "$overlay")
    # Those that the file comes with are nobody's.
    [[ -n $records && $records != *example.com* ]] \
        || fail "no records to keep in step: give --records, or put your own into $overlay (it has \"$records\")"
fi
row_of provider "$provider" || usage_error "--provider \"$provider\": there is no such provider; docs/settings.md lists them"
expect_credentials "$provider"
problem=$(problem_of_records "$records" "$provider")
[[ -z $problem ]] || usage_error "records $problem"
# What an editor has put into the overlay's files.
while IFS= read -r line; do
    [[ $line =~ ^(ESDDNS_(RECORDS|PROVIDER)=|#|$|ESDDNS_[A-Z0-9_]+_FILE=) ]] && continue
    problem=$(problem_of_setting "${line%%=*}" "${line#*=}")
    [[ -z $problem ]] || fail "deploy/overlays/$environment: ${line%%=*}: $problem; nothing has been changed"
done < <(cat "$deploy/overlays/$environment/settings.env" "$overlay")

# Both kinds of addresses are looked for only where there are records for them.
families=$(families_of "$records")
if [[ -n $families ]]; then settings=("ESDDNS_FAMILIES=$families" "${settings[@]}"); fi

# Which process takes a setting: those of providers and records are the updaters' alone.
updater_prefixes='^ESDDNS_(RECORDS|PROVIDER|ZONE|TTL|OWNER|TAKE_OVER|NAME_SERVERS|RESOLVERS|RECORD_CHECK_INTERVAL|STALE_AFTER'
updater_prefixes+='|NODE_ADDRESS_SOURCE|RECORDS_CONFIGMAP|GANDI_|CLOUDFLARE_|ROUTE53_|GOOGLE_|AZURE_|RFC2136_|POWERDNS_|HETZNER_'
updater_prefixes+='|DUCKDNS_|DYNDNS2_|WEBHOOK_|DNSENDPOINT_|DIGITALOCEAN_|DESEC_)'

# --- What is in the cluster already.
has_namespace=no
if [[ $dry_run == no ]]; then
    require_cluster
    found=$(kube get namespace "$namespace" --ignore-not-found -o name) \
        || fail "the namespace $namespace cannot be looked at; nothing has been changed"
    [[ -z $found ]] || has_namespace=yes
fi

# Names of the keys in the Secret of an earlier installation, one a line; never their values.
existing_keys() {
    [[ $has_namespace == yes ]] || return 0
    # shellcheck disable=SC2016 # The dollars are the template's.
    kube get secret esddns-credentials --namespace "$namespace" --ignore-not-found \
        -o 'go-template={{range $name, $value := .data}}{{$name}}{{"\n"}}{{end}}' \
        || fail "whether there is a Secret esddns-credentials in $namespace cannot be seen; nothing has been changed"
}

# True if one of the names is among the keys.
is_among_keys() {
    local name key
    for name in "$@"; do
        for key in "${keys[@]}"; do [[ $name != "$key" ]] || return 0; done
    done
    return 1
}

# Which keys there are: those of the environment, else those of the Secret that is there, else what the overlay says.
run_settings=$work/deploy/run/settings.env run_updater=$work/deploy/run/updater-settings.env
: >"$run_settings"
keys=("${credentials[@]}")
if ((${#keys[@]} == 0)) && [[ $dry_run == no ]]; then
    there=$(existing_keys)
    for name in $there; do
        ! is_secret_setting "$name" || keys+=("$name")
    done
fi
if ! takes_no_key "$provider" && ! is_among_keys "${expected[@]}"; then
    [[ $dry_run == yes ]] || fail "no key for $provider: set $(printf '%s or ' "${expected[@]}" | sed 's/ or $//')" \
        "(or the name with _FILE behind it) in the environment; nothing has been changed"
    keys+=("${expected[0]}")
fi
{
    grep -vE '^(#|$|ESDDNS_(RECORDS|PROVIDER)=|ESDDNS_[A-Z0-9_]+_FILE=)' "$overlay" || true
    printf 'ESDDNS_RECORDS=%s\nESDDNS_PROVIDER=%s\n' "$records" "$provider"
    for name in "${keys[@]}"; do
        is_shared_setting "$name" || printf '%s_FILE=/etc/esddns/secrets/%s\n' "$name" "$name"
    done
} >"$run_updater"
for name in "${keys[@]}"; do
    ! is_shared_setting "$name" || printf '%s_FILE=/etc/esddns/secrets/%s\n' "$name" "$name" >>"$run_settings"
done
for setting in "${settings[@]}"; do
    if [[ $setting =~ $updater_prefixes ]]; then file=$run_updater; else file=$run_settings; fi
    # The last word on a setting counts.
    { grep -v "^${setting%%=*}=" "$file" || true; } >"$work/rest.env"
    { cat "$work/rest.env" && printf '%s\n' "$setting"; } >"$file"
done

# Without these the updaters would end with code 78.
row_of provider "$provider"
for name in ${row[3]/#-/}; do
    grep -q "^$name=" "$run_updater" || fail "the provider $provider needs $name: give it by --set $name=…; nothing has been changed"
done
pair=(ESDDNS_ROUTE53_ACCESS_KEY_ID ESDDNS_ROUTE53_SECRET_ACCESS_KEY)
for name in "${pair[@]}"; do
    if is_among_keys "${pair[@]}" && ! is_among_keys "$name"; then
        fail "${pair[0]} and ${pair[1]} belong together; nothing has been changed"
    fi
done

# Takes the place of the overlay's own file, so that nothing of it is left over.
cp "$run_updater" "$work/deploy/overlays/$environment/updater-settings.env"
run=$work/deploy/run/kustomization.yaml
{
    echo "apiVersion: kustomize.config.k8s.io/v1beta1"
    echo "kind: Kustomization"
    echo "namespace: $namespace"
    echo "resources: [../overlays/$environment]"
    case $service in
        NodePort) components=(../components/nodeport) ;;
        LoadBalancer) components=(../components/loadbalancer) ;;
        *) components=() ;;
    esac
    if [[ $monitoring == yes ]]; then
        [[ -d $deploy/monitoring ]] || fail "--monitoring: there is no $deploy/monitoring"
        cp -R "$deploy/monitoring" "$work/deploy/monitoring"
        # The rules name the namespace that they watch.
        sed "s/namespace=\"esddns-system\"/namespace=\"$namespace\"/g" "$deploy/monitoring/rules.yaml" >"$work/deploy/monitoring/rules.yaml"
        components+=(../monitoring)
    fi
    if ((${#components[@]} > 0)); then
        echo "components:"
        printf '  - %s\n' "${components[@]}"
    fi
    if [[ -s $run_settings ]]; then
        echo "configMapGenerator:"
        echo "  - {name: esddns-settings, behavior: merge, envs: [settings.env]}"
    fi
    if [[ $image == *@* ]]; then
        echo "images: [{name: ghcr.io/esddns/esddns, newName: \"${image%@*}\", digest: \"${image#*@}\"}]"
    elif [[ -n $image ]]; then
        echo "images: [{name: ghcr.io/esddns/esddns, newName: \"${image%:*}\", newTag: \"${image##*:}\"}]"
    fi
} >"$run"
kubectl kustomize "$work/deploy/run" >"$work/objects.yaml" || fail "the objects cannot be put together; nothing has been changed"

# The Secret apart, so that objects can be shown. Without a hash in its name: the processes read the files again at every use.
if ((${#credentials[@]} > 0)); then
    {
        echo "apiVersion: kustomize.config.k8s.io/v1beta1"
        echo "kind: Kustomization"
        echo "namespace: $namespace"
        echo "generatorOptions: {disableNameSuffixHash: true, labels: {app.kubernetes.io/part-of: esddns}}"
        echo "secretGenerator:"
        echo "  - name: esddns-credentials"
        echo "    files:"
        printf '      - %s\n' "${credentials[@]}"
    } >"$work/secrets/kustomization.yaml"
    (umask 077 && kubectl kustomize "$work/secrets" >"$work/secret.yaml") || fail "the Secret cannot be put together"
fi

if [[ $dry_run == yes ]]; then
    cat "$work/objects.yaml"
    if ((${#credentials[@]} > 0)); then
        echo "---"
        echo "apiVersion: v1"
        echo "kind: Secret"
        echo "metadata: {name: esddns-credentials, namespace: $namespace, labels: {app.kubernetes.io/part-of: esddns}}"
        echo "stringData:"
        printf '  %s: (redacted)\n' "${credentials[@]}"
    elif ! takes_no_key "$provider"; then
        echo "no key for $provider is given: the Secret esddns-credentials has to be in $namespace already" >&2
    fi
    exit
fi

# --- What the cluster says, before it is changed.
namespaced=(configmaps serviceaccounts services roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io
    deployments.apps daemonsets.apps networkpolicies.networking.k8s.io poddisruptionbudgets.policy)
if ((${#credentials[@]} > 0)); then namespaced+=(secrets); fi
if [[ $monitoring == yes ]]; then
    kinds=(podmonitors.monitoring.coreos.com prometheusrules.monitoring.coreos.com servicemonitors.monitoring.coreos.com)
    namespaced+=("${kinds[@]}")
    require_definitions "Prometheus Operator for --monitoring" "${kinds[@]}"
fi
[[ $has_namespace == yes ]] || check_permissions '' create namespaces
check_permissions '' patch namespaces
for verb in create patch; do check_permissions "$namespace" "$verb" "${namespaced[@]}"; done
# Nobody can grant what is not theirs.
check_permissions "$namespace" create leases.coordination.k8s.io configmaps events
for verb in get list watch update; do check_permissions "$namespace" "$verb" leases.coordination.k8s.io; done
for verb in get list watch; do check_permissions "$namespace" "$verb" configmaps; done
check_permissions "$namespace" patch events
end_if_denied
refuse_release "$namespace"

# Who has the port of the nodes already, if that can be seen.
if [[ $service == NodePort ]]; then
    port=$(sed -n 's/^ *nodePort: //p' "$work/objects.yaml")
    taken=$(kube get services --all-namespaces -o \
        'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.ports[*].nodePort} {"\n"}{end}' 2>/dev/null \
        | grep " $port " | grep -v "^$namespace/esddns-leader " || true)
    [[ -z $taken ]] || fail "port $port of the nodes is that of the Service ${taken%% *}; nothing has been changed"
fi

# What other checks of the server say, such as admission. Where there is no namespace yet, nothing can be tried in it.
apply=(apply --server-side --field-manager=esddns-deploy --force-conflicts)
if [[ $has_namespace == yes ]]; then
    kube "${apply[@]}" --dry-run=server --filename "$work/objects.yaml" >/dev/null \
        || fail "the cluster refuses these objects, for the reason above; nothing has been changed"
fi

if [[ $check == yes ]]; then
    echo "nothing stands in the way of esddns in $namespace"
    exit
fi

# --- Changing it. The Secret before the pods that mount it, and its namespace before both.
if [[ -s $work/secret.yaml ]]; then
    if [[ $has_namespace == no ]]; then
        # The namespace is the first of the objects, up to the first separator.
        sed '/^---$/,$d' "$work/objects.yaml" >"$work/namespace.yaml"
        grep -q '^kind: Namespace$' "$work/namespace.yaml" || fail "the first of the objects is not the namespace"
        kube "${apply[@]}" --filename "$work/namespace.yaml"
    fi
    kube "${apply[@]}" --filename "$work/secret.yaml"
fi
kube "${apply[@]}" --filename "$work/objects.yaml"

for workload in deployment/esddns-leader daemonset/esddns-updater; do
    if ! kubectl ${context:+--context "$context"} rollout status "$workload" --namespace "$namespace" --timeout="${timeout}s"; then
        {
            kube get pods --namespace "$namespace" -o wide || true
            kube logs "$workload" --namespace "$namespace" --tail=20 || true
        } >&2
        fail "$workload is not ready after $timeout s; its pods and last lines are above"
    fi
done

cat <<END

esddns runs in $namespace. To look:
  kubectl get configmap esddns-wan-address -n $namespace -o yaml    the address, and who confirmed it
  kubectl get configmap esddns-records -n $namespace -o yaml        what became of each record
  kubectl port-forward service/esddns-leader -n $namespace 8080:80  the page, at http://127.0.0.1:8080/
END
