#!/usr/bin/env bash
# usage: argocd-setup.sh dev|prod|both [OPTION…]
#
# Registers esddns with an Argo CD that is there: an AppProject and an Application for each environment. dev (namespace
# esddns-dev) follows the branch by itself, prod (namespace esddns-system) is pinned to a release and changes only when somebody
# synchronises it. Asks nothing, and changes nothing before everything that can be checked has been checked. Doing it again
# changes only what is different.
#
#   --records LIST        records to keep in step, such as home.example.com; otherwise those of ESDDNS_RECORDS, else of the
#                         repository's files
#   --flavour NAME        helm (if not given) or kustomize: what the Application installs
#   --repository URL      where the project is, if not where the files say: a fork, or a mirror
#   --revision NAME       branch, tag or commit, instead of main for dev and the release for prod
#   --argocd-namespace N  where Argo CD is; argocd if not given
#   --context NAME        context of the kubeconfig file
#   --dry-run             print the objects, with secrets redacted, and change nothing; needs no cluster
#   --help                this
#
# The provider's key is taken from the environment like that of deploy/deploy.sh, and ends in the Secret esddns-credentials of the
# environment's namespace, outside of Git. Where none is given, that Secret has to be there. The provider is the one of the files,
# gandi; others need an edit of argocd/ENVIRONMENT/applications or of deploy/overlays in a fork.
#
# Code 0 when all is registered, 64 for a wrong command line, otherwise 1.
set -euo pipefail
argocd=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/lib/common.sh
source "$argocd/../deploy/lib/common.sh"
# shellcheck source=deploy/lib/settings.sh
source "$argocd/../deploy/lib/settings.sh"

target='' records=${ESDDNS_RECORDS-} flavour=helm repository='' revision='' home=argocd context='' dry_run=no
while (($# > 0)); do
    case $1 in
        --help | -h) print_help && exit ;;
        --dry-run) dry_run=yes ;;
        --records) require_value "$@" && records=$2 && shift ;;
        --flavour) require_value "$@" && flavour=$2 && shift ;;
        --repository) require_value "$@" && repository=$2 && shift ;;
        --revision) require_value "$@" && revision=$2 && shift ;;
        --argocd-namespace) require_value "$@" && home=$2 && shift ;;
        --context) require_value "$@" && context=$2 && shift ;;
        -*) usage_error "there is no option $1" ;;
        *)
            [[ -z $target ]] || usage_error "\"$1\" is one argument too many"
            target=$1
            ;;
    esac
    shift
done

case $target in
    dev | prod) environments=("$target") ;;
    both) environments=(dev prod) ;;
    '') usage_error "which environment: dev, prod or both?" ;;
    *) usage_error "\"$target\" is no environment: expected dev, prod or both" ;;
esac
[[ $flavour == helm || $flavour == kustomize ]] || usage_error "--flavour \"$flavour\": expected helm or kustomize"
[[ -z $repository || $repository =~ ^(https://|ssh://|git@)[A-Za-z0-9._~:/@-]+$ ]] \
    || usage_error "--repository \"$repository\": expected a URL such as https://github.com/NAME/esddns.git"
[[ ! $repository =~ ^https://[^/]*@ ]] || usage_error "--repository: credentials do not belong into a URL; give them to Argo CD"
[[ -z $revision || $revision =~ ^[A-Za-z0-9][A-Za-z0-9._/-]*$ ]] || usage_error "--revision \"$revision\": expected a branch, tag or commit"
[[ $home =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$ ]] || usage_error "--argocd-namespace \"$home\": expected a name such as argocd"
[[ -z $records || $records =~ ^[A-Za-z0-9.*_@:/+{},-]+$ ]] \
    || usage_error "records \"$records\": expected a list such as home.example.com,www.example.com"
[[ $records != *@* ]] || usage_error "records \"$records\": records of several providers need an edit of the files"
problem=$(if [[ -n $records ]]; then problem_of_records "$records" gandi; fi)
[[ -z $problem ]] || usage_error "records $problem"
if [[ -z $records && -z $repository ]]; then
    fail "no records to keep in step: give --records, or --repository with a fork that has your own; nothing has been changed"
fi
for environment in "${environments[@]}"; do
    if [[ $environment == prod && ($revision == main || $revision == HEAD) ]]; then
        usage_error "--revision $revision: prod takes a release or a commit, which stay what they are"
    fi
done

require_kubectl
work=$(umask 077 && mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/secrets"
collect_credentials "$work/secrets"
expect_credentials gandi
if ((${#credentials[@]} > 0)); then
    for name in "${credentials[@]}"; do
        [[ $name == ESDDNS_GANDI_* ]] || fail "$name is set, but the files are for gandi; unset it, or edit them in a fork"
    done
    # The files name one key.
    [[ " ${credentials[*]} " == *" ESDDNS_GANDI_TOKEN "* ]] \
        || fail "the files take a personal access token: set ESDDNS_GANDI_TOKEN; nothing has been changed"
fi

namespace_of() {
    if [[ $1 == dev ]]; then echo esddns-dev; else echo esddns-system; fi
}

# Prints records as a list in YAML's flow form: what the chart calls records. NAME[/TYPES][/TTL][/SUFFIX].
records_as_list() {
    local record part types ttl suffix result='' parts
    for record in ${records//,/ }; do
        IFS=/ read -r -a parts <<<"$record"
        types='' ttl='' suffix=''
        for part in "${parts[@]:1}"; do
            case $part in
                A | AAAA | A+AAAA) types=", types: [${part/+/, }]" ;;
                ::*) suffix=", suffix: \"$part\"" ;;
                *) ttl=", ttl: $part" ;;
            esac
        done
        result+="${result:+, }{name: \"${parts[0]}\"$types$ttl$suffix}"
    done
    echo "[$result]"
}

# Prints a patch of Argo CD's kustomize that adds a variable: KIND NAME VARIABLE VALUE.
patch_environment() {
    echo "            - target: {kind: $1, name: $2}"
    echo "              patch: |-"
    echo "                - op: add"
    echo "                  path: /spec/template/spec/containers/0/env/-"
    echo "                  value: {name: $3, value: \"$4\"}"
}

# --- The objects: the files, and on top of them what the arguments say.
for environment in "${environments[@]}"; do
    namespace=$(namespace_of "$environment")
    mkdir -p "$work/argocd/run-$environment"
    cp -R "$argocd/$environment" "$work/argocd/"
    directory=../$environment
    [[ $flavour == helm ]] || directory=../$environment/kustomize
    {
        echo "apiVersion: kustomize.config.k8s.io/v1beta1"
        echo "kind: Kustomization"
        echo "namespace: $home"
        echo "resources: [$directory]"
        echo "patches:"
        echo "  - target: {kind: Application}"
        echo "    patch: |-"
        echo "      - {op: replace, path: /spec/project, value: esddns-$environment}"
        [[ -z $repository ]] || echo "      - {op: replace, path: /spec/source/repoURL, value: \"$repository\"}"
        [[ -z $revision ]] || echo "      - {op: replace, path: /spec/source/targetRevision, value: \"$revision\"}"
        if [[ -n $records && $flavour == helm ]]; then
            echo "      - {op: remove, path: /spec/source/helm/valuesObject/global}"
            echo "      - {op: add, path: /spec/source/helm/valuesObject/records, value: $(records_as_list)}"
        elif [[ -n $records ]]; then
            # The generated ConfigMap has a hash in its name, which Argo CD's kustomize patches before it is made.
            echo "      - op: add"
            echo "        path: /spec/source/kustomize"
            echo "        value:"
            echo "          patches:"
            patch_environment DaemonSet esddns-updater ESDDNS_RECORDS "$records"
            families=$(families_of "$records")
            if [[ -n $families ]]; then
                patch_environment DaemonSet esddns-updater ESDDNS_FAMILIES "$families"
                patch_environment Deployment esddns-leader ESDDNS_FAMILIES "$families"
            fi
        fi
        if [[ -n $repository ]]; then
            echo "  - target: {kind: AppProject}"
            echo "    patch: |-"
            echo "      - {op: replace, path: /spec/sourceRepos/0, value: \"$repository\"}"
        fi
    } >"$work/argocd/run-$environment/kustomization.yaml"
    kubectl kustomize "$work/argocd/run-$environment" >"$work/$environment.yaml" \
        || fail "the objects of $environment cannot be put together; nothing has been changed"

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
        (umask 077 && kubectl kustomize "$work/secrets" >"$work/secret-$environment.yaml") || fail "the Secret cannot be put together"
        {
            echo "apiVersion: v1"
            echo "kind: Namespace"
            echo "metadata:"
            echo "  name: $namespace"
            echo "  labels: {pod-security.kubernetes.io/enforce: restricted}"
        } >"$work/namespace-$environment.yaml"
    fi
done

if [[ $dry_run == yes ]]; then
    for environment in "${environments[@]}"; do
        cat "$work/$environment.yaml"
        echo "---"
        if ((${#credentials[@]} > 0)); then
            echo "apiVersion: v1"
            echo "kind: Secret"
            echo "metadata: {name: esddns-credentials, namespace: $(namespace_of "$environment")}"
            echo "stringData:"
            printf '  %s: (redacted)\n' "${credentials[@]}"
            echo "---"
        fi
    done
    exit
fi

# --- What the cluster says, before it is changed.
require_cluster
require_definitions "Argo CD" appprojects.argoproj.io applications.argoproj.io
found=$(kube get namespace "$home" --ignore-not-found -o name 2>&1) \
    || fail "whether there is a namespace $home cannot be seen; nothing has been changed. kubectl says: ${found##*$'\n'}"
[[ -n $found ]] || fail "there is no namespace $home: name Argo CD's by --argocd-namespace; nothing has been changed"
for verb in create patch; do
    check_permissions "$home" "$verb" appprojects.argoproj.io applications.argoproj.io
    if ((${#credentials[@]} > 0)); then
        check_permissions '' "$verb" namespaces
        for environment in "${environments[@]}"; do check_permissions "$(namespace_of "$environment")" "$verb" secrets; done
    fi
done
end_if_denied
if ((${#credentials[@]} == 0)); then
    for environment in "${environments[@]}"; do
        namespace=$(namespace_of "$environment")
        there=$(kube get secret esddns-credentials --namespace "$namespace" --ignore-not-found -o name) \
            || fail "whether there is a Secret esddns-credentials in $namespace cannot be seen; nothing has been changed"
        [[ -n $there ]] || fail "no key for gandi: there is no Secret esddns-credentials in $namespace; set ESDDNS_GANDI_TOKEN" \
            "(or ESDDNS_GANDI_TOKEN_FILE) in the environment; nothing has been changed"
    done
fi
apply=(apply --server-side --field-manager=esddns-deploy --force-conflicts)
for environment in "${environments[@]}"; do
    kube "${apply[@]}" --dry-run=server --filename "$work/$environment.yaml" >/dev/null \
        || fail "the cluster refuses the objects of $environment, for the reason above; nothing has been changed"
done

# --- Changing it.
for environment in "${environments[@]}"; do
    namespace=$(namespace_of "$environment")
    if ((${#credentials[@]} > 0)); then
        kube "${apply[@]}" --filename "$work/namespace-$environment.yaml"
        kube "${apply[@]}" --filename "$work/secret-$environment.yaml"
    fi
    kube "${apply[@]}" --filename "$work/$environment.yaml"
done

echo
for environment in "${environments[@]}"; do
    if [[ $environment == dev ]]; then
        echo "dev synchronises by itself:  kubectl get application esddns-dev -n $home"
    else
        echo "prod waits for you:          argocd app sync esddns-prod"
    fi
done
