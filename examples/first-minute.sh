#!/usr/bin/env bash
# A first minute with rolo: what the README shows, on a database that is thrown away.
#
#   examples/first-minute.sh               builds rolo from this clone and runs it
#   ROLO=/usr/bin/rolo examples/first-minute.sh    runs that one
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${ROLO:-}" ]; then
    cargo build --quiet
    rolo() { cargo run --quiet -- "$@"; }
else
    rolo() { "$ROLO" "$@"; }
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A file, a user and a day of its own, whatever the machine has.
export ROLO_DB="$folder/first-minute.db" ROLO_CONFIG="$folder/config.toml"
export ROLO_USER=ann ROLO_NOW=2026-11-22T09:00:00Z TZ=UTC

# Shows a command as one would type it, then runs it.
try() {
    printf '$ %s\n' "$1"
    eval "$1" 2>&1
}

try "rolo company import examples/companies.csv"
try "rolo contact import examples/contacts.csv"
try "rolo deal import examples/deals.csv --map Currency=amount_currency"
try "rolo task import examples/tasks.csv"
try "rolo deal list is:open 'amount>15k' --sort -amount --columns name,company,stage,amount"
try "rolo agenda --days 2"
try "rolo deal win 'Roof of the north hall' --note 'Signed in Hamburg'"
try "rolo deal edit --where 'is:open closes:..2026-12' --tag year-end --yes"
try "rolo undo"
try "rolo deal board"
