/* SPDX-License-Identifier: Apache-2.0 */
/* The contestants: each takes the same seven fields, unescaped, from one post. */
#ifndef KT_BENCH_PEERS_H
#define KT_BENCH_PEERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  BENCH_ID,
  BENCH_TEXT,
  BENCH_CREATED,
  BENCH_LANG,
  BENCH_SOURCE,
  BENCH_USER_ID,
  BENCH_USER_NAME,
  BENCH_FIELDS
};

typedef struct bench_span {
  const char *ptr; /* NULL: absent or no string */
  size_t len;
} bench_span;

typedef struct bench_peer {
  const char *name;   /* "yyjson" */
  const char *kernel; /* instruction set of its fast code, filled in by open */
  int kind;           /* which of its own variants */
  int slow;           /* gets a part of the data only */
  int differs;        /* makes other texts of the fields than the others: not compared with them */
  void *self;
  int (*open)(struct bench_peer *p); /* 0; else this machine cannot run it */
  /* Fields stay valid until the next call. 0; else the post is not understood. At least 64 bytes
   * behind the text are readable. */
  int (*take)(struct bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]);
  void (*close)(struct bench_peer *p);
} bench_peer;

int bench_kt_open(bench_peer *p);
int bench_kt_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]);
void bench_kt_close(bench_peer *p);

int bench_parser_open(bench_peer *p);
int bench_parser_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]);
void bench_parser_close(bench_peer *p);

int bench_jsonc_open(bench_peer *p);
int bench_jsonc_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]);
void bench_jsonc_close(bench_peer *p);

int bench_yyjson_open(bench_peer *p);
int bench_yyjson_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]);
void bench_yyjson_close(bench_peer *p);

/* kind: 0 = DOM, 1 = on-demand */
int bench_haswell_open(bench_peer *p);
int bench_haswell_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]);
void bench_haswell_close(bench_peer *p);
int bench_icelake_open(bench_peer *p);
int bench_icelake_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]);
void bench_icelake_close(bench_peer *p);

#ifdef __cplusplus
}
#endif
#endif
