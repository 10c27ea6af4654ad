/* browser.h - showing a page to the person at this machine.
 *
 * No shell is involved, the child gets an allow-listed environment and no
 * descriptor of ours, and only an https URL, or http to loopback, is ever
 * passed (S-001, S-002, S-053, S-056). */
#ifndef MA_NET_BROWSER_H
#define MA_NET_BROWSER_H

#include <mcpauth/error.h>
#include <stdbool.h>

/* Whether there seems to be somebody to show it to: BROWSER is set, or a
 * display is. */
bool ma_browser_available(void);

/* Starts the first usable program out of BROWSER (commands split at ':', "%s"
 * as a whole word stands for the URL), or without BROWSER xdg-open or open,
 * and leaves it to itself.  fragment: the URL may have one, as no address to
 * log in at does (RFC 6749 3.1).  E_UNTRUSTED: not a URL to open.
 * E_UNSUPPORTED: there is no browser here; print the URL instead. */
mcpauth_status ma_browser_open(
    const char *url, bool fragment, mcpauth_error *err);

#endif
