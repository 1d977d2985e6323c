#!/bin/sh
# Build .venv (or $VENV) from the locks named as arguments, every file checked against its hash.
set -eu
venv=${VENV:-.venv}
python=${PYTHON:-python3}

new_enough() {
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null
}

if ! new_enough "$python"; then
    for candidate in python3.14 python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
fi
if ! new_enough "$python"; then
    echo "Fairmark needs Python 3.11 or newer. Install it, or name it: make setup PYTHON=python3.12" >&2
    exit 1
fi

# Debian keeps the part of Python that makes environments in a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    else
        echo "This Python cannot make an environment. Run once: sudo apt-get install -y $package" >&2
        exit 1
    fi
fi

# An environment whose Python has gone (an upgrade of the system) is made anew.
if ! "$venv/bin/python" -c '' 2>/dev/null || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    echo "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi

# A lock names everything it needs, so what a package asks for itself is not asked again.
locked="--quiet --no-deps --require-hashes"
by_pip() {
    # shellcheck disable=SC2086
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input $locked -r "$1"
}
by_uv() {
    # shellcheck disable=SC2086
    "$venv/bin/uv" pip install --python "$venv/bin/python" --compile-bytecode $locked -r "$1"
}

# uv takes a third of pip's time, but knows nothing of an index that only pip has been told of.
by_pip requirements-setup.txt || echo "uv cannot be had here, so pip does it all" >&2
for lock in "$@"; do
    echo "Installing what $lock names"
    by_uv "$lock" || { echo "Once more, with pip" >&2; by_pip "$lock"; }
done
