#!/bin/sh
# The dashboard in tmux under terminals of several kinds: what is seen, and that the focus is reversed
# without colours. tests/scripts/dashboard.sh target/debug/rolo
# needs: tmux
set -eu

rolo=$(realpath "$1")
place=$(mktemp -d)
server="rolo-$$"
cleanup() {
    tmux -L "$server" kill-server 2>/dev/null || true
    rm -rf "$place"
}
trap cleanup EXIT
export HOME="$place" ROLO_DB="$place/rolo.db" ROLO_USER=ann ROLO_NOW=2026-11-22T09:00:00Z TZ=UTC

fail() {
    echo "dashboard: $*" >&2
    exit 1
}

"$rolo" company add "Acme GmbH" >/dev/null
"$rolo" deal add "Renewal" --company "Acme GmbH" --amount 12k >/dev/null
"$rolo" deal add "Внедрение" --amount 5k >/dev/null

# look NAME COLUMNS ROWS VARIABLES…: opens it, gives its screen with styles.
look() {
    name=$1 columns=$2 rows=$3
    shift 3
    tmux -L "$server" -f /dev/null new-session -d -s "$name" -x "$columns" -y "$rows" \
        env "$@" "$rolo"
    tries=0
    until tmux -L "$server" capture-pane -p -e -t "$name" >"$place/$name" && grep -q "Renewal" "$place/$name"; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || { cat "$place/$name" >&2; fail "$name: nothing is drawn"; }
        sleep 0.1
    done
}

look plain 80 24 LANG=C.UTF-8 TERM=screen-256color
look mono 80 24 LANG=C.UTF-8 NO_COLOR=1 TERM=screen
grep "> Acme" "$place/mono" | grep -q "$(printf '\033')\[[0-9;]*7m" || fail "without colours nothing is reversed"
grep -q "$(printf '\033')\[[0-9;]*3[0-7]m" "$place/mono" && fail "NO_COLOR paints"
look ascii 80 24 LC_ALL=C LANG=C TERM=screen
grep -q '[│─┌]' "$place/ascii" && fail "LANG=C draws lines that are not ASCII"
grep -qF '+-' "$place/ascii" || fail "LANG=C has no frame"
look tiny 40 8 LANG=C.UTF-8 TERM=screen

# Squeezed and stretched it goes on.
for size in "1 1" "300 100" "40 10" "80 24"; do
    # Words are meant to be split here.
    # shellcheck disable=SC2086
    set -- $size
    tmux -L "$server" resize-window -t plain -x "$1" -y "$2"
    sleep 0.2
done
tmux -L "$server" send-keys -t plain L
tries=0
until [ "$("$rolo" deal list stage:qualified --count)" = 1 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "after resizing keys do nothing"
    sleep 0.1
done
tmux -L "$server" send-keys -t plain q
tries=0
while tmux -L "$server" has-session -t plain 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "q doesn't end it"
    sleep 0.1
done
echo "dashboard: four terminals, each as it should be"
