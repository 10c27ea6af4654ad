/* record.h - what is kept of one (server, account) between runs.
 *
 * One JSON object: `version`, `clients` (registered clients by issuer),
 * `bindings` (the issuer a configured client was first used at, by client_id),
 * `resource_metadata` (true: the server has published some),
 * `protocol_version` (of MCP, spoken the last time) and `token`.
 * Members this version does not know are kept as they are (S-051).  Everything
 * bound to an issuer is found by the issuer's exact text. */
#ifndef MA_OAUTH_RECORD_H
#define MA_OAUTH_RECORD_H

#include <mcpauth/token.h>

#include "base/json.h"
#include "oauth/tokenanswer.h"

typedef struct {
    ma_json *document;
} ma_record;

/* Reads the bytes of a record; empty bytes start a new one.  E_PROTOCOL: they
 * are no record of ours.  E_STORE: a newer version wrote them. */
mcpauth_status ma_record_parse(
    ma_span bytes, ma_record *out, mcpauth_error *err);
void ma_record_done(ma_record *record);
MA_SCOPED_DEFINE(ma_record, ma_record_done)

/* Appends its text. */
void ma_record_write(const ma_record *record, ma_buf *to);

/* The client registered at issuer (the members of ma_register_parse), lent;
 * NULL: none. */
const ma_json *ma_record_client(const ma_record *record, const char *issuer);

/* Takes client over; NULL forgets it. */
mcpauth_status ma_record_put_client(
    ma_record *record, const char *issuer, ma_json *client, mcpauth_error *err);

/* Where a configured client_id was first used (S-031), lent; NULL: nowhere. */
const char *ma_record_binding(const ma_record *record, const char *client_id);
mcpauth_status ma_record_bind(ma_record *record, const char *client_id,
    const char *issuer, mcpauth_error *err);

/* The server has published resource metadata before. */
bool ma_record_has_metadata(const ma_record *record);
mcpauth_status ma_record_note_metadata(ma_record *record, mcpauth_error *err);

/* The revision of MCP that the server spoke the last time, lent; NULL: not
 * known. */
const char *ma_record_protocol_version(const ma_record *record);
mcpauth_status ma_record_note_protocol_version(
    ma_record *record, const char *version, mcpauth_error *err);

/* What a token was asked with and where it may go. */
typedef struct {
    mcpauth_mode mode;
    bool identity; /* it is an ID token */
    const char *issuer;
    const char *trusted_issuer; /* what its document says instead; NULL */
    const char *resource;
    const char *client_id;
    const char *requested_scope; /* NULL: none was named */
    const char *token_endpoint;
    const char *revocation_endpoint;
    const char *dpop_key;           /* PEM, of a bound token; else NULL */
    const char *assertion_audience; /* of a client with a key; else NULL */
    const char *assertion_alg;
    bool certified; /* the client's certificate was shown for it */
} ma_record_grant;

/* Replaces the token by a new answer.  With keep_refresh it is the old one's
 * renewal: an answer without refresh token keeps the old, and what was
 * denied stays denied. */
mcpauth_status ma_record_put_token(ma_record *record,
    const ma_record_grant *grant, const ma_tokenanswer *answer,
    bool keep_refresh, int64_t now_ms, mcpauth_error *err);

mcpauth_status ma_record_drop_token(ma_record *record, mcpauth_error *err);

/* The refresh token, and that a refresh with it began. */
mcpauth_status ma_record_drop_refresh(ma_record *record, mcpauth_error *err);

/* Where the token came from, lent; NULL: not known. */
const char *ma_record_token_endpoint(const ma_record *record);

/* What was asked for beyond this token and denied, lent; NULL: nothing.
 * A new login starts anew. */
const char *ma_record_denied_scope(const ma_record *record);
mcpauth_status ma_record_note_denied(
    ma_record *record, const char *scope, mcpauth_error *err);

/* When a refresh with this token's refresh token began, in milliseconds since
 * 1970; 0: none is under way, and none was cut off (S-043).  A new token has
 * no such mark. */
int64_t ma_record_refresh_started(const ma_record *record);
mcpauth_status ma_record_mark_refresh(
    ma_record *record, int64_t started_at_ms, mcpauth_error *err);

/* Puts what from has at issuer (NULL: nowhere) into record: the bindings, that
 * metadata was seen, and with_token the token; else what has come out about the
 * token they share.  The registered client goes along where record has none,
 * or the token needs it. */
mcpauth_status ma_record_adopt(ma_record *record, const ma_record *from,
    const char *issuer, bool with_token, mcpauth_error *err);

/* The server has answered a refresh with another refresh token before, so one
 * that is used is used up. */
bool ma_record_rotates(const ma_record *record);

/* The MCP server refused this token right after it was issued. */
mcpauth_status ma_record_mark_refused(ma_record *record, mcpauth_error *err);

/* The token as an object to hold on to; NULL: none. */
mcpauth_status ma_record_token(
    const ma_record *record, mcpauth_token **out_token, mcpauth_error *err);

#endif
