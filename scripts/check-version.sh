#!/usr/bin/env bash
# usage: check-version.sh VERSION
#
# Fails unless everything that names the version of a release names this one: the sources, the overlays, Argo CD's pinned
# revision, and the chart where it is there. Says each that does not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

(($# == 1)) && [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || {
    echo "check-version.sh: expected one version, such as 1.2.3" >&2
    exit 64
}
version=$1
wrong=0
expect() { # FILE PATTERN-OF-SED
    local found
    found=$(sed -nE "$2" "$1" | sort -u | tr '\n' ' ')
    if [[ ${found% } != "$version" ]]; then
        echo "check-version.sh: $1 says \"${found% }\" instead of $version" >&2
        wrong=1
    fi
}
expect Sources/AddressSync/Status/Version.swift 's/.*current = "(.*)".*/\1/p'
for file in deploy/overlays/*/kustomization.yaml; do expect "$file" 's/^ *newTag: "?([^"]*)"?$/\1/p'; done
for file in argocd/prod/applications/*/application.yaml; do expect "$file" 's/^ *targetRevision: v(.*)$/\1/p'; done
if [[ -e helm/esddns-operator/Chart.yaml ]]; then
    expect helm/esddns-operator/Chart.yaml 's/^(version|appVersion): "?([^"]*)"?$/\2/p'
fi
exit "$wrong"
