#!/usr/bin/env bash
# Installs the browser in which the tests look at the status page: Debian's Chromium, with one family of fonts. Does nothing
# where it is there.
set -euo pipefail
# shellcheck source=scripts/lib/apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/apt.sh"

packages=(chromium fonts-dejavu-core python3)

require_apt "${packages[@]}"
find_missing "${packages[@]}"
if ((${#missing[@]} == 0)); then
    echo "already installed: ${packages[*]}"
else
    install_packages "${missing[@]}"
fi
