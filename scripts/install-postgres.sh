#!/usr/bin/env bash
# Makes sure that PostgreSQL server programs (initdb, pg_ctl, postgres; 15 to 18) are on this machine.
#
# Finds them where pgcascade does. If there are none, says what it will install and installs it through the system's package
# manager; no server is set up or started by it. With --check it only says what it would do. Exit code 1 when they are missing
# and cannot (or, with --check, would have to) be installed.
set -euo pipefail

check=false
[ "${1:-}" = "--check" ] && check=true

has_server() {
    local dir=$1
    [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/postgres" ] || return 1
    case "$("$dir/postgres" --version 2>/dev/null)" in
        *" 15."* | *" 16."* | *" 17."* | *" 18."*) return 0 ;;
        *) return 1 ;;
    esac
}

find_server() {
    local dir
    for dir in "${PGCASCADE_PG_BIN:-}" \
        "$(pg_config --bindir 2>/dev/null || true)" \
        "$(dirname "$(command -v postgres 2>/dev/null || echo /nowhere/postgres)")" \
        /usr/lib/postgresql/{18,17,16,15}/bin \
        /usr/pgsql-{18,17,16,15}/bin \
        /opt/homebrew/opt/postgresql@{18,17,16,15}/bin \
        /usr/local/opt/postgresql@{18,17,16,15}/bin; do
        if [ -n "$dir" ] && has_server "$dir"; then
            echo "$dir"
            return 0
        fi
    done
    return 1
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

install_debian() {
    # Debian's package would make and start a cluster of its own; pgcascade makes its own.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        as_root mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql postgresql-client
}

if dir=$(find_server); then
    echo "✓ PostgreSQL server programs: $dir ($("$dir/postgres" --version))"
    exit 0
fi

if command -v apt-get >/dev/null 2>&1; then
    how="apt-get install postgresql"
    run=install_debian
elif command -v dnf >/dev/null 2>&1; then
    how="dnf install postgresql-server"
    run="as_root dnf install -y postgresql-server postgresql"
elif command -v brew >/dev/null 2>&1; then
    how="brew install postgresql@17"
    run="brew install postgresql@17"
else
    cat >&2 <<'MESSAGE'
✗ No PostgreSQL server programs (15 to 18) were found, and this system's package manager is not known here.
  Install PostgreSQL 15 or later (https://www.postgresql.org/download/), name its directory in PGCASCADE_PG_BIN if it is not
  found by itself, or set DATABASE_URL to a database that you have.
MESSAGE
    exit 1
fi

if $check; then
    echo "• PostgreSQL server programs are missing; would install them: $how"
    exit 1
fi
echo "• PostgreSQL server programs are missing; installing them now: $how"
$run
if dir=$(find_server); then
    echo "✓ PostgreSQL server programs: $dir ($("$dir/postgres" --version))"
else
    echo "✗ $how brought no PostgreSQL 15 to 18; install one of them, or set DATABASE_URL to a database that you have." >&2
    exit 1
fi
