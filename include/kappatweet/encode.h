/* SPDX-License-Identifier: Apache-2.0 */
/* Records to bytes: NDJSON, CSV, DynamoDB attribute values. For whoever writes a sink. */
#ifndef KT_ENCODE_H
#define KT_ENCODE_H

#include <kappatweet/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kt_encoder kt_encoder;

/* kt_encoder_new(): format */
enum { KT_FORMAT_NDJSON = 0, KT_FORMAT_CSV = 1, KT_FORMAT_DYNAMODB = 2 };

/* What all formats share
 * - `record` names the fields and their order: tweet and sentiment hold posts only; full holds
 *   every kind, and sentiment and scores of a post that has them (in CSV these columns are always
 *   there); raw is the payload as it came, in one line.
 * - `fields` = items with commas between them. An item is `column`, `name=column`,
 *   `raw:/json/pointer` (RFC 6901, named by its last token) or `name=raw:/json/pointer`; a
 *   pointer holds no comma. A column is any name of tweet, sentiment, full and raw, or ref_id or
 *   arrived_time; `id`, of which there are two, is the one of `record` (of full and raw:
 *   tweet's). What `record` holds stays the same. A value by pointer is written as it stands in
 *   NDJSON, as attribute values in DynamoDB, and in CSV a string without quotes and escapes, all
 *   else as JSON.
 * - What a payload does not have is null, in CSV an empty cell (so is an empty text).
 * - A dead letter is the same object under every `record` and `fields`: {"kind":"dead","lane":..,
 *   "place":..,"attempts":n,"error":"KT_EPARSE","reason":"..","frame":".."}, with "frame_base64"
 *   for a frame that is not UTF-8; in CSV it stands in the first cell of its row.
 * - Times are 2021-11-05T10:00:00+00:00, with .123 only where there are milliseconds.
 * - CSV is RFC 4180 with a line end of \n; only what must be quoted is. NDJSON has no blanks and
 *   escapes only what must be. DynamoDB: one item without a line end; a number beyond its 38
 *   digits is a string. */

/* The options that an encoder reads from a conf, for a sink's own declaration (conf.h):
 * `.options = "target\tpath\t...\n" KT_ENCODER_OPTIONS`. */
#define KT_ENCODER_OPTIONS                                                                         \
  "record\tenum:tweet|sentiment|full|raw\t\ttweet\t\t\twhich fields a record has\n"                \
  "fields\tstring\t\t\t\t\tcomma-separated columns instead of the record's own; a name from any "  \
  "record, or raw:/json/pointer into the payload, each optionally as newname=column\n"             \
  "delimiter\tchar\t\t;\t\t\tbetween the columns of CSV; \\t for a tab\n"                          \
  "bom\tbool\t\tfalse\t\t\tput a UTF-8 byte order mark before a CSV header\n"                      \
  "header\tbool\t\ttrue\t\t\twrite the CSV header\n"                                               \
  "transliterate\tenum:none|ascii\t\tnone\t\t\tascii writes text and names in ASCII, as Python's " \
  "unidecode does\n"

/* Makes an encoder from those options of `conf` that it declares (NULL = all defaults). Free it
 * with kt_encoder_free(). KT_EINVAL names the option; KT_ENOMEM. One thread at a time. */
KT_API kt_status kt_encoder_new(const kt_env *env, int32_t format, const kt_conf *conf,
                                kt_encoder **out, kt_error *err);
KT_API void kt_encoder_free(kt_encoder *e); /* NULL allowed */

/* Appends what stands once at the start of a file: the CSV header, or nothing. KT_ENOMEM. */
KT_API kt_status kt_encoder_header(kt_encoder *e, kt_buf *out);

/* Appends record i, with its line end where the format has lines (NDJSON, CSV). *added (may be
 * NULL) tells whether anything was appended: a kind that the record layout cannot hold (a delete in
 * `tweet` or `sentiment`) appends nothing. On KT_ENOMEM `out` is as it was; KT_EINVAL: no record i.
 * Allocates nothing but for `out` to grow. */
KT_API kt_status kt_encoder_record(kt_encoder *e, const kt_batch *b, size_t i, kt_buf *out,
                                   int *added);

#ifdef __cplusplus
}
#endif
#endif
