#!/bin/sh
# Brings collections back: recovery.sh (--full | --collection C..) [--backup-date=2025-07-17 | --id ID | --at-or-before TIME]
# [--suffix S | --overwrite] [--test] [--dry-run] [--verbose]. Without a date or an id it takes the newest complete backup.
set -eu
run=$(dirname "$(readlink -f "$0")")/run.sh

chosen=
for argument in "$@"; do
  case $argument in
    --latest | --id | --id=* | --backup-date | --backup-date=* | --at-or-before | --at-or-before=*) chosen=yes ;;
    --test)
      if ! "$run" restore --help | grep -q -e '--test\b'; then
        printf 'error: this version has no rehearsed restores\nhint:  Rehearse by hand: recovery.sh --full --suffix -rehearsal, look at the collections, delete them.\n' >&2
        exit 2
      fi ;;
  esac
done
[ -n "$chosen" ] || set -- --latest "$@"
exec "$run" restore "$@"
