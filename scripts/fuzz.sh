#!/usr/bin/env bash
# usage: fuzz.sh [TARGET|all] [SECONDS] [LIBFUZZER-OPTION...]
#        fuzz.sh --list
#
# Builds the fuzz targets with libFuzzer and runs one of them, or each in turn, for so many seconds (default 60). Starts from
# the inputs in Tests/Fuzz/Corpus/TARGET; what it finds beyond them stays in .build-fuzz/corpus/TARGET and is used the next time.
# An input that crashes or violates an expectation is left in .build-fuzz/findings, and the exit code is 1. To see one again:
#   FUZZ_TARGET=TARGET .build-fuzz/debug/fuzz FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
build=.build-fuzz
# Swift's own account of a crash would come before libFuzzer has kept the input.
export SWIFT_BACKTRACE=enable=no

# The runtime belongs to the compiler; there is no option to name it that does not bring a main function along.
compiler=$(command -v swiftc)
resources=$(dirname "$(readlink -f "$compiler")")/../lib
runtime=$(find "$resources" -name "libclang_rt.fuzzer_no_main*$(uname -m)*.a" -o -path "*$(uname -m)*" -name 'libclang_rt.fuzzer_no_main.a' 2>/dev/null | head -n 1)
if [[ -z $runtime ]]; then
    echo "fuzz.sh: the compiler at $compiler comes without libclang_rt.fuzzer_no_main" >&2
    exit 69
fi

# Package.swift adds the targets where this is set.
export ESDDNS_FUZZING=$runtime
echo "building the fuzz targets" >&2
"$swift" build --quiet --scratch-path "$build" --product fuzz >&2 </dev/null

if [[ ${1-} == --list ]]; then exec "$build/debug/fuzz" --list; fi
wanted=${1:-all}
seconds=${2:-60}
options=("${@:3}")
if [[ $wanted == all ]]; then
    mapfile -t targets < <("$build/debug/fuzz" --list)
else
    targets=("$wanted")
fi

mkdir -p "$build/findings"
failed=()
for target in "${targets[@]}"; do
    mkdir -p "$build/corpus/$target"
    seeds=()
    if [[ -d Tests/Fuzz/Corpus/$target ]]; then seeds=("Tests/Fuzz/Corpus/$target"); fi
    echo "fuzzing $target for $seconds s" >&2
    log=$build/findings/$target.log
    if FUZZ_TARGET=$target "$build/debug/fuzz" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$build/findings/$target-" ${options[@]+"${options[@]}"} \
        "$build/corpus/$target" ${seeds[@]+"${seeds[@]}"} >"$log" 2>&1 </dev/null; then
        awk '/^stat::number_of_executed_units/ { tries = $2 } / cov: / { match($0, /cov: [0-9]+/); covered = substr($0, RSTART + 5, RLENGTH - 5) }
            END { print "  " tries " tries, " covered " edges covered" }' "$log" >&2
    else
        tail -n 40 "$log" >&2
        failed+=("$target")
    fi
done
if ((${#failed[@]} > 0)); then
    echo "fuzz.sh: findings in ${failed[*]}; see $build/findings" >&2
    exit 1
fi
