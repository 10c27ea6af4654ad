/* news.h - what a server without sessions says unasked: one subscription,
 * which is asked for anew when it broke off or is to hold other things
 * (T-100 to T-103, T-202). */
#ifndef MA_BRIDGE_NEWS_H
#define MA_BRIDGE_NEWS_H

#include "bridge/pair.h"
#include "client/standing.h"

typedef struct {
    ma_errand *stream; /* NULL: there is none */
    ma_errand *former; /* until the new one is confirmed */
    int failures;      /* in a row */
    bool lost;         /* some may have been missed */
} ma_news;

/* Hangs up. */
void ma_news_done(ma_news *news, ma_crossing *crossing);

/* Asks for what the server has to tell and the host wants to know, with that
 * _meta. */
mcpauth_status ma_news_ask(ma_news *news, ma_crossing *crossing,
    const ma_standing *standing, ma_span meta, mcpauth_error *err);

/* The errand is one of its streams. */
bool ma_news_owns(const ma_news *news, const ma_errand *errand);

/* A message came on one of them. */
mcpauth_status ma_news_came(ma_news *news, ma_crossing *crossing,
    const ma_errand *errand, const ma_envelope *message, mcpauth_error *err);

/* One of them has ended.  *out_again: ma_news_ask is to follow. */
void ma_news_ended(
    ma_news *news, ma_crossing *crossing, ma_errand *errand, bool *out_again);

#endif
