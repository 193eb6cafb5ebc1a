/* SPDX-License-Identifier: Apache-2.0 */
/* What an outside project would compile: needs the headers and the library, and nothing else. */
#include <kappatweet/kappatweet.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  static const char post[] =
      "{\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\",\"id_str\":\"1456556000000000001\","
      "\"text\":\"caf\\u00e9 &amp; m\\u00fasica\",\"user\":{\"id_str\":\"7\",\"name\":\"Ana\"}}";
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_batch *batch = NULL;
  kt_error err;
  int ok = 0;
  memset(&err, 0, sizeof err);
  if (strcmp(kt_version(), KT_VERSION_STRING) != 0) {
    (void)fprintf(stderr, "headers %s, library %s\n", KT_VERSION_STRING, kt_version());
    return 1;
  }
  if (kt_env_new(NULL, &env, &err) < 0 || kt_parts_new(env, &parts, &err) < 0 ||
      kt_parts_parse(parts, NULL, kt_span_of(post), &batch, &err) < 0) {
    (void)fprintf(stderr, "%s: %s\n", err.where, err.message);
  } else {
    const kt_record *r = kt_batch_record(batch, 0);
    ok = r && kt_span_equal(r->text, kt_span_of("caf\xc3\xa9 & m\xc3\xbasica"));
    if (r) (void)printf("%.*s: %.*s\n", (int)r->id.len, r->id.ptr, (int)r->text.len, r->text.ptr);
  }
  kt_batch_unref(batch);
  kt_parts_free(parts);
  kt_env_free(env);
  return ok ? 0 : 1;
}
