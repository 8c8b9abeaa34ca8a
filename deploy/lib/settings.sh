# shellcheck shell=bash
# Judges settings and records before anything is installed, by deploy/lib/settings.tsv. To be sourced behind common.sh.

settings_table=$(dirname "${BASH_SOURCE[0]}")/settings.tsv

# row_of KIND NAME: sets the array "row" to what the table has about it; fails if it is not there.
row=()
row_of() {
    local line
    line=$(awk -F '\t' -v kind="$1" -v name="$2" '$1 == kind && $2 == name { print; exit }' "$settings_table")
    [[ -n $line ]] || return 1
    IFS=$'\t' read -r -a row <<<"$line"
}

# Prints the setting whose name is the most like this one, if any is.
nearest_setting() {
    awk -F '\t' -v name="$1" '
        function distance(a, b,    i, j, rows, cost) {
            for (i = 0; i <= length(a); i++) rows[i, 0] = i
            for (j = 0; j <= length(b); j++) rows[0, j] = j
            for (i = 1; i <= length(a); i++) for (j = 1; j <= length(b); j++) {
                cost = rows[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1))
                if (rows[i - 1, j] + 1 < cost) cost = rows[i - 1, j] + 1
                if (rows[i, j - 1] + 1 < cost) cost = rows[i, j - 1] + 1
                rows[i, j] = cost
            }
            return rows[length(a), length(b)]
        }
        $1 == "setting" { d = distance(name, $2); if (best == "" || d < least) { best = $2; least = d } }
        END { if (best != "" && least <= 4) print best }' "$settings_table"
}

# is_within NUMBER MINIMUM..MAXIMUM
is_within() {
    [[ $1 =~ ^(0|[1-9][0-9]{0,9})$ ]] && (($1 >= ${2%..*} && $1 <= ${2#*..}))
}

# Says what is wrong with a setting that somebody gives, NAME and VALUE; nothing if all is well.
problem_of_setting() {
    local name=$1 value=$2 near
    # Those of a labelled account begin with the label: ESDDNS_WORK_GANDI_SHARING_ID.
    if ! row_of setting "$name" && ! { [[ $name =~ ^ESDDNS_[A-Z][A-Z0-9]*_(.+)$ ]] && row_of setting "ESDDNS_${BASH_REMATCH[1]}" \
        && [[ ${BASH_REMATCH[1]} =~ ^(ZONE|TTL)$|_ ]]; }; then
        near=$(nearest_setting "$name")
        echo "there is no such setting${near:+; did you mean $near?}"
        return
    fi
    case ${row[4]} in
        secret) echo "this is a secret, which others could see in a command line; put it into the environment" && return ;;
        fixed) echo "what is installed decides this, and not a setting" && return ;;
    esac
    if [[ ${row[2]} == *..* && ${row[2]} != ^* ]]; then
        is_within "$value" "${row[2]}" || echo "\"$value\": expected ${row[3]}"
    else
        [[ $value =~ ${row[2]} ]] || echo "\"$value\": expected ${row[3]}"
    fi
}

# Says what is wrong with records, as docs/records.md has them, of a provider if none is named; nothing if all is well.
problem_of_records() {
    local records=$1 standard=$2 record name rest part kind parts seen=,
    local label='[^[:space:],/@:.]{1,63}'
    [[ $records =~ ^[^,]+(,[^,]+)*$ ]] || { echo "\"$records\": expected a list such as home.example.com,www.example.com" && return; }
    # Without a file for each "*".
    IFS=, read -r -a parts <<<"$records"
    for record in "${parts[@]}"; do
        rest=${record%%@*} kind=$standard
        if [[ $record == *@* ]]; then kind=${record#*@}; fi
        row_of provider "${kind%%:*}" || { echo "\"$record\": there is no provider \"${kind%%:*}\"; docs/settings.md lists them" && return; }
        name=${rest%%/*}
        [[ $name =~ ^($label\.)*$label\.?$ ]] || { echo "\"$record\": \"$name\" is no domain name such as home.example.com" && return; }
        [[ $seen != *",$rest,"* ]] || { echo "\"$record\" is listed twice" && return; }
        seen+=$rest,
        [[ $rest == */* ]] || continue
        local options
        IFS=/ read -r -a options <<<"${rest#*/}"
        for part in "${options[@]}"; do
            case $part in
                A | AAAA | A+AAAA) ;;
                ::*) [[ $part =~ ^::[0-9A-Fa-f:.]+$ ]] || { echo "\"$record\": \"$part\" is no lower half of an IPv6 address" && return; } ;;
                *)
                    [[ $part =~ ^[0-9]+$ ]] || { echo "\"$record\": expected A, AAAA, A+AAAA, a TTL or ::SUFFIX in place of \"$part\"" && return; }
                    [[ ${row[2]} != - ]] || { echo "\"$record\": ${kind%%:*} decides the TTL by itself" && return; }
                    is_within "$part" "${row[2]}" \
                        || { echo "\"$record\": a TTL of $part s, but ${kind%%:*} takes ${row[2]%..*} to ${row[2]#*..} s" && return; }
                    ;;
            esac
        done
    done
}
