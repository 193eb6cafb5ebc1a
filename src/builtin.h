/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the built-in parts: the same public tables that a stranger's part has. */
#ifndef KT_SRC_BUILTIN_H
#define KT_SRC_BUILTIN_H

#include <kappatweet/parts.h>

/* Registers all of them. */
kt_status kt_builtin_register(kt_parts *parts, kt_error *err);

#endif
