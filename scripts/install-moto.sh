#!/usr/bin/env bash
# Puts Moto, which stands in for AWS in the integration tests, and Boto3, with which they look at it as others do, into
# .build-tools/ of the project, in the versions named here. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pins=('moto[server]==5.2.5' boto3==1.44.5 botocore==1.44.5)
moto=.build-tools/moto

if [[ ! -e $moto/pins || $(<"$moto/pins") != "${pins[*]}" ]]; then
    echo "installing: ${pins[*]}"
    rm -rf "$moto"
    python3 -m venv "$moto"
    "$moto/bin/pip" install --quiet --disable-pip-version-check --no-input "${pins[@]}"
    # Written last, so that an installation that was cut short is done again.
    echo "${pins[*]}" >"$moto/pins"
fi
