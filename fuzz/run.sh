#!/usr/bin/env bash
# run.sh SECONDS: each harness for that long, from its committed corpus; what
# it finds goes to build/fuzz/found.
set -u
cd "$(dirname "$0")/.." || exit

passed=0 failed=0
for harness in build/fuzz/fuzz/fuzz_*; do
    name=${harness##*/fuzz_}
    found=build/fuzz/found/$name
    log=build/fuzz/$name.log
    mkdir -p "$found"
    if "$harness" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$found/" "$found" "fuzz/corpus/$name" \
        >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "fuzz $name: $(sed -n 's/^Done //p' "$log")"
    else
        failed=$((failed + 1))
        tail -n 40 "$log"
        echo "fuzz $name: failed, see $log and $found"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
