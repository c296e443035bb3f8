#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian 12 packages that Oxbridge needs, and an installer for what is missing.
#   scripts/packages.sh [build] [test] [run]   installs the sets named (all without an argument)
#   scripts/packages.sh --list [SET...]        prints the names only
# Re-runnable; asks nothing; quick when nothing is missing. Works as root or through sudo.
set -euo pipefail

# Compilers, build tools and libraries. One name per line.
build_packages='
ca-certificates
ccache
clang
cmake
g++
libboost1.81-dev
libboost-json1.81-dev
libboost-system1.81-dev
libboost-url1.81-dev
libcli11-dev
libcurl4-openssl-dev
libexpected-dev
libfmt-dev
libgmime-3.0-dev
libgumbo-dev
libhowardhinnant-date-dev
libical-dev
libicu-dev
libpugixml-dev
libspdlog-dev
libsqlite3-dev
libssl-dev
libtomlplusplus-dev
lld
ninja-build
pkg-config
'
# Also needed by ./test and ./dev.
test_packages='
clang-format
clang-tidy
libbenchmark-dev
libclang-rt-14-dev
libgmock-dev
libgtest-dev
'
# Also needed by ./run and by the tests that talk to a real mail server.
run_packages='
ca-certificates
dovecot-imapd
dovecot-lmtpd
dovecot-managesieved
dovecot-sieve
openssl
tzdata
'

list_only=0
sets=()
for argument in "$@"; do
  case $argument in
    --list) list_only=1 ;;
    build | test | run) sets+=("$argument") ;;
    *) echo "usage: ${0##*/} [--list] [build] [test] [run]" >&2; exit 2 ;;
  esac
done
[ ${#sets[@]} -gt 0 ] || sets=(build test run)

wanted=()
for set in "${sets[@]}"; do
  list="${set}_packages"
  for package in ${!list}; do wanted+=("$package"); done
done
if [ $list_only = 1 ]; then
  printf '%s\n' "${wanted[@]}" | sort -u
  exit 0
fi

if ! command -v dpkg-query > /dev/null; then
  echo "packages: this is not a Debian system; install the equivalents of these yourself:" >&2
  printf '  %s\n' "${wanted[@]}" >&2
  exit 1
fi

installed() {
  dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2> /dev/null | sed -n 's/^installed //p' | sort -u
}
missing_packages() { comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(installed); }

mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if command -v sudo > /dev/null; then
    as_root=(sudo)
  else
    echo "packages: these are missing and only root can install them (sudo is not there either):" >&2
    echo "  apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
fi
root() { "${as_root[@]}" "$@"; }
echo "packages: installing ${missing[*]}"

# A fresh mail server must not start by being installed, now or at the next boot. A service that runs already is left to
# its own maintainer scripts. The policy file is in place for the duration of the installation only.
policy=/usr/sbin/policy-rc.d
saved=$policy.before-oxbridge
mark='# placed by oxbridge scripts/packages.sh for the duration of an installation'
restore_policy() {
  if [ -f $policy ] && grep -qsF "$mark" $policy; then root rm -f $policy; fi
  if [ -e $saved ]; then root mv -f $saved $policy; fi
}
restore_policy # what an interrupted run may have left
if [ -e $policy ]; then root cp -p $policy $saved; fi
trap restore_policy EXIT
trap 'exit 130' INT TERM HUP
temporary=$(mktemp)
cat > "$temporary" << POLICY
#!/bin/sh
$mark
if [ -x $saved ]; then $saved "\$@" || exit \$?; fi
if command -v systemctl > /dev/null && systemctl is-active --quiet "\$1" 2> /dev/null; then exit 0; fi
exit 101
POLICY
root install -m 0755 "$temporary" $policy
rm -f "$temporary"

dovecot_runs() { [ -r /run/dovecot/master.pid ] && [ -d "/proc/$(cat /run/dovecot/master.pid)" ]; }
had_dovecot=0
ran_dovecot=0
if [ -n "$(dpkg-query -W -f='${db:Status-Status}' dovecot-core 2> /dev/null | grep -x installed)" ]; then had_dovecot=1; fi
if dovecot_runs; then ran_dovecot=1; fi

apt() {
  root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Acquire::Retries=3 -qq "$@"
}
known() { [ -n "$(apt-cache show --no-all-versions "$1" 2> /dev/null)" ]; }
refresh=0
for package in "${missing[@]}"; do
  if ! known "$package"; then refresh=1; break; fi
done
if [ $refresh = 1 ]; then apt update || echo "packages: apt-get update reported errors, trying on" >&2; fi
if ! apt install -y --no-install-recommends "${missing[@]}"; then
  [ $refresh = 0 ] || exit 1
  apt update || true
  apt install -y --no-install-recommends "${missing[@]}"
fi

if [ $had_dovecot = 0 ] && [ -e /usr/sbin/dovecot ]; then
  if command -v systemctl > /dev/null; then
    root systemctl disable dovecot.service dovecot.socket > /dev/null 2>&1 || true
  fi
  if command -v update-rc.d > /dev/null; then root update-rc.d dovecot disable > /dev/null 2>&1 || true; fi
  echo "packages: Dovecot's system service stays off (systemctl enable --now dovecot turns it on)"
fi
if [ $ran_dovecot = 0 ] && dovecot_runs; then
  echo "packages: stopping the system Dovecot that the installation started"
  root service dovecot stop || root kill "$(cat /run/dovecot/master.pid)"
fi

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
  echo "packages: still missing: ${missing[*]}" >&2
  exit 1
fi
