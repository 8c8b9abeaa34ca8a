# shellcheck shell=bash
# The lab's servers: three of coturn for STUN, one of Knot for the zone. Sourced by wan-lab.sh after network.sh.
# shellcheck disable=SC2154

readonly zone=example.com.
# Holds an outdated address at first.
readonly record=home.example.com.
readonly key_name=esddns-update.
readonly key_algorithm=hmac-sha256

# Starts a server outside and notes its process: number, and start time lest another process gets the number later.
start_server() {
    local name=$1
    shift
    (close_inherited && exec setsid ip netns exec "$outside" "$@") </dev/null >>"$directory/$name.log" 2>&1 &
    echo "$! $(start_time $!)" >"$directory/$name.pid"
}

# Field 22 of a process's statistics, which never changes; nothing where there is no such process, or only its remains.
start_time() {
    sed -E 's/^.*\) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }' || true
}

server_runs() {
    local pid time
    [[ -e $directory/$1.pid ]] || return 1
    read -r pid time <"$directory/$1.pid"
    [[ -n $time && $(start_time "$pid") == "$time" ]]
}

# Ends servers that the lab started, and waits until they have gone.
stop_servers() {
    local name pid _
    for name in "$@"; do
        server_runs "$name" || continue
        read -r pid _ <"$directory/$name.pid"
        kill "$pid" 2>/dev/null || true
    done
    for name in "$@"; do
        for _ in {1..50}; do
            server_runs "$name" || break
            sleep 0.1
        done
        if server_runs "$name"; then
            read -r pid _ <"$directory/$name.pid"
            kill -KILL "$pid" 2>/dev/null || true
        fi
        rm -f "$directory/$name.pid"
    done
}

# Repeats a command until it succeeds, for as long as the server runs, at most fifteen seconds.
await_server() {
    local name=$1 deadline=$((SECONDS + 15))
    shift
    while ((SECONDS < deadline)); do
        "$@" >/dev/null 2>&1 && return
        server_runs "$name" || break
        sleep 0.1
    done
    echo "wan-lab: $name did not get ready; the end of its log:" >&2
    tail -n 20 "$directory/$name.log" >&2
    fail "$name did not get ready"
}

servers_up() {
    local index address
    write_zone
    start_server knot knotd --config "$directory/knot.conf"
    for index in "${!stun_addresses[@]}"; do
        address=${stun_addresses[$index]}
        start_server "stun$index" turnserver -n --stun-only --no-cli --no-tls --no-dtls --no-rfc5780 \
            --listening-ip "$address" --listening-port 3478 --relay-threads 1 \
            --userdb "$directory/turn.db" --pidfile "$directory/stun$index.turn" --log-file stdout --simple-log
    done
    await_server knot dig_outside SOA
    for index in "${!stun_addresses[@]}"; do
        await_server "stun$index" stun_answers "$outside" "${stun_addresses[$index]}"
    done
}

# Asks a STUN server from a namespace and prints the client's account of the answer. The client itself would wait for
# a lost datagram for ever, and ignore any other signal where the caller's caller has them blocked, as the threads of a
# test have.
stun_answers() {
    at "$1" timeout --signal=KILL 1 turnutils_stunclient "$2"
}

servers_down() {
    local file names=()
    for file in "$directory"/*.pid; do
        [[ ! -e $file ]] || names+=("$(basename "$file" .pid)")
    done
    stop_servers "${names[@]}"
}

name_server() {
    case $1 in
        stop) stop_servers knot ;;
        start)
            server_runs knot && return
            start_server knot knotd --config "$directory/knot.conf"
            await_server knot dig_outside SOA
            ;;
        *) fail "name-server takes stop or start, not \"$1\"" ;;
    esac
}

write_zone() {
    local secret
    secret=$(head -c 32 /dev/urandom | base64)
    (
        umask 077
        mkdir "$directory/knot"
        printf '%s\n' "$secret" >"$directory/tsig-secret"
        printf '%s:%s:%s\n' "$key_algorithm" "$key_name" "$secret" >"$directory/tsig-key"
        cat >"$directory/knot.conf" <<EOF
server:
    rundir: $directory/knot
    listen: $dns_address@53
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: $directory/knot
log:
  - target: stderr
    any: info
key:
  - id: $key_name
    algorithm: $key_algorithm
    secret: $secret
acl:
  - id: update
    key: $key_name
    action: update
zone:
  - domain: $zone
    storage: $directory/knot
    file: zone
    acl: update
    serial-policy: increment
EOF
        cat >"$directory/knot/zone" <<EOF
\$ORIGIN $zone
\$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
ns1 A $dns_address
$record A 203.0.113.9
EOF
    )
}

# Prints record data, nothing where there is none, and fails where there is no answer.
dig_site() {
    local answer
    answer=$(at "$site" kdig "@$dns_address" +short +time=1 +retry=1 "$1" "${2:-A}") || return 1
    grep -v '^;;' <<<"$answer" | sed '/^$/d'
}

dig_outside() {
    at "$outside" kdig "@$dns_address" +short +time=1 +retry=0 "$zone" "$1" | grep -v '^;;'
}

# The first serial is 1, and every update that changes something adds one.
zone_updates() {
    local serial
    serial=$(dig_outside SOA | awk '{ print $3 }') || true
    [[ $serial =~ ^[0-9]+$ ]] || fail "the name server does not answer"
    echo $((serial - 1))
}
