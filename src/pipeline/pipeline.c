/* SPDX-License-Identifier: Apache-2.0 */
/* Making a pipeline and naming its parts. */
#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "base/sys.h"
#include "base/sys_wait.h"
#include "pipeline/close.h"
#include "pipeline/engine.h"
#include "pipeline/fd.h"
#include "pipeline/lane.h"
#include "pipeline/slot.h"

#define WHERE "pipeline"

static kt_status init(kt_pipeline *p, kt_error *err) {
  p->dead = kt_zalloc(p->env, sizeof *p->dead);
  if (!p->dead) return kt_fail_nomem(err, WHERE);
  p->dead->p = p;
  p->dead->is_dead = p->dead->required = 1;
  p->dead->watermark_ms = p->dead->watermark_due = p->dead->failing_since = KT_UNKNOWN;
  if (kt_sys_wake_open(p->wake) < 0) return kt_fail_os(err, errno, WHERE, "cannot make a wake-up");
  return kt_conf_new(p->env, kt_engine_options, &p->conf, err);
}

kt_status kt_pipeline_new(kt_parts *parts, kt_pipeline **out, kt_error *err) {
  kt_env *env;
  kt_status st = kt_env_child(kt_parts_env(parts), &env, err);
  if (st < 0) return st;
  kt_pipeline *p = kt_zalloc(env, sizeof *p);
  if (!p || pthread_mutex_init(&p->lock, NULL) != 0) {
    kt_env_release(env, p, sizeof *p);
    kt_env_free(env);
    return kt_fail_nomem(err, WHERE);
  }
  p->env = env;
  p->parts = kt_parts_ref(parts);
  p->pid = kt_sys_pid();
  p->feed.p = p;
  p->events_end = &p->events;
  p->wake[0] = p->wake[1] = p->watch_fd = p->timer_fd = -1;
  p->newest_ms = p->watermark_ms = p->shown.watermark_ms = KT_UNKNOWN;
  p->due = p->drain_until = INT64_MAX;
  p->pollset = (kt_pollset){ .env = env, .deadline = INT64_MAX };
  kt_buf_init(&p->commit_position, env);
  st = init(p, err);
  if (st < 0) {
    kt_pipeline_free(p);
    return st;
  }
  *out = p;
  return KT_OK;
}

void kt_pipeline_free(kt_pipeline *p) {
  if (!p) return;
  /* Closing would write to the parent's files. What it holds ends with the child. */
  if (p->pid != kt_sys_pid()) return;
  if (atomic_load(&p->inside)) {
    kt_env_log(p->env, KT_LOG_ERROR, WHERE,
               KT_LIT("kt_pipeline_free() from inside a step: refused"));
    return;
  }
  kt_env *env = p->env;
  atomic_store(&p->inside, 1); /* parts that close must not step */
  kt_pipeline_close(p);
  for (size_t i = 0; i < p->lane_count; i++) kt_lane_free(p->lanes[i]);
  if (p->dead) kt_lane_free(p->dead);
  kt_env_release(env, p->lanes, p->lane_cap * sizeof *p->lanes);
  kt_slot_clear(&p->scorer);
  for (size_t i = 0; i < p->filter_count; i++) kt_slot_clear(&p->filters[i]);
  kt_env_release(env, p->filters, p->filter_cap * sizeof *p->filters);
  kt_slot_clear(&p->parser);
  kt_slot_clear(&p->source);
  kt_env_release(env, p->shown_lanes, (p->lane_count + 1) * sizeof *p->shown_lanes);
  kt_buf_clear(&p->commit_position);
  kt_watch_close(p);
  kt_sys_wake_close(p->wake);
  kt_conf_free(p->conf);
  pthread_mutex_destroy(&p->lock);
  kt_parts_free(p->parts);
  kt_env_release(env, p, sizeof *p);
  kt_env_free(env);
}

static kt_status only_before(const kt_pipeline *p, kt_error *err) {
  if (!p->opened && !atomic_load(&p->inside) && !p->result) return KT_OK;
  return kt_fail(err, KT_ESTATE, 0, WHERE, "a pipeline is changed before its first step only");
}

kt_status kt_pipeline_set(kt_pipeline *p, const char *name, const char *value, kt_error *err) {
  kt_status st = only_before(p, err);
  return st < 0 ? st : kt_conf_set(p->conf, name, value, err);
}

static kt_status replace(kt_pipeline *p, kt_slot *slot, uint32_t kind, const char *uri,
                         kt_error *err) {
  kt_slot found;
  kt_status st = only_before(p, err);
  if (st == KT_OK) st = kt_slot_find(&found, p, kind, uri, NULL, err);
  if (st < 0) return st;
  kt_slot_clear(slot);
  *slot = found;
  return KT_OK;
}

kt_status kt_pipeline_set_source(kt_pipeline *p, const char *uri, kt_error *err) {
  return replace(p, &p->source, KT_PART_SOURCE, uri, err);
}
kt_status kt_pipeline_set_parser(kt_pipeline *p, const char *uri, kt_error *err) {
  return replace(p, &p->parser, KT_PART_PARSER, uri, err);
}
kt_status kt_pipeline_set_scorer(kt_pipeline *p, const char *uri, kt_error *err) {
  return replace(p, &p->scorer, KT_PART_SCORER, uri, err);
}

kt_status kt_pipeline_add_filter(kt_pipeline *p, const char *uri, kt_error *err) {
  kt_status st = only_before(p, err);
  if (st < 0) return st;
  if (kt_grow(p->env, &p->filters, &p->filter_cap, p->filter_count + 1, sizeof *p->filters))
    return kt_fail_nomem(err, WHERE);
  st = kt_slot_find(&p->filters[p->filter_count], p, KT_PART_FILTER, uri, NULL, err);
  if (st == KT_OK) p->filter_count++;
  return st;
}

static int is_taken(const kt_pipeline *p, const char *name) {
  for (size_t i = 0; i < p->lane_count; i++)
    if (!strcmp(p->lanes[i]->name, name)) return 1;
  return 0;
}

/* The URI's scheme and target, or that with a number. */
static char *lane_name(const kt_pipeline *p, const kt_slot *sink) {
  char *plain = kt_slot_name(sink, p->env);
  if (!plain || !is_taken(p, plain)) return plain;
  size_t n = strlen(plain);
  char *name = kt_env_alloc(p->env, n + 16);
  for (unsigned k = 2; name; k++) {
    snprintf(name, n + 16, "%s#%u", plain, k);
    if (!is_taken(p, name)) break;
  }
  char *exact = name ? kt_strdup(p->env, name) : NULL; /* kt_strfree() goes by the length */
  kt_env_release(p->env, name, n + 16);
  kt_strfree(p->env, plain);
  return exact;
}

static kt_status lane_fill(kt_pipeline *p, kt_lane *lane, const char *uri, kt_error *err) {
  kt_status st = kt_slot_find(&lane->sink, p, KT_PART_SINK, uri, kt_lane_options, err);
  if (st < 0) return st;
  const char *filter = kt_conf_string(lane->sink.conf, "lane.filter");
  if (filter && *filter) st = kt_slot_find(&lane->filter, p, KT_PART_FILTER, filter, NULL, err);
  if (st < 0) return st;
  lane->window = (size_t)kt_conf_int(lane->sink.conf, "lane.window");
  lane->required = kt_conf_int(lane->sink.conf, "lane.required") != 0;
  lane->name = lane_name(p, &lane->sink);
  return lane->name ? KT_OK : kt_fail_nomem(err, WHERE);
}

kt_status kt_pipeline_add_sink(kt_pipeline *p, const char *uri, kt_error *err) {
  kt_status st = only_before(p, err);
  if (st < 0) return st;
  if (kt_grow(p->env, &p->lanes, &p->lane_cap, p->lane_count + 1, sizeof *p->lanes))
    return kt_fail_nomem(err, WHERE);
  kt_lane *lane = kt_zalloc(p->env, sizeof *lane);
  if (!lane) return kt_fail_nomem(err, WHERE);
  lane->p = p;
  lane->watermark_ms = lane->watermark_due = lane->failing_since = KT_UNKNOWN;
  st = lane_fill(p, lane, uri, err);
  if (st < 0) {
    kt_lane_free(lane);
    return st;
  }
  lane->index = p->lane_count;
  p->lanes[p->lane_count++] = lane;
  return KT_OK;
}

kt_status kt_pipeline_set_dead_letter(kt_pipeline *p, const char *uri, kt_error *err) {
  kt_slot found;
  kt_status st = only_before(p, err);
  if (st == KT_OK) st = kt_slot_find(&found, p, KT_PART_SINK, uri, NULL, err);
  if (st < 0) return st;
  char *name = kt_slot_name(&found, p->env);
  if (!name) {
    kt_slot_clear(&found);
    return kt_fail_nomem(err, WHERE);
  }
  kt_slot_clear(&p->dead->sink);
  kt_strfree(p->env, p->dead->name);
  p->dead->sink = found;
  p->dead->name = name;
  return KT_OK;
}
