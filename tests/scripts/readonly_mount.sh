#!/bin/sh
# Reading from a mount that can't be written works; writing says why and leaves nothing behind.
# Needs root and its own mounts: tests/scripts/readonly_mount.sh target/debug/rolo
set -eu

if [ "${2:-}" != inside ]; then
    unshare -m true || exit 77
    exec unshare -m "$0" "$(realpath "$1")" inside
fi

rolo=$1
place=$(mktemp -d)
trap 'umount "$place" 2>/dev/null || true; rmdir "$place"' EXIT
mount -t tmpfs -o size=32m tmpfs "$place"
export HOME="$place" ROLO_DB="$place/rolo.db" ROLO_USER=ann ROLO_NOW=2026-11-22T09:00:00Z TZ=UTC

fail() {
    echo "readonly_mount: $*" >&2
    exit 1
}

"$rolo" contact add "Ann Lee" --email ann@acme.example >/dev/null
"$rolo" contact list -o json >"$place/before"
mount -o remount,ro "$place"
sums=$(cksum "$place"/*)

[ "$("$rolo" contact list -o json)" = "$(cat "$place/before")" ] || fail "the list differs"
for verb in "contact show 1" "contact export" "search ann" "agenda" "deal board" "changes" "doctor"; do
    # Words are meant to be split here.
    # shellcheck disable=SC2086
    "$rolo" -q $verb >/dev/null || fail "\`$verb\` failed"
done

for verb in "contact add Zed" "contact edit 1 --city Sofia" "contact rm 1" "undo" "doctor --mend"; do
    code=0
    # shellcheck disable=SC2086
    said=$("$rolo" $verb 2>&1 >/dev/null) || code=$?
    [ "$code" = 5 ] || fail "\`$verb\` ended with $code: $said"
    case $said in
    *rolo.db*) ;;
    *) fail "\`$verb\` doesn't name the file: $said" ;;
    esac
done

code=0
said=$("$rolo" --db "$place/new/rolo.db" contact add Zed 2>&1 >/dev/null) || code=$?
[ "$code" = 5 ] || fail "a new database ended with $code: $said"
code=0
said=$("$rolo" contact export --out "$place/out.csv" 2>&1 >/dev/null) || code=$?
[ "$code" = 1 ] || fail "an export ended with $code: $said"
[ "$(cksum "$place"/*)" = "$sums" ] || fail "files changed"
echo "readonly_mount: well"
