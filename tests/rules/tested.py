#!/usr/bin/env python3
"""Every source has its test beside it, or a reason in untested.txt."""

import tree

LIST = "tests/rules/untested.txt"


def reasons():
    """path -> why it has no test of its own."""
    lines = tree.text(LIST).splitlines()
    pairs = (line.split(None, 1) for line in lines
             if line and not line.startswith("#"))
    return {pair[0]: pair[1:] for pair in pairs}


def breaks():
    excused = reasons()
    for path in tree.sources("src", ending=".c"):
        if path.name.endswith("_test.c"):
            continue
        has_test = (tree.ROOT / path).with_name(path.stem + "_test.c").exists()
        reason = excused.pop(str(path), None)
        if has_test and reason is not None:
            yield f"{path}: has a test, take it from {LIST}"
        if not has_test and not reason:
            yield f"{path}: no {path.stem}_test.c, and no reason in {LIST}"
    for path in excused:
        yield f"{path}: in {LIST}, but there is no such file"


if __name__ == "__main__":
    tree.end("tested", list(breaks()))
