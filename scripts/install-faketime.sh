#!/usr/bin/env bash
# Makes sure that libfaketime is on this machine: the tests that live through other days and nights move a server's clock with it.
#
# Where it is missing it is installed through apt-get. With --check it only says what it would do. Exit code 1 when it is missing and
# cannot (or, with --check, would have to) be installed.
set -euo pipefail

find_library() {
    compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    else
        echo "✗ This needs root: run \`$*\` as root, then start this again." >&2
        return 1
    fi
}

if library=$(find_library); then
    echo "✓ libfaketime: $library"
    exit 0
fi
if [ "${1:-}" = "--check" ]; then
    echo "• libfaketime is missing; would install it: apt-get install libfaketime"
    exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "✗ libfaketime was not found, and only Debian's package is known here: its tests cannot run on this machine." >&2
    exit 1
fi
echo "• libfaketime is missing; installing it now: apt-get install libfaketime"
as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends libfaketime
if library=$(find_library); then
    echo "✓ libfaketime: $library"
else
    echo "✗ apt-get install libfaketime brought no libfaketimeMT.so.1" >&2
    exit 1
fi
