/* SPDX-License-Identifier: Apache-2.0 */
/* One open file or stream as text: known by its content, decompressed. */
#ifndef KT_SOURCE_INPUT_H
#define KT_SOURCE_INPUT_H

#include "io/codec.h"
#include "source/marks.h"

typedef struct kt_input {
  const kt_env *env;
  const char *path;        /* borrowed */
  int fd;                  /* -1: closed */
  int shared;              /* standard input: not ours to close, nor to move */
  int stream;              /* pipe, terminal, socket: polled before it is read */
  uint64_t dev, ino, size; /* as they were when the file was opened or looked at last */
  char head[KT_MARK_HEAD];
  size_t head_len;
  uint64_t raw;  /* bytes read of the file */
  uint64_t text; /* bytes given, those passed over included */
  int patient;   /* what ends too early may still go on */
  int sniffed;   /* the codec is known */
  kt_codec codec;
  kt_decompressor *z;
  char *in;      /* compressed bytes, or the first ones of a stream */
  kt_span left;  /* not used yet */
  uint64_t skip; /* bytes of text to pass over */
} kt_input;

/* `path` "-" is standard input. KT_EIO: "cannot open ...". Close it also after a failure. */
kt_status kt_input_open(kt_input *in, const kt_env *env, const char *path, kt_error *err);
void kt_input_close(kt_input *in);
/* Whether it can be read again from any place. */
static inline int kt_input_is_file(const kt_input *in) {
  return !in->stream && !in->shared;
}
/* Whether the mark is of this file: same device, inode and first bytes. */
int kt_input_is(const kt_input *in, const kt_mark *mark);
/* Identity of the file by as much of its beginning as is there. */
void kt_input_identify(const kt_input *in, kt_mark *mark);
/* Reads size and first bytes again. KT_EIO. */
kt_status kt_input_look(kt_input *in, kt_error *err);
/* Goes on behind so many bytes of text; before the first read. */
void kt_input_skip(kt_input *in, uint64_t offset);
/* From the beginning, with nothing to pass over. */
void kt_input_restart(kt_input *in);
/* KT_OK: *got bytes, perhaps none yet; KT_AGAIN: a stream has none now; KT_END: no more (a
 * compressed file that ends too early too, see kt_input_check_end()); KT_EIO, KT_ECORRUPT,
 * KT_ENOTSUP, KT_ETOOBIG: the file cannot be read further; KT_ENOMEM. */
kt_status kt_input_read(kt_input *in, char *buf, size_t cap, size_t *got, kt_error *err);
/* At the end: KT_ECORRUPT if the compressed data was cut off. */
kt_status kt_input_check_end(const kt_input *in, kt_error *err);

#endif
