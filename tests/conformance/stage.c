/* SPDX-License-Identifier: Apache-2.0 */
/* The suite's own source and sink, through the same public tables as everybody's. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
  "good morning, what a lovely day :)",
  "qué asco de servicio, nunca más",
  "RT @ana: fish &amp; chips 🍟",
  "نص قصير",
  "",
  "sooooo happy!!! 😀😀",
  "é́ combining \\ud83d\\ude00 escaped",
  "line\\nbreak and \\\"quotes\\\"; semicolon",
};

/* Post, post, ..., and now and then a delete or a limit notice; some without language or user. */
static int make(uint64_t n, char *out, size_t cap) {
  const char *text = texts[n % (sizeof texts / sizeof *texts)];
  if (n % 97 == 96)
    return snprintf(
        out, cap,
        "{\"delete\":{\"status\":{\"id\":%llu,\"id_str\":\"%llu\",\"user_id_str\":\"7\"}}}",
        (unsigned long long)n - 1, (unsigned long long)n - 1);
  if (n % 101 == 100)
    return snprintf(out, cap, "{\"limit\":{\"track\":%llu}}", (unsigned long long)n);
  if (n % 5 == 4)
    return snprintf(
        out, cap,
        "{\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\",\"id_str\":\"%llu\",\"text\":\"%s\"}",
        (unsigned long long)n, text);
  return snprintf(
      out, cap,
      "{\"created_at\":\"Fri Nov 05 %02d:%02d:00 +0000 "
      "2021\",\"id_str\":\"%llu\",\"text\":\"%s\",\"lang\":\"%s\","
      "\"source\":\"<a "
      "href=\\\"https://x.example\\\">Web</a>\",\"user\":{\"id_str\":\"7\",\"name\":\"Ana\","
      "\"screen_name\":\"ana\"}}",
      (int)(n / 60 % 24), (int)(n % 60), (unsigned long long)n, text, n % 2 ? "es" : "en");
}

static kt_status posts_open(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                            void **self, kt_error *err) {
  (void)env, (void)conf, (void)resume, (void)err;
  *self = user;
  return KT_OK;
}

static kt_status posts_read(void *self, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  posts *s = self;
  (void)mono_ms, (void)err;
  while (kt_feed_room(feed) && s->next < s->end && !kt_feed_stopping(feed)) {
    char frame[1024], place[32];
    int n = make(s->next, frame, sizeof frame);
    snprintf(place, sizeof place, "posts:%llu", (unsigned long long)s->next);
    kt_status st =
        kt_feed_add(feed, (kt_span){ frame, (size_t)n }, kt_span_of(place), 1636106400000);
    if (st != KT_OK) return st == KT_AGAIN ? KT_OK : st;
    s->next++;
  }
  return s->next == s->end || kt_feed_stopping(feed) ? KT_END : KT_OK;
}

static kt_status posts_commit(void *self, uint64_t frames, kt_span position, kt_error *err) {
  posts *s = self;
  (void)position, (void)err;
  s->committed = frames;
  return KT_OK;
}

static void posts_close(void *self) {
  (void)self;
}

const kt_source_ops posts_source = { .size = sizeof posts_source,
                                     .name = "conformance-posts",
                                     .caps = KT_SOURCE_WHOLE,
                                     .open = posts_open,
                                     .read = posts_read,
                                     .commit = posts_commit,
                                     .close = posts_close };

static void mix(uint64_t *digest, const void *p, size_t n) {
  const unsigned char *b = p;
  for (size_t i = 0; i < n; i++) *digest = (*digest ^ b[i]) * 0x100000001B3u; /* FNV-1a */
  *digest = (*digest ^ n) * 0x100000001B3u;
}

static void mix_span(capture *c, kt_span s) {
  if (!s.ptr && s.len) c->bad_spans++;
  if (s.ptr)
    mix(&c->digest, s.ptr, s.len); /* reads every byte: a sanitizer sees a span that dangles */
}

static void take_score(capture *c, const kt_score *s) {
  float sum = s->positive + s->negative + s->neutral + s->mixed;
  mix(&c->digest, &s->label, sizeof s->label);
  if (s->flags & KT_SCORE_FAILED) {
    c->failed_scores++;
    return;
  }
  c->scored++;
  int in_range = s->positive >= 0 && s->negative >= 0 && s->neutral >= 0 && s->mixed >= 0;
  if (!in_range || sum < 0.999f || sum > 1.001f || s->label < KT_LABEL_POSITIVE ||
      s->label > KT_LABEL_MIXED)
    c->bad_scores++;
}

static void take(capture *c, const kt_batch *b, size_t i) {
  const kt_record *r = kt_batch_record(b, i);
  const kt_score *s = kt_batch_score(b, i);
  const kt_span fields[] = { r->id,     r->ref_id,  r->text,      r->lang,
                             r->source, r->user_id, r->user_name, r->raw };
  mix(&c->digest, &r->kind, sizeof r->kind);
  for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) mix_span(c, fields[k]);
  if (s) take_score(c, s);
  if (c->records && r->seq <= c->last_seq) c->out_of_order = 1;
  c->last_seq = r->seq;
  c->deletes += r->kind == KT_DELETE;
  c->nameless += !kt_batch_place(b, i).ptr;
  c->records++;
}

static kt_status capture_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                              kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}

static kt_status capture_submit(void *self, kt_delivery *d, kt_error *err) {
  capture *c = self;
  const kt_batch *b = kt_delivery_batch(d);
  if (c->refuse) {
    c->refuse--;
    return kt_error_set(err, KT_EREMOTE, KT_ERR_RETRYABLE, "conformance", "not now");
  }
  mix(&c->batch_digest, kt_batch_id(b).ptr, kt_batch_id(b).len);
  for (size_t i = 0; i < kt_batch_count(b); i++) take(c, b, i);
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

static void capture_close(void *self) {
  (void)self;
}

const kt_sink_ops capture_sink = { .size = sizeof capture_sink,
                                   .name = "conformance-capture",
                                   .open = capture_open,
                                   .submit = capture_submit,
                                   .close = capture_close };
