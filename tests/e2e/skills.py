"""Skills (SEP-2640), through the program: a server on the official SDK, honest
and not, in two eras."""

import e2e
from e2e import case
from servers import peer
from talk import seen

SESSIONS = ("--only", "2025-11-25")
PDF = "skill://pdf-processing/SKILL.md"
FORMS = "skill://pdf-processing/references/FORMS.md"
REFUNDS = "skill://acme/billing/refunds/SKILL.md"


def enter(t, *arguments):
    server = peer("skills.mjs", *arguments)
    t.use({"MCPAUTH_SERVER": server["url"]})
    return server


def reads(server):
    return [it["message"]["params"]["uri"]
            for it in seen(server, rpc="resources/read")]


def refused(t, uri, *words):
    result = t.run("resources", "read", uri, code=5)
    assert not result.out, result
    assert f"reading {uri}: " in result.err, result
    assert "verified" not in result.err, result
    for word in words:
        assert word in result.err, result
    document = t.run("resources", "read", uri, "--json", code=5)
    assert not document.out, document


@case
def skills_are_listed_and_no_file_is_read_T_243(t):
    for era in ((), SESSIONS):
        server = enter(t, *era)
        before = len(reads(server))
        result = t.run("resources", "list")
        assert "Found 4 skills" in result.out, result
        assert PDF in result.out and "documents: forms too" in result.out
        listed = t.run("resources", "list", "--json").json()
        assert [it["uri"] for it in listed["skills"]][:2] == [PDF, REFUNDS]
        assert listed["skills"][0]["frontmatter"]["metadata"]["weight"] == 1.5
        assert [it["uri"] for it in listed["resources"]] == ["memo://one"]
        assert len(reads(server)) == before
        assert "extensions    io.modelcontextprotocol/skills" in \
            t.run("info").out


@case
def an_honest_skill_is_verified_and_shown_T_241_T_242(t):
    for era in ((), SESSIONS):
        server = enter(t, *era)
        result = t.run("resources", "read", PDF)
        assert "# PDF processing" in result.out, result
        assert "verified: " in result.err and "frontmatter" in result.err
        assert reads(server)[-1] == PDF and FORMS not in reads(server)
        result = t.run("resources", "read", FORMS)
        assert result.out == "Fill in the fields.\n", result
        assert "verified: 20 bytes, as the skill's entry says" in result.err
        document = t.run("resources", "read", REFUNDS, "--json").json()
        assert document["contents"][0]["text"].endswith("Be kind.\r\n")
        result = t.run("resources", "read",
                       "skill://pdf-processing/assets/mark.bin")
        assert result.raw == b"\x00\x01\x02\xff", result


@case
def another_text_is_not_shown_T_241(t):
    enter(t, "--tamper", "text")
    refused(t, PDF, "its digest is sha256:", " in the skill's entry")
    assert t.run("resources", "read", FORMS).out
    enter(t, "--tamper", "forms")
    refused(t, FORMS, "its digest is sha256:")
    assert t.run("resources", "read", PDF).out


@case
def another_size_is_not_shown_T_241(t):
    enter(t, "--tamper", "size", *SESSIONS)
    refused(t, PDF, "its size is ", " bytes, and ")


@case
def another_front_matter_is_not_shown_T_242(t):
    enter(t, "--tamper", "frontmatter")
    refused(t, PDF, "frontmatter", "description is \"Extract, fill",
            "and \"Harmless\" in the entry")


@case
def front_matter_that_cannot_be_read_is_not_shown_T_242(t):
    enter(t)
    refused(t, "skill://acme/odd/SKILL.md",
            "its frontmatter cannot be compared: line 3 has an anchor")


@case
def a_file_that_is_not_listed_is_not_shown_T_241(t):
    server = enter(t)
    refused(t, "skill://pdf-processing/late.md",
            "none of the files in the skill's entry")
    assert "skill://pdf-processing/late.md" not in reads(server)


@case
def an_entry_that_breaks_the_rules_is_refused_T_240(t):
    server = enter(t, "--tamper", "entry")
    result = t.run("resources", "read", PDF, code=1)
    assert "SEP-2640: a digest is not sha256:" in result.err, result
    assert not result.out and not reads(server), result


@case
def a_skill_that_is_not_listed_is_asked_for_T_240(t):
    server = enter(t)
    result = t.run("resources", "read", "skill://hidden/SKILL.md")
    assert "Hidden." in result.out and "verified: " in result.err, result
    assert seen(server, rpc="skills/get"), "nobody asked"
    result = t.run("resources", "read", "skill://nowhere/SKILL.md", code=5)
    assert "there is no skill://nowhere/SKILL.md" in result.err, result


@case
def a_nested_skill_is_verified_by_the_one_around_it_T_241(t):
    enter(t)
    result = t.run("resources", "read",
                   "skill://acme/billing/refunds/inner/SKILL.md")
    assert "Inner." in result.out, result
    assert "as the skill's entry says" in result.err, result


@case
def what_cannot_be_verified_is_not_called_verified_T_241(t):
    enter(t)
    for uri, text, why in (
            ("skill://daily/SKILL.md", "Made now.\n", "generates the files"),
            ("skill://hidden/notes.md", "Notes.\n", "no skill of the server")):
        result = t.run("resources", "read", uri)
        assert result.out == text, result
        assert "warning: not verified: " in result.err, result
        assert why in result.err, result
    assert t.run("resources", "read", "memo://one").err == ""


@case
def the_extension_is_declared_where_it_is_used_T_013(t):
    server = enter(t)
    declared = {"io.modelcontextprotocol/skills": {}}
    t.run("resources", "list")
    meta = seen(server, rpc="skills/list")[-1]["message"]["params"]["_meta"]
    capabilities = meta["io.modelcontextprotocol/clientCapabilities"]
    assert capabilities == {"extensions": declared}, capabilities
    t.run("info")
    assert "extensions" not in str(seen(server)[-1]["message"]["params"])


if __name__ == "__main__":
    e2e.main()
