#!/usr/bin/env bash
# Puts the peers that tests and benchmarks run against, in the versions named here, into .build-tools/ of the project: the
# official Python client of Kubernetes, for its leader election. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pins=(kubernetes==37.0.2)
peers=.build-tools/peers

if [[ ! -e $peers/pins || $(<"$peers/pins") != "${pins[*]}" ]]; then
    echo "installing: ${pins[*]}"
    rm -rf "$peers"
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet --disable-pip-version-check --no-input "${pins[@]}"
    # Written last, so that an installation that was cut short is done again.
    echo "${pins[*]}" >"$peers/pins"
fi
