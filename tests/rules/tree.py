"""What the rules share: where the sources are, and how a rule ends."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
NOT_CODE = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)


def sources(*folders, ending=".[ch]"):
    """Every source below folders, as a path relative to the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*" + ending)):
            yield path.relative_to(ROOT)


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def code(path):
    """The text with comments and literals blanked, lines kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return NOT_CODE.sub(blank, text(path))


def includes(path):
    """(line, is_system, name) of each include."""
    content = text(path)
    for match in INCLUDE.finditer(content):
        line = content.count("\n", 0, match.start(1)) + 1
        yield line, match[1] == "<", match[2]


def end(rule, breaks):
    """Prints what breaks the rule; the exit status says whether any did."""
    for line in breaks:
        print(line)
    if breaks:
        print(f"{rule}: {len(breaks)} break the rule")
    sys.exit(1 if breaks else 0)
