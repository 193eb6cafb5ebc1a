/* SPDX-License-Identifier: Apache-2.0 */
/* The parsers of posts as parts: one object, which takes more or fewer forms. */
#include <pthread.h>

#include "base/alloc.h"
#include "base/error.h"
#include "parse/parse.h"

enum { MOST_KEPT_BYTES = 4 << 20, MOST_KEPT_INCLUDES = 1 << 14 }; /* by a job for the next call */

typedef struct parser {
  const kt_env *env;
  uint32_t forms;
  pthread_mutex_t lock;
  kt_parse_job *idle; /* as many as there were calls at one time */
  kt_parse_keys keys;
} parser;

static kt_status open_parser(uint32_t forms, const kt_env *env, void **self, kt_error *err) {
  parser *p = kt_zalloc(env, sizeof *p);
  if (!p) return kt_fail_nomem(err, "parse");
  p->env = env;
  p->forms = forms;
  if (kt_parse_keys_init(&p->keys) < 0 || pthread_mutex_init(&p->lock, NULL) != 0) {
    kt_env_release(env, p, sizeof *p);
    return kt_fail_nomem(err, "parse");
  }
  *self = p;
  return KT_OK;
}

static void free_job(kt_parse_job *job) {
  const kt_env *env = job->json.env;
  kt_json_free(&job->json);
  kt_includes_free(&job->includes, env);
  kt_env_release(env, job, sizeof *job);
}

static void close_parser(void *self) {
  parser *p = self;
  for (kt_parse_job *job = p->idle, *next; job; job = next) {
    next = job->next;
    free_job(job);
  }
  pthread_mutex_destroy(&p->lock);
  kt_env_release(p->env, p, sizeof *p);
}

static kt_parse_job *take_job(parser *p) {
  pthread_mutex_lock(&p->lock);
  kt_parse_job *job = p->idle;
  if (job) p->idle = job->next;
  pthread_mutex_unlock(&p->lock);
  if (job) return job;
  job = kt_zalloc(p->env, sizeof *job);
  if (!job) return NULL;
  job->keys = &p->keys;
  job->forms = p->forms;
  kt_json_init(&job->json, p->env, KT_JSON_BEST);
  return job;
}

static void give_job(parser *p, kt_parse_job *job) {
  if (job->json.mem_bytes > MOST_KEPT_BYTES) kt_json_free(&job->json);
  if (job->includes.users.cap + job->includes.posts.cap > MOST_KEPT_INCLUDES)
    kt_includes_free(&job->includes, p->env);
  pthread_mutex_lock(&p->lock);
  job->next = p->idle;
  p->idle = job;
  pthread_mutex_unlock(&p->lock);
}

static kt_status parse_frames(kt_parse_job *job, const kt_block *in, kt_error *err) {
  size_t count = kt_block_count(in);
  for (job->frame = 0; job->frame < count; job->frame++) {
    kt_error why;
    job->no_memory = 0;
    kt_status st = kt_parse_payload(job, kt_block_frame(in, job->frame), &why);
    if (st < 0 && st != KT_ENOMEM) st = kt_builder_reject(job->out, job->frame, &why);
    if (st < 0) return kt_fail_nomem(err, "parse");
  }
  return KT_OK;
}

static kt_status parse(void *self, const kt_block *in, kt_builder *out, kt_error *err) {
  parser *p = self;
  kt_parse_job *job = take_job(p);
  if (!job) return kt_fail_nomem(err, "parse");
  job->out = out;
  kt_status st = parse_frames(job, in, err);
  give_job(p, job);
  return st;
}

#define OPENER(name, forms)                                                                        \
  static kt_status open_##name(void *user, const kt_env *env, const kt_conf *conf, void **self,    \
                               kt_error *err) {                                                    \
    (void)user, (void)conf;                                                                        \
    return open_parser(forms, env, self, err);                                                     \
  }
OPENER(v1, KT_FORM_V1)
OPENER(v2, KT_FORM_V2)
OPENER(record, KT_FORM_RECORD)
OPENER(auto, KT_FORM_V1 | KT_FORM_V2 | KT_FORM_RECORD)
OPENER(dead, KT_FORM_V1 | KT_FORM_V2 | KT_FORM_RECORD | KT_FORM_UNPACK)

#define TABLE(variable, scheme, opener, doc)                                                       \
  const kt_parser_ops variable = { .size = sizeof(kt_parser_ops),                                  \
                                   .name = scheme,                                                 \
                                   .options = "\t\t\t\t\t\t" doc "\n",                             \
                                   .caps = KT_PURE,                                                \
                                   .open = opener,                                                 \
                                   .parse = parse,                                                 \
                                   .close = close_parser }
TABLE(kt_parser_tweet_v1, "tweet-v1", open_v1,
      "posts, search pages and notices of the X API v1.1, streaming and REST");
TABLE(kt_parser_tweet_v2, "tweet-v2", open_v2,
      "posts, pages, compliance events and notices of the X API v2");
TABLE(kt_parser_tweet_record, "tweet-record", open_record,
      "records that this library wrote: tweet, sentiment, full, dead letters");
TABLE(kt_parser_auto, "auto", open_auto, "each payload by itself: v1.1, v2 or a record of ours");
TABLE(kt_parser_dead, "dead", open_dead,
      "as auto, but the frame of a dead letter is parsed again, to replay it");
