/* SPDX-License-Identifier: Apache-2.0 */
/* Where the model that was installed with the library lies. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/sys.h"
#include "score/model.h"

#define WHERE "score.model"

/* From the folder of the library, or of the program that it is linked into: beside lib/ and bin/,
 * and of lib/x86_64-linux-gnu/. The build tree has it in the same place. */
static const char *const beside[] = { "/../share/kappatweet/builtin.ktm",
                                      "/../../share/kappatweet/builtin.ktm" };

static int is_there(const char *path) {
  return kt_sys_access(path, R_OK) == 0;
}

kt_status kt_model_find_shipped(char *out, size_t size, kt_error *err) {
  Dl_info self;
  /* Any function of the library tells where it is. */
  const void *here = (const void *)(uintptr_t)&kt_model_find_shipped;
  if (dladdr(here, &self) && self.dli_fname) {
    const char *slash = strrchr(self.dli_fname, '/');
    int n = slash ? (int)(slash - self.dli_fname) : 1;
    const char *folder = slash ? self.dli_fname : ".";
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
      int len = snprintf(out, size, "%.*s%s", n, folder, beside[i]);
      if (len > 0 && (size_t)len < size && is_there(out)) return KT_OK;
    }
  }
  int len = snprintf(out, size, "%s/kappatweet/builtin.ktm", KT_DATADIR);
  if (len > 0 && (size_t)len < size && is_there(out)) return KT_OK;
  return kt_fail(
      err, KT_EIO, 0, WHERE,
      "the model builtin.ktm is not installed beside the library nor in %.60s/kappatweet:"
      " install it, or give model=PATH",
      KT_DATADIR);
}
