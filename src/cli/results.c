/* SPDX-License-Identifier: Apache-2.0 */
#include "results.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

kt_status cli_format_of(const char *name, cli_format *out, kt_error *err) {
  static const char *const names[] = { "ndjson", "csv", "table" };
  *out = isatty(STDOUT_FILENO) ? CLI_TABLE : CLI_NDJSON;
  if (!name) return KT_OK;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(name, names[i])) {
      *out = (cli_format)i;
      return KT_OK;
    }
  return cli_fail(err, KT_EINVAL, "command", "--format takes ndjson, csv or table, not '%.40s'",
                  name);
}

const char *cli_label_name(int32_t label) {
  switch (label) {
  case KT_LABEL_POSITIVE:
    return "POSITIVE";
  case KT_LABEL_NEGATIVE:
    return "NEGATIVE";
  case KT_LABEL_NEUTRAL:
    return "NEUTRAL";
  case KT_LABEL_MIXED:
    return "MIXED";
  default:
    return "";
  }
}

static int is_bad(const cli_result *r) {
  return r->bad && *r->bad;
}

/* ---- JSON */

static void put_json(const cli_result *r) {
  const kt_score *s = &r->score;
  if (r->line)
    printf("{\"line\":%llu", (unsigned long long)r->line);
  else {
    fputs("{\"id\":", stdout);
    cli_json_string(r->id.ptr, r->id.len);
  }
  if (is_bad(r)) {
    fputs(",\"error\":", stdout);
    cli_json_string(r->bad, strlen(r->bad));
    puts("}");
    return;
  }
  fputs(",\"lang\":", stdout);
  if (r->lang.ptr)
    cli_json_string(r->lang.ptr, r->lang.len);
  else
    fputs("null", stdout);
  printf(",\"sentiment\":\"%s\",\"score_positive\":%.6f,\"score_negative\":%.6f,"
         "\"score_neutral\":%.6f,\"score_mixed\":%.6f,\"out_of_depth\":%s,\"text\":",
         cli_label_name(s->label), (double)s->positive, (double)s->negative, (double)s->neutral,
         (double)s->mixed, s->flags & KT_SCORE_OUT_OF_DEPTH ? "true" : "false");
  cli_json_string(r->text.ptr, r->text.len);
  puts("}");
}

/* ---- CSV */

static void put_quoted(kt_span s) {
  putchar('"');
  for (size_t i = 0; i < s.len;) {
    if (s.ptr[i] == '"') putchar('"');
    i += cli_put_character(s.ptr + i, s.len - i);
  }
  putchar('"');
}

static void put_csv(const cli_result *r) {
  const kt_score *s = &r->score;
  if (r->line)
    printf("%llu,", (unsigned long long)r->line);
  else
    printf("%.*s,", (int)r->id.len, r->id.ptr ? r->id.ptr : "");
  if (is_bad(r))
    fputs(",,,,,,,", stdout);
  else
    printf("%.*s,%s,%.6f,%.6f,%.6f,%.6f,%d,", (int)r->lang.len, r->lang.ptr ? r->lang.ptr : "",
           cli_label_name(s->label), (double)s->positive, (double)s->negative, (double)s->neutral,
           (double)s->mixed, (s->flags & KT_SCORE_OUT_OF_DEPTH) != 0);
  put_quoted(r->text);
  putchar('\n');
}

/* ---- a table for people */

static double greatest(const kt_score *s) {
  double best = s->positive;
  if (s->negative > best) best = s->negative;
  if (s->neutral > best) best = s->neutral;
  return s->mixed > best ? s->mixed : best;
}

/* One line of it, cut at a character: no control character reaches the terminal. */
static void put_line(kt_span s, size_t columns) {
  for (size_t i = 0; i < s.len && columns; columns--) {
    unsigned char c = (unsigned char)s.ptr[i];
    int control = c < 0x20 || c == 0x7F;
    if (control) putchar(' ');
    i += control ? 1 : cli_put_character(s.ptr + i, s.len - i);
    if (columns == 1 && i < s.len) fputs("...", stdout);
  }
  putchar('\n');
}

static void put_row(const cli_result *r) {
  if (is_bad(r)) {
    printf("%-9s %4s  %-3s line %llu: %s\n", "-", "", "", (unsigned long long)r->line, r->bad);
    return;
  }
  int lost = (r->score.flags & KT_SCORE_OUT_OF_DEPTH) != 0;
  printf("%-9s %3.0f%%%c %-3.*s ", cli_label_name(r->score.label), 100 * greatest(&r->score),
         lost ? '?' : ' ', r->lang.ptr ? (int)r->lang.len : 1, r->lang.ptr ? r->lang.ptr : "-");
  put_line(r->text, 100);
}

void cli_results_head(cli_format format) {
  if (format == CLI_CSV)
    puts("line,lang,sentiment,score_positive,score_negative,score_neutral,score_mixed,"
         "out_of_depth,text");
  if (format == CLI_TABLE) puts("sentiment      lang text");
}

void cli_results_put(cli_format format, const cli_result *r) {
  if (format == CLI_NDJSON)
    put_json(r);
  else if (format == CLI_CSV)
    put_csv(r);
  else
    put_row(r);
}
