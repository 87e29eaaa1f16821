"""What looks through a cluster that another server made, in the image that is to serve it."""

SCRIPT = r"""
set -eu

COUNT=$1
shift
SECONDS_TO_START=300

main() {
  thoth-postgres -c listen_addresses= >&2 &
  server=$!
  trap stop EXIT
  await
  for role in "$@"; do
    [ "$(ask postgres "SELECT count(*) FROM pg_roles WHERE rolname = '$role'")" = 1 ] || {
      echo "this database has no role $role: it is not of this application" >&2
      exit 13
    }
  done
  for name in $(ask postgres "SELECT datname FROM pg_database
      WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'"); do
    ask "$name" "REINDEX DATABASE \"$name\"" > /dev/null
    ask "$name" "ALTER DATABASE \"$name\" REFRESH COLLATION VERSION" > /dev/null
    counted=$(ask "$name" "$COUNT")
    printf '%s\t%s\n' "$name" "$counted"
  done
  trap - EXIT
  stop
}

ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }

stop() { kill -INT "$server" 2> /dev/null && wait "$server"; }

await() {
  for _ in $(seq $((SECONDS_TO_START * 5))); do
    if healthcheck 2> /dev/null; then return; fi
    kill -0 "$server" 2> /dev/null || { wait "$server"; exit 1; }
    sleep 0.2
  done
  echo "the server did not start" >&2
  exit 1
}

main "$@"
"""
"""Arguments: a statement, and roles. Each role has to be there (else exit status 13). Indexes are
made anew, for another system may sort otherwise; what the statement answers for each is printed
behind the database's name. It comes with thothctl, for the image may be older than it."""
