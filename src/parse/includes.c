/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/hash.h"
#include "parse/parse.h"

enum { FIRST_SLOTS = 16 };

static void free_table(kt_include_table *t, const kt_env *env) {
  kt_env_release(env, t->items, t->cap * sizeof *t->items);
  kt_env_release(env, t->slots, t->slot_cap * sizeof *t->slots);
}

void kt_includes_free(kt_includes *in, const kt_env *env) {
  free_table(&in->users, env);
  free_table(&in->posts, env);
  *in = (kt_includes){ 0 };
}

static size_t slot_of(const kt_include_table *t, kt_span id) {
  size_t mask = t->slot_count - 1, at = (size_t)kt_hash(id.ptr, id.len, 0).lo & mask;
  while (t->slots[at] && !kt_span_equal(t->items[t->slots[at] - 1].id, id)) at = (at + 1) & mask;
  return at;
}

/* At most half of the slots are taken. */
static kt_status hash_all(kt_include_table *t, const kt_env *env) {
  t->slot_count = FIRST_SLOTS;
  while (t->slot_count < 2 * t->count) t->slot_count *= 2;
  if (kt_grow(env, &t->slots, &t->slot_cap, t->slot_count, sizeof *t->slots)) return KT_ENOMEM;
  memset(t->slots, 0, t->slot_count * sizeof *t->slots);
  for (size_t i = 0; i < t->count; i++) t->slots[slot_of(t, t->items[i].id)] = (uint32_t)i + 1;
  return KT_OK;
}

/* Users and posts both have their id under the same name. */
static kt_status load_items(kt_parse_job *job, kt_json_val array, kt_include_table *t) {
  kt_json_iter it = kt_json_items(&job->json, array);
  kt_json_val item, v[KT_REFERENCE_COUNT];
  while (kt_json_next_item(&job->json, &it, &item)) {
    if (!kt_parse_pick(job, item, KT_SET_REFERENCE, v)) continue;
    kt_span id = kt_parse_id(job, v[KT_REFERENCE_ID], v[KT_REFERENCE_ID]);
    if (!id.ptr) continue;
    if (kt_grow(job->json.env, &t->items, &t->cap, t->count + 1, sizeof *t->items))
      return KT_ENOMEM;
    t->items[t->count++] = (kt_included){ id, item };
  }
  return job->no_memory ? KT_ENOMEM : KT_OK;
}

kt_status kt_includes_load(kt_parse_job *job, kt_json_val includes) {
  kt_json_val v[KT_INCLUDES_COUNT];
  kt_includes *in = &job->includes;
  in->users.count = in->posts.count = 0;
  if (!kt_parse_pick(job, includes, KT_SET_INCLUDES, v)) return KT_OK;
  if (load_items(job, v[KT_INCLUDES_USERS], &in->users) < 0 ||
      load_items(job, v[KT_INCLUDES_TWEETS], &in->posts) < 0 ||
      load_items(job, v[KT_INCLUDES_POSTS], &in->posts) < 0)
    return KT_ENOMEM;
  if (in->users.count && hash_all(&in->users, job->json.env) < 0) return KT_ENOMEM;
  return in->posts.count ? hash_all(&in->posts, job->json.env) : KT_OK;
}

kt_json_val kt_includes_find(const kt_include_table *t, kt_span id) {
  if (!t->count || !id.ptr) return (kt_json_val){ 0, 0 };
  uint32_t i = t->slots[slot_of(t, id)];
  return i ? t->items[i - 1].object : (kt_json_val){ 0, 0 };
}
