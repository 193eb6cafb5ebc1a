/* SPDX-License-Identifier: Apache-2.0 */
/* How far each file was read: what the file source writes into its position. */
#ifndef KT_SOURCE_MARKS_H
#define KT_SOURCE_MARKS_H

#include "base/buf.h"

enum { KT_MARK_HEAD = 1024 }; /* first bytes by which a file is known */

typedef struct kt_mark {
  uint64_t dev, ino, head_hash; /* the file */
  uint64_t name;                /* hash of the path that it was read under */
  uint32_t head_len;            /* bytes under the hash: fewer if the file was shorter */
  uint8_t framing, in_array;
  uint64_t offset, line; /* of the next frame, in the decompressed text */
  uint64_t size;         /* the file's, when it was read to its end; 0 = not yet */
  int unread; /* could not be: the next run tries, so it is not forgotten and no size is written */
} kt_mark;

typedef struct kt_marks {
  const kt_env *env;
  kt_mark *list;
  uint8_t *seen; /* one a mark, for kt_marks_drop_unseen() */
  size_t count, cap, seen_cap;
  uint32_t *slots; /* open addressing: index + 1 */
  size_t slot_count;
  kt_buf bytes; /* the list as it is written, when `fresh` */
  int fresh;
} kt_marks;

void kt_marks_init(kt_marks *m, const kt_env *env);
void kt_marks_clear(kt_marks *m);
/* The mark of a file, NULL if there is none. Its identity is not to be changed through it; any
 * other change is told by kt_marks_put(). */
const kt_mark *kt_marks_find(const kt_marks *m, uint64_t dev, uint64_t ino);
/* Adds it, or replaces the one of the same dev and ino. KT_ENOMEM changes nothing. */
kt_status kt_marks_put(kt_marks *m, const kt_mark *mark);
/* Forgets all but those for which kt_marks_see() was called since the last time, and those left
 * unread; returns how many. */
void kt_marks_see(kt_marks *m, uint64_t dev, uint64_t ino);
size_t kt_marks_drop_unseen(kt_marks *m);

/* The written form: a few bytes a file, the same on every machine. */
kt_status kt_marks_write(kt_marks *m, kt_buf *out);
/* One more behind it, which wins over one of the same file. */
kt_status kt_mark_write(const kt_mark *mark, kt_buf *out);
kt_status kt_marks_read(kt_marks *m, kt_span bytes); /* KT_ECORRUPT, KT_ENOMEM */

#endif
