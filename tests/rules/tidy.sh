#!/usr/bin/env bash
# tidy.sh BUILD: clang-tidy over every source of ours that BUILD compiles.
set -eu
cd "$(dirname "$0")/../.."

sed -n 's/^ *"file": "\(.*\)".*/\1/p' "$1/compile_commands.json" | sort -u |
    xargs -P "$(nproc)" -n 4 clang-tidy-14 -p "$1" --quiet \
        --extra-arg=-Wno-unknown-warning-option
