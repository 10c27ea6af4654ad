#!/usr/bin/env python3
"""Words that do not occur in the project's C."""

import re

import tree

BANNED = {
    r"\b(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|strtok|gets"
    r"|atoi|atol|atoll|atof|alloca|system|popen|tmpnam|mktemp)\s*\(":
        "banned function",
    r"\bgoto\b": "goto",
    r"(?<![.>])\b(malloc|calloc|realloc|free|strdup|strndup)\s*\(":
        "use base/alloc.h",
}
WORDS = {r"\b(TODO|FIXME|XXX|HACK)\b": "finish it or leave it out"}
MAY_ALLOCATE = {"src/base/alloc.c"}


def judge(path, content, table):
    for pattern, reason in table.items():
        if reason == "use base/alloc.h" and not allocates_by_rule(path):
            continue
        for match in re.finditer(pattern, content):
            line = content.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {match.group().strip(' (')}: {reason}"


def allocates_by_rule(path):
    return (path.parts[0] == "src" and str(path) not in MAY_ALLOCATE
            and not path.name.endswith("_test.c"))


def breaks():
    folders = ("src", "include", "tests/conformance", "tests/fake",
               "tests/install", "fuzz", "examples")
    for path in tree.sources(*folders):
        yield from judge(path, tree.code(path), BANNED)
        yield from judge(path, tree.text(path), WORDS)


if __name__ == "__main__":
    tree.end("banned", list(breaks()))
