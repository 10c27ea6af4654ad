/* skill.h - the files of a skill, each verified before it is handed out.
 *
 * A server that declares the extension io.modelcontextprotocol/skills tells of
 * its skills by skills/list and skills/get, and serves their files as
 * resources (SEP-2640).  An entry says what each file is; a mcpauth_skill
 * holds the entry and reads by it:
 *
 *     st = mcpauth_client_list(client, "skills/list", "skills", ...);
 *     ... choose an entry ...
 *     st = mcpauth_skill_new(client, entry, &skill, err);
 *     st = mcpauth_skill_read(skill, uri, &bytes, &len, err);
 *
 * Nothing is read before it is asked for.  That a file is what its entry says
 * makes neither of them trustworthy: both come from the same server. */
#ifndef MCPAUTH_SKILL_H
#define MCPAUTH_SKILL_H

#include <mcpauth/client.h>

MCPAUTH_BEGIN_DECLS

typedef struct mcpauth_skill mcpauth_skill;

/* Holds one entry of skills/list, or the `skill` of skills/get: a JSON object,
 * copied.  client must outlive it.
 * E_PROTOCOL: the entry breaks the rules of SEP-2640; E_LIMIT: the skill has
 * more than 512 files, or 16 MiB; E_UNSUPPORTED: its files are generated, and
 * nothing says what they are. */
MCPAUTH_API mcpauth_status mcpauth_skill_new(mcpauth_client *client,
    const char *entry, mcpauth_skill **out_skill, mcpauth_error *err);

/* NULL is allowed. */
MCPAUTH_API void mcpauth_skill_free(mcpauth_skill *skill);

/* Reads the file at uri.  *out_bytes has *out_len bytes and a NUL behind, for
 * mcpauth_text_free.
 * E_MISMATCH: it is none of the skill's files, or its size, its digest or, of
 * the SKILL.md, its front matter is not what the entry says; both are in err,
 * and from then on nothing of this skill is read any more. */
MCPAUTH_API mcpauth_status mcpauth_skill_read(mcpauth_skill *skill,
    const char *uri, char **out_bytes, size_t *out_len, mcpauth_error *err);

MCPAUTH_END_DECLS

#endif
