#!/usr/bin/env python3
"""Includes go one way only, and a foreign library has one owner.

FLOORS reads from top to bottom: a folder of src may include itself and what
stands to its right; a comma means strangers.  So no cycle of folders can be.
The sandbox is a stand-in for what the rest is tested against: base only.
"""

import tree

FLOORS = "cli bridge,gateway,sandbox client net,store agentcore oauth,mcp base"
ONLY = {"sandbox": {"base"}}

OWNERS = {
    "curl/": ["src/net/easy.h", "src/net/handle.h",
              "src/net/headerlines.h"],
    "openssl/": ["src/base/crypto.c", "src/base/jwk.c", "src/base/key.c",
                 "src/base/pem.c", "src/store/redislink.c"],
    "hiredis/": ["src/store/redisreply.c"],
    "jansson.h": ["src/base/json.c"],
    "sodium.h": ["src/store/seal.c"],
    "libsecret/": ["src/store/vault.c"],
    "microhttpd.h": ["src/net/callback.c", "src/sandbox/listener.c"],
}
# What the unit tests share, by file name alone.
SHARED = ("fake", "engine")
LIBC = set("""
    assert ctype dirent dlfcn errno fcntl float fnmatch getopt grp inttypes
    libgen limits locale malloc math netdb poll pthread pwd regex sched setjmp signal
    spawn stdarg stdatomic stdbool stddef stdint stdio stdio_ext stdlib string
    strings termios time unistd wchar
""".split())
SYSTEM = ("arpa/", "linux/", "net/", "netinet/", "sys/")


def allowed_folders():
    """folder -> the folders it may include."""
    floors = [floor.split(",") for floor in FLOORS.split()]
    allowed = {}
    for number, floor in enumerate(floors):
        below = {folder for lower in floors[number + 1:] for folder in lower}
        for folder in floor:
            allowed[folder] = ONLY.get(folder, below) | {folder}
    return allowed


def judge_system(path, name):
    if name.startswith("mcpauth/"):
        return None
    if name.startswith(SYSTEM) or name.removesuffix(".h") in LIBC:
        return None
    if path.name.endswith(("_test.c", "_test.h")):
        return None
    for foreign, owners in OWNERS.items():
        if name.startswith(foreign):
            if str(path) in owners:
                return None
            return f"<{name}> belongs to {' and '.join(owners)}"
    return f"<{name}> has no owner in tests/rules/layers.py"


def judge_own(path, name, allowed):
    folder = path.parts[1]
    if path.parts[0] == "include":
        return f'"{name}": public headers include <mcpauth/...>'
    target, slash, _ = name.partition("/")
    if path.name.endswith(("_test.c", "_test.h")) and not slash:
        shared = (tree.ROOT / "tests" / part / name for part in SHARED)
        if any(place.exists() for place in shared):
            return None
        return f'"{name}" is not in tests/{" or tests/".join(SHARED)}'
    if not slash:
        return f'"{name}" is not written from src/'
    if not (tree.ROOT / "src" / name).exists():
        return f'"{name}" does not exist'
    if target not in allowed[folder]:
        return f'{folder} may not include "{name}"'
    return None


def breaks():
    allowed = allowed_folders()
    for path in tree.sources("src", "include"):
        if path.parts[0] == "src" and path.parts[1] not in allowed:
            yield f"{path}: folder {path.parts[1]} is on no floor"
            continue
        for line, is_system, name in tree.includes(path):
            reason = (judge_system(path, name) if is_system
                      else judge_own(path, name, allowed))
            if reason:
                yield f"{path}:{line}: {reason}"


if __name__ == "__main__":
    tree.end("layers", list(breaks()))
