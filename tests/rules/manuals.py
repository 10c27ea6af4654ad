#!/usr/bin/env python3
"""Every public function has its place in a manual page of section 3."""

import re

import symbols
import tree


def breaks():
    described = set()
    for page in tree.sources("man", ending=".3"):
        described.update(re.findall(r"\bmcpauth_\w+", tree.text(page)))
    for name in sorted(symbols.declared() - described):
        yield f"{name} is in no man/*.3"


if __name__ == "__main__":
    tree.end("manuals", list(breaks()))
