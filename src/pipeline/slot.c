/* SPDX-License-Identifier: Apache-2.0 */
/* One part in its place: found, opened, closed. */
#include "pipeline/slot.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"

kt_status kt_slot_find(kt_slot *slot, const kt_pipeline *p, uint32_t kind, const char *uri,
                       const char *extra, kt_error *err) {
  kt_slot s = { 0 };
  kt_status st = kt_parts_find(p->parts, kind, uri, extra, &s.part, &s.conf, err);
  if (st < 0) return st;
  st = kt_env_child(p->env, &s.env, err);
  if (st < 0) {
    kt_conf_free(s.conf);
    return st;
  }
  *slot = s;
  return KT_OK;
}

void kt_slot_close(kt_slot *s) {
  if (!s->open) return;
  s->open = 0;
  const kt_part_ops *ops = s->ops;
  switch (s->part->kind) {
  case KT_PART_SOURCE:
    ops->source.close(s->self);
    break;
  case KT_PART_PARSER:
    ops->parser.close(s->self);
    break;
  case KT_PART_FILTER:
    ops->filter.close(s->self);
    break;
  case KT_PART_SCORER:
    ops->scorer.close(s->self);
    break;
  default:
    ops->sink.close(s->self);
    break;
  }
}

void kt_slot_clear(kt_slot *s) {
  kt_slot_close(s);
  kt_conf_free(s->conf);
  kt_env_free(s->env);
  *s = (kt_slot){ 0 };
}

static kt_status slot_open(kt_slot *s, kt_error *err) {
  if (!s->part || s->open) return KT_OK;
  const kt_part_ops *ops = &s->part->ops;
  void *user = s->part->user;
  kt_status st;
  switch (s->part->kind) {
  case KT_PART_SOURCE:
    st = ops->source.open(user, s->env, s->conf, KT_NULL_SPAN, &s->self, err);
    break;
  case KT_PART_PARSER:
    st = ops->parser.open(user, s->env, s->conf, &s->self, err);
    break;
  case KT_PART_FILTER:
    st = ops->filter.open(user, s->env, s->conf, &s->self, err);
    break;
  case KT_PART_SCORER:
    st = ops->scorer.open(user, s->env, s->conf, &s->self, err);
    break;
  default:
    st = ops->sink.open(user, s->env, s->conf, &s->self, err);
    break;
  }
  s->open = st >= 0;
  s->ops = ops;
  return st;
}

/* The source last: it may begin to receive at once. */
kt_status kt_parts_open(kt_pipeline *p, kt_error *err) {
  kt_status st = slot_open(&p->dead->sink, err);
  for (size_t i = 0; st >= 0 && i < p->lane_count; i++) {
    st = slot_open(&p->lanes[i]->filter, err);
    if (st >= 0) st = slot_open(&p->lanes[i]->sink, err);
  }
  if (st >= 0) st = slot_open(&p->scorer, err);
  for (size_t i = 0; st >= 0 && i < p->filter_count; i++) st = slot_open(&p->filters[i], err);
  if (st >= 0) st = slot_open(&p->parser, err);
  if (st >= 0) st = slot_open(&p->source, err);
  return st < 0 ? st : KT_OK;
}

char *kt_slot_name(const kt_slot *s, const kt_env *env) {
  const char *target = kt_conf_string(s->conf, "target");
  size_t n = strlen(s->part->name), m = target ? strlen(target) : 0;
  char *name = kt_env_alloc(env, n + m + 2);
  if (!name) return NULL;
  memcpy(name, s->part->name, n);
  name[n] = ':';
  if (m) memcpy(name + n + 1, target, m);
  name[n + 1 + m] = '\0';
  return name;
}
