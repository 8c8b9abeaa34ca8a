#!/usr/bin/env bash
# usage: test.sh [ARGUMENT...]
#
# Builds everything for debugging, the executables included, and runs all tests in parallel. Arguments are handed on to
# "swift test", such as --filter NAME. Shows failures and the summary; everything else is in .build/test.log, and
# VERBOSE=1 shows it too. Tests that have not ended after TEST_MINUTES (20) are ended, and named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
log=.build/test.log
# Tests that are begun wait for each other's servers and threads; and for processors, so that few are begun at a time.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-6}

echo "building"
"$swift" build --build-tests --quiet </dev/null
echo "built in $SECONDS s"

# Drops the lines that tell that a test has started or passed; the summary begins with "Test run" and stays.
only_news() {
    if [[ ${VERBOSE-} == 1 ]]; then
        cat
    else
        awk '!/^(◇|↳) / && (!/^✔ (Test|Suite) / || /^✔ Test run /) { print; fflush() }'
    fi
}

# Ends tests that hang, and names those that had begun and not ended, for which the log alone tells nothing.
within_limit() {
    local minutes=$1
    shift
    # In the foreground, so that Ctrl-C still ends it; SwiftPM ends what it has started when it is interrupted.
    timeout --foreground --signal=INT --kill-after=10 "${minutes}m" "$@" || {
        local status=$?
        if ((status == 124 || status == 137)); then
            echo "the tests did not end within $minutes minutes; begun and not ended:"
            awk '
                sub(/^◇ Test /, "") && !/^(run|case) / && sub(/ started\.$/, "") { open[$0] = 1 }
                sub(/^(✔|✘) Test /, "") && sub(/( with [0-9]+ test cases?)? (passed|failed) after .*/, "") { delete open[$0] }
                END { for (name in open) print "    " name }' "$log"
        fi
        return "$status"
    }
}

# Integration tests run one after the other: they start programs, and a program that is started while another runs on
# inherits what tells of the other's end.
run_tests() {
    within_limit "${TEST_MINUTES:-20}" "$swift" test --skip-build --disable-xctest "$@" 2>&1 </dev/null |
        tee -a "$log" | only_news
}

: >"$log"
if (($# > 0)); then
    echo "testing"
    run_tests "$@"
else
    echo "testing against real servers"
    run_tests --filter IntegrationTests --no-parallel
    echo "testing"
    run_tests --skip IntegrationTests
fi
