#!/bin/sh
# Ends backups that no retention rule keeps, and deletes what nothing needs any more: cleanup-old-backups.sh [--dry-run] [--verbose].
exec "$(dirname "$(readlink -f "$0")")/run.sh" cleanup "$@"
