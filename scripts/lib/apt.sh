# shellcheck shell=bash
# Installing packages of Debian and Ubuntu without asking anything. To be sourced; the caller has set -euo pipefail.

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

is_installed() {
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Runs a command as root. Never asks for a password: "sudo -v" beforehand lets it pass.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n "$@" || fail "\"$*\" needs root: run \"sudo -v\" first, or run this as root"
    else
        fail "\"$*\" needs root, and there is no sudo: run this as root"
    fi
}

# Ends with a message that names the packages where there is no apt.
require_apt() {
    { command -v apt-get && command -v dpkg-query; } >/dev/null \
        || fail "only Debian and Ubuntu are known here; install what these packages of theirs contain: $*"
}

# Sets the array "missing" to those of the packages that are not installed.
find_missing() {
    local package
    missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
}

install_packages() {
    echo "installing: $*"
    as_root apt-get update --quiet --quiet
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --quiet --no-install-recommends -o Dpkg::Use-Pty=0 "$@" </dev/null
}
