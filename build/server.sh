#!/usr/bin/env bash
# Starts a workspace server to try: PostgreSQL, two instances of countersignd and HAProxy in front of them, as ordinary processes with all that they
# keep in one folder. Without HAProxy it is one instance. Use it by make server, which installs and builds what it needs. The first start founds a
# workspace and prints the invitation of its first owner. Ctrl+C stops all.
#
#   build/server.sh [FOLDER]     FOLDER is build/server
#
# The variables of countersignd say what else: COUNTERSIGN_LISTEN, COUNTERSIGN_PUBLIC_ADDRESS, COUNTERSIGN_WORKSPACE, COUNTERSIGN_OWNER_NAME,
# COUNTERSIGN_OWNER_EMAIL. For a server that people depend on, see docs/operations.md.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mkdir -p "${1:-$root/build/server}" && cd "${1:-$root/build/server}" && pwd)
data=$folder/database
backends=
server=$root/build/bin/countersignd

fail() {
  printf 'server: %s\n' "$*" >&2
  exit 1
}

main() {
  bin=$(find /usr/lib/postgresql/*/bin -maxdepth 0 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] || fail "PostgreSQL is not installed. Run make setup."
  chmod 700 "$folder"
  # PostgreSQL does not run as root.
  as=()
  if [ "$(id -u)" = 0 ]; then
    as=(runuser -u postgres --)
    chmod 711 "$folder"
    mkdir -p "$data"
    chown postgres: "$data"
    "${as[@]}" test -w "$data" || fail "The user postgres can't reach $data. Choose another folder: make server folder=/var/tmp/countersign"
  fi
  trap stop EXIT
  start_database
  export COUNTERSIGN_DATABASE="host=$data user=countersign dbname=countersign"
  export COUNTERSIGN_SERVER_KEY=$folder/server.key COUNTERSIGN_CERTIFICATE=$folder/certificate.pem COUNTERSIGN_CERTIFICATE_KEY=$folder/certificate.key
  export COUNTERSIGN_LISTEN=${COUNTERSIGN_LISTEN:-127.0.0.1:8443}
  export COUNTERSIGN_DRAIN=${COUNTERSIGN_DRAIN:-0s}
  export COUNTERSIGN_PUBLIC_ADDRESS=${COUNTERSIGN_PUBLIC_ADDRESS:-$COUNTERSIGN_LISTEN}
  found
  serving=()
  balancer=$(PATH=$PATH:/usr/sbin command -v haproxy) || {
    printf 'server: HAProxy is not installed, so this is one instance. Install it to try two.\n' >&2
    "$server" serve &
    serving=($!)
    wait "${serving[@]}"
    return
  }
  start_instance one
  start_instance two
  start_balancer
  printf 'server: two instances, with the process IDs %s, are behind HAProxy at %s. End one with kill: the other goes on.\n' "${serving[*]}" "$COUNTERSIGN_LISTEN" >&2
  tail -q -n +1 -f "$folder/one.log" "$folder/two.log" >&2 &
  telling=$!
  wait "${serving[@]}"
}

# start_instance NAME starts an instance on ports that are free, and adds it to what the balancer leads to. On an address of their own
# they can't take the balancer's.
start_instance() {
  : >"$folder/$1.log" # the shell that starts it empties it later, and what stands there is of the last time
  "$server" serve --listen 127.0.0.2:0 --health-listen 127.0.0.2:0 --proxies 127.0.0.1 2>"$folder/$1.log" &
  local process=$! tries entry
  serving+=("$process")
  for ((tries = 0; tries < 600; tries++)); do
    if entry=$(grep -m 1 '"msg":"serving"' "$folder/$1.log"); then
      backends+="  server $1 127.0.0.2:$(port listen "$entry") check port $(port health "$entry")"$'\n'
      return
    fi
    kill -0 "$process" 2>/dev/null || fail "countersignd did not start: $(tail -n 1 "$folder/$1.log")"
    sleep 0.1
  done
  fail "countersignd did not answer."
}

# port KEY ENTRY is the port of an address in an entry of the log.
port() { sed -E "s/.*\"$1\":\"[^\"]*:([0-9]+)\".*/\1/" <<<"$2"; }

# TLS is passed through. The instances read from HAProxy whose a connection is, and tell it whether they are ready.
start_balancer() {
  cat >"$folder/haproxy.cfg" <<END
global
  maxconn 2000
defaults
  mode tcp
  timeout connect 5s
  timeout client 5m
  timeout server 5m
  timeout check 3s
frontend members
  bind $COUNTERSIGN_LISTEN
  default_backend instances
backend instances
  balance leastconn
  option httpchk GET /readyz
  http-check expect status 200
  default-server inter 1s fall 2 rise 1 send-proxy-v2
$backends
END
  "$balancer" -db -f "$folder/haproxy.cfg" 2>"$folder/haproxy.log" &
  balancing=$!
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    if (exec 3<>"/dev/tcp/${COUNTERSIGN_LISTEN%:*}/${COUNTERSIGN_LISTEN##*:}") 2>/dev/null; then
      return
    fi
    kill -0 "$balancing" 2>/dev/null || fail "HAProxy did not start: $(tail -n 1 "$folder/haproxy.log")"
    sleep 0.1
  done
  fail "HAProxy did not answer."
}

start_database() {
  if [ ! -e "$data/PG_VERSION" ]; then
    "${as[@]}" "$bin/initdb" --pgdata "$data" --username countersign --auth trust --encoding UTF8 --locale C >/dev/null
  fi
  # Nobody but this user reaches the socket, which is in a folder of theirs.
  "${as[@]}" "$bin/postgres" -D "$data" -k "$data" -c listen_addresses= -c log_min_messages=fatal >/dev/null 2>"$folder/database.log" &
  database=$!
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    if "${as[@]}" "$bin/psql" -h "$data" -U countersign -d postgres -c '' >/dev/null 2>&1; then
      "${as[@]}" "$bin/psql" -h "$data" -U countersign -d postgres -Atc "select 1 from pg_database where datname = 'countersign'" | grep -q 1 ||
        "${as[@]}" "$bin/createdb" -h "$data" -U countersign countersign
      return
    fi
    kill -0 "$database" 2>/dev/null || fail "PostgreSQL did not start: $(tail -n 1 "$folder/database.log")"
    sleep 0.1
  done
  fail "PostgreSQL did not answer."
}

# COUNTERSIGN_IMPORT is the file of a workspace that moves here, in place of a new one.
# Until the first owner has come in, each start prints a new invitation: the one before is on no screen any more.
found() {
  local code=0
  if [ -n "${COUNTERSIGN_IMPORT:-}" ]; then
    "$server" status >/dev/null 2>&1 || "$server" import "$COUNTERSIGN_IMPORT" ${COUNTERSIGN_IMPORT_PASSPHRASE_FILE:+--passphrase-file "$COUNTERSIGN_IMPORT_PASSPHRASE_FILE"}
    return
  fi
  COUNTERSIGN_WORKSPACE=${COUNTERSIGN_WORKSPACE:-My workspace} COUNTERSIGN_OWNER_NAME=${COUNTERSIGN_OWNER_NAME:-Owner} \
    COUNTERSIGN_OWNER_EMAIL=${COUNTERSIGN_OWNER_EMAIL:-owner@example.com} "$server" init 2>"$folder/init.log" || code=$?
  if [ "$code" != 0 ] && ! "$server" status >/dev/null 2>&1; then
    cat "$folder/init.log" >&2
    exit "$code"
  fi
}

# shellcheck disable=SC2317 # called by the trap
stop() {
  trap '' INT TERM
  local process
  for process in "${serving[@]:-}"; do
    [ -z "$process" ] || kill "$process" 2>/dev/null || true
  done
  for process in "${serving[@]:-}"; do
    [ -z "$process" ] || wait "$process" 2>/dev/null || true
  done
  for process in "${balancing:-}" "${telling:-}"; do
    [ -z "$process" ] || kill "$process" 2>/dev/null || true
    [ -z "$process" ] || wait "$process" 2>/dev/null || true
  done
  [ -z "${database:-}" ] || "${as[@]}" "$bin/pg_ctl" stop -D "$data" -m fast -s || true
  [ -z "${database:-}" ] || wait "$database" 2>/dev/null || true
}

trap 'exit 0' INT TERM
main
