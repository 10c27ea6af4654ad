#!/usr/bin/env bash
# check.sh BUILD: installs BUILD aside, builds the examples against it as a
# stranger would, and starts each where it can only say what is missing.
set -euo pipefail
build=$1
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "examples: $*" >&2
    exit 1
}

# quiet COMMAND...: what it said is shown only when it fails.
quiet() {
    "$@" >"$work/log" 2>&1 || fail "$*: $(cat "$work/log")"
}

quiet cmake --install "$build" --prefix "$work/prefix"
quiet cmake -S "$here" -B "$work/build" -G Ninja \
    -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_FLAGS="-Wall -Wextra -Werror"
quiet cmake --build "$work/build"

for source in "$here"/*.c; do
    name=$(basename "$source" .c)
    lines=$(wc -l <"$source")
    [ "$lines" -le 80 ] || fail "$name.c has $lines lines"
    said=$(env -i "$work/build/$name" 2>&1) && fail "$name did not fail"
    [[ $said == *"$name"* ]] || fail "$name said '$said'"
done
