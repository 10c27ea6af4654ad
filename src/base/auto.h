/* auto.h - a local frees itself when its scope ends.
 *
 * A type says once how it dies, beside its free or done function; a function
 * that owns one declares it with MA_AUTO (heap) or MA_SCOPED (in place) and
 * returns wherever it likes.  Every such variable is initialised where it is
 * declared. */
#ifndef MA_BASE_AUTO_H
#define MA_BASE_AUTO_H

/* After this, MA_AUTO(type) declares a `type *` that free_fn releases. */
#define MA_AUTO_DEFINE(type, free_fn)                                          \
    static inline void type##_auto(type **at)                                  \
    {                                                                          \
        free_fn(*at);                                                          \
    }

/* After this, MA_SCOPED(type) declares a `type` that done_fn releases. */
#define MA_SCOPED_DEFINE(type, done_fn)                                        \
    static inline void type##_scoped(type *at)                                 \
    {                                                                          \
        done_fn(at);                                                           \
    }

#define MA_AUTO(type)   __attribute__((cleanup(type##_auto))) type *
#define MA_SCOPED(type) __attribute__((cleanup(type##_scoped))) type

/* Hands the pointer in *at to the caller and leaves NULL behind. */
#define ma_move(at)                                                            \
    __extension__({                                                            \
        __typeof__(*(at)) moved_ = *(at);                                      \
        *(at) = NULL;                                                          \
        moved_;                                                                \
    })

#endif
