/* SPDX-License-Identifier: Apache-2.0 */
#include "io/folders.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/point.h"
#include "base/sys.h"

/* One that is there may have been made by a process that was killed before it was safe. One above
 * ours that may not be read was not made by us. */
static int make_one(const char *dir, int sync) {
  KT_POINT("folders.make");
  int made = kt_sys_mkdir(dir, 0777) == 0;
  if (!made && errno != EEXIST) return -1;
  KT_POINT("folders.made");
  if (!sync || kt_sys_sync_parent(dir) == 0) return 0;
  int error = errno;
  if (!made && error == EACCES) return 0;
  if (made) kt_sys_rmdir(dir);
  errno = error;
  return -1;
}

int kt_folders_make(const kt_env *env, const char *path, int sync) {
  char *dir = kt_strdup(env, path);
  int failed = 0;
  if (!dir) {
    errno = ENOMEM;
    return -1;
  }
  for (char *slash = strchr(dir + 1, '/'); slash && !failed; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    failed = make_one(dir, sync);
    *slash = '/';
  }
  int error = errno;
  kt_strfree(env, dir);
  errno = error;
  return failed;
}
