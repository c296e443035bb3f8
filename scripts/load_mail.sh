#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Fills the mailboxes of the sample company: the hand-written mail of share/sample/mail, and made mail for volume.
#   scripts/load_mail.sh OXSANDBOX PASSWD PORT WORK
# OXSANDBOX: the program. PASSWD: the file that "oxsandbox passdb" prints. PORT: of the IMAP server on 127.0.0.1.
# WORK: an existing directory for what is made on the way; it is left as it was.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# = 4 ] || { sed -n '4,6s/^# *//p' "$0" >&2; exit 2; }
program=$1 passwd=$2 port=$3
work=$(mktemp -d "$4/mail-XXXXXX")
trap 'rm -rf "$work"' EXIT

# How much is made for whom, beside the written mail: the third user has a large mailbox.
made_for() {
  case $1 in
    carla@nordwind.example) echo 1000 ;;
    anton@nordwind.example) echo 180 ;;
    *) echo 25 ;;
  esac
}
colleagues=(
  --colleague 'Anton Adler <anton@nordwind.example>' --colleague 'Berta Brandt <berta@nordwind.example>'
  --colleague 'Carla Conti <carla@nordwind.example>' --colleague 'David Dunn <david@nordwind.example>'
  --colleague 'Emil Eriksson <emil@nordwind.example>' --colleague 'Fatima Farouk <fatima@nordwind.example>'
  --colleague 'Greta Gruber <greta@nordwind.example>' --colleague 'Haruki Harada <haruki@nordwind.example>'
)
owner_name() {
  local text
  for text in "${colleagues[@]}"; do
    case $text in *"<$1>") echo "${text% <*}"; return ;; esac
  done
  echo "${1%%@*}"
}

seed=1
while IFS= read -r line; do
  user=${line%%:*} password=${line#*:\{PLAIN\}} password=${password%%:*}
  [ "$user" != "$line" ] || continue
  name=${user%%@*} domain=${user#*@}
  (umask 077; printf '%s\n' "$password" > "$work/password")
  load=("$program" load-mail --imap "127.0.0.1:$port" --user "$user" --password-file "$work/password")
  written=share/sample/mail/${domain%%.*}/$name
  if [ -d "$written" ]; then "${load[@]}" "$written" > /dev/null; fi
  people=()
  case $domain in nordwind.example) people=("${colleagues[@]}") ;; esac
  "$program" make-mail --count "$(made_for "$user")" --seed $((seed++)) --out "$work/made" --until "$(date -R -u -d '-20 minutes')" \
    --owner "$(owner_name "$user") <$user>" "${people[@]}"
  # The older half of a small mailbox lies in a folder of its own.
  if [ "$(made_for "$user")" -lt 1000 ]; then
    mkdir -p "$work/made/Archiv"
    find "$work/made" -maxdepth 1 -name '*.eml' | sort | head -n $(($(made_for "$user") / 2)) | xargs -r mv -t "$work/made/Archiv"
  fi
  "${load[@]}" "$work/made" > /dev/null
  rm -rf "$work/made"
done < "$passwd"
