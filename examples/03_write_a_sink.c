/* SPDX-License-Identifier: Apache-2.0 */
/* A sink of one's own, as a module: counts posts a language and prints them when it is closed.
 *   kappatweet run posts.ndjson --module ./langs.so --to 'langs:?top=3' */
#include <stdio.h>
#include <string.h>

#include <kappatweet/module.h>

enum { MOST = 64 };

typedef struct langs {
  const kt_env *env;
  int64_t top;
  size_t count;
  struct {
    char name[8];
    uint64_t posts;
  } seen[MOST];
} langs;

static kt_status langs_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                            kt_error *err) {
  langs *s = kt_env_alloc(env, sizeof *s);
  (void)user;
  if (!s) return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, "sink.langs", "out of memory");
  memset(s, 0, sizeof *s);
  s->env = env;
  s->top = kt_conf_int(conf, "top");
  *self = s;
  return KT_OK;
}

static void count(langs *s, kt_span lang) {
  size_t i = 0;
  if (!lang.ptr || lang.len >= sizeof s->seen[0].name) return;
  while (i < s->count &&
         (strlen(s->seen[i].name) != lang.len || memcmp(s->seen[i].name, lang.ptr, lang.len) != 0))
    i++;
  if (i == MOST) return;
  if (i == s->count) memcpy(s->seen[s->count++].name, lang.ptr, lang.len);
  s->seen[i].posts++;
}

static kt_status langs_submit(void *self, kt_delivery *d, kt_error *err) {
  langs *s = self;
  size_t n = kt_delivery_pending(d, NULL, 0), bytes = n * sizeof(uint32_t);
  uint32_t *owed = kt_env_alloc(s->env, bytes);
  if (!owed) return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, "sink.langs", "out of memory");
  kt_delivery_pending(d, owed, n);
  for (size_t i = 0; i < n; i++) count(s, kt_batch_record(kt_delivery_batch(d), owed[i])->lang);
  kt_env_release(s->env, owed, bytes);
  kt_delivery_done(d, KT_DELIVERED, NULL); /* all of them; kt_delivery_mark() tells them apart */
  return KT_OK;
}

static void langs_close(void *self) {
  langs *s = self;
  for (size_t i = 0; i < s->count && (int64_t)i < s->top; i++)
    fprintf(stderr, "%s %llu\n", s->seen[i].name, (unsigned long long)s->seen[i].posts);
  kt_env_release(s->env, s, sizeof *s);
}

static const kt_sink_ops langs_sink = { .size = sizeof langs_sink,
                                        .name = "langs",
                                        .options =
                                            "\t\t\t\t\t\tCounts posts a language\n"
                                            "top\tint\t\t10\t1\t64\thow many languages to print\n",
                                        .open = langs_open,
                                        .submit = langs_submit,
                                        .close = langs_close };

kt_status kt_module_init_1(kt_parts *parts, kt_error *err) {
  return kt_parts_add_sink(parts, &langs_sink, NULL, err);
}
