# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the scripts at the top of the tree, after they changed into it.

# Compile jobs: one per processor, but 1.5 GB of memory each. OXB_JOBS overrides.
jobs() {
  if [ -n "${OXB_JOBS:-}" ]; then echo "$OXB_JOBS"; return; fi
  local processors memory
  processors=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  if [ "$processors" -lt "$memory" ]; then echo "$processors"; else echo "$memory"; fi
}

# A step's heading, readable in a log.
step() { printf '\n== %s\n' "$*"; }

# configure PRESET [cmake arguments]; a build directory that cannot be configured, of another compiler for instance, is
# begun anew once.
configure() {
  local preset=$1 log
  shift
  mkdir -p build
  log=build/configure-$preset.log
  if ! cmake --preset "$preset" "$@" > "$log" 2>&1 && ! cmake --preset "$preset" --fresh "$@" > "$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
}

# build PRESET [targets]
build() {
  local preset=$1
  shift
  ninja -C "build/$preset" -j "$(jobs)" "$@"
}

# Names of the fuzz targets, without the prefix.
fuzz_targets() {
  local source
  for source in fuzz/*.cc; do
    [ -e "$source" ] || continue
    source=${source##*/}
    echo "${source%.cc}"
  done
}

# fuzz_run PRESET NAME SECONDS: fails on a finding and shows it.
fuzz_run() {
  local directory=build/$1 name=$2 seconds=$3 log
  log=$directory/fuzz/$name.log
  mkdir -p "$directory/fuzz/corpus/$name" "$directory/fuzz/findings"
  local seeds=()
  if [ -d "fuzz/corpus/$name" ]; then seeds=("fuzz/corpus/$name"); fi
  if "$directory/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -print_final_stats=1 \
    -artifact_prefix="$directory/fuzz/findings/$name-" "$directory/fuzz/corpus/$name" "${seeds[@]}" > "$log" 2>&1; then
    printf 'fuzz %-28s %s runs in %s s, no finding\n' "$name" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds"
  else
    tail -n 60 "$log"
    printf 'fuzz %-28s FINDING, see %s\n' "$name" "$log"
    return 1
  fi
}
