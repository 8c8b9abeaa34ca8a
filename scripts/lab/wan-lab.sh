#!/usr/bin/env bash
# A home behind a router whose WAN address changes, in three network namespaces of this machine.
#
#   site 10.77.0.2 -- 10.77.0.1 router 203.0.113.10 -- 203.0.113.1 outside
#
# The router masquerades what the site sends. Outside there are three STUN servers (coturn) and the authoritative
# name server of example.com (Knot), which takes dynamic updates signed with a TSIG key. No packet leaves the
# namespaces, and several labs can run side by side.
set -euo pipefail

usage() {
    cat <<'EOF'
usage: wan-lab.sh [--prefix NAME] COMMAND

  supported                 say whether this machine can run a lab: exit 0, or 1 and the reason
  up [--owner PID]          build a lab and print its facts as "env" does; with --owner it comes down when PID ends
  env                       print the lab's facts, one NAME=VALUE a line
  change-address ADDRESS    give the router another WAN address; flows through the old one end
  name-server stop|start    take the authoritative name server away, and bring it back
  dig NAME [TYPE]           ask the name server from the site; prints the record data, nothing where there is none
  zone-updates              print how many dynamic updates have changed the zone, which is its SOA serial less one
  exec-site COMMAND...      run a command at the site (exec-router, exec-outside: there)
  check                     prove with standard tools only that a lab works; builds one and takes it down
  down                      take the lab down; quiet where there is none

NAME is the lab's name (environment: WAN_LAB_PREFIX); "up" without one makes one up. Needs root.
EOF
}

fail() {
    echo "wan-lab: $*" >&2
    exit 1
}

# Where labs keep their configurations, logs and process numbers, each in a directory of its own.
readonly labs=${WAN_LAB_ROOT:-/run/wan-lab}

# Lets go of whatever else was inherited from whoever called: a server that lives on must not hold it open, since callers
# may wait for it to be closed.
close_inherited() {
    local descriptor
    for descriptor in /proc/self/fd/*; do
        descriptor=${descriptor##*/}
        # Bash itself reads the script through one of the higher numbers.
        if ((descriptor > 2 && descriptor < 255)); then eval "exec $descriptor>&-"; fi
    done
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lab/network.sh
source "$here/network.sh"
# shellcheck source=scripts/lab/servers.sh
source "$here/servers.sh"

# Sets the names that follow from the lab's own.
use_lab() {
    [[ $1 =~ ^[a-z][a-z0-9-]{0,19}$ ]] || fail "\"$1\" is no name for a lab: a-z, 0-9 and -, at most 20, a letter first"
    prefix=$1
    directory=$labs/$prefix
    site=$prefix-site
    router=$prefix-router
    outside=$prefix-outside
}

# The lab that a command is about; it has to exist.
existing_lab() {
    [[ -n $prefix ]] || fail "which lab? Give --prefix NAME or WAN_LAB_PREFIX"
    use_lab "$prefix"
    [[ -d $directory ]] || fail "there is no lab \"$prefix\"; build it with: wan-lab.sh --prefix $prefix up"
}

unsupported() {
    echo "unsupported: $*"
    return 1
}

# Says why there can be no lab here, or nothing.
supported() {
    [[ $(uname -s) == Linux ]] || unsupported "network namespaces need Linux" || return
    [[ $(id -u) == 0 ]] || unsupported "network namespaces need root" || return
    local tool
    local missing=()
    for tool in ip nft setsid turnserver turnutils_stunclient knotd kdig knsupdate; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    if ((${#missing[@]} > 0)); then
        unsupported "not installed: ${missing[*]} (scripts/install-test-servers.sh installs them)" || return
    fi
    local probe=wan-lab-probe-$$
    ip netns add "$probe" 2>/dev/null || unsupported "this machine does not permit network namespaces" || return
    local reason=""
    ip -n "$probe" link add lan0 type veth peer name lan1 2>/dev/null || reason="virtual Ethernet links"
    masquerade "$probe" 2>/dev/null || reason="masquerading with nftables"
    ip netns del "$probe"
    [[ -z $reason ]] || unsupported "this machine does not permit $reason"
}

up() {
    local owner="" reason
    if [[ ${1-} == --owner ]]; then
        owner=${2-}
        [[ $owner =~ ^[0-9]+$ && -d /proc/$owner ]] || fail "--owner needs the number of a running process, not \"$owner\""
        shift 2
    fi
    (($# == 0)) || fail "up takes no \"$1\""
    reason=$(supported) || fail "$reason"
    use_lab "${prefix:-lab$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')}"
    mkdir -p "$labs"
    mkdir -m 700 "$directory" 2>/dev/null || fail "there is a lab \"$prefix\" already; take it down first"
    trap 'down >&2' EXIT
    network_up
    servers_up
    if [[ -n $owner ]]; then
        (close_inherited && exec setsid "$here/wan-lab.sh" --prefix "$prefix" down-after "$owner") \
            </dev/null >>"$directory/owner.log" 2>&1 &
    fi
    trap - EXIT
    print_env
}

print_env() {
    cat <<EOF
WAN_LAB_PREFIX=$prefix
WAN_LAB_DIRECTORY=$directory
WAN_LAB_SITE_NAMESPACE=$site
WAN_LAB_ROUTER_NAMESPACE=$router
WAN_LAB_OUTSIDE_NAMESPACE=$outside
WAN_LAB_SITE_ADDRESS=$site_address
WAN_LAB_WAN_ADDRESS=$(wan_address)
WAN_LAB_STUN_SERVERS=$(printf '%s:3478\n' "${stun_addresses[@]}" | paste -sd,)
WAN_LAB_DNS_SERVER=$dns_address:53
WAN_LAB_ZONE=$zone
WAN_LAB_RECORD=$record
WAN_LAB_KEY_NAME=$key_name
WAN_LAB_KEY_ALGORITHM=$key_algorithm
WAN_LAB_KEY_SECRET_FILE=$directory/tsig-secret
WAN_LAB_KEY_FILE=$directory/tsig-key
EOF
}

down() {
    [[ -d $directory ]] || ip netns list | grep -qE "^$prefix-(site|router|outside)( |$)" || return 0
    servers_down
    network_down
    rm -rf "$directory"
    rmdir "$labs" 2>/dev/null || true
}

check() {
    [[ -z $prefix ]] || fail "check builds a lab of its own; leave out --prefix and WAN_LAB_PREFIX"
    local before seen
    up >/dev/null
    trap 'down' EXIT
    expect() {
        [[ $2 == "$3" ]] || fail "$1: expected \"$3\", got \"$2\""
        echo "ok: $1 is $3"
    }
    reflexive() {
        # The client prints more than one line for an address of a server that it asks about its other addresses.
        stun_answers "$site" "$1" | sed -nE 's/.*reflexive addr: ([0-9.]+):[0-9]+$/\1/p' | head -n 1
    }
    update() {
        printf 'server %s\nzone %s\nupdate delete %s A\nupdate add %s 60 A %s\nsend\n' \
            "$dns_address" "$zone" "$record" "$record" "$1" | at "$site" knsupdate "${@:2}"
    }
    for seen in "${stun_addresses[@]}"; do
        expect "the site's address as $seen sees it" "$(reflexive "$seen")" 203.0.113.10
    done
    change_address 203.0.113.20
    for seen in "${stun_addresses[@]}"; do
        expect "the same after a change, as $seen sees it" "$(reflexive "$seen")" 203.0.113.20
    done
    change_address 198.18.7.7
    expect "the same in another network" "$(reflexive "${stun_addresses[0]}")" 198.18.7.7

    expect "the record before" "$(dig_site "$record")" 203.0.113.9
    before=$(zone_updates)
    expect "the number of updates before" "$before" 0
    update 203.0.113.66 >"$directory/refused" 2>&1 && fail "an update without the key was accepted"
    expect "the record after an update without the key" "$(dig_site "$record")" 203.0.113.9
    update 203.0.113.20 -k "$directory/tsig-key"
    expect "the record after an update with the key" "$(dig_site "$record")" 203.0.113.20
    expect "the number of updates after" "$(zone_updates)" 1
    name_server stop
    dig_site "$record" >"$directory/silent" 2>&1 && fail "a stopped name server answered"
    echo "ok: a stopped name server is silent"
    name_server start
    expect "the record after the name server's return" "$(dig_site "$record")" 203.0.113.20
    expect "the site's own resolver" "$(at "$site" getent ahostsv4 "ns1.$zone" | awk 'NR == 1 { print $1 }')" "$dns_address"
    down
    trap - EXIT
    [[ -z $(ip netns list | grep "^$prefix-" || true) && ! -e $directory && ! -e /etc/netns/$site ]] \
        || fail "something of the lab is left"
    echo "ok: nothing of the lab is left"
}

main() {
    prefix=${WAN_LAB_PREFIX-}
    if [[ ${1-} == --prefix ]]; then
        (($# >= 2)) || fail "--prefix needs a name"
        use_lab "$2"
        shift 2
    fi
    local command=${1-}
    (($# == 0)) || shift
    case $command in
        supported) supported ;;
        up) up "$@" ;;
        check) check ;;
        down)
            [[ -n $prefix ]] || fail "which lab? Give --prefix NAME or WAN_LAB_PREFIX"
            use_lab "$prefix"
            down
            ;;
        down-after)
            # Internal: waits for the owner of a lab.
            existing_lab
            owner_time=$(start_time "$1")
            while [[ -n $owner_time && $(start_time "$1") == "$owner_time" && -d $directory ]]; do sleep 0.5; done
            down
            ;;
        env)
            existing_lab
            print_env
            ;;
        change-address)
            (($# == 1)) || fail "change-address needs one IPv4 address"
            existing_lab
            change_address "$1"
            ;;
        name-server)
            existing_lab
            name_server "${1-}"
            ;;
        dig)
            (($# == 1 || $# == 2)) || fail "dig needs a name and perhaps a type"
            existing_lab
            dig_site "$@"
            ;;
        zone-updates)
            existing_lab
            zone_updates
            ;;
        exec-site | exec-router | exec-outside)
            (($# > 0)) || fail "$command needs a command to run"
            existing_lab
            exec ip netns exec "$prefix-${command#exec-}" "$@"
            ;;
        help | --help | -h) usage ;;
        *)
            usage >&2
            exit 64
            ;;
    esac
}

main "$@"
