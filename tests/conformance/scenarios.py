"""Which scenarios the suite has, which of them a revision requires, and what
the suite does not say of them."""

import fnmatch
import pathlib
import re
import subprocess

PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"
NODE = str(PEERS / "node")
SUITE = PEERS / "node_modules/@modelcontextprotocol/conformance"
COMMAND = [NODE, str(SUITE / "dist/index.js")]
SESSIONS, STATELESS = "2025-11-25", "2026-07-28"
WIRES = (SESSIONS, STATELESS)

# Here a client has to give up, and these are words that it has to say why in;
# the suite asks no more than that it exits with an error.
REFUSED = {
    "auth/scope-retry-limit": "Scope upgrade will never succeed",
    "auth/resource-mismatch": "https://evil.example.com/mcp",
    "auth/iss-supported-missing": "carries no `iss`",
    "auth/iss-wrong-issuer": "https://evil.example.com",
    "auth/iss-unexpected": "https://evil.example.com",
    "auth/iss-normalized": "issuer mismatch",
    "auth/metadata-issuer-mismatch": "https://attacker.example.com",
    "sep-2640-client-verify-digest": "digest",
    "sep-2640-client-verify-size": "size",
    "sep-2640-client-verify-frontmatter": "frontmatter",
}

# The requirements that a scenario shows.
SHOWS = (
    ("initialize", "T-010"),
    ("elicitation-sep1034-client-defaults", "T-142"),
    ("sse-retry", "T-042"),
    ("request-metadata", "T-060 T-061 T-070"),
    ("auth/metadata-default", "A-030 A-090 A-130 T-044"),
    ("auth/metadata-var1", "A-031 A-032 A-050"),
    ("auth/metadata-var2", "A-031 A-051 A-131"),
    ("auth/metadata-var3", "A-030 A-050 A-051"),
    ("auth/basic-cimd", "A-070 A-072"),
    ("auth/scope-from-*", "A-140"),
    ("auth/scope-omitted-when-undefined", "A-140"),
    ("auth/scope-step-up", "A-160 A-161"),
    ("auth/scope-retry-limit", "A-163"),
    ("auth/token-endpoint-auth-*", "A-121"),
    ("auth/pre-registration", "A-070 A-122"),
    ("auth/2025-03-26-oauth-metadata-backcompat", "A-060 A-061"),
    ("auth/2025-03-26-oauth-endpoint-fallback", "A-060 A-062"),
    ("auth/resource-mismatch", "A-036"),
    ("auth/offline-access-*", "A-074 A-150"),
    ("auth/authorization-server-migration", "A-040 A-081"),
    ("auth/iss-normalized", "A-113"),
    ("auth/iss-*", "A-112"),
    ("auth/metadata-issuer-mismatch", "A-053"),
    ("auth/client-credentials-basic", "A-184"),
    ("auth/client-credentials-jwt", "A-182 A-183"),
    ("auth/dpop", "A-201 A-204 A-205"),
    ("auth/dpop-nonce", "A-206 A-207 A-208"),
    ("auth/enterprise-managed-authorization",
     "A-190 A-191 A-192 A-194 A-197"),
    ("auth/wif-jwt-bearer", "A-210 A-213"),
    ("sep-2322-client-request-state", "T-080 T-091 T-092"),
    ("http-standard-headers", "T-062"),
    ("http-custom-headers", "T-065 T-066"),
    ("http-invalid-tool-headers", "T-067 T-068"),
    ("sep-2640-client-no-prefetch", "T-243"),
    ("sep-2640-client-verify-digest", "T-241 T-243"),
    ("sep-2640-client-verify-size", "T-241 T-243"),
    ("sep-2640-client-verify-frontmatter", "T-242 T-243"),
    ("json-schema-ref-no-deref", "T-008"),
    ("json-schema-2020-12-preservation", "T-007"),
)


def shown_by(scenario):
    """The ids of the requirements that the scenario shows; may be none."""
    return " ".join(ids for pattern, ids in SHOWS
                    if fnmatch.fnmatchcase(scenario, pattern))


def _block(text, key):
    """The lines below a top-level key of a YAML file."""
    found = re.search(rf"^{key}:\n((?:[ #].*\n|\n)*)", text, re.MULTILINE)
    return found[1] if found else ""


def required_of_servers(revision):
    """What that revision requires of a server."""
    text = (SUITE / f"requirements/{revision}.yaml").read_text()
    return re.findall(r"^  - (\S+)$", _block(text, "server"), re.MULTILINE)


class Suite:
    """What the installed release has in its client leg.

    wires: scenario -> the wire it runs at by itself, in the suite's order.
    extensions: those that no revision requires.
    scored, listed: revision -> its scenarios that count, and all it names."""

    def __init__(self):
        said = subprocess.run([*COMMAND, "list", "--client"], check=True,
                              capture_output=True, text=True).stdout
        rows = re.findall(r"^  - (\S+) \[(.*)\]$", said, re.MULTILINE)
        assert rows, f"the suite lists nothing: {said}"
        self.wires = {name: STATELESS if since == STATELESS else SESSIONS
                      for name, since in rows}
        self.extensions = [name for name, since in rows
                           if since == "extension"]
        self.scored, self.listed = {}, {}
        for revision in WIRES:
            self._read_requirements(revision)

    def _read_requirements(self, revision):
        text = (SUITE / f"requirements/{revision}.yaml").read_text()
        scored = re.findall(r"^  - (\S+)$", _block(text, "client"),
                            re.MULTILINE)
        others = re.findall(r"- scenario: (\S+)\n    leg: client",
                            _block(text, "not_scored"))
        assert scored and others, f"the requirements of {revision} are empty"
        self.scored[revision] = scored
        self.listed[revision] = scored + others

    def check_tables(self):
        """The tables above speak of scenarios that there are."""
        names = [*REFUSED, *(pattern for pattern, _ in SHOWS)]
        for name in names:
            assert fnmatch.filter(self.wires, name), \
                f"the suite has no scenario {name}"

    def runs(self):
        """(scenario, wire): each by itself, and as each revision lists it."""
        wanted = [(name, wire) for wire in WIRES for name in self.listed[wire]]
        wanted += self.wires.items()
        return list(dict.fromkeys(wanted))
