"""`mcpauth connect` under hosts that others wrote."""

import json
import subprocess

import e2e
from e2e import case
from servers import NODE, PEERS, Peer

CALLS = 10000
LIFE_S = 2


def run_host(t, script, *words):
    """The one line that the host prints at its end."""
    ended = subprocess.run(
        [NODE, str(PEERS / script), *words], cwd=t.cwd, env=t.env,
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
        timeout=5 * e2e.DEADLINE_S)
    assert not ended.returncode and not ended.stderr, ended
    return json.loads(ended.stdout)


@case
def ten_thousand_calls_outlive_their_tokens_T_180_T_181(t):
    provider = Peer("oidc.mjs", "--access-seconds", str(LIFE_S))
    server = Peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"])
    t.use({"MCPAUTH_SERVER": server["url"],
           "OAUTH_CLIENT_ID": provider["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": provider["m2m"]["client_secret"]})
    told = run_host(t, "sdk-host.mjs", "--calls", str(CALLS),
                    "--at-once", "16", "--", e2e.program(), "connect")
    assert told["good"] == CALLS and not told["bad"], told
    assert not told["broken"], told
    tokens = provider.said().count("granted: client_credentials ")
    # A token counts in whole seconds: it may end up to one of them earlier.
    most = told["ms"] / 1000 / (LIFE_S - 1) + 2
    assert 2 < tokens <= most, (tokens, told)


if __name__ == "__main__":
    e2e.main()
