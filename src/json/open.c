/* SPDX-License-Identifier: Apache-2.0 */
/* Life of a reader, its memory, and the choice of an implementation. */
#include "json/scan.h"

#include "base/error.h"

enum {
  FIRST_NODES = 1024,
  NODE_SLACK = 128,  /* vector stores write past the last node */
  STACK_SLACK = 128, /* depth is checked once in 64 structural characters, both ways */
  DEPTH_LIMIT = 1024
};

static kt_json_isa best_isa(void) {
#ifdef __x86_64__
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
      !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("pclmul"))
    return KT_JSON_PLAIN;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni"))
    return KT_JSON_AVX512;
  return KT_JSON_AVX2;
#else
  return KT_JSON_PLAIN;
#endif
}

void kt_json_init(kt_json *j, const kt_env *env, kt_json_isa isa) {
  kt_json_isa best = best_isa();
  *j = (kt_json){ .max_depth = KT_JSON_MAX_DEPTH, .env = env };
  j->isa = isa == KT_JSON_BEST || isa > best ? best : isa;
}

void kt_json_free(kt_json *j) {
  kt_env_release(j->env, j->mem, j->mem_bytes);
  *j = (kt_json){ .max_depth = j->max_depth, .isa = j->isa, .env = j->env };
}

const char *kt_json_isa_name(kt_json_isa isa) {
  static const char *const names[] = { "best", "plain", "avx2", "avx512" };
  return names[isa];
}

int kt_json_reserve(kt_json *j, size_t node) {
  size_t cap = j->cap ? j->cap : FIRST_NODES;
  while (cap <= node) cap *= 2;
  size_t nodes = cap + NODE_SLACK, stack_count = DEPTH_LIMIT + 2 * STACK_SLACK;
  size_t bytes = nodes * (2 * sizeof(uint32_t) + 1) + stack_count * sizeof(uint32_t);
  uint32_t *mem = kt_env_alloc(j->env, bytes);
  if (!mem) return -1;
  uint32_t *stack = mem, *pos = stack + stack_count, *match = pos + nodes;
  uint8_t *ch = (uint8_t *)(match + nodes);
  if (j->mem) {
    memcpy(stack, j->stack - STACK_SLACK, stack_count * sizeof *stack);
    memcpy(pos, j->pos, j->cap * sizeof *pos);
    memcpy(match, j->match, j->cap * sizeof *match);
    memcpy(ch, j->ch, j->cap);
    kt_env_release(j->env, j->mem, j->mem_bytes);
  } else {
    memset(mem, 0, bytes);
  }
  j->mem = mem;
  j->mem_bytes = bytes;
  j->stack = stack + STACK_SLACK;
  j->pos = pos;
  j->match = match;
  j->ch = ch;
  j->cap = cap;
  return 0;
}

static kt_status index_vector(kt_json *j) {
#ifdef __x86_64__
  if (j->isa == KT_JSON_AVX512) return kt_json_index_avx512(j);
  if (j->isa == KT_JSON_AVX2) return kt_json_index_avx2(j);
#endif
  (void)j;
  return KT_EPARSE;
}

static kt_status index_plain(kt_json *j, kt_error *err) {
  kt_json_fault fault = { NULL, NULL };
  kt_status st = kt_json_index_plain(j, &fault);
  if (st == KT_OK) return KT_OK;
  j->count = 0;
  if (st == KT_ENOMEM) return kt_fail_nomem(err, "json");
  if (st == KT_ETOOBIG)
    return kt_fail(err, st, 0, "json", "JSON nested deeper than %u levels at byte %zu",
                   j->max_depth, (size_t)(fault.at - j->text));
  return kt_fail(err, st, 0, "json", "not valid JSON at byte %zu: %s", (size_t)(fault.at - j->text),
                 fault.why);
}

kt_status kt_json_open(kt_json *j, kt_span text, kt_error *err) {
  j->text = text.ptr;
  j->len = text.len;
  j->count = 0;
  if (text.len >= UINT32_MAX - 2 * KT_JSON_SLACK_BYTES)
    return kt_fail(err, KT_ETOOBIG, 0, "json", "JSON text of %zu bytes; the most is 4 GiB",
                   text.len);
  if (!j->mem && kt_json_reserve(j, 0)) return kt_fail_nomem(err, "json");
  if (j->max_depth > DEPTH_LIMIT) j->max_depth = DEPTH_LIMIT;
  j->pos[0] = UINT32_MAX; /* so that what follows node 0 begins at 0 */
  j->ch[0] = 0;
  if (j->isa == KT_JSON_PLAIN || !text.len) return index_plain(j, err);
  kt_status st = index_vector(j);
  if (st == KT_ENOMEM) return kt_fail_nomem(err, "json");
  if (st == KT_OK) return KT_OK;
  st = index_plain(j, err);
  if (st == KT_OK) j->fallbacks++;
  return st;
}
