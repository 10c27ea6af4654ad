/* resultpage.h - the few pages a person's browser may see, all of them
 * constant. */
#ifndef MA_NET_RESULTPAGE_H
#define MA_NET_RESULTPAGE_H

typedef enum {
    MA_RESULTPAGE_DONE,      /* the login went through */
    MA_RESULTPAGE_FAILED,    /* it did not, and is over */
    MA_RESULTPAGE_REFUSED,   /* not an answer to this login */
    MA_RESULTPAGE_FORBIDDEN, /* foreign Host */
    MA_RESULTPAGE_NOT_FOUND,
    MA_RESULTPAGE_METHOD
} ma_resultpage;

/* The HTTP status it is sent with. */
unsigned ma_resultpage_status(ma_resultpage page);

const char *ma_resultpage_html(ma_resultpage page);

#endif
