#!/usr/bin/env python3
"""symbols.py STATIC_LIBRARY SHARED_LIBRARY...

Every global of the static library is ours by its prefix, a shared library
exports mcpauth_* only and just what the public headers declare.
"""

import re
import subprocess
import sys

import tree

PREFIXES = ("mcpauth_", "ma_")
DECLARED = re.compile(r"MCPAUTH_API[^;]*?\b(mcpauth_\w+)\s*\(")


def defined(library, *flags):
    listing = subprocess.run(
        ["nm", "--defined-only", "-P", *flags, library],
        check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) > 2 and fields[1] != "A":
            yield fields[0].split("@")[0]


def declared():
    return {name
            for path in tree.sources("include", ending=".h")
            for name in DECLARED.findall(tree.code(path))}


def breaks(static, shared):
    for name in sorted(set(defined(static, "-g"))):
        if not name.startswith(PREFIXES):
            yield f"{static}: {name} has a foreign prefix"
    public = declared()
    for library in shared:
        exported = set(defined(library, "-D"))
        for name in sorted(exported - public):
            yield f"{library}: {name} is exported, but in no public header"
    for name in sorted(public - set(defined(static, "-g"))):
        yield f"{static}: {name} is declared, but not there"


if __name__ == "__main__":
    tree.end("symbols", list(breaks(sys.argv[1], sys.argv[2:])))
