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

void cli_json_score(kt_span lang, const kt_score *s) {
  fputs("\"lang\":", stdout);
  if (lang.ptr)
    cli_json_string(lang.ptr, lang.len);
  else
    fputs("null", stdout);
  printf(",\"sentiment\":\"%s\",\"score_positive\":%.6f,\"score_negative\":%.6f,"
         "\"score_neutral\":%.6f,\"score_mixed\":%.6f,\"out_of_depth\":%s",
         cli_label_name(s->label), (double)s->positive, (double)s->negative, (double)s->neutral,
         (double)s->mixed, s->flags & KT_SCORE_OUT_OF_DEPTH ? "true" : "false");
}

static void put_json(const cli_result *r) {
  if (r->line)
    printf("{\"line\":%llu", (unsigned long long)r->line);
  else {
    fputs(is_bad(r) ? "{\"place\":" : "{\"id\":", stdout);
    cli_json_string(r->id.ptr, r->id.len);
  }
  if (is_bad(r)) {
    fputs(",\"error\":", stdout);
    cli_json_string(r->bad, strlen(r->bad));
    puts("}");
    return;
  }
  putchar(',');
  cli_json_score(r->lang, &r->score);
  fputs(",\"text\":", stdout);
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

/* Ids and languages, which are plain words but for those that somebody made up. */
static void put_field(kt_span s) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:";
  size_t i = 0;
  while (i < s.len && memchr(plain, s.ptr[i], sizeof plain - 1)) i++;
  if (i < s.len)
    put_quoted(s);
  else if (s.len)
    fwrite(s.ptr, 1, s.len, stdout);
  putchar(',');
}

static void put_csv(const cli_result *r) {
  const kt_score *s = &r->score;
  if (r->line)
    printf("%llu,", (unsigned long long)r->line);
  else
    put_field(r->id);
  if (is_bad(r))
    fputs(",,,,,,,", stdout);
  else {
    put_field(r->lang);
    printf("%s,%.6f,%.6f,%.6f,%.6f,%d,", cli_label_name(s->label), (double)s->positive,
           (double)s->negative, (double)s->neutral, (double)s->mixed,
           (s->flags & KT_SCORE_OUT_OF_DEPTH) != 0);
  }
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

static void put_row(const cli_result *r) {
  if (is_bad(r)) {
    printf("%-9s %4s  %-3s line %llu: %s\n", "-", "", "", (unsigned long long)r->line, r->bad);
    return;
  }
  int lost = (r->score.flags & KT_SCORE_OUT_OF_DEPTH) != 0;
  printf("%-9s %3.0f%%%c ", cli_label_name(r->score.label), 100 * greatest(&r->score),
         lost ? '?' : ' ');
  size_t columns =
      r->lang.ptr ? cli_put_line(r->lang.ptr, r->lang.len, 12) : cli_put_line("-", 1, 1);
  printf("%*s", columns < 3 ? 4 - (int)columns : 1, "");
  cli_put_line(r->text.ptr, r->text.len, 100);
  putchar('\n');
}

void cli_results_head(cli_format format, const char *key) {
  if (format == CLI_CSV)
    printf("%s,lang,sentiment,score_positive,score_negative,score_neutral,score_mixed,"
           "out_of_depth,text\n",
           key);
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
