/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: environment, buffer, options. */
#include "oom.h"

static kt_status environment(oom *o) {
  kt_env_ops ops = oom_ops(o);
  kt_env *env = NULL;
  size_t have = 100;
  kt_status st = TRY(o, kt_env_new(&ops, &env, &o->err));
  if (st < 0) return st;
  void *p = TRY_PTR(o, kt_env_alloc(env, have));
  void *q = p ? TRY_PTR(o, kt_env_resize(env, p, have, 5000)) : NULL;
  if (q) {
    p = q;
    have = 5000;
    oom_note(o, "%zu\n", kt_env_used_bytes(env));
  } else
    st = KT_ENOMEM;
  kt_env_log(env, KT_LOG_INFO, "oom", kt_span_of("nothing to tell"));
  oom_note(o, "%lld %lld %lld %llx\n", (long long)kt_env_now_us(env), (long long)kt_env_now_ms(env),
           (long long)kt_env_mono_ms(env), (unsigned long long)kt_env_random(env));
  kt_env_release(env, p, p ? have : 0);
  if (kt_env_used_bytes(env)) oom_wrong(o, "%zu bytes used", kt_env_used_bytes(env));
  kt_env_free(env);
  return st;
}

static kt_status buffer(oom *o) {
  kt_buf *b = NULL;
  kt_status st = TRY(o, kt_buf_new(o->env, &b, &o->err));
  for (int i = 0; st == KT_OK && i < 400; i++) {
    size_t before = kt_buf_bytes(b).len;
    st = TRY(o, kt_buf_append(b, kt_span_of("0123456789")));
    if (st < 0 && kt_buf_bytes(b).len != before) oom_wrong(o, "a failed append changed the buffer");
  }
  if (st == KT_OK) {
    char *room = TRY_PTR(o, kt_buf_reserve(b, 9000));
    if (room) {
      for (int i = 0; i < 9000; i++) room[i] = 'r';
      kt_buf_added(b, 9000);
    } else
      st = KT_ENOMEM;
  }
  if (st == KT_OK) {
    kt_buf_truncate(b, 12990);
    oom_note_span(o, kt_buf_bytes(b));
  }
  if (b) kt_buf_free(b);
  kt_error e;
  oom_note(o, "%s %s %s %d\n", kt_version(), kt_status_name(KT_ENOMEM),
           kt_status_name(kt_error_set(&e, KT_EIO, 0, "oom", "text")),
           kt_span_equal(kt_span_of("a"), kt_span_of("a")));
  return st;
}

static const char options[] = "\t\t\t\t\t\tA part.\n"
                              "target\tpath\t\t!\t\t\tA file.\n"
                              "size\tbytes\tbytes\t4k\t1\t1g\tHow much.\n"
                              "share\tfloat\t\t0.5\t0\t1\tA share.\n"
                              "wait\tduration\tms\t2s\t\t\tHow long.\n"
                              "kind\tenum:a|b|c\t\ta\t\t\tWhich.\n"
                              "word\tstring\t\t\t\t\tAny.\n";

static kt_status options_of_a_part(oom *o) {
  kt_conf *c = NULL;
  kt_status st = TRY(o, kt_conf_new(o->env, options, &c, &o->err));
  if (st == KT_OK) st = TRY(o, kt_conf_set(c, "size", "16k", &o->err));
  if (st == KT_OK) st = TRY(o, kt_conf_set(c, "word", "first", &o->err));
  if (st == KT_OK) {
    st = TRY(o, kt_conf_set(c, "word", "a longer word than the first one was", &o->err));
    if (st < 0 && !kt_span_equal(kt_span_of(kt_conf_string(c, "word")), kt_span_of("first")))
      oom_wrong(o, "a failed set changed the option");
  }
  if (st == KT_OK)
    st = TRY(o, kt_conf_set_uri(c, "part:some/where%20.txt?share=0.25&word=a%26b&kind=c", &o->err));
  if (st == KT_OK)
    oom_note(o, "%s %s %s %lld %lld %g %d %d\n", kt_conf_string(c, "target"),
             kt_conf_string(c, "word"), kt_conf_string(c, "kind"),
             (long long)kt_conf_int(c, "size"), (long long)kt_conf_int(c, "wait"),
             kt_conf_float(c, "share"), kt_conf_is_set(c, "word"), kt_conf_is_set(c, "wait"));
  /* What is wrong is told although there is no memory. */
  if (c && kt_conf_set(c, "sise", "1", &o->err) != KT_EINVAL)
    oom_wrong(o, "an unknown option: %s", o->err.message);
  if (c) kt_conf_free(c);
  return st;
}

const oom_scenario oom_base[] = { { .name = "env", .run = environment },
                                  { .name = "buf", .run = buffer },
                                  { .name = "conf", .run = options_of_a_part },
                                  { 0 } };
