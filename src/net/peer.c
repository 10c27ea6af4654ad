/* peer.c - see peer.h. */
#include "net/peer.h"

#include <strings.h>

#include "base/address.h"
#include "base/error.h"

static bool may_be_clear(const ma_peer *peer)
{
    const char *host = peer->options->allow_http;
    return host && strcasecmp(host, peer->url->host) == 0;
}

static bool must_be_public(const ma_peer *peer)
{
    return peer->rule == MCPAUTH_ADDRESS_PUBLIC &&
           !peer->options->allow_private;
}

/* Its address will tell. */
static bool may_be_near(const ma_peer *peer)
{
    return peer->rule == MCPAUTH_ADDRESS_NEAR && !peer->proxy;
}

mcpauth_status ma_peer_judge(const ma_peer *peer, mcpauth_error *err)
{
    const ma_url *url = peer->url;
    if (!url->https && !ma_url_loopback(url) && !may_be_clear(peer) &&
        !may_be_near(peer)) {
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "refused to speak to %s in clear text", url->host);
        ma_error_hint(err,
            "use https, or name this one host with --allow-http %s", url->host);
        return st;
    }
    /* The proxy resolves the name, so its text is all there is to judge. */
    if (peer->proxy && must_be_public(peer) &&
        (ma_url_private(url) || ma_url_loopback(url)))
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "a server named %s, which is not a public address", url->host);
    return MCPAUTH_OK;
}

bool ma_peer_allows(const ma_peer *peer, const struct sockaddr *address)
{
    if (peer->proxy)
        return true;
    if (must_be_public(peer) && !ma_address_public(address))
        return false;
    return peer->url->https || may_be_clear(peer) ||
           ma_address_loopback(address) ||
           (may_be_near(peer) && ma_address_linklocal(address));
}
