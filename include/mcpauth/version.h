/* version.h - which mcpauth this is; the build reads it from here. */
#ifndef MCPAUTH_VERSION_H
#define MCPAUTH_VERSION_H

#define MCPAUTH_VERSION "0.1.0"

/* 0xMMmmpp, for comparisons in #if. */
#define MCPAUTH_VERSION_NUM 0x000100

#endif
