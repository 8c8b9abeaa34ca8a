#!/usr/bin/env bash
# usage: build.sh DIRECTORY
#
# Puts the executables of the image into the directory; for the Dockerfile. Compiles them, unless they are in "executables" beside
# the sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=$1
names=(esddns-leader esddns-updater esddns)
mkdir -p "$target"
if [[ -d executables ]]; then
    from=executables
else
    command -v make >/dev/null || {
        apt-get update --quiet --quiet
        apt-get install --yes --quiet --quiet --no-install-recommends make
    }
    make build executables="${names[*]}"
    from=.build/release
fi
for name in "${names[@]}"; do
    install -m 0755 "$from/$name" "$target/$name"
done
