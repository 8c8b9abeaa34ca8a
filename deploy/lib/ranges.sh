# shellcheck shell=bash
# Ranges of addresses, as MetalLB takes them: 192.0.2.240/28, 192.0.2.240-192.0.2.250, 2001:db8::/120. To be sourced.

# Prints an IPv4 address as a number. Fails where it is none; leading zeros are, since some read them as octal.
ipv4_number() {
    local part number=0
    [[ $1 =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$ ]] || return 1
    for part in "${BASH_REMATCH[@]:1}"; do
        [[ $part =~ ^(0|[1-9][0-9]*)$ ]] && ((part <= 255)) || return 1
        ((number = number * 256 + part)) || true
    done
    echo "$number"
}

# Prints an IPv6 address as 32 hexadecimal digits, which compare like numbers. Fails where it is none.
ipv6_digits() {
    local text=${1,,} head tail group digits='' missing
    [[ $text =~ ^[0-9a-f:]+$ && $text == *:* && $text != *:::* && $text != *::*::* ]] || return 1
    [[ $text == ::* || $text != :* ]] && [[ $text == *:: || $text != *: ]] || return 1
    head=${text%%::*} tail=''
    [[ $text != *::* ]] || tail=${text#*::}
    local -a heads tails
    IFS=: read -r -a heads <<<"$head"
    IFS=: read -r -a tails <<<"$tail"
    missing=$((8 - ${#heads[@]} - ${#tails[@]}))
    if [[ $text == *::* ]]; then ((missing >= 1)) || return 1; else ((missing == 0)) || return 1; fi
    while ((missing-- > 0)); do heads+=(0); done
    for group in "${heads[@]}" "${tails[@]}"; do
        [[ $group =~ ^[0-9a-f]{1,4}$ ]] || return 1
        digits+=$(printf '%04x' "0x$group")
    done
    echo "$digits"
}

# Addresses that no machine of a network can have, or that a load balancer cannot hand out.
is_unusable_ipv4() {
    local first=$(($1 >> 24))
    ((first == 0 || first == 127 || first >= 224 || ($1 >> 16) == 0xa9fe))
}

# Says what is wrong with a range; nothing if all is well.
problem_of_range() {
    local range=$1 first last number end length
    case $range in
        */*)
            first=${range%/*} length=${range##*/}
            [[ $length =~ ^(0|[1-9][0-9]{0,2})$ ]] || { echo "\"$length\" is no length of a prefix" && return; }
            if number=$(ipv4_number "$first"); then
                ((length <= 32)) || { echo "the prefix of an IPv4 network has at most 32 bits" && return; }
                # Whole networks of providers are a slip of the finger.
                ((length >= 8)) || { echo "/$length is more than anybody has; expected /8 to /32" && return; }
                (((number & ((1 << (32 - length)) - 1)) == 0)) \
                    || { echo "$first is not the first address of a /$length" && return; }
                ! is_unusable_ipv4 "$number" || echo "$first cannot be an address of a machine"
            elif ipv6_digits "$first" >/dev/null; then
                ((length >= 32 && length <= 128)) || echo "/$length: expected /32 to /128"
            else
                echo "\"$first\" is no IP address"
            fi
            ;;
        *-*)
            first=${range%%-*} last=${range#*-}
            if number=$(ipv4_number "$first"); then
                end=$(ipv4_number "$last") || { echo "\"$last\" is no IPv4 address" && return; }
                ((number <= end)) || { echo "$last is before $first" && return; }
                ! is_unusable_ipv4 "$number" || { echo "$first cannot be an address of a machine" && return; }
                ! is_unusable_ipv4 "$end" || echo "$last cannot be an address of a machine"
            elif number=$(ipv6_digits "$first"); then
                end=$(ipv6_digits "$last") || { echo "\"$last\" is no IPv6 address" && return; }
                [[ ! $number > $end ]] || echo "$last is before $first"
            else
                echo "\"$first\" is no IP address"
            fi
            ;;
        *) echo "expected NETWORK/LENGTH or FIRST-LAST" ;;
    esac
}
