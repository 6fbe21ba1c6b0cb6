#!/usr/bin/env bash
# Brings in, every night, the contacts that another program writes. For cron:
#
#   30 2 * * *  /path/to/nightly-import.sh /srv/export/contacts.csv
#
# It says nothing and ends with 0 when all is well, so cron sends no mail. The same file again
# changes nothing. Rows that can't be taken go into a file beside it, with the reason; the others go
# in all the same. Mend that file and give it to this script: it ends as if it had been right at once.
# rolo's exit code is passed on; what to do about it is said on standard error.
set -uo pipefail

if [ $# -ne 1 ]; then
    echo "usage: nightly-import.sh FILE" >&2
    exit 2
fi
file=$1
rolo=${ROLO:-rolo}
# Cron gives neither a login nor a home to rely on: name the user, and the database if need be.
export ROLO_USER=${ROLO_USER:-nightly}

# A copy from before the import, one for each day of the week; none on the first night.
if [ -n "${ROLO_DB:-}" ] && [ -e "$ROLO_DB" ]; then
    "$rolo" backup --quiet --force "$ROLO_DB.$(date +%a).backup" || exit $?
fi

# A name of its own each night: nobody's half mended file is written over.
rejects=${file%.csv}.$(date +%Y%m%d-%H%M%S).rejects.csv

# `fill` never writes over what somebody has typed.
"$rolo" contact import "$file" --on-match fill --rejects "$rejects" --quiet
code=$?
case $code in
    0) ;;
    4)
        if [ -e "$rejects" ]; then
            echo "nightly-import: mend \`$rejects\`, then: $0 '$rejects'" >&2
        else
            echo "nightly-import: nothing of \`$file\` was taken: mend it and run again" >&2
        fi
        ;;
    5) echo "nightly-import: the database can't be used now: try later, or run \`rolo doctor\`" >&2 ;;
    *) echo "nightly-import: \`rolo contact import\` ended with $code" >&2 ;;
esac
exit $code
