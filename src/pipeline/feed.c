/* SPDX-License-Identifier: Apache-2.0 */
/* What a source calls: room, memory to read into, frames, cuts. */
#include "pipeline/feed.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/abandon.h"
#include "pipeline/deadletter.h"
#include "pipeline/item.h"
#include "pipeline/position.h"

#define WHERE "pipeline.feed"

/* Small enough to stay in a core's cache when slabs are used again, large enough that a batch takes
 * two. */
enum { SLAB_BYTES = 512 * 1024, PLACE_BYTES = 255, REJECT_BYTES = 64 * 1024 };

kt_item *kt_feed_open(kt_feed *f) {
  if (f->open) return f->open;
  f->open = kt_item_new(f->p);
  if (f->open) f->open->opened_ms = f->p->now;
  return f->open;
}

static size_t open_frames(const kt_feed *f) {
  return f->open ? f->open->batch->block.count + f->open->rejected + f->open->gap_count : 0;
}

size_t kt_feed_room(const kt_feed *f) {
  const kt_pipeline *p = f->p;
  if (!f->reading || f->cut || kt_feed_is_blocked(p)) return 0;
  size_t n = open_frames(f);
  if (n >= p->set.batch_records) return 0;
  size_t room = p->set.batch_records - n;
  if (p->set.limit_frames) {
    uint64_t left = (uint64_t)p->set.limit_frames - f->frames;
    if (left < room) room = (size_t)left;
  }
  return room;
}

static kt_slab *slab_take(kt_feed *f, size_t need) {
  for (size_t i = 0; i < sizeof f->spare / sizeof *f->spare; i++) {
    kt_slab *s = f->spare[i];
    if (!s || s->cap < need || atomic_load_explicit(&s->refs, memory_order_acquire) != 1) continue;
    f->spare[i] = NULL;
    return s;
  }
  return kt_slab_new(f->p->env, need > SLAB_BYTES ? need : SLAB_BYTES);
}

/* A slab of usual size comes back when its blocks are gone. */
static void slab_keep(kt_feed *f, kt_slab *s) {
  for (size_t i = 0; s && s->cap == SLAB_BYTES && i < sizeof f->spare / sizeof *f->spare; i++)
    if (!f->spare[i]) {
      f->spare[i] = s;
      return;
    }
  kt_slab_unref(s);
}

static int in_slab(const kt_slab *s, kt_span b) {
  return s && b.ptr >= s->data && b.ptr <= s->data + s->cap && b.len <= s->cap &&
         (size_t)(b.ptr - s->data) <= s->cap - b.len;
}

char *kt_feed_space(kt_feed *f, kt_span keep, size_t want, size_t *cap) {
  *cap = 0;
  if (!keep.ptr) keep.len = 0;
  if (!kt_feed_room(f) || keep.len > SIZE_MAX / 8 || want > SIZE_MAX / 8) return NULL;
  kt_slab *s = f->slab;
  int inside = keep.len && in_slab(s, keep);
  size_t at = inside ? (size_t)(keep.ptr - s->data) : f->used;
  int in_place = s && (inside || !keep.len) && s->cap - at >= keep.len + want;
  if (!in_place) {
    /* Twice the kept bytes: a long frame is moved a few times, not once a read. */
    size_t need = keep.len ? 2 * keep.len + want : want;
    if (s && s->cap >= need && atomic_load_explicit(&s->refs, memory_order_acquire) == 1) {
      if (keep.len) memmove(s->data, keep.ptr, keep.len);
    } else {
      kt_slab *fresh = slab_take(f, need);
      if (!fresh) {
        f->starved = 1;
        return NULL;
      }
      if (keep.len) memcpy(fresh->data, keep.ptr, keep.len);
      slab_keep(f, s);
      f->slab = s = fresh;
    }
    at = f->used = 0;
  }
  *cap = s->cap - at;
  return s->data + at;
}

static kt_span cut_place(kt_span place) {
  return kt_span_make(place.ptr, place.len > PLACE_BYTES ? PLACE_BYTES : place.len);
}

static void added(kt_feed *f) {
  f->moved = 1;
  if (open_frames(f) >= f->p->set.batch_records ||
      f->open->batch->block.bytes >= f->p->set.batch_bytes)
    f->cut = 1;
}

static void counted(kt_feed *f, size_t bytes) {
  f->frames++;
  f->bytes += bytes;
  added(f);
}

kt_status kt_feed_add(kt_feed *f, kt_span frame, kt_span place, int64_t arrived_ms) {
  if (!kt_feed_room(f)) return KT_AGAIN;
  if (frame.len > f->p->set.frame_bytes) {
    kt_error why;
    kt_fail(&why, KT_ETOOBIG, 0, WHERE, "a frame of %zu bytes is longer than frame.max_bytes=%zu",
            frame.len, f->p->set.frame_bytes);
    return kt_feed_reject(f, frame, place, &why);
  }
  kt_item *it = kt_feed_open(f);
  if (!it) return KT_ENOMEM;
  int inside = in_slab(f->slab, frame);
  kt_block *block = &it->batch->block;
  if (inside && kt_block_hold(block, f->slab) < 0) return KT_ENOMEM;
  if (arrived_ms == KT_UNKNOWN) arrived_ms = f->arrived_ms;
  if (kt_block_add(block, frame, !inside, cut_place(place), arrived_ms) < 0) return KT_ENOMEM;
  if (inside) {
    size_t end = (size_t)(frame.ptr - f->slab->data) + frame.len;
    if (end > f->used) f->used = end;
  }
  KT_POINT("feed.frame");
  counted(f, frame.len);
  return KT_OK;
}

kt_status kt_feed_reject(kt_feed *f, kt_span part, kt_span place, const kt_error *why) {
  static const kt_error unknown = { .code = KT_EPARSE, .message = "rejected by the source" };
  if (!kt_feed_room(f)) return KT_AGAIN;
  kt_item *it = kt_feed_open(f);
  if (!it) return KT_ENOMEM;
  if (part.len > REJECT_BYTES) part.len = REJECT_BYTES;
  if (!why) why = &unknown;
  const kt_dead dead = { .size = sizeof dead,
                         .attempts = 1,
                         .code = why->code,
                         .lane = KT_LIT("read"),
                         .place = cut_place(place),
                         .reason = kt_span_of(why->message) };
  if (kt_deadletter_add(it, NULL, part, &dead) < 0) return KT_ENOMEM;
  KT_POINT("feed.reject");
  it->rejected++;
  counted(f, part.len);
  return KT_OK;
}

void kt_feed_cut(kt_feed *f) {
  f->cut = 1;
}

void kt_feed_barrier(kt_feed *f) {
  f->cut = f->barrier = 1;
}

void kt_feed_abandon(kt_feed *f) {
  kt_abandon(f->p);
}

int kt_feed_stopping(const kt_feed *f) {
  return f->stopping;
}

kt_status kt_feed_gap(kt_feed *f, kt_span from, kt_span to, const kt_error *cause) {
  static const kt_error unknown = { .code = KT_ENET, .message = "frames are missing" };
  if (!kt_feed_room(f)) return KT_AGAIN;
  kt_item *it = kt_feed_open(f);
  if (!it || kt_grow(f->p->env, &it->gaps, &it->gap_cap, it->gap_count + 1, sizeof *it->gaps))
    return KT_ENOMEM;
  kt_gap g = { .frame = it->batch->block.count,
               .from = kt_arena_copy(&it->gap_text, from),
               .to = kt_arena_copy(&it->gap_text, to),
               .cause = cause ? *cause : unknown };
  if ((!g.from.ptr && g.from.len) || (!g.to.ptr && g.to.len)) return KT_ENOMEM;
  it->gaps[it->gap_count++] = g;
  added(f);
  return KT_OK;
}

kt_status kt_feed_resumed(kt_feed *f, kt_span position) {
  kt_pipeline *p = f->p;
  kt_progress at;
  if (f->frames || p->next_ordinal) return KT_ESTATE;
  if (kt_position_take(position, &at) < 0) return KT_ECORRUPT;
  p->run_no = at.run_no;
  p->run_start_us = at.run_start_us;
  p->watermark_ms = at.watermark_ms;
  p->newest_ms = at.newest_ms;
  return KT_OK;
}
