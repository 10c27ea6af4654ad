#!/usr/bin/env bash
# format.sh [-i]: every C file is as .clang-format says; -i makes it so.
set -euo pipefail
cd "$(dirname "$0")/../.."

folders=()
for folder in src include tests fuzz bench examples; do
    [ ! -d "$folder" ] || folders+=("$folder")
done

lay_out() {
    find "${folders[@]}" -name node_modules -prune -o -name '*.[ch]' -print0 |
        xargs -0 clang-format-14 "$@"
}

if [ "${1:-}" = -i ]; then
    lay_out -i
    exit
fi
lay_out --dry-run -Werror 2>&1 | sed -n 's/:[0-9]*: error:.*/: not laid out/p' |
    sort -u -t: -k1,1 -k2,2n | (! grep .)
