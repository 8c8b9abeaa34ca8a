#!/usr/bin/env bash
# Installs the servers and tools that the integration tests run: coturn, Knot, BIND and their tools, PowerDNS with its
# SQLite backend, nftables, iproute2, and Prometheus for its promtool. The tests start them with configurations and ports of their own; the
# services that come with the packages are neither started nor left enabled. What is already installed stays as it is,
# its services included.
set -euo pipefail
# shellcheck source=scripts/lib/apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/apt.sh"

packages=(coturn knot knot-dnsutils pdns-server pdns-backend-sqlite3 sqlite3 curl bind9 bind9-dnsutils nftables iproute2 prometheus)
# Which services a package brings.
declare -A services=([coturn]=coturn [knot]=knot [bind9]=named [pdns-server]=pdns [nftables]=nftables [prometheus]=prometheus)

require_apt "${packages[@]}"
find_missing "${packages[@]}"
if ((${#missing[@]} == 0)); then
    echo "already installed: ${packages[*]}"
    exit
fi

# Packages ask this program before they start a service. One that is there belongs to somebody, and is left alone.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
fi

install_packages "${missing[@]}"

for package in "${missing[@]}"; do
    service=${services[$package]-}
    [[ -n $service ]] || continue
    if command -v systemctl >/dev/null; then
        if systemctl --quiet is-active "$service" 2>/dev/null; then as_root systemctl stop "$service"; fi
        as_root systemctl --quiet disable "$service" 2>/dev/null || true
        [[ $(systemctl is-enabled "$service" 2>/dev/null || true) != enabled ]] \
            || fail "the service $service is still enabled; disable it with: systemctl disable $service"
    elif command -v update-rc.d >/dev/null; then
        if service "$service" status >/dev/null 2>&1; then as_root service "$service" stop; fi
        as_root update-rc.d "$service" disable >/dev/null
    fi
    echo "not started at boot: $service"
done
