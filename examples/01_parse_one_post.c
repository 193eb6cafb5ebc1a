/* SPDX-License-Identifier: Apache-2.0 */
/* Parses one post that is in memory and prints its fields. */
#include <stdio.h>

#include <kappatweet/kappatweet.h>

static const char post[] =
    "{\"created_at\":\"Fri Nov 05 10:00:00 +0000 "
    "2021\",\"id\":1456,\"id_str\":\"1456\",\"lang\":\"en\","
    "\"text\":\"fish &amp; chips\",\"source\":\"<a href=\\\"https://x.example\\\">Web</a>\","
    "\"user\":{\"id_str\":\"7\",\"name\":\"Ana\",\"screen_name\":\"ana\"}}";

static void show(const char *name, kt_span value) {
  printf("%-10s %.*s\n", name, (int)value.len, value.ptr);
}

int main(void) {
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_batch *batch = NULL;
  kt_error err = { 0 };
  kt_status st = kt_env_new(NULL, &env, &err);
  if (st == KT_OK) st = kt_parts_new(env, &parts, &err);
  if (st == KT_OK) st = kt_parts_parse(parts, "auto:", kt_span_of(post), &batch, &err);
  if (st == KT_OK) {
    const kt_record *r = kt_batch_record(batch, 0);
    show("id", r->id);
    show("user", r->user_name);
    show("text", r->text); /* the API's HTML entities are decoded */
    show("source", r->source);
  } else {
    fprintf(stderr, "%s\n", err.message);
  }
  kt_batch_unref(batch);
  kt_parts_free(parts);
  kt_env_free(env);
  return st == KT_OK ? 0 : 1;
}
