#!/bin/sh
# Every check that runs no test, side by side. All of them run, so that one round shows everything; the exit code tells
# of any.
set -u
bin=.venv/bin
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
names=""

check() {
    name=$1
    shift
    names="$names $name"
    { "$@" >"$reports/$name" 2>&1 || touch "$reports/$name.failed"; } &
}

sources=""
for path in "$@"; do
    [ -e "$path" ] && sources="$sources $path"
done

check "types" $bin/mypy # the longest first
# shellcheck disable=SC2086
check "format" $bin/ruff format --check $sources
# shellcheck disable=SC2086
check "ruff" $bin/ruff check --output-format concise $sources
check "arrows" $bin/lint-imports --no-cache --no-logo
check "templates" $bin/djlint --quiet --lint templates
check "advisories" $bin/python scripts/audit.py requirements.txt requirements-dev.txt
wait

failed=""
for name in $names; do
    if [ -e "$reports/$name.failed" ]; then
        failed="$failed $name"
        printf '%-14s FAILED\n' "$name"
        cat "$reports/$name"
    else
        printf '%-14s ok\n' "$name"
        grep '^skipped' "$reports/$name" || true
    fi
done

if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
