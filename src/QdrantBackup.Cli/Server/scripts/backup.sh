#!/bin/sh
# Takes a backup now: backup.sh [--collection C].. [--exclude C].. [--dry-run] [--verbose]. Exit codes: docs/command-line.md.
exec "$(dirname "$(readlink -f "$0")")/run.sh" backup "$@"
