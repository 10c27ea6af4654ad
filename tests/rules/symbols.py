#!/usr/bin/env python3
"""symbols.py LIBRARY...

Every global of a static library is ours by its prefix, a shared library
exports mcpauth_* only and just what the public headers declare; together the
static ones have all of that.
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


def breaks(libraries):
    public, there = declared(), set()
    for library in libraries:
        if library.endswith(".a"):
            found = set(defined(library, "-g"))
            there |= found
            for name in sorted(found):
                if not name.startswith(PREFIXES):
                    yield f"{library}: {name} has a foreign prefix"
        else:
            for name in sorted(set(defined(library, "-D")) - public):
                yield f"{library}: {name} is exported, but in no public header"
    for name in sorted(public - there):
        yield f"{name} is declared, but in no static library"


if __name__ == "__main__":
    tree.end("symbols", list(breaks(sys.argv[1:])))
