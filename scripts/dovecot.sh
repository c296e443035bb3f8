#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A private Dovecot on loopback: own configuration, own Maildir, free ports, no privileges. Never touches a system Dovecot.
#   scripts/dovecot.sh start DIR [--passwd FILE] [--port-file FILE] [--parent PID] [--set 'name = value']...
#   scripts/dovecot.sh stop DIR
#   scripts/dovecot.sh account          prints the account that the server runs as
# DIR must be outside the checkout when started as root, since the server then runs as the account oxbridge-demo.
# --passwd: a Dovecot passwd-file (name:{PLAIN}password per line); only the first two fields are used.
# --parent: the server stops by itself soon after that process ended. --set: another setting, where imap/name = value goes
# into the section of that protocol, and plugin/name = value into that of the plugins.
# The port file gets lines imap=N, imaps=N, sieve=N, ca=FILE with the self-made certificate, and lmtp=N where Dovecot's
# LMTP server is installed: what is delivered there goes through the user's filter into his mailbox.
set -euo pipefail

account=oxbridge-demo
die() { echo "dovecot: $*" >&2; exit 1; }
usage() { sed -n '4,6s/^# *//p' "$0" >&2; exit 2; }

# Field 22 of /proc/PID/stat: with it a pid names one process for ever.
start_time() { sed 's/^.*) //' "/proc/$1/stat" 2> /dev/null | cut -d' ' -f20; }

ensure_account() {
  if [ "$(id -u)" != 0 ]; then account=$(id -un); return; fi
  id "$account" > /dev/null 2>&1 && return
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$account" ||
    die "cannot create the system account $account"
}
unprivileged() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid="$account" --regid="$account" --clear-groups --no-new-privs -- "$@"
  else
    "$@"
  fi
}

listening() { # is a port taken on any address
  local hex
  hex=$(printf '%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2> /dev/null | grep -q ":$hex [0-9A-F]*:[0-9A-F]* 0A"
}
free_port() { # below the ephemeral range, so that no outgoing connection takes it in between
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    case " $* " in *" $port "*) continue ;; esac
    listening $port || { echo $port; return; }
  done
}

has_lmtp() { [ -x /usr/lib/dovecot/lmtp ]; }

write_config() { # DIR IMAP IMAPS SIEVE LMTP
  local dir=$1 group protocols='imap sieve'
  if has_lmtp; then protocols+=' lmtp'; fi
  group=$(id -gn "$account")
  cat > "$dir/dovecot.conf" << CONFIG
base_dir = $dir/base
state_dir = $dir/state
log_path = $dir/dovecot.log
info_log_path = $dir/dovecot.log
protocols = $protocols
listen = 127.0.0.1
default_internal_user = $account
default_internal_group = $group
default_login_user = $account
first_valid_uid = 1
first_valid_gid = 1
default_process_limit = 400
default_client_limit = 2000
mail_max_userip_connections = 200
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = yes
ssl_cert = <$dir/cert.pem
ssl_key = <$dir/key.pem
ssl_min_protocol = TLSv1.2

passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $dir/passwd
}
userdb {
  driver = passwd-file
  args = username_format=%u $dir/passwd
  override_fields = home=$dir/mail/%u
}

mail_location = maildir:~/Maildir
mail_plugins = acl
mail_attribute_dict = file:%h/attributes
maildir_very_dirty_syncs = no
mail_fsync = never
mailbox_list_index = yes

namespace inbox {
  type = private
  inbox = yes
  separator = /
  prefix =
  mailbox Drafts {
    special_use = \\Drafts
    auto = subscribe
  }
  mailbox "Sent Items" {
    special_use = \\Sent
    auto = subscribe
  }
  mailbox Trash {
    special_use = \\Trash
    auto = subscribe
  }
  mailbox Spam {
    special_use = \\Junk
    auto = subscribe
  }
}
namespace shared {
  type = shared
  separator = /
  prefix = shared/%%u/
  location = maildir:%%h/Maildir:INDEXPVT=~/shared/%%u
  subscriptions = no
  list = children
}

protocol imap {
  mail_plugins = \$mail_plugins imap_acl
  imap_metadata = yes
  imap_idle_notify_interval = 2 mins
}
plugin {
  acl = vfile
  acl_shared_dict = file:$dir/state/shared-mailboxes
  sieve = file:~/sieve;active=~/.dovecot.sieve
}

service imap-login {
  chroot =
  inet_listener imap {
    port = $2
  }
  inet_listener imaps {
    port = $3
    ssl = yes
  }
}
service managesieve-login {
  chroot =
  inet_listener sieve {
    port = $4
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service auth {
  unix_listener auth-userdb {
    mode = 0600
    user = $account
  }
}
CONFIG
  if has_lmtp; then
    cat >> "$dir/dovecot.conf" << CONFIG
hostname = localhost
postmaster_address = postmaster@localhost
protocol lmtp {
  mail_plugins = \$mail_plugins sieve
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $5
  }
}
CONFIG
  fi
  printf '%s\n' "${settings[@]}" >> "$dir/dovecot.conf"
}

start() {
  local dir=$1 passwd='' port_file='' parent='' imap imaps sieve lmtp pid
  shift
  settings=()
  while [ $# -gt 0 ]; do
    case $1 in
      --passwd) passwd=$2 ;;
      --port-file) port_file=$2 ;;
      --parent) parent=$2 ;;
      --set)
        case $2 in
          imap/*) settings+=("protocol imap {" "  ${2#imap/}" "}") ;;
          plugin/*) settings+=("plugin {" "  ${2#plugin/}" "}") ;;
          *) settings+=("$2") ;;
        esac
        ;;
      *) usage ;;
    esac
    shift 2
  done
  command -v dovecot > /dev/null || [ -x /usr/sbin/dovecot ] || die "not installed (scripts/packages.sh run)"
  PATH=$PATH:/usr/sbin
  ensure_account
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  [ ${#dir} -le 70 ] || die "the path $dir is too long for the server's sockets (70 characters at most)"
  [ ! -e "$dir/pid" ] || stop "$dir"
  mkdir -p "$dir/base" "$dir/state" "$dir/mail"
  if [ ! -e "$dir/cert.pem" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 397 -subj /CN=localhost -keyout "$dir/key.pem" -out "$dir/cert.pem" \
      -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -addext 'basicConstraints=critical,CA:TRUE' \
      > /dev/null 2> "$dir/openssl.log" || die "cannot make a certificate, see $dir/openssl.log"
    chmod 600 "$dir/key.pem"
  fi
  # Only name and password are taken over; ids and home come from here.
  local uid gid
  uid=$(id -u "$account") gid=$(id -g "$account")
  (umask 077 && awk -F: -v ids="$uid:$gid" 'NF >= 2 && !/^#/ {print $1 ":" $2 ":" ids "::::"}' \
    "${passwd:-/dev/null}" > "$dir/passwd")
  if [ "$(id -u)" = 0 ]; then
    chown "$account:" "$dir" "$dir/base" "$dir/state" "$dir/mail" "$dir/passwd" "$dir/cert.pem" "$dir/key.pem"
    local above=$dir
    while [ "$above" != / ]; do
      above=$(dirname "$above")
      unprivileged test -x "$above" || die "the account $account cannot enter $above; choose another directory"
    done
  fi
  for _ in 1 2 3 4 5; do
    imap=$(free_port) imaps=$(free_port $imap) sieve=$(free_port $imap $imaps)
    lmtp=$(free_port $imap $imaps $sieve)
    write_config "$dir" $imap $imaps $sieve $lmtp
    chmod 644 "$dir/dovecot.conf"
    rm -f "$dir/base/master.pid" "$dir/start.log"
    # The master goes to the background once it listens.
    if unprivileged env -i PATH="$PATH" dovecot -c "$dir/dovecot.conf" > "$dir/start.log" 2>&1 < /dev/null; then
      for _ in $(seq 100); do
        [ ! -s "$dir/base/master.pid" ] || break
        sleep 0.05
      done
      pid=$(cat "$dir/base/master.pid")
      printf '%s %s\n' "$pid" "$(start_time "$pid")" > "$dir/pid"
      printf 'imap=%s\nimaps=%s\nsieve=%s\nca=%s\n' $imap $imaps $sieve "$dir/cert.pem" > "$dir/ports"
      if has_lmtp; then printf 'lmtp=%s\n' $lmtp >> "$dir/ports"; fi
      if [ -n "$port_file" ]; then cp "$dir/ports" "$port_file"; fi
      if [ -n "$parent" ]; then stop_after "$dir" "$parent" "$(start_time "$parent")" & fi
      return 0
    fi
    grep -q 'in use' "$dir/start.log" "$dir/dovecot.log" 2> /dev/null || break
  done
  cat "$dir/start.log" >&2
  tail -n 5 "$dir/dovecot.log" >&2 2> /dev/null || true
  die "did not start; configuration $dir/dovecot.conf"
}

# Not even a killed parent leaves a server behind.
stop_after() { # DIR PID START
  trap '' INT HUP
  exec > /dev/null 2>&1 < /dev/null
  while [ -n "$3" ] && [ "$(start_time "$2")" = "$3" ] && [ -e "$1/pid" ]; do sleep 1; done
  stop "$1"
}

stop() {
  local dir=$1 pid started
  [ -r "$dir/pid" ] || return 0
  read -r pid started < "$dir/pid"
  if [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]; then
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 100); do
      [ "$(start_time "$pid")" = "$started" ] || break
      sleep 0.05
    done
    if [ "$(start_time "$pid")" = "$started" ]; then kill -9 "$pid" 2> /dev/null || true; fi
  fi
  rm -f "$dir/pid"
}

case ${1:-} in
  start) shift; [ $# -ge 1 ] || usage; start "$@" ;;
  stop) [ $# = 2 ] || usage; stop "$2" ;;
  account) ensure_account; echo "$account" ;;
  *) usage ;;
esac
