#!/usr/bin/env python3
"""Promises and tests name each other: docs/requirements.md has exactly the
requirements that tests cite, docs/seed.md every row of the seed with at least
one test, and both say which tests those are.

`--write` brings the last column of both up to date; the words are ours."""

import collections
import re
import sys

import tree

ID = re.compile(r"(?<![A-Za-z0-9])(?:([AST])[-_](\d{3})|(seed)[-_](\d{2}))"
                r"(?!\d)")
C_TEST = re.compile(r"^(?:static )?void\s+(\w+)\(\s*void \*\*\w+\)", re.M)
C_ROW = re.compile(r'"([^"\n|]*)"')
PY_TEST = re.compile(r"^@case\ndef (\w+)\(", re.M)
ROW = re.compile(r"^\| ([AST]-\d{3}|\d+) \|(.*)\|([^|]*)\|$")
SEED, REQUIREMENTS = "docs/seed.md", "docs/requirements.md"
SEED_ROWS = 50


def ids_in(text):
    return {f"{a or c}-{b or d}" for a, b, c, d in ID.findall(text)}


def test_files():
    yield from tree.sources("src", ending="_test.c")
    for ending in (".c", ".py", ".sh", "CMakeLists.txt"):
        for path in tree.sources("tests", "fuzz", ending=ending):
            if path.parts[1] not in ("rules", "peers"):
                yield path


def citations():
    """id -> {file name: names of its tests that cite it}."""
    cited = collections.defaultdict(dict)
    for path in test_files():
        text = tree.text(path)
        names = C_TEST.findall(text) + PY_TEST.findall(text)
        if path.suffix == ".c":
            names += C_ROW.findall(text)
        for one in ids_in(text):
            cited[one][path.name] = [
                name.replace("_", "-") for name in names if one in ids_in(name)]
    return cited


def show_files(files):
    return ", ".join(f"`{name}`" for name in sorted(files))


def show_names(files):
    shown = []
    for file in sorted(files):
        names = files[file]
        shown += [f"`{file}` {name}" for name in names] or [f"`{file}`"]
    return "; ".join(shown)


def rows_of(document):
    """id as written -> the row's last cell."""
    found = (ROW.match(line) for line in tree.text(document).splitlines())
    return {row[1]: row[3].strip() for row in found if row}


def expected(document, cited):
    """id as written -> what the last cell should be."""
    if document == SEED:
        return {str(row): show_names(cited[f"seed-{row:02}"])
                for row in range(1, SEED_ROWS + 1)}
    return {one: show_files(files) for one, files in cited.items()
            if not one.startswith("seed")}


def write(document, cells):
    def fill(match):
        cell = cells.get(match[1], "")
        return f"| {match[1]} |{match[2]}| {cell} |"
    lines = tree.text(document).splitlines()
    text = "\n".join(ROW.sub(fill, line) for line in lines) + "\n"
    (tree.ROOT / document).write_text(text, encoding="utf-8")


def breaks(document, cells):
    rows = rows_of(document)
    for one in sorted(cells.keys() | rows.keys()):
        if one not in rows:
            yield f"{document}: {one} is cited by {cells[one]}, but no row"
        elif not cells.get(one):
            yield f"{document}: no test cites {one}"
        elif cells[one] != rows[one]:
            yield f"{document}: {one} is shown by other tests; " \
                  "run tests/rules/requirements.py --write"


if __name__ == "__main__":
    known = citations()
    for name in (SEED, REQUIREMENTS):
        if sys.argv[1:] == ["--write"]:
            write(name, expected(name, known))
    tree.end("requirements", [line for name in (SEED, REQUIREMENTS)
                              for line in breaks(name, expected(name, known))])
