#!/bin/sh
# Installs or upgrades the package that this script is part of. Run it as root:
#   install.sh           the service qdrant-backup (not started yet)
#   install.sh --cron    /etc/cron.d/qdrant-backup instead of the service
# --user NAME     who runs backups and owns them (default qdrant-backup; made if missing). --user qdrant is the deployment of the specification
# --root DIR      install below DIR, as packagers do; then no user is made and systemd is not told
# Members of the group qdrant-backup-users (made if missing) may run the scripts through the running service: usermod -aG qdrant-backup-users qdrant
# What is configured, and every backup, stays as it is; a service that runs is stopped meanwhile. The release before is kept in /opt/qdrant-backup.previous.
set -eu

user=qdrant-backup root='' mode=service
users=qdrant-backup-users
while [ $# -gt 0 ]; do
  case $1 in
    --cron) mode=cron ;;
    --user) user=$2; shift ;;
    --root) root=$2; shift ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done

server=$(dirname "$(readlink -f "$0")")
package=$(dirname "$server")
program=$root/opt/qdrant-backup

say() { printf '%s\n' "$*"; }

if [ -z "$root" ] && ! id "$user" >/dev/null 2>&1; then
  useradd --system --user-group --home-dir /var/lib/qdrant-backup --no-create-home --shell /usr/sbin/nologin "$user"
  say "made the user $user"
fi

group=$(id -gn "$user" 2>/dev/null || printf %s "$user")
if [ -z "$root" ]; then
  getent group "$users" >/dev/null || { groupadd --system "$users"; say "made the group $users"; }
  others=$(getent group "$group" | cut -d: -f4)
  if [ -n "$others" ] && [ "$others" != "$user" ]; then say "note: the group $group has other members ($others); give the service a user with a group of its own"; fi
fi

give() { # file or directory: to the user, where there is one and we may
  if [ "$(id -u)" = 0 ] && id "$user" >/dev/null 2>&1; then chown "$user:$group" "$1"; fi
}

# Root neither runs nor writes anything below a folder that belongs to another user: a link in it could lead anywhere. What lies there is made as its owner.
as_owner() { # folder, command...
  folder=$1
  shift
  owner=$(stat -c %U "$folder")
  if [ "$(id -u)" = 0 ] && [ "$owner" != root ]; then setpriv --reuid "$owner" --regid "$(stat -c %G "$folder")" --init-groups -- "$@"; else "$@"; fi
}

own() { # mode, directory: made for the user, unless it is there
  if [ ! -d "$2" ]; then
    as_owner "$(dirname "$2")" install -d -m "$1" "$2"
    if [ "$(stat -c %U "$(dirname "$2")")" = root ]; then give "$2"; fi
  fi
}

place() { # mode, from, to: the user's name is put in where the file says qdrant-backup
  install -d "$(dirname "$3")"
  sed -e "s/^User=qdrant-backup\$/User=$user/" -e "s/^Group=qdrant-backup\$/Group=$group/" \
    -e "s/ qdrant-backup \/opt/ $user \/opt/" -e "s/create 0640 qdrant-backup qdrant-backup/create 0640 $user $group/" "$2" > "$3.new"
  chmod "$1" "$3.new"
  mv "$3.new" "$3"
}

# What is there already belongs to others, too: Qdrant's own configuration, other programs' logs.
for shared in "$root/opt/qdrant" "$root/var/lib" "$root/var/log/citadel"; do
  [ -d "$shared" ] || install -d "$shared"
done
own 0700 "$root/opt/qdrant/config"
own 0700 "$root/opt/qdrant/backups"
own 0700 "$root/var/lib/qdrant-backup"
if [ ! -e "$root/var/log/citadel/backup.log" ]; then
  install -m 0640 /dev/null "$root/var/log/citadel/backup.log"
  give "$root/var/log/citadel/backup.log"
fi

restart=
if [ -z "$root" ] && [ -d /run/systemd/system ] && systemctl is-active --quiet qdrant-backup; then
  systemctl stop qdrant-backup
  restart=yes
fi

# The new release is whole before the old one gives way.
if [ "$package" != "$program" ]; then
  rm -rf "$program.new"
  cp -R "$package" "$program.new"
  ln -s server/scripts "$program.new/scripts"
  if [ "$(id -u)" = 0 ]; then chown -R root:root "$program.new"; fi
  chmod -R u=rwX,go=rX "$program.new"
  if [ -e "$program" ]; then
    rm -rf "$program.previous"
    mv "$program" "$program.previous"
  fi
  mv "$program.new" "$program"
fi

# The scripts stand below the program, which is root's. Where the specification wants them are links, for people and for cron of other users.
[ -d "$root/opt/qdrant/scripts" ] || as_owner "$root/opt/qdrant" install -d "$root/opt/qdrant/scripts"
for script in "$program"/scripts/*.sh; do
  as_owner "$root/opt/qdrant/scripts" ln -sfn "../../qdrant-backup/scripts/${script##*/}" "$root/opt/qdrant/scripts/${script##*/}"
done
install -d "$root/usr/local/bin"
ln -sfn ../../../opt/qdrant-backup/scripts/run.sh "$root/usr/local/bin/qdrant-backup"

if [ ! -e "$root/opt/qdrant/config/backup.yaml" ]; then
  # Read by root and written by the folder's owner: the package may lie where that user cannot look.
  (umask 0077; as_owner "$root/opt/qdrant/config" tee "$root/opt/qdrant/config/backup.yaml" < "$server/backup.yaml" > /dev/null)
  if [ "$(stat -c %U "$root/opt/qdrant/config")" = root ]; then give "$root/opt/qdrant/config/backup.yaml"; fi
fi

place 0644 "$server/qdrant-backup.logrotate" "$root/etc/logrotate.d/qdrant-backup"
if [ "$mode" = cron ]; then
  place 0644 "$server/qdrant-backup.cron" "$root/etc/cron.d/qdrant-backup"
else
  place 0644 "$server/qdrant-backup.service" "$root/etc/systemd/system/qdrant-backup.service"
  if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
fi

say "installed into $program"
if [ -n "$restart" ]; then
  systemctl start qdrant-backup
  say "the service runs again; runs that it was in the middle of go on"
  exit 0
fi

say "next: edit /opt/qdrant/config/backup.yaml, then"
say "  qdrant-backup config check && qdrant-backup key init && qdrant-backup backup"
if [ "$mode" = service ]; then
  say "  systemctl enable --now qdrant-backup"
  say "to let a user run the scripts through the service: usermod -aG $users NAME"
fi
