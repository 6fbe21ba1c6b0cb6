#!/bin/bash
# Killed at any write, sync, rename or unlink of a command that writes (an import, an edit, a merge and its
# undoing, a backup, a migration), rolo leaves the old or the new, whole,
# and the same command again ends as an uninterrupted one does. A full disk, a limit on the size of files and a
# failing sync are told, and nothing is half there. FIRE_STEP=1 kills at every call instead of some.
# needs: strace
set -u

rolo=$(realpath "$1")
here=$(realpath "$(dirname "$0")/..")
strace -qq -o /dev/null true 2>/dev/null || exit 77

place=$(mktemp -d)
trap 'umount "$place/small" 2>/dev/null; rm -rf "$place"' EXIT
export HOME="$place" ROLO_DB="$place/w/rolo.db" ROLO_USER=ann ROLO_NOW=2026-11-22T09:00:00Z TZ=UTC
kills=0
bad=0

fail() {
    echo "under_fire: $*" >&2
    bad=1
}

# The rows of a query, without their heads.
rows() {
    local out
    out=$("$rolo" sql -o csv "$1") && tail -n +2 <<<"$out"
}

# Everything in the file but uids and stamps that a second run makes anew. A file without records holds as much
# as no file: a command makes it, whole and empty, before it begins.
everything() {
    [ -e "$ROLO_DB" ] || return 0
    rows "SELECT name, emails, company, city, tags FROM contacts ORDER BY 1, 2" &&
        rows "SELECT name, domain, city FROM companies ORDER BY 1, 2" &&
        rows "SELECT name, stage, company, amount FROM deals ORDER BY 1, 2" &&
        rows "SELECT kind, body, count(*) FROM activities GROUP BY 1, 2 ORDER BY 1, 2"
}

# A fresh world from what `$place/from` holds.
lay() {
    rm -rf "$place/w"
    mkdir "$place/w"
    cp -p "$place/from/"* "$place/w/" 2>/dev/null
    return 0
}

calls=write,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate

# The calls that the command makes, as `NAME N`, the n-th of its name: strace counts each name for itself.
calls_of() {
    strace -f -qq -e trace=$calls -e signal=none -o "$place/calls" "$@" >/dev/null 2>&1
    sed -n 's/^[0-9]* *\([a-z0-9]*\)(.*/\1/p' "$place/calls" | awk '{ print $1, ++seen[$1] }'
}

# sweep NAME KILLS COMMAND…: about so many kills, spread over all calls, with the first and the last of each name.
sweep() {
    local name=$1 wanted=$2 call n step total before after now twice code done=0
    shift 2
    lay
    # Already this may move the file to another schema.
    before=$(everything 2>/dev/null)
    lay
    calls_of "$@" >"$place/all"
    total=$(wc -l <"$place/all")
    after=$(everything)
    case $name in backup | migration) ;; *) [ "$before" != "$after" ] || fail "$name: nothing changes" ;; esac
    [ "$total" -gt 3 ] || fail "$name: only $total calls"
    step=${FIRE_STEP:-$(((total + wanted - 1) / wanted))}
    awk -v step="$step" '{ last[$1] = $2; line[NR] = $0 } END {
        for (n = 1; n <= NR; n++) {
            split(line[n], part, " ")
            if (part[2] == 1 || part[2] == last[part[1]] || n % step == 0) print line[n]
        }
    }' "$place/all" >"$place/some"
    while read -r call n; do
        done=$((done + 1))
        lay
        # In a shell of its own, whose word about the kill goes nowhere.
        (strace -f -qq -e trace="$call" -e inject="$call":signal=KILL:when="$n" -e signal=none -o /dev/null \
            "$@"; true) >/dev/null 2>&1 </dev/null
        kills=$((kills + 1))
        # A backup is no change of the file; what it leaves under its name is whole.
        for copy in "$place"/w/copy.db "$place"/w/rolo.db.schema-1; do
            [ -e "$copy" ] || continue
            "$rolo" --db "$copy" --dry-run doctor >/dev/null 2>&1 || fail "$name at $call $n: $copy is half made"
        done
        if [ -e "$ROLO_DB" ]; then
            "$rolo" doctor >"$place/doctor" 2>/dev/null || fail "$name at $call $n: $(cat "$place/doctor")"
        fi
        now=$(everything 2>/dev/null) || fail "$name at $call $n: it can't be read"
        [ "$now" = "$before" ] || [ "$now" = "$after" ] || fail "$name at $call $n: neither the old nor the new"
        # Rows that are in for good have their bad ones kept.
        if [ "$name" = import-rejects ] && [ "$now" = "$after" ] && [ ! -s "$place/w/bad.csv" ]; then
            fail "$name at $call $n: the rejects are gone"
        fi
        "$@" >"$place/again" 2>&1
        code=$?
        # What was done before the kill may refuse to be done twice, and says so.
        case $name:$code in
        *:0 | import-rejects:4 | backup:4 | edit:4 | merge:2 | unmerge:3) ;;
        *) fail "$name at $call $n: again ended with $code: $(cat "$place/again")" ;;
        esac
        twice=$(everything)
        [ "$twice" = "$after" ] || fail "$name at $call $n: again it ends otherwise"
        for part in "$place"/w/*; do
            case ${part##*/} in
            rolo.db | rolo.db-wal | rolo.db-shm | rolo.db.schema-1 | copy.db | *.csv | bad.csv) ;;
            *) fail "$name at $call $n: ${part##*/} is left" ;;
            esac
        done
    done <"$place/some"
    echo "under_fire: $name: killed at $done of $total calls"
}

mkdir "$place/from" "$place/w"
{
    echo "name,email,company,city,tags"
    for n in $(seq 1 60); do
        echo "Person $n,p$n@x.example,Company $((n % 7)),Варна,new"
    done
} >"$place/from/in.csv"

# No file yet.
sweep creation 12 "$rolo" company import "$place/w/in.csv" --map email= --map company= --map tags=
sweep import-new 12 "$rolo" contact import "$place/w/in.csv"

# A file with something in it, left whole.
ROLO_DB=$place/from/rolo.db "$rolo" -q contact import "$place/from/in.csv" || fail "the import"
ROLO_DB=$place/from/rolo.db "$rolo" -q deal add Roof --company "Company 1" --amount 12k >/dev/null
sed -i 's/Варна/Sofia/; s/^Person 6/Other 6/; s/p6/q6/' "$place/from/in.csv"
sed 's/p7@x.example/not-an-address/' "$place/from/in.csv" >"$place/from/mixed.csv"
sweep import 20 "$rolo" contact import "$place/w/in.csv"
sweep import-rejects 16 "$rolo" contact import "$place/w/mixed.csv" --rejects "$place/w/bad.csv" --force
sweep edit 16 "$rolo" contact edit --where 'company:"Company 1"' --city Oslo --tag moved --yes
sweep backup 12 "$rolo" backup "$place/w/copy.db"
sweep merge 16 "$rolo" company merge "Company 1" "Company 2" "Company 3"
ROLO_DB=$place/from/rolo.db "$rolo" -q company merge "Company 1" "Company 2" "Company 3" || fail "the merge"
ROLO_DB=$place/from/rolo.db "$rolo" -q company edit "Company 1" --city Plovdiv || fail "the edit after it"
sweep unmerge 16 "$rolo" company unmerge "Company 2"
rm -f "$place"/from/rolo.db*
cp "$here/fixtures/schema-1.db" "$place/from/rolo.db"
chmod 600 "$place/from/rolo.db"
sweep migration 24 "$rolo" company list

# A sync that fails: said, and not reported as saved.
lay
code=0
said=$(strace -f -qq -e trace=fdatasync,fsync -e inject=fdatasync,fsync:error=EIO:when=1+ -o /dev/null \
    "$rolo" contact add "Zed" 2>&1 >"$place/out") || code=$?
case $code in
1 | 5) ;;
*) fail "a failing sync ended with $code: $said" ;;
esac
[ -s "$place/out" ] && fail "a failing sync printed an id"
case $said in *panicked*) fail "$said" ;; esac

# A limit on the size of files, for the database, an export, a backup and the rejects.
lay
"$rolo" -q company list >/dev/null 2>&1
before=$(everything)
limited() {
    code=0
    said=$( (ulimit -f "$1" && shift && "$@") 2>&1 >/dev/null) || code=$?
}
limited 200 "$rolo" contact import "$place/w/in.csv"
case $code in 1 | 5) ;; *) fail "an import over the limit ended with $code: $said" ;; esac
limited 1 "$rolo" contact export --format jsonl --out "$place/w/out.jsonl"
case $code in 1 | 5) ;; *) fail "an export over the limit ended with $code: $said" ;; esac
limited 200 "$rolo" backup "$place/w/copy.db"
case $code in 1 | 5) ;; *) fail "a backup over the limit ended with $code: $said" ;; esac
[ -e "$place/w/out.jsonl" ] || [ -e "$place/w/copy.db" ] && fail "a half file has its name"
[ "$(everything)" = "$before" ] || fail "the limit changed something"

# A full disk.
if mkdir "$place/small" && mount -t tmpfs -o size=4m tmpfs "$place/small" 2>/dev/null; then
    export ROLO_DB=$place/small/rolo.db
    cp "$place/from/in.csv" "$place/small/in.csv"
    "$rolo" -q contact import "$place/small/in.csv" || fail "an import on the small disk"
    before=$(everything)
    head -c 8m /dev/zero >"$place/small/filler" 2>/dev/null
    {
        echo "name,about"
        for n in $(seq 1 400); do echo "Big $n,$(head -c 3000 /dev/zero | tr '\0' x)"; done
    } >"$place/big.csv"
    for args in "contact import $place/big.csv" "contact import $place/big.csv --rejects $place/small/bad.csv" \
        "backup $place/small/copy.db" "contact export --out $place/small/out.csv"; do
        code=0
        # Words are meant to be split here.
        # shellcheck disable=SC2086
        said=$("$rolo" $args 2>&1 >/dev/null) || code=$?
        case $code in 1 | 5) ;; *) fail "\`$args\` on a full disk ended with $code: $said" ;; esac
        case $said in *panicked*) fail "$said" ;; esac
        [ "$(everything)" = "$before" ] || fail "\`$args\` on a full disk changed something"
    done
    for name in copy.db out.csv bad.csv; do
        [ -e "$place/small/$name" ] && fail "a full disk left $name"
    done
    # A file of an older schema on a full disk stays as it is.
    rm -f "$place"/small/*
    cp "$here/fixtures/schema-1.db" "$ROLO_DB"
    head -c 8m /dev/zero >"$place/small/filler" 2>/dev/null
    sum=$(cksum <"$ROLO_DB")
    code=0
    said=$("$rolo" contact add Zed 2>&1 >/dev/null) || code=$?
    case $code in 1 | 5) ;; *) fail "a migration on a full disk ended with $code: $said" ;; esac
    [ "$(cksum <"$ROLO_DB")" = "$sum" ] || fail "a migration on a full disk changed the file"
    umount "$place/small"
else
    echo "under_fire: no small disk here: that part was not run"
fi

# What can't be written out is told.
export ROLO_DB=$place/w/rolo.db
for args in "company list" "contact export" "imports list -o json" "history company:1 --values"; do
    code=0
    # shellcheck disable=SC2086
    "$rolo" $args >/dev/full 2>"$place/said" || code=$?
    [ "$code" = 1 ] || fail "\`$args\` > /dev/full ended with $code: $(cat "$place/said")"
done

[ "$bad" = 0 ] || exit 1
echo "under_fire: well, after $kills kills"
