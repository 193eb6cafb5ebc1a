/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a filter: which records go on. */
#ifndef KT_FILTER_H
#define KT_FILTER_H

#include <kappatweet/parser.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kt_filter_ops { /* rules: see source.h */
  uint32_t size, need;
  const char *name, *options;
  uint32_t caps, reserved; /* KT_PURE: any worker; else in order, on the owner's thread */
  kt_status (*open)(void *user, const kt_env *env, const kt_conf *conf, void **self, kt_error *err);
  /* REQUIRED. keep[i] is 1 at the start; 0 drops record i, which is counted. Deletes and notices
   * should pass unless the filter was told about their kind. */
  kt_status (*select)(void *self, const kt_batch *b, uint8_t *keep, kt_error *err);
  /* Optional, once for each batch that select saw (without the records dropped since): finished = 1
   * when every required lane is done with it, 0 when it was abandoned and will come again. */
  void (*settle)(void *self, const kt_batch *b, int finished);
  void (*close)(void *self); /* REQUIRED */
} kt_filter_ops;

#ifdef __cplusplus
}
#endif
#endif
