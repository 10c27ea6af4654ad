#!/usr/bin/env bash
# run.sh HARNESS SECONDS: from its committed corpus for that long; what it
# finds goes to build/fuzz/found.
set -u
cd "$(dirname "$0")/.." || exit

name=${1##*/fuzz_}
found=build/fuzz/found/$name
log=build/fuzz/$name.log
mkdir -p "$found"
if "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$found/" "$found" "fuzz/corpus/$name" \
    >"$log" 2>&1; then
    echo "fuzz $name: $(sed -n 's/^Done //p' "$log")"
else
    tail -n 40 "$log"
    echo "fuzz $name: failed, see $log and $found"
    exit 1
fi
