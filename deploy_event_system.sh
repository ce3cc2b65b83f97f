#!/usr/bin/env bash
# Deploys pgcascade on this machine: installs what is missing (said before it is done), builds, deploys, verifies.
#
#   ./deploy_event_system.sh            deploy into DATABASE_URL if that is set, else into a PostgreSQL cluster of its own
#   ./deploy_event_system.sh demo       the same preparation, then the whole pipeline on sample companies
#   ./deploy_event_system.sh --check    change nothing; say what would be done
#
# Safe to run again. Works from any directory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

check=false
for argument in "$@"; do
    [ "$argument" = "--check" ] && check=true
done
binary=target/release/pgcascade
todo=0

step() { printf '\n▶ %s\n' "$1"; }

step "PostgreSQL"
if [ -n "${DATABASE_URL:-}" ] && [ "${1:-}" != "demo" ]; then
    echo "✓ DATABASE_URL is set: no server is needed here"
elif $check; then
    ./scripts/install-postgres.sh --check || todo=1
else
    ./scripts/install-postgres.sh
fi

step "Rust"
if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH="$HOME/.cargo/bin:$PATH"
fi
if command -v cargo >/dev/null 2>&1; then
    echo "✓ $(cargo --version)"
else
    echo "✗ cargo was not found. Install Rust 1.92 or later (https://rustup.rs), then run this again." >&2
    exit 1
fi
if ! command -v cc >/dev/null 2>&1; then
    echo "✗ No C compiler (cc) was found; Rust links with it. Install one (Debian: apt-get install gcc libc6-dev), then run this again." >&2
    exit 1
fi

step "Build"
if $check; then
    if [ ! -x "$binary" ]; then
        echo "• $binary is not there; would build it (cargo build --release), then deploy"
        exit 1
    fi
    echo "✓ $binary is there (a deploy would bring it up to date first)"
else
    echo "• cargo build --release (some minutes the first time)"
    cargo build --release --locked
fi

step "Deploy"
if [ "${1:-}" = "demo" ]; then
    exec "$binary" "$@"
fi
if $check; then
    "$binary" deploy "$@" || todo=1
    exit "$todo"
fi
exec "$binary" deploy "$@"
