#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The include rule of docs/architecture.md ("Parts"), on #include lines, without a compiler. Also: the licence line first in
# every source file, no "using namespace" in headers, and a warning for files over 800 lines.
set -euo pipefail
cd "$(dirname "$0")/.."

# part: what its #include lines may name beside its own folder. A name ending in .h is one file, any other a folder.
allowed='
base:
wire:      base
proto:     base wire
model:     base
format:    base model
convert:   base model format proto/mapi
net:       base
replica:   base proto/mapi
directory: base model proto/mapi
backend:   base net model format
sync:      base model replica directory convert proto/mapi backend/connector.h backend/writing.h net/task.h net/wait.h net/event.h net/event_loop.h
session:   base proto replica directory sync net/task.h net/wait.h net/event.h net/event_loop.h
front:     base net proto session directory sync/accounts.h
app:       *
cli:       *
sandbox:   base net model format
'

git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cc' | sort -u | xargs -r awk -v allowed="$allowed" '
  BEGIN {
    n = split(allowed, rows, "\n")
    for (i = 1; i <= n; ++i) {
      if (split(rows[i], halves, ":") < 2) continue
      rule[halves[1]] = halves[2]
    }
  }
  FNR == 1 {
    split(FILENAME, path, "/")
    part = path[2]
    if (!(part in rule)) { print FILENAME ": unknown part " part; bad = 1 }
    count = split(rule[part], may, " ")
  }
  /^#include "/ {
    split($0, pieces, "\"")
    target = pieces[2]
    split(target, folders, "/")
    if (folders[1] == part) next
    if (folders[1] == "tests") { print FILENAME ":" FNR ": test code in a part: " target; bad = 1; next }
    good = 0
    for (i = 1; i <= count; ++i)
      if (may[i] == "*" || may[i] == target || index(target, may[i] "/") == 1) good = 1
    if (!good) { print FILENAME ":" FNR ": " part " may not include " target; bad = 1 }
  }
  /^ *using namespace / && FILENAME ~ /\.h$/ { print FILENAME ":" FNR ": using namespace in a header"; bad = 1 }
  END { exit bad }
' || exit 1

status=0
while read -r file; do
  [ -f "$file" ] || continue
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
    { echo "$file: no licence line"; status=1; }
  case $file in
    *.cc | *.h) [ "$(wc -l < "$file")" -le 800 ] || echo "$file: $(wc -l < "$file") lines; 800 is the limit" ;;
  esac
done < <(git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' 'fuzz/*.cc' \
  'bench/*.cc' 'scripts/*.sh' test dev run .ci/run CMakeLists.txt | sort -u)
exit $status
