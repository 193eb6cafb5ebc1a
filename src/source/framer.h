/* SPDX-License-Identifier: Apache-2.0 */
/* Where one frame of a text ends and the next begins. No I/O, no copies. */
#ifndef KT_SOURCE_FRAMER_H
#define KT_SOURCE_FRAMER_H

#include "base/buf.h"

/* AUTO becomes one of the others when the beginning of the text has been seen:
 *  - JSON: the text begins with a `[` that opens an array of objects or arrays, or its first line
 * begins with `{`, ends with `{` or `[`, and the next line goes on as JSON would (a pretty-printed
 * page). Frames are the values at the top and the elements of arrays at the top.
 *  - LINES: everything else, a torn first line included. */
enum { KT_FRAMING_AUTO, KT_FRAMING_LINES, KT_FRAMING_JSON };

enum { KT_FRAME_HEAD = 4096 }; /* bytes kept of a frame that is too long */

typedef struct kt_framer {
  size_t max;  /* bytes of the longest frame that is given whole */
  int framing; /* KT_FRAMING_* */
  int in_array;
  uint64_t offset, line; /* where the next frame is looked for; line from 1 */
  /* Progress in a frame that is not complete yet. */
  size_t scanned;    /* bytes of the window */
  uint64_t dropped;  /* bytes of it that have left the window: it is too long */
  uint64_t newlines; /* JSON: passed inside the value */
  uint32_t depth;
  int scalar, in_string, escaped;
  int found;   /* its end is at `scanned` */
  kt_buf head; /* the beginning of what was dropped */
} kt_framer;

typedef struct kt_piece {
  kt_span bytes;         /* the frame; of one that is too long or torn its beginning */
  uint64_t offset, line; /* where it begins */
  kt_status fault;       /* KT_OK, KT_ETOOBIG, KT_EPARSE: the text ends inside a value */
  int torn;              /* the end of the text ended it */
  size_t taken;          /* bytes of the window */
  uint64_t newlines;
} kt_piece;

void kt_framer_init(kt_framer *f, const kt_env *env, int framing, size_t max);
void kt_framer_clear(kt_framer *f);
/* Goes on at a place where a frame ended. */
void kt_framer_seek(kt_framer *f, int framing, int in_array, uint64_t offset, uint64_t line);

/* Finds the next frame in the window [*at, end); `eof`: nothing comes behind it. Moves *at over
 * what belongs to no frame. KT_OK: *out, to be taken with kt_framer_take(); KT_AGAIN: more text is
 * needed, and what is left of the window must stay in front of it; KT_END; KT_ENOMEM. */
kt_status kt_framer_next(kt_framer *f, char **at, char *end, int eof, kt_piece *out);
void kt_framer_take(kt_framer *f, char **at, const kt_piece *piece);

#endif
