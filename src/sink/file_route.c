/* SPDX-License-Identifier: Apache-2.0 */
/* Which file a record goes to. */
#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "base/sys.h"
#include "sink/file.h"

/* A late file of an hour stays open for as long as the hour was, so that there is at most one of
 * them for each hour that passes. */
static int64_t closing_time(int64_t start, int64_t end, int64_t watermark) {
  if (end == INT64_MAX || watermark == KT_UNKNOWN || watermark < end) return end;
  return watermark > INT64_MAX - (end - start) ? INT64_MAX : watermark + (end - start);
}

static int name_taken(const kt_file_sink *s, const char *name, int *taken, kt_error *err) {
  struct stat st;
  kt_buf path;
  size_t folder = strlen(s->set.folder);
  *taken = 0;
  for (size_t i = 0; i < s->set.count && !*taken; i++)
    *taken = strcmp(s->set.items[i]->path + folder, name) == 0;
  if (*taken) return KT_OK;
  kt_buf_init(&path, s->env);
  if (kt_buf_puts(&path, s->set.folder) || kt_buf_put(&path, name, strlen(name) + 1)) {
    kt_buf_clear(&path);
    return kt_fail_nomem(err, s->set.where);
  }
  kt_status result = KT_OK;
  if (kt_sys_stat(path.ptr, &st) == 0)
    *taken = 1;
  else if (errno != ENOENT && errno != ENOTDIR)
    result = kt_part_fail(&s->set, "look at", path.ptr, err);
  kt_buf_clear(&path);
  return result;
}

/* The first name of this folder that no file has yet, closed or open. */
static kt_status fresh_name(const kt_file_sink *s, int64_t ms, kt_buf *out, kt_error *err) {
  int taken = 1;
  for (unsigned n = 0; taken; n++) {
    out->len = 0;
    kt_status st = kt_key_format(&s->key, ms, out);
    if (st == KT_OK && out->len) st = kt_buf_putc(out, '/');
    if (st == KT_OK) st = kt_buf_printf(out, "%s-%03u%s", s->prefix, n, s->suffix);
    if (st == KT_OK) st = kt_buf_putc(out, '\0');
    if (st < 0) return kt_fail_nomem(err, s->set.where);
    st = name_taken(s, out->ptr, &taken, err);
    if (st < 0) return st;
  }
  return KT_OK;
}

static kt_part_file *new_part(kt_file_sink *s, int64_t ms, int64_t start, int64_t end,
                              kt_error *err) {
  kt_part_file *p = NULL;
  kt_buf name;
  kt_buf_init(&name, s->env);
  if (fresh_name(s, ms, &name, err) == KT_OK &&
      kt_part_add(&s->set, name.ptr, start, 1, NULL, &p, err) == KT_OK) {
    p->encoder = s->encoder;
    int64_t late = s->by_arrival ? kt_env_now_ms(s->env) - KT_FILE_GRACE_MS : s->watermark_ms;
    p->close_at = closing_time(start, end, late);
  }
  kt_buf_clear(&name);
  return p;
}

static int64_t time_of(const kt_file_sink *s, const kt_record *r) {
  if (!s->by_arrival && r->created_ms != KT_UNKNOWN) return r->created_ms;
  return r->arrived_ms != KT_UNKNOWN ? r->arrived_ms : kt_env_now_ms(s->env);
}

/* A notice without a time of its own goes with the post before it: in an archive that is read
 * again, the time of arrival would be today's. */
kt_part_file *kt_file_route(kt_file_sink *s, const kt_record *r, kt_error *err) {
  int64_t start, end;
  if (s->only) return s->only;
  if (!s->by_arrival && r->created_ms == KT_UNKNOWN && s->recent) return s->recent;
  int64_t ms = time_of(s, r);
  if (s->recent && ms >= s->recent_start && ms < s->recent_end) return s->recent;
  kt_key_period(&s->key, ms, &start, &end);
  kt_part_file *p = kt_part_find(&s->set, start);
  if (!p) p = new_part(s, ms, start, end, err);
  if (!p) return NULL;
  s->recent = p;
  s->recent_start = start;
  s->recent_end = end;
  return p;
}

kt_part_file *kt_file_tombs(kt_file_sink *s, kt_error *err) {
  if (!s->tombs && s->delete_encoder &&
      kt_part_add(&s->set, s->deletes, INT64_MAX, 0, NULL, &s->tombs, err) == KT_OK)
    s->tombs->encoder = s->delete_encoder;
  return s->tombs;
}
