#!/bin/sh
# Every check that runs no test. All of them run, so that one round shows everything; the exit code tells of any.
set -u
bin=.venv/bin
failed=""

check() {
    name=$1
    shift
    printf '%-14s ' "$name"
    if report=$("$@" 2>&1); then
        echo "ok"
    else
        echo "FAILED"
        printf '%s\n' "$report"
        failed="$failed $name"
    fi
}

sources=""
for path in "$@"; do
    [ -e "$path" ] && sources="$sources $path"
done

# shellcheck disable=SC2086
check "format" $bin/ruff format --check $sources
# shellcheck disable=SC2086
check "ruff" $bin/ruff check --output-format concise $sources
check "types" $bin/mypy
check "arrows" $bin/lint-imports --no-cache --no-logo
check "templates" $bin/djlint --quiet --lint templates

if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
