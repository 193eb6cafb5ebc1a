/* SPDX-License-Identifier: Apache-2.0 */
/* Filter `dedup:`: posts whose id was seen lately are dropped.
 *
 * The last `window` ids stand in a ring as 128-bit hashes (by a seed of this run, so that nobody
 * can choose ids that collide), found through an open-addressing table of ring slots. The ids of a
 * batch that is abandoned are forgotten: it comes again, and would else be dropped as its own
 * double. */
#include <kappatweet/filter.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/span.h"

/* The ids that a batch brought: positions from start to before end. */
typedef struct brought {
  const kt_batch *batch;
  uint64_t start, end;
} brought;

typedef struct dedup {
  kt_env *env;
  uint64_t seed;
  uint64_t next;    /* position of the next id; its slot is position % window */
  kt_hash128 *ring; /* all zero: empty or forgotten */
  uint32_t *table;  /* 1 + slot, 0: free */
  uint64_t window, mask;
  brought *flying; /* batches not settled yet, oldest first */
  size_t flying_count, flying_cap;
} dedup;

static int is_zero(kt_hash128 h) {
  return !(h.hi | h.lo);
}

/* Where in the table h stands, or the free place where it would. */
static uint64_t find(const dedup *d, kt_hash128 h) {
  uint64_t i = h.lo & d->mask;
  for (; d->table[i]; i = (i + 1) & d->mask) {
    const kt_hash128 *other = &d->ring[d->table[i] - 1];
    if (other->hi == h.hi && other->lo == h.lo) break;
  }
  return i;
}

/* Frees place i and moves up what stands behind it only because i was taken. */
static void erase(dedup *d, uint64_t i) {
  for (uint64_t k = (i + 1) & d->mask; d->table[k]; k = (k + 1) & d->mask) {
    uint64_t home = d->ring[d->table[k] - 1].lo & d->mask;
    if (((k - home) & d->mask) < ((k - i) & d->mask)) continue;
    d->table[i] = d->table[k];
    i = k;
  }
  d->table[i] = 0;
}

static void forget_slot(dedup *d, uint64_t slot) {
  if (is_zero(d->ring[slot])) return;
  erase(d, find(d, d->ring[slot]));
  d->ring[slot] = (kt_hash128){ 0, 0 };
}

/* 1: the id is new and now known. */
static int learn(dedup *d, kt_span id) {
  kt_hash128 h = kt_hash(id.ptr, id.len, d->seed);
  h.hi |= is_zero(h);
  if (d->table[find(d, h)]) return 0;
  uint64_t slot = d->next++ % d->window;
  forget_slot(d, slot);
  d->ring[slot] = h;
  d->table[find(d, h)] = (uint32_t)(slot + 1);
  return 1;
}

/* Batches whose ids have all left the window need no settling any more. */
static void drop_old_flying(dedup *d) {
  size_t n = 0;
  while (n < d->flying_count && d->flying[n].end + d->window <= d->next) n++;
  if (!n) return;
  d->flying_count -= n;
  memmove(d->flying, d->flying + n, d->flying_count * sizeof *d->flying);
}

static kt_status dedup_select(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  dedup *d = self;
  drop_old_flying(d);
  if (kt_grow(d->env, &d->flying, &d->flying_cap, d->flying_count + 1, sizeof *d->flying))
    return kt_fail_nomem(err, "filter.dedup");
  uint64_t start = d->next;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *r = kt_batch_record(b, i);
    if (r->kind == KT_POST && r->id.ptr && keep[i] && !learn(d, r->id)) keep[i] = 0;
  }
  if (d->next > start) d->flying[d->flying_count++] = (brought){ b, start, d->next };
  return KT_OK;
}

static void dedup_settle(void *self, const kt_batch *b, int finished) {
  dedup *d = self;
  size_t i = d->flying_count;
  while (i && d->flying[i - 1].batch != b) i--;
  if (i-- == 0) return;
  uint64_t oldest = d->next > d->window ? d->next - d->window : 0;
  uint64_t at = d->flying[i].start > oldest ? d->flying[i].start : oldest;
  for (; !finished && at < d->flying[i].end; at++) forget_slot(d, at % d->window);
  d->flying_count--;
  memmove(d->flying + i, d->flying + i + 1, (d->flying_count - i) * sizeof *d->flying);
}

static void dedup_close(void *self) {
  dedup *d = self;
  kt_env *env = d->env;
  kt_env_release(env, d->ring, d->ring ? d->window * sizeof *d->ring : 0);
  kt_env_release(env, d->table, d->table ? (d->mask + 1) * sizeof *d->table : 0);
  kt_env_release(env, d->flying, d->flying_cap * sizeof *d->flying);
  kt_env_release(env, d, sizeof *d);
  kt_env_free(env);
}

static kt_status dedup_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                            kt_error *err) {
  (void)user;
  dedup *d = kt_zalloc(env, sizeof *d);
  if (!d) return kt_fail_nomem(err, "filter.dedup");
  d->env = kt_env_ref(env);
  d->seed = kt_env_random(env);
  d->window = (uint64_t)kt_conf_int(conf, "window");
  for (d->mask = 15; d->mask < 2 * d->window; d->mask = 2 * d->mask + 1) {
  }
  d->ring = kt_zalloc(env, d->window * sizeof *d->ring);
  d->table = kt_zalloc(env, (d->mask + 1) * sizeof *d->table);
  if (!d->ring || !d->table) {
    dedup_close(d);
    return kt_fail_nomem(err, "filter.dedup");
  }
  *self = d;
  return KT_OK;
}

/* Default: half an hour of 50 posts/s, what a live source sends again after an outage, in 2.6 MiB.
 */
static const char options[] =
    "\t\t\t\t\t\tposts whose id did not occur among the last ones\n"
    "window\tint\tposts\t100000\t1\t100000000\thow many ids are remembered; each takes 24 to 32 "
    "bytes\n";

extern const kt_filter_ops kt_filter_dedup;
const kt_filter_ops kt_filter_dedup = { .size = sizeof(kt_filter_ops),
                                        .name = "dedup",
                                        .options = options,
                                        .open = dedup_open,
                                        .select = dedup_select,
                                        .settle = dedup_settle,
                                        .close = dedup_close };
