/* SPDX-License-Identifier: Apache-2.0 */
/* A linear model over words and letters by three. Its table holds for each feature how much more it
 * speaks for a language than for none of them. */
#include "score/language.h"

#include "score/language_inside.h"

int kt_language_check(kt_span section, size_t tag_count) {
  kt_language_head head;
  if (section.len < sizeof head) return -1;
  memcpy(&head, section.ptr, sizeof head);
  if (head.magic != KT_LANGUAGE_MAGIC || head.tags != tag_count ||
      tag_count > KT_LANGUAGE_STRIDE_MAX || head.stride != kt_language_stride(tag_count) ||
      head.shift > 24)
    return -1;
  uint32_t all = (uint32_t)((1ull << tag_count) - 1), used = head.scripts[KT_SCRIPT_NONE];
  for (int i = 0; i < KT_SCRIPTS; i++) used |= head.scripts[i];
  return (used & ~all) || section.len != sizeof head + ((size_t)head.stride << KT_LANGUAGE_LOG2);
}

/* Four bytes of eight at a time, in lanes of 16 bits: they hold 256 rows. */
static void add_lanes(const uint8_t *table, uint32_t stride, const uint16_t *at, uint32_t n,
                      int32_t sum[8]) {
  const uint64_t low = 0x00FF00FF00FF00FFull;
  uint64_t even = 0, odd = 0, row;
  for (uint32_t i = 0; i < n; i++) {
    memcpy(&row, table + (size_t)at[i] * stride, 8);
    even += row & low;
    odd += row >> 8 & low;
  }
  for (int k = 0; k < 8; k += 2) {
    sum[k] += (int32_t)(even >> 8 * k & 0xFFFF) - KT_LANGUAGE_ZERO * (int32_t)n;
    sum[k + 1] += (int32_t)(odd >> 8 * k & 0xFFFF) - KT_LANGUAGE_ZERO * (int32_t)n;
  }
}

static void add_up(const kt_language_head *head, const uint8_t *table, const kt_language_scan *scan,
                   int32_t sum[KT_LANGUAGE_STRIDE_MAX]) {
  for (uint32_t done = 0; done < scan->n; done += 256) {
    uint32_t n = scan->n - done < 256 ? scan->n - done : 256;
    for (uint32_t k = 0; k < head->stride; k += 8)
      add_lanes(table + k, head->stride, scan->at + done, n, sum + k);
  }
}

/* floor(sqrt(n)) of n < 2^32. */
static uint32_t root(uint32_t n) {
  uint32_t r = 0;
  for (uint32_t bit = 1u << 15; bit; bit >>= 1)
    if ((r + bit) * (uint64_t)(r + bit) <= n) r += bit;
  return r;
}

/* 2^(-d/16) in 65536ths. */
static uint32_t falling(uint32_t d) {
  static const uint32_t sixteenth[16] = { 65536, 62757, 60097, 57549, 55109, 52772, 50535, 48393,
                                          46341, 44376, 42495, 40693, 38968, 37316, 35734, 34219 };
  return d >= 16 * 17 ? 0 : sixteenth[d & 15] >> (d >> 4);
}

/* Odds grow with the square root of the length: features of one text depend on each other. */
static uint32_t confidence_of(const kt_language_head *head, const int32_t *sum, uint32_t languages,
                              int best, uint32_t n) {
  int64_t scale = root(n << 16); /* 256 sqrt(n) */
  uint64_t all = 0;
  for (uint32_t k = 0; k <= head->tags; k++) {
    if (k < head->tags && !(languages >> k & 1)) continue;
    int64_t below = (int64_t)sum[best] - (k < head->tags ? sum[k] : 0);
    if (below < 0) below = 0; /* none of them is likelier than the best: the caller says unknown */
    all += falling((uint32_t)((below * KT_LANGUAGE_OCTAVE / scale) >> head->shift));
  }
  return (uint32_t)(((uint64_t)65536 << 16) / all);
}

/* How much likelier than `other` (0: than none of them), in sixteenths of an octave. */
static int64_t ahead_of(const kt_language_head *head, int32_t sum, int32_t other, uint32_t n) {
  return ((int64_t)sum - other) * KT_LANGUAGE_OCTAVE / (int64_t)root(n << 16) >> head->shift;
}

/* Posts that teach Hindi in Latin letters are English in large part: English words speak for Hindi
 * too, so that what is not clearly Hindi is English. */
static int is_mixed_in(const kt_language_head *head, const int32_t *sum, int best, int other,
                       uint32_t n) {
  return ahead_of(head, sum[other], 0, n) >= KT_LANGUAGE_MIXED_LEAST &&
         ahead_of(head, sum[best], sum[other], n) < KT_LANGUAGE_MIXED_CLEAR;
}

int kt_language_guess(kt_span section, kt_span text, const int8_t *mixed, uint32_t *confidence) {
  const kt_language_head *head = (const kt_language_head *)(const void *)section.ptr;
  int32_t sum[KT_LANGUAGE_STRIDE_MAX] = { 0 };
  kt_language_scan scan;
  *confidence = 0;
  kt_language_scan_text(&scan, text);
  uint32_t languages = head->scripts[scan.script];
  if (!scan.n || !languages) return -1;
  add_up(head, (const uint8_t *)(head + 1), &scan, sum);
  int best = -1;
  for (uint32_t k = 0; k < head->tags; k++)
    if (languages >> k & 1 && (best < 0 || sum[k] > sum[best])) best = (int)k;
  if (sum[best] <= 0) return -1;
  int other = mixed && scan.script == KT_SCRIPT_LATIN ? mixed[best] : -1;
  if (other >= 0 && is_mixed_in(head, sum, best, other, scan.n)) {
    sum[other] = sum[best];
    languages &= ~(1u << best);
    best = other;
  }
  *confidence = confidence_of(head, sum, languages, best, scan.n);
  return *confidence < KT_LANGUAGE_SURE ? -1 : best;
}
