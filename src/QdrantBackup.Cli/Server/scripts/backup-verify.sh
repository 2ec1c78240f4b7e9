#!/bin/sh
# Reads a backup back and proves it, the newest one unless an id is given: backup-verify.sh [ID] [--level exists|readable] [--verbose].
exec "$(dirname "$(readlink -f "$0")")/run.sh" verify "$@"
