#!/bin/sh
# Runs qdrant-backup as the user that the backups belong to, with the settings of the service: run.sh COMMAND [options].
# The other scripts here are its commands under the names that operators know.
set -eu

opt=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
program=$opt/qdrant-backup/qdrant-backup
config=$opt/qdrant/config
state=$(dirname "$opt")
state=${state%/}/var/lib/qdrant-backup

fail() {
  printf 'error: %s\nhint:  %s\n' "$1" "$2" >&2
  exit 2
}

[ -x "$program" ] || fail "$program is not there" "Install the package again: install.sh lies in its folder server."
[ -d "$state" ] || fail "$state is not there" "Install the package again: install.sh lies in its folder server."

# What root creates in the store or the state directory, the service could no longer write.
if [ "$(id -u)" = 0 ]; then
  owner=$(stat -c %U "$state")
  [ "$owner" = root ] || exec setpriv --reuid "$owner" --regid "$(stat -c %G "$state")" --init-groups -- "$0" "$@"
fi

[ -w "$state" ] || fail "user $(id -un) may not use $state" "Run this as user $(stat -c %U "$state"), or with sudo."

export HOME="$state" LocalFunctions__StateDirectory="$state"
# Name=value lines as systemd reads them; nothing in them is executed.
if [ -r "$config/backup.env" ]; then
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      [A-Za-z_]*=*) export "${line?}" ;;
    esac
  done < "$config/backup.env"
fi

for argument in "$@"; do
  case $argument in
    --config | --config=*) exec "$program" "$@" ;;
  esac
done
exec "$program" "$@" --config "$config/backup.yaml"
