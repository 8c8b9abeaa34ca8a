#!/usr/bin/env bash
# usage: build.sh DIRECTORY
#
# Puts the executables of the image into the directory; for the Dockerfile. Compiles them, unless they are in "executables" beside
# the sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=$1
names=(esddns-leader esddns-updater esddns)
# What is compiled: leaders and updaters are one program, which is what the name says that it is started under
# (docs/decisions/0015).
programs=(esddns-leader esddns)
mkdir -p "$target"
if [[ -d executables ]]; then
    from=executables
else
    command -v make >/dev/null || {
        apt-get update --quiet --quiet
        apt-get install --yes --quiet --quiet --no-install-recommends make
    }
    make build executables="${programs[*]}"
    from=.build/release
fi
for name in "${programs[@]}"; do install -m 0755 "$from/$name" "$target/$name"; done
for name in "${names[@]}"; do
    [[ -e $target/$name ]] || ln "$target/esddns-leader" "$target/$name"
done
