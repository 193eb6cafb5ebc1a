/* SPDX-License-Identifier: Apache-2.0 */
/* A source of one's own inside a program: posts that the program makes up itself. */
#include <stdio.h>
#include <string.h>

#include <kappatweet/kappatweet.h>

typedef struct maker {
  int64_t next, end;
} maker;

static kt_status maker_open(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                            void **self, kt_error *err) {
  maker *m = user; /* the program's own object: nothing is allocated here */
  (void)env, (void)err, (void)resume; /* it keeps no position: each run begins anew */
  m->next = 0;
  m->end = kt_conf_int(conf, "count");
  *self = m;
  return KT_OK;
}

static kt_status maker_read(void *self, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  maker *m = self;
  (void)mono_ms, (void)err;
  while (kt_feed_room(feed) && m->next < m->end && !kt_feed_stopping(feed)) {
    char post[256], place[32];
    int n = snprintf(post, sizeof post,
                     "{\"created_at\":\"Fri Nov 05 10:00:00 +0000 "
                     "2021\",\"id_str\":\"%lld\",\"text\":\"post %lld\","
                     "\"user\":{\"id_str\":\"1\",\"name\":\"maker\"}}",
                     (long long)m->next, (long long)m->next);
    snprintf(place, sizeof place, "maker:%lld", (long long)m->next);
    kt_status st = kt_feed_add(feed, (kt_span){ post, (size_t)n }, kt_span_of(place), KT_UNKNOWN);
    if (st != KT_OK) return st == KT_AGAIN ? KT_OK : st;
    m->next++;
  }
  return m->next == m->end || kt_feed_stopping(feed) ? KT_END : KT_OK;
}

static void maker_close(void *self) {
  (void)self;
}

static const kt_source_ops maker_source = { .size = sizeof maker_source,
                                            .name = "maker",
                                            .caps = KT_SOURCE_WHOLE,
                                            .options = "\t\t\t\t\t\tMakes posts up\n"
                                                       "count\tint\tposts\t10\t0\t\thow many\n",
                                            .open = maker_open,
                                            .read = maker_read,
                                            .close = maker_close };

int main(void) {
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_error err = { 0 };
  maker m = { 0, 0 };
  kt_status st = kt_env_new(NULL, &env, &err);
  if (st == KT_OK) st = kt_parts_new(env, &parts, &err);
  if (st == KT_OK) st = kt_parts_add_source(parts, &maker_source, &m, &err);
  if (st == KT_OK) st = kt_pipeline_new(parts, &p, &err);
  if (st == KT_OK) st = kt_pipeline_set_source(p, "maker:?count=5", &err);
  if (st == KT_OK) st = kt_pipeline_add_sink(p, "ndjson:-?fields=tweet_id,text", &err);
  if (st == KT_OK) st = kt_pipeline_run(p, &err);
  if (st < 0) fprintf(stderr, "%s: %s\n", err.where, err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  return st < 0;
}
