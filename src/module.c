/* SPDX-License-Identifier: Apache-2.0 */
/* Loading shared objects that register parts. */
#include <kappatweet/module.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sys.h"
#include "parts.h"

#define WHERE "module"

kt_status kt_module_load(kt_parts *parts, const char *path, kt_error *err) {
  /* Local, so that two modules do not see each other's names; now, so that a missing symbol is an
   * error here and not a crash later. */
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!object) {
    const char *why = dlerror();
    return kt_fail(err, KT_EIO, 0, WHERE, "cannot load module: %s", why ? why : path);
  }
  kt_module_init_fn init;
  void *symbol = dlsym(object, "kt_module_init_1");
  if (!symbol) {
    dlclose(object);
    return kt_fail(err, KT_EINVAL, 0, WHERE,
                   "%s is no kappatweet module: it has no kt_module_init_1", path);
  }
  memcpy(&init, &symbol, sizeof init); /* ISO C has no cast from object to function pointer */
  size_t mark = kt_parts_mark(parts);
  kt_parts_set_origin(parts, path);
  kt_error why = { 0 };
  kt_status st = init(parts, &why);
  kt_parts_set_origin(parts, NULL);
  if (st >= 0) return KT_OK;
  kt_parts_rollback(parts, mark);
  dlclose(object);
  return kt_fail(err, st, why.flags, WHERE, "%s: %s", path,
                 why.code ? why.message : "its kt_module_init_1 failed without a reason");
}

static int is_module_name(const char *name) {
  size_t n = strlen(name);
  return n > 3 && !strcmp(name + n - 3, ".so");
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef struct names {
  char **list;
  size_t count, cap;
} names;

/* The paths of the folder's modules; KT_OK with none if there is no such folder. */
static kt_status list_modules(const kt_env *env, const char *path, names *out, kt_error *err) {
  const char *name;
  void *dir = kt_sys_opendir(path);
  if (!dir)
    return errno == ENOENT ? KT_OK
                           : kt_fail_os(err, errno, WHERE, "cannot open module folder %s", path);
  while ((name = kt_sys_readdir(dir)) != NULL) {
    if (!is_module_name(name)) continue;
    size_t n = strlen(path), m = strlen(name);
    char *full = kt_grow(env, &out->list, &out->cap, out->count + 1, sizeof *out->list)
                     ? NULL
                     : kt_env_alloc(env, n + m + 2);
    if (!full) {
      kt_sys_closedir(dir);
      return kt_fail_nomem(err, WHERE);
    }
    memcpy(full, path, n);
    full[n] = '/';
    memcpy(full + n + 1, name, m + 1);
    out->list[out->count++] = full;
  }
  int error = errno;
  kt_sys_closedir(dir);
  return error ? kt_fail_os(err, error, WHERE, "cannot read module folder %s", path) : KT_OK;
}

kt_status kt_module_load_dir(kt_parts *parts, const char *path, kt_error *err) {
  const kt_env *env = kt_parts_env(parts);
  names found = { 0 };
  kt_status st = list_modules(env, path, &found, err);
  if (found.count) qsort(found.list, found.count, sizeof *found.list, by_name);
  for (size_t i = 0; i < found.count; i++) {
    if (st >= 0) st = kt_module_load(parts, found.list[i], err);
    kt_strfree(env, found.list[i]);
  }
  kt_env_release(env, found.list, found.cap * sizeof *found.list);
  return st;
}
