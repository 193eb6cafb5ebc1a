/* SPDX-License-Identifier: Apache-2.0 */
/* Parts from shared objects. */
#ifndef KT_MODULE_H
#define KT_MODULE_H

#include <kappatweet/parts.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a module exports under the name `kt_module_init_1`: it calls kt_parts_add_*() for each of
 * its parts and returns KT_OK, or fails with an error that says why it cannot work here. */
typedef kt_status (*kt_module_init_fn)(kt_parts *parts, kt_error *err);

/* What a module defines. Not a function of the library: it is declared here so that its definition
 * is checked and visible to the loader. */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((visibility("default")))
#endif
kt_status
kt_module_init_1(kt_parts *parts, kt_error *err);

/* Loads the shared object at `path` (with a slash: as it stands; without: looked up by the dynamic
 * linker) and lets it register its parts. It is never unloaded. KT_EIO: cannot be loaded, with the
 * linker's message; KT_EINVAL: no kt_module_init_1 in it, or what the module says. On failure no
 * part of it is registered. */
KT_API kt_status kt_module_load(kt_parts *parts, const char *path, kt_error *err);

/* Loads every *.so of a folder, in order of name; a folder that is not there is no error. */
KT_API kt_status kt_module_load_dir(kt_parts *parts, const char *path, kt_error *err);

#ifdef __cplusplus
}
#endif
#endif
