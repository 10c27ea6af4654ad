#!/usr/bin/env bash
# run.sh BUILD: installs BUILD aside and builds consumer.c against it, by
# pkg-config and by find_package, shared and static.
set -euo pipefail
build=$1
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

fail() {
    echo "install: $*" >&2
    exit 1
}

# quiet COMMAND...: what it said is shown only when it fails.
quiet() {
    "$@" >"$work/log" 2>&1 || fail "$*: $(cat "$work/log")"
}

have() {
    local path
    for path; do
        [ -e "$prefix/$path" ] || fail "$path is not installed"
    done
}

try() {
    local said
    said=$("$1") || fail "$1 failed"
    [ "$said" = "OK https://mcp.example/mcp" ] || fail "$1 said '$said'"
}

# stands_without PROGRAM LIBRARY...: it does not load them.
stands_without() {
    local program=$1 library
    shift
    for library; do
        ! ldd "$program" | grep -q "$library" || fail "$program needs $library"
    done
}

# by_pkgconfig PACKAGE: leaves the programs PACKAGE-shared and PACKAGE-static.
by_pkgconfig() {
    local package=$1 cflags libs private
    read -ra cflags < <(pkg-config --cflags "$package")
    read -ra libs < <(pkg-config --libs "$package")
    read -ra private < <(pkg-config --static --libs "$package")
    quiet cc -std=c99 -Wall -Wextra -Wpedantic -Werror "${cflags[@]}" \
        "$here/consumer.c" -o "$work/$package-shared" "${libs[@]}"
    quiet cc -std=c99 "${cflags[@]}" \
        "$here/consumer.c" -o "$work/$package-static" \
        "${private[@]/#-l$package/-l:lib$package.a}"
    try "$work/$package-shared"
    try "$work/$package-static"
    stands_without "$work/$package-static" libmcpauth
}

# The one library that comes beside the others.
keyring_by_pkgconfig() {
    local cflags libs private
    pkg-config --exists mcpauth-keyring || return 0
    read -ra cflags < <(pkg-config --cflags mcpauth-keyring)
    read -ra libs < <(pkg-config --libs mcpauth-keyring mcpauth)
    read -ra private < <(pkg-config --static --libs mcpauth-keyring mcpauth)
    private=("${private[@]/#-lmcpauth-keyring/-l:libmcpauth-keyring.a}")
    quiet cc -std=c99 -Wall -Wextra -Wpedantic -Werror "${cflags[@]}" \
        "$here/keyring.c" -o "$work/keyring-shared" "${libs[@]}"
    quiet cc -std=c99 "${cflags[@]}" "$here/keyring.c" \
        -o "$work/keyring-static" "${private[@]/%-lmcpauth/-l:libmcpauth.a}"
    try "$work/keyring-shared"
    try "$work/keyring-static"
    stands_without "$work/keyring-static" libmcpauth
}

by_find_package() {
    local program
    quiet cmake -S "$here/package" -B "$work/package" -G Ninja \
        -DCMAKE_PREFIX_PATH="$prefix"
    quiet cmake --build "$work/package"
    for program in "$work"/package/*-c "$work/package/mcpauth-cxx"; do
        try "$program"
    done
    stands_without "$work/package/core-c" libcurl libmicrohttpd
}

quiet cmake --install "$build" --prefix "$prefix"
libdir=$(dirname "$(find "$prefix" -name libmcpauth.a)")
export LD_LIBRARY_PATH=$libdir PKG_CONFIG_PATH=$libdir/pkgconfig

have include/mcpauth/error.h share/doc/mcpauth/LICENSE
by_pkgconfig mcpauth
by_pkgconfig mcpauth-core
stands_without "$work/mcpauth-core-shared" libcurl libmicrohttpd
stands_without "$work/mcpauth-shared" libsecret libglib
keyring_by_pkgconfig
by_find_package
