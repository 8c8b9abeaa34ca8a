#!/usr/bin/env bash
# Installs what building needs besides Swift itself: libcurl's headers, and what the lint tools need. Installs nothing
# that is there. Debian and Ubuntu; elsewhere it says what is missing.
set -euo pipefail
# shellcheck source=scripts/lib/apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/apt.sh"

minimum_swift=6.2
minimum_curl=7.88

at_least() {
    [[ $(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -n 1) == "$1" ]]
}

command -v swift >/dev/null || fail "Swift is not installed; see https://www.swift.org/install"
swift_version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9.]+' | grep -oE '[0-9.]+$') \
    || fail "\"swift --version\" does not tell a version"
at_least "$minimum_swift" "$swift_version" \
    || fail "Swift $swift_version is too old: $minimum_swift or later is needed; see https://www.swift.org/install"
echo "Swift $swift_version"

packages=()
command -v make >/dev/null || packages+=(make)
command -v git >/dev/null || packages+=(git)
if ! command -v pkg-config >/dev/null; then packages+=(pkg-config); fi
if ! { command -v pkg-config && pkg-config --exists libcurl; } >/dev/null; then packages+=(libcurl4-openssl-dev); fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then packages+=(python3-venv); fi
if ((${#packages[@]} > 0)); then
    require_apt "${packages[@]}"
    install_packages "${packages[@]}"
fi

curl_version=$(pkg-config --modversion libcurl)
at_least "$minimum_curl" "$curl_version" || fail "libcurl $curl_version is too old: $minimum_curl or later is needed"
echo "libcurl $curl_version"
