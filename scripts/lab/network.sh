# shellcheck shell=bash
# The lab's namespaces, links, addresses and masquerading. Sourced by wan-lab.sh, which sets the variables that are not
# set here.
# shellcheck disable=SC2154

readonly site_address=10.77.0.2
readonly first_wan_address=203.0.113.10
readonly gateway_address=203.0.113.1
# In two networks, as servers of different operators would be.
readonly stun_addresses=(192.0.2.11 192.0.2.12 198.51.100.11)
readonly dns_address=192.0.2.53

# Runs a command in a namespace.
at() {
    ip netns exec "$@"
}

# Lets whatever leaves through wan0 carry the address that wan0 has at that moment.
masquerade() {
    at "$1" nft -f - <<'EOF'
table ip lab {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "wan0" masquerade
    }
}
EOF
}

network_up() {
    local namespace address
    for namespace in "$site" "$router" "$outside"; do
        ip netns add "$namespace"
        ip -n "$namespace" link set lo up
        # Addresses of IPv6 would only add traffic of their own.
        at "$namespace" sh -c '[ ! -e /proc/sys/net/ipv6/conf/default/disable_ipv6 ] \
            || echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
    done

    # Both ends are made where they belong, so that no interface of the machine itself can be in the way.
    ip -n "$site" link add lan0 type veth peer name lan0 netns "$router"
    ip -n "$router" link add wan0 type veth peer name wan0 netns "$outside"

    ip -n "$site" address add "$site_address/24" dev lan0
    ip -n "$site" link set lan0 up
    ip -n "$router" address add 10.77.0.1/24 dev lan0
    ip -n "$router" link set lan0 up
    ip -n "$site" route add default via 10.77.0.1

    # Host routes only: the WAN address may change to any other, and the far end still finds it by ARP.
    ip -n "$router" address add "$first_wan_address/32" dev wan0
    ip -n "$router" link set wan0 up
    ip -n "$router" route add default via "$gateway_address" dev wan0 onlink
    ip -n "$outside" address add "$gateway_address/32" dev wan0
    ip -n "$outside" link set wan0 up
    ip -n "$outside" route add default dev wan0
    for address in "${stun_addresses[@]}" "$dns_address"; do
        ip -n "$outside" address add "$address/32" dev lo
    done

    at "$router" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    masquerade "$router"

    # "ip netns exec" shows this file to the site's programs as /etc/resolv.conf.
    mkdir -p "/etc/netns/$site"
    printf 'nameserver %s\noptions timeout:1 attempts:2\n' "$dns_address" >"/etc/netns/$site/resolv.conf"
}

wan_address() {
    ip -n "$router" -4 -oneline address show dev wan0 | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# Adds the new address before it removes the old one, upon which the kernel forgets the flows that were masqueraded as
# the old one: the next packet of a UDP flow carries the new address, connections of TCP break, as they do in life.
change_address() {
    local new=$1 old
    old=$(wan_address)
    [[ $new != "$old" ]] || return 0
    ip -n "$router" address add "$new/32" dev wan0 || fail "\"$new\" cannot be the router's address"
    ip -n "$router" address del "$old/32" dev wan0
}

network_down() {
    local namespace pids
    for namespace in "$site" "$router" "$outside"; do
        [[ -e /run/netns/$namespace || -e /var/run/netns/$namespace ]] || continue
        # Only what was put into the lab is in its namespaces; nothing there may outlive it.
        pids=$(ip netns pids "$namespace" | paste -sd' ')
        if [[ -n $pids ]]; then
            echo "wan-lab: ending what still runs in $namespace: $pids" >&2
            # shellcheck disable=SC2086 # several numbers
            kill -KILL $pids 2>/dev/null || true
        fi
        ip netns del "$namespace"
    done
    rm -rf "/etc/netns/${site:?}"
}
