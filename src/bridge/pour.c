/* pour.c - see pour.h. */
#include "bridge/pour.h"

bool ma_pour_is_stuck(const ma_pour *pour)
{
    return pour->rest.len > 0;
}

bool ma_pour_can_go_on(const ma_pour *pour)
{
    return ma_outlet_room(pour->outlet) > 0 &&
           (pour->open || ma_outlet_is_free(pour->outlet));
}

mcpauth_status ma_pour_go_on(ma_pour *pour, mcpauth_error *err)
{
    ma_span *rest = &pour->rest;
    if (!rest->len || !ma_pour_can_go_on(pour))
        return MCPAUTH_OK;
    pour->open = ma_outlet_begin(pour->outlet, pour);
    size_t room = ma_outlet_room(pour->outlet);
    size_t len = rest->len < room ? rest->len : room;
    mcpauth_status st =
        ma_outlet_piece(pour->outlet, ma_span_make(rest->at, len), err);
    if (!st)
        *rest = ma_span_make(rest->at + len, rest->len - len);
    return st;
}

mcpauth_status ma_pour_end(ma_pour *pour, mcpauth_error *err)
{
    if (!pour->open)
        return MCPAUTH_OK;
    mcpauth_status st = ma_outlet_end(pour->outlet, err);
    pour->open = st;
    pour->rest.len = 0;
    return st;
}
