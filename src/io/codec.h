/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed files: one interface, one .c file for each format and its library.
 *
 * Memory of zlib and bzip2 comes from the env. That of zstd comes from malloc: its functions that
 * take an allocator are outside the ABI promise of libzstd. */
#ifndef KT_IO_CODEC_H
#define KT_IO_CODEC_H

#include <kappatweet/env.h>

typedef enum kt_codec { KT_CODEC_NONE, KT_CODEC_GZIP, KT_CODEC_ZSTD, KT_CODEC_BZIP2 } kt_codec;

enum { KT_CODEC_MAGIC = 8 }; /* bytes that kt_codec_detect() wants to see, if the file has them */

/* The format of a file that begins with these bytes. KT_AGAIN: too few of them to tell (as far as
 * they go it is KT_CODEC_NONE). KT_ENOTSUP for one that is known and not supported (xz, zip, UTF-16
 * ...); *what is then its name. */
kt_status kt_codec_detect(const char *p, size_t n, kt_codec *out, const char **what);
/* "none", "gzip", "zstd", "bzip2" */
const char *kt_codec_name(kt_codec c);
/* "", ".gz", ".zst", ".bz2" */
const char *kt_codec_suffix(kt_codec c);
/* By the end of a file's name; KT_CODEC_NONE for any other. For writing only: what is read is known
 * by its content. */
kt_codec kt_codec_of_path(const char *path);

/* Decompressor: several members (gzip), frames (zstd) or streams (bzip2) in a row are one text. */
typedef struct kt_decompressor kt_decompressor;

/* `c` is not KT_CODEC_NONE. KT_ENOMEM. */
kt_status kt_decompressor_new(const kt_env *env, kt_codec c, kt_decompressor **out, kt_error *err);
void kt_decompressor_free(kt_decompressor *d); /* NULL allowed */
/* Takes bytes from the front of *in (and shortens it) and writes at most `cap` to `out`; *made =
 * how many. Stops when *in is empty and nothing more can be written, or `out` is full. KT_OK,
 * KT_ENOMEM, KT_ECORRUPT (what was made before the damage is good; the message says what is wrong),
 * KT_ETOOBIG (zstd: it wants a window of more than 128 MiB).
 * After a failure it can only be freed. */
kt_status kt_decompressor_run(kt_decompressor *d, kt_span *in, char *out, size_t cap, size_t *made,
                              kt_error *err);
/* Non-zero between two members and before the first: a file that ends here was not cut off. */
int kt_decompressor_whole(const kt_decompressor *d);

/* Compressor: what was written and finished decodes by itself, and finished pieces in a row are one
 * file. So a file grows by appending, and a torn tail is cut at the last finished piece. */
typedef struct kt_compressor kt_compressor;

/* level 0 = the library's default (gzip 6, zstd 3, bzip2 9). KT_ENOMEM, KT_EINVAL. */
kt_status kt_compressor_new(const kt_env *env, kt_codec c, int level, kt_compressor **out,
                            kt_error *err);
void kt_compressor_free(kt_compressor *e); /* NULL allowed */
/* Appends to `out` what is ready; more is held inside. After a failure (KT_ENOMEM) the piece is
 * lost: kt_compressor_reset(), and cut `out` back to the last finished one. */
kt_status kt_compressor_write(kt_compressor *e, kt_span in, kt_buf *out, kt_error *err);
/* Ends the piece: a gzip member, zstd frame or bzip2 stream. The next write begins another. Nothing
 * is appended when nothing was written since the last one. */
kt_status kt_compressor_finish(kt_compressor *e, kt_buf *out, kt_error *err);
/* Forgets an unfinished piece. */
void kt_compressor_reset(kt_compressor *e);

#endif
