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

/* The options that an encoder reads from a conf, for a sink's own declaration (conf.h):
 * `.options = "target\tpath\t...\n" KT_ENCODER_OPTIONS`. */
#define KT_ENCODER_OPTIONS                                                                         \
  "record\tenum:tweet|sentiment|full|raw\t\ttweet\t\t\twhich fields a record has\n"                \
  "fields\tstring\t\t\t\t\tcomma-separated columns instead of the record's own; a name from any "  \
  "record, or raw:/json/pointer into the payload, optionally as name=column\n"                      \
  "delimiter\tchar\t\t;\t\t\tbetween the columns of CSV; \\t for a tab\n"                            \
  "bom\tbool\t\tfalse\t\t\tput a UTF-8 byte order mark before a CSV header\n"                       \
  "header\tbool\t\ttrue\t\t\twrite the CSV header\n"                                                \
  "transliterate\tenum:none|ascii\t\tnone\t\t\tascii writes text and names in ASCII, as Python's "  \
  "unidecode does\n"

/* Makes an encoder from those options of `conf` that it declares (NULL = all defaults). Free it
 * with kt_encoder_free(). KT_EINVAL names the option; KT_ENOMEM. One thread at a time. */
KT_API kt_status kt_encoder_new(const kt_env *env, int32_t format, const kt_conf *conf,
                                kt_encoder **out, kt_error *err);
KT_API void kt_encoder_free(kt_encoder *e); /* NULL allowed */

/* Appends what stands once at the start of a file: the CSV header, or nothing. KT_ENOMEM. */
KT_API kt_status kt_encoder_header(kt_encoder *e, kt_buf *out);

/* Appends record i, with its line end where the format has lines (NDJSON, CSV). *added (may be NULL)
 * tells whether anything was appended: a kind that the record layout cannot hold (a delete in
 * `tweet` or `sentiment`) appends nothing. On KT_ENOMEM `out` is as it was. */
KT_API kt_status kt_encoder_record(kt_encoder *e, const kt_batch *b, size_t i, kt_buf *out,
                                   int *added);

#ifdef __cplusplus
}
#endif
#endif
