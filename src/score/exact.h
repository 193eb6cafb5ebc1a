/* SPDX-License-Identifier: Apache-2.0 */
/* exp and log in additions, multiplications and divisions only, which every IEEE 754 machine rounds
 * alike: training gives the same bytes whatever its libm. Good to about 1e-12. */
#ifndef KT_SCORE_EXACT_H
#define KT_SCORE_EXACT_H

#include <stdint.h>
#include <string.h>

/* 2^n, n in the range of normal numbers. */
static inline double kt_exact_power(int n) {
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double x;
  memcpy(&x, &bits, 8);
  return x;
}

static inline double kt_exact_exp(double x) {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  double halvings = x * 1.4426950408889634;
  int n = (int)(halvings + (halvings < 0 ? -0.5 : 0.5));
  double r = x - n * 0.6931471805599453, sum = 1;
  for (int i = 14; i > 0; i--) sum = 1 + r * sum / i;
  return sum * kt_exact_power(n);
}

/* x > 0 and normal. */
static inline double kt_exact_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  int n = (int)(bits >> 52) - 1023;
  bits = (bits & 0xFFFFFFFFFFFFFu) | 1023ull << 52;
  memcpy(&x, &bits, 8);
  if (x > 1.4142135623730951) {
    x /= 2;
    n++;
  }
  double t = (x - 1) / (x + 1), t2 = t * t, sum = 0;
  for (int i = 23; i > 0; i -= 2) sum = sum * t2 + 1.0 / i;
  return n * 0.6931471805599453 + 2 * t * sum;
}

#endif
