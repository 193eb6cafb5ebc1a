/* SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint's file. First byte 0: any bytes as the file: refused with a message, or taken, and
 * then it is just what would be written. Else: a good file of the content behind the second `|`,
 * damaged as the pairs of bytes (offset, new value; 255 255 cuts there) before it say: never taken
 * for other content.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz.h"
#include "io/checkpoint.h"

enum { ROOM = 1 << 16 };
static char was[ROOM], now[ROOM];

/* KT_OK: *content is what the file holds. */
static kt_status load(const fuzz_env *e, const char *path, kt_buf *content, kt_checkpoint **c) {
  kt_error err;
  kt_buf_truncate(content, 0);
  kt_status st = kt_checkpoint_open(e->env, path, content, c, &err);
  fuzz_check_error(st, &err);
  FUZZ_CHECK(st == KT_OK || st == KT_ECORRUPT || st == KT_ENOTSUP);
  return st;
}

static void check_any(const fuzz_env *e, kt_span file) {
  kt_checkpoint *c;
  kt_buf content;
  kt_buf_init(&content, e->env);
  const char *path = fuzz_file("checkpoint", file);
  if (load(e, path, &content, &c) == KT_OK) {
    FUZZ_CHECK(kt_checkpoint_save(c, kt_buf_bytes(&content), NULL) == KT_OK);
    kt_checkpoint_close(c);
    FUZZ_CHECK(fuzz_file_read(path, now, ROOM) == file.len && !memcmp(now, file.ptr, file.len));
  }
  kt_buf_clear(&content);
}

static void check_damaged(const fuzz_env *e, kt_span damage, kt_span content) {
  kt_checkpoint *c;
  kt_buf got;
  kt_buf_init(&got, e->env);
  const char *path = fuzz_file("checkpoint", (kt_span){ NULL, 0 });
  FUZZ_CHECK(load(e, path, &got, &c) == KT_OK && got.len == 0);
  FUZZ_CHECK(kt_checkpoint_save(c, content, NULL) == KT_OK);
  kt_checkpoint_close(c);
  size_t n = fuzz_file_read(path, was, ROOM), m = n;
  memcpy(now, was, n);
  for (size_t i = 0; i + 1 < damage.len && m; i += 2) {
    unsigned at = (unsigned char)damage.ptr[i], value = (unsigned char)damage.ptr[i + 1];
    if (at == 255 && value == 255)
      m = m / 2;
    else
      now[at % m] = (char)value;
  }
  int whole = n == m && !memcmp(was, now, n);
  path = fuzz_file("checkpoint", (kt_span){ now, m });
  kt_status st = load(e, path, &got, &c);
  FUZZ_CHECK((st == KT_OK) == whole);
  if (st == KT_OK) {
    FUZZ_CHECK(kt_span_equal(kt_buf_bytes(&got), content) || !content.len);
    kt_checkpoint_close(c);
  }
  kt_buf_clear(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  fuzz_env e;
  if (size > ROOM / 2) return 0;
  unsigned damaged = fuzz_choice(&in, 2);
  fuzz_env_open(&e);
  if (damaged) {
    kt_span damage = fuzz_until(&in, '|');
    check_damaged(&e, damage, (kt_span){ in.p ? in.p : "", in.len });
  } else {
    check_any(&e, (kt_span){ in.p ? in.p : "", in.len });
  }
  fuzz_env_close(&e);
  return 0;
}
