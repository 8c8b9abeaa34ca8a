#!/usr/bin/env bash
# usage: tsan.sh [ARGUMENT...]
#
# Builds the tests of CurlHTTP and OperatorCore with the thread sanitizer, into .build-tsan, and runs them; a data race fails
# them. scripts/tsan/mutex.c keeps the sanitizer from reporting what Swift's Mutex protects. Arguments are handed on to
# "swift test", such as --filter NAME. For Linux.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
build=.build-tsan
# Package.swift then leaves out the others.
export ESDDNS_ONLY_TESTS=CurlHTTPTests,OperatorCoreTests

mkdir -p "$build"
clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang
"$clang" -O1 -shared -fPIC -o "$build/libtsan-mutex.so" scripts/tsan/mutex.c -ldl

echo "building with the thread sanitizer" >&2
"$swift" build --quiet --build-tests --sanitize=thread --scratch-path "$build" >&2 </dev/null

echo "testing" >&2
export LD_PRELOAD=$PWD/$build/libtsan-mutex.so
export TSAN_OPTIONS="suppressions=$PWD/scripts/tsan/suppressions.txt halt_on_error=0 exitcode=66 second_deadlock_stack=1"
exec "$swift" test --skip-build --disable-xctest --sanitize=thread --scratch-path "$build" "$@" </dev/null
