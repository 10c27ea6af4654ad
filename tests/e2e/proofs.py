"""What a key proves, verified by a library that others wrote."""

import json
import subprocess

import e2e
from e2e import case
from servers import NODE, PEERS

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
MAKE = [NODE, str(PEERS / "prove.mjs"), "make"]
VERIFY = [NODE, str(PEERS / "prove.mjs"), "verify"]


def answer(command, text=""):
    """What the command prints as JSON, given text."""
    done = subprocess.run(
        [str(word) for word in command], input=text.encode(),
        timeout=e2e.DEADLINE_S, capture_output=True, check=False)
    assert done.returncode == 0, (command, done.stderr.decode())
    return json.loads(done.stdout)


def prove(alg, key):
    return answer([e2e.build_directory() / "tests" / "prove", alg], key)


def verify(said, public):
    return answer(VERIFY, json.dumps({**said, "public": public}))


@case
def jose_verifies_every_algorithm_of_every_key_A_183_A_202_A_203(_):
    for alg in ALGORITHMS:
        made = answer([*MAKE, alg])
        for key in (made["pem"], json.dumps(made["jwk"])):
            said = prove(alg, key)
            assert said["alg"] == alg, said
            assert verify(said, made["public"]) == {"verified": alg}


@case
def jose_refuses_the_proofs_of_another_key(_):
    made = answer([*MAKE, "ES256"])
    other = answer([*MAKE, "ES256"])
    said = prove("ES256", made["pem"])
    refused = subprocess.run(
        VERIFY, input=json.dumps({**said, "public": other["public"]}).encode(),
        timeout=e2e.DEADLINE_S, capture_output=True, check=False)
    assert refused.returncode == 1, refused


if __name__ == "__main__":
    e2e.main()
