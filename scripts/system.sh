#!/bin/sh
# What the tests need beyond Python: a Chromium, a PostgreSQL server (15 or newer), LibreOffice Calc.
# Installs what is missing when root, in CI, or on request (sh scripts/system.sh --install); else prints the one command.
set -eu
install=${1:-}

has() {
    command -v "$1" >/dev/null 2>&1
}

has_browser() {
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        has "$name" && return 0
    done
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
        [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
}

# Playwright's own node is linked against it; Debian does not install it by default.
has_libatomic() {
    [ "$(uname)" = Darwin ] || ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1' ||
        /sbin/ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1'
}

# Servers are often installed beside the path, one folder for each version.
has_postgresql() {
    for initdb in $(command -v initdb || true) /usr/lib/postgresql/*/bin/initdb \
        /opt/homebrew/opt/postgresql@*/bin/initdb /usr/local/opt/postgresql@*/bin/initdb; do
        [ -x "$initdb" ] || continue
        version=$("$initdb" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
        [ "$version" -ge 15 ] && return 0
    done
    return 1
}

has_calc() {
    has soffice || has libreoffice || [ -x /Applications/LibreOffice.app/Contents/MacOS/soffice ]
}

missing() {
    has_browser || printf ' %s' "$1"
    has_libatomic || printf ' %s' "$2"
    has_postgresql || printf ' %s' "$3"
    has_calc || printf ' %s' "$4"
}

knows() {
    [ -n "$(apt-cache search --names-only "^$1\$" 2>/dev/null)" ]
}

# What apt calls them here; the browser without its windows takes a third of the processor's time.
name_packages() {
    browser=chromium
    knows chromium-headless-shell && browser=chromium-headless-shell
    postgresql=postgresql
    knows postgresql-15 && postgresql=postgresql-15
    packages=$(missing "$browser" libatomic1 "$postgresql" libreoffice-calc)
    command="apt-get install -y --no-install-recommends$packages"
}

if [ "$(uname)" = Darwin ]; then
    # Homebrew keeps programs with windows and those without apart; one command takes both.
    packages=$(missing chromium "" postgresql@16 libreoffice)
    command="brew install$packages"
elif has apt-get; then
    name_packages
else
    packages=$(missing chromium libatomic postgresql-server libreoffice-calc)
    command="the package manager of this system, for:$packages"
fi

[ -n "$packages" ] || exit 0

as_root=""
if [ "$(uname)" != Darwin ] && [ "$(id -u)" != 0 ]; then
    as_root="sudo"
fi

if has apt-get && { [ "$(id -u)" = 0 ] || [ -n "${CI:-}" ] || [ "$install" = --install ]; }; then
    echo "Installing$packages"
    $as_root apt-get update -qq
    name_packages
    # shellcheck disable=SC2086
    if $as_root env DEBIAN_FRONTEND=noninteractive $command -qq >/dev/null; then
        [ -z "$(missing browser libatomic postgresql calc)" ] && exit 0
        echo "Still missing after the installation:$(missing chromium libatomic postgresql libreoffice)" >&2
    fi
    [ -z "${CI:-}" ] || exit 1
elif [ "$(uname)" = Darwin ] && has brew && { [ -n "${CI:-}" ] || [ "$install" = --install ]; }; then
    # shellcheck disable=SC2086
    $command
    exit 0
elif [ -n "${CI:-}" ]; then
    echo "Missing here, and needed in CI:$packages" >&2
    exit 1
fi

echo "The tests that need$packages will be skipped. To run them too, install once:"
echo "    ${as_root:+$as_root }$command"
