#!/usr/bin/env bash
# Checks form: Swift sources with swift format, shell scripts with shellcheck, YAML with yamllint. Says every complaint
# of all three, then fails if there was one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift=${SWIFT:-swift}
scripts/install-lint-tools.sh
tools=$PWD/.build-tools/lint/bin
failed=()

# Files of the project, new ones included, deleted ones not.
files() {
    git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
        [[ ! -f $file ]] || printf '%s\n' "$file"
    done
}

mapfile -t sources < <(files '*.swift')
echo "swift format: ${#sources[@]} files"
"$swift" format lint --strict --parallel "${sources[@]}" || failed+=("swift format")

# Scripts by their name or their first line.
mapfile -t scripts < <(files | while IFS= read -r file; do
    if [[ $file == *.sh ]] || head -c 64 "$file" | head -n 1 | grep -qaE '^#!.*\b(ba|da)?sh\b'; then
        printf '%s\n' "$file"
    fi
done)
echo "shellcheck: ${#scripts[@]} files"
"$tools/shellcheck" --external-sources "${scripts[@]}" || failed+=(shellcheck)

# Templates of Helm are YAML only once they are rendered.
mapfile -t documents < <(files '*.yaml' '*.yml' | grep -v '/templates/' || true)
echo "yamllint: ${#documents[@]} files"
if ((${#documents[@]} > 0)); then "$tools/yamllint" --strict "${documents[@]}" || failed+=(yamllint); fi

if ((${#failed[@]} > 0)); then
    echo "complaints from: ${failed[*]}" >&2
    exit 1
fi
