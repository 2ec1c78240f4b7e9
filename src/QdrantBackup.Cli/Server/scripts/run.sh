#!/bin/sh
# Runs qdrant-backup as the user that the backups belong to, with the settings of the service: run.sh COMMAND [options].
# Members of the group qdrant-backup-users run it as they are, through the running service.
# The other scripts here are its commands under the names that operators know.
set -eu

# Where this file really lies, below a folder that only root may write: /opt/qdrant/scripts holds links.
self=$(readlink -f "$0")
home=$(dirname "$(dirname "$(dirname "$self")")")
opt=$(dirname "$home")
program=$home/qdrant-backup
config=$opt/qdrant/config
state=$(dirname "$opt")
root=${state%/}
state=$root/var/lib/qdrant-backup
socket=$root/run/qdrant-backup/api.sock

fail() {
  printf 'error: %s\nhint:  %s\n' "$1" "$2" >&2
  exit 2
}

[ -x "$program" ] || fail "$program is not there" "Install the package again: install.sh lies in its folder server."
[ -d "$state" ] || fail "$state is not there" "Install the package again: install.sh lies in its folder server."

# What root creates in the store or the state directory, the service could no longer write.
if [ "$(id -u)" = 0 ]; then
  owner=$(stat -c %U "$state")
  [ "$owner" = root ] || exec setpriv --reuid "$owner" --regid "$(stat -c %G "$state")" --init-groups -- "$self" "$@"
fi

if [ ! -w "$state" ]; then
  if [ -w "$socket" ]; then
    export LocalFunctions__StateDirectory="$state" LocalFunctions__GroupSocket="$socket"
    exec "$program" "$@"
  fi
  fail "user $(id -un) may not use $state" "Run this as user $(stat -c %U "$state"), or with sudo. Members of the group qdrant-backup-users need the service: systemctl start qdrant-backup."
fi

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
