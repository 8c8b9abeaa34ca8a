#!/usr/bin/env bash
# Puts the Python client of Prometheus, whose parsers read our metrics in the tests, into .build-tools/ of the project. Does
# nothing when it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pins=(prometheus-client==0.26.0)
parser=.build-tools/metrics

if [[ ! -e $parser/pins || $(<"$parser/pins") != "${pins[*]}" ]]; then
    echo "installing: ${pins[*]}"
    rm -rf "$parser"
    python3 -m venv "$parser"
    "$parser/bin/pip" install --quiet --disable-pip-version-check --no-input "${pins[@]}"
    # Written last, so that an installation that was cut short is done again.
    echo "${pins[*]}" >"$parser/pins"
fi
