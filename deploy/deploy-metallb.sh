#!/usr/bin/env bash
# usage: deploy-metallb.sh ENVIRONMENT RANGE [RANGE…] [OPTION…] [-- OPTION OF deploy.sh…]
#
# Installs MetalLB where there is none, gives it the ranges of addresses, and then runs deploy.sh ENVIRONMENT with the leaders'
# page at one of them. Ranges are NETWORK/LENGTH or FIRST-LAST, such as 192.168.1.240/28 or 192.168.1.240-192.168.1.250. Asks
# nothing, and changes nothing before everything that can be checked has been checked. Doing it again changes only what is
# different; a MetalLB that is there is used as it is.
#
#   --bgp LIST             announce by BGP instead of layer 2: my-asn=64500,peer-asn=64501,peer=192.168.1.1
#   --pool NAME            name of the pool and of what announces it; esddns if not given
#   --manifest FILE        MetalLB's manifest, instead of loading that of the release below
#   --context NAME         context of the kubeconfig file
#   --timeout SECONDS      how long MetalLB, the pods, and an address for the page may take, each; 180 if not given
#   --dry-run              print the objects, with secrets redacted, and change nothing; needs no cluster
#   --help                 this
#
# The environment variables with keys are those of deploy.sh. Code 0 when the page has an address, 64 for a wrong command line,
# otherwise 1.
set -euo pipefail
deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/lib/common.sh
source "$deploy/lib/common.sh"
# shellcheck source=deploy/lib/ranges.sh
source "$deploy/lib/ranges.sh"

metallb_version=v0.16.1
metallb_sha256=bf25feebb7582ca7df845efd52ffbc2960d6cbf4cfc972f47fded9f788b67f0b
metallb_url=https://raw.githubusercontent.com/metallb/metallb/$metallb_version/config/manifests/metallb-native.yaml

environment='' ranges=() bgp='' pool=esddns manifest='' context='' timeout=180 dry_run=no rest=()
while (($# > 0)); do
    case $1 in
        --help | -h) print_help && exit ;;
        --dry-run) dry_run=yes ;;
        --bgp) require_value "$@" && bgp=$2 && shift ;;
        --pool) require_value "$@" && pool=$2 && shift ;;
        --manifest) require_value "$@" && manifest=$2 && shift ;;
        --context) require_value "$@" && context=$2 && shift ;;
        --timeout) require_value "$@" && timeout=$2 && shift ;;
        --)
            shift
            rest=("$@")
            break
            ;;
        -*) usage_error "there is no option $1; options of deploy.sh come behind --" ;;
        *) if [[ -z $environment ]]; then environment=$1; else ranges+=("$1"); fi ;;
    esac
    shift
done

case $environment in
    development) namespace=esddns-dev ;;
    production) namespace=esddns-system ;;
    '') usage_error "which environment: development or production?" ;;
    *) usage_error "\"$environment\" is no environment: expected development or production" ;;
esac
((${#ranges[@]} > 0)) || usage_error "which range of addresses, such as 192.168.1.240-192.168.1.250?"
for range in "${ranges[@]}"; do
    problem=$(problem_of_range "$range")
    [[ -z $problem ]] || usage_error "range \"$range\": $problem"
done
[[ $pool =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] || usage_error "--pool \"$pool\": expected a name such as esddns"
[[ $timeout =~ ^[1-9][0-9]{0,4}$ ]] || usage_error "--timeout \"$timeout\": expected a whole number of seconds"
[[ -z $manifest || -r $manifest ]] || usage_error "--manifest \"$manifest\": there is no such file"
for option in "${rest[@]}"; do
    case $option in --service | --context | --timeout | --dry-run)
        usage_error "$option behind --: this script decides that, or takes it before --" ;;
    esac
done

my_asn='' peer_asn='' peer=''
if [[ -n $bgp ]]; then
    IFS=, read -r -a parts <<<"$bgp"
    for part in "${parts[@]}"; do
        case $part in
            my-asn=*) my_asn=${part#*=} ;;
            peer-asn=*) peer_asn=${part#*=} ;;
            peer=*) peer=${part#*=} ;;
            *) usage_error "--bgp \"$part\": expected my-asn=NUMBER, peer-asn=NUMBER and peer=ADDRESS, with commas" ;;
        esac
    done
    for number in "$my_asn" "$peer_asn"; do
        [[ $number =~ ^[1-9][0-9]{0,9}$ && ! $number -gt 4294967295 ]] \
            || usage_error "--bgp: \"$number\" is no AS number: expected my-asn and peer-asn of 1 to 4294967295"
    done
    ipv4_number "$peer" >/dev/null || ipv6_digits "$peer" >/dev/null || usage_error "--bgp: peer=\"$peer\" is no IP address"
fi

require_kubectl
work=$(umask 077 && mktemp -d)
trap 'rm -rf "$work"' EXIT

{
    echo "apiVersion: metallb.io/v1beta1"
    echo "kind: IPAddressPool"
    echo "metadata: {name: $pool, namespace: metallb-system, labels: {app.kubernetes.io/part-of: esddns}}"
    echo "spec:"
    echo "  addresses:"
    printf '    - "%s"\n' "${ranges[@]}"
    echo "---"
    if [[ -z $bgp ]]; then
        echo "apiVersion: metallb.io/v1beta1"
        echo "kind: L2Advertisement"
        echo "metadata: {name: $pool, namespace: metallb-system, labels: {app.kubernetes.io/part-of: esddns}}"
        echo "spec: {ipAddressPools: [$pool]}"
    else
        echo "apiVersion: metallb.io/v1beta2"
        echo "kind: BGPPeer"
        echo "metadata: {name: $pool, namespace: metallb-system, labels: {app.kubernetes.io/part-of: esddns}}"
        echo "spec: {myASN: $my_asn, peerASN: $peer_asn, peerAddress: \"$peer\"}"
        echo "---"
        echo "apiVersion: metallb.io/v1beta1"
        echo "kind: BGPAdvertisement"
        echo "metadata: {name: $pool, namespace: metallb-system, labels: {app.kubernetes.io/part-of: esddns}}"
        echo "spec: {ipAddressPools: [$pool], peers: [$pool]}"
    fi
} >"$work/pool.yaml"

deploy_command=("$deploy/deploy.sh" "$environment" --service LoadBalancer --timeout "$timeout" "${rest[@]}")
if [[ -n $context ]]; then deploy_command+=(--context "$context"); fi

# Everything that deploy.sh finds wrong with its own arguments, before MetalLB is touched.
if ! "${deploy_command[@]}" --dry-run >"$work/esddns.yaml" 2>"$work/messages"; then
    cat "$work/messages" >&2
    exit 1
fi
if [[ $dry_run == yes ]]; then
    cat "$work/messages" >&2
    echo "# MetalLB $metallb_version, where there is none: ${manifest:-$metallb_url}"
    cat "$work/pool.yaml"
    echo "---"
    cat "$work/esddns.yaml"
    exit
fi

# --- What the cluster says, before it is changed.
require_cluster
installed=$(kube get deployments --namespace metallb-system --ignore-not-found -o name) \
    || fail "whether MetalLB is installed cannot be seen; nothing has been changed"
layer2=(l2advertisements.metallb.io) routed=(bgpadvertisements.metallb.io bgppeers.metallb.io)
if [[ -z $bgp ]]; then announced=("${layer2[@]}") outdated=("${routed[@]}"); else announced=("${routed[@]}") outdated=("${layer2[@]}"); fi
for verb in create patch; do check_permissions metallb-system "$verb" ipaddresspools.metallb.io "${announced[@]}"; done
check_permissions metallb-system delete "${outdated[@]}"
if [[ -z $installed ]]; then
    for verb in create patch; do
        check_permissions '' "$verb" namespaces customresourcedefinitions.apiextensions.k8s.io \
            clusterroles.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io \
            validatingwebhookconfigurations.admissionregistration.k8s.io
        check_permissions metallb-system "$verb" deployments.apps daemonsets.apps serviceaccounts secrets configmaps services \
            roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io
    done
fi
end_if_denied
# Answers the same for the rest, and ends here if it misses anything: a key, a permission, or the cluster's consent.
"${deploy_command[@]}" --check

# Layer 2 with kube-proxy in IPVS mode: without strictARP every node answers for the address.
if proxy=$(kube get configmap kube-proxy --namespace kube-system --ignore-not-found -o 'jsonpath={.data.config\.conf}' 2>/dev/null) \
    && grep -qE '^ *mode: "?ipvs"?' <<<"$proxy" && ! grep -qE '^ *strictARP: true' <<<"$proxy"; then
    fail "kube-proxy runs in IPVS mode without strictARP, which MetalLB needs: https://metallb.io/installation/#preparation" \
        "explains how to set it; nothing has been changed"
fi

# --- Changing it.
apply=(apply --server-side --field-manager=esddns-deploy --force-conflicts)
if [[ -z $installed ]]; then
    if [[ -z $manifest ]]; then
        manifest=$work/metallb.yaml
        command -v curl >/dev/null || fail "curl is not installed: give MetalLB's manifest by --manifest; nothing has been changed"
        curl --fail --silent --show-error --location --proto '=https' --max-time 60 --output "$manifest" "$metallb_url" \
            || fail "MetalLB's manifest cannot be loaded from $metallb_url; give it by --manifest; nothing has been changed"
        echo "$metallb_sha256  $manifest" | sha256sum --check --status \
            || fail "$metallb_url is not what it was when $metallb_version was released; nothing has been changed"
    fi
    kube "${apply[@]}" --filename "$manifest"
else
    echo "MetalLB is there and stays as it is"
fi
# Before the controller is ready its webhook, which judges every pool, answers nobody.
kubectl ${context:+--context "$context"} rollout status deployment/controller --namespace metallb-system --timeout="${timeout}s" \
    || fail "MetalLB's controller is not ready after $timeout s"

# Ready is not yet reachable: the webhook's certificate and its endpoints take a moment. Only that is waited for.
deadline=$((SECONDS + timeout))
until answer=$(kube "${apply[@]}" --filename "$work/pool.yaml" 2>&1); do
    [[ $answer == *"failed calling webhook"* || $answer == *"no matches for kind"* ]] \
        || fail "MetalLB refuses the ranges: $answer"
    ((SECONDS < deadline)) || fail "MetalLB's webhook does not answer after $timeout s: $answer"
    sleep "${RETRY_SECONDS:-2}"
done
printf '%s\n' "$answer"
# Of an earlier run in the other mode, in which the pool would still be announced as well.
for kind in "${outdated[@]}"; do
    kube delete "$kind" --namespace metallb-system --field-selector "metadata.name=$pool" --selector app.kubernetes.io/part-of=esddns \
        --ignore-not-found
done

"${deploy_command[@]}"

deadline=$((SECONDS + timeout))
while true; do
    address=$(kube get service esddns-leader --namespace "$namespace" \
        -o 'jsonpath={.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}') \
        || fail "the Service esddns-leader cannot be looked at"
    [[ -z $address ]] || break
    ((SECONDS < deadline)) || fail "the Service esddns-leader has no address after $timeout s:" \
        "kubectl describe service esddns-leader -n $namespace tells why"
    sleep "${RETRY_SECONDS:-2}"
done
[[ $address != *:* ]] || address="[$address]"
echo "  http://$address/  the leaders' page"
