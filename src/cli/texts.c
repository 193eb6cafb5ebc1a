/* SPDX-License-Identifier: Apache-2.0 */
#include "texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Of CSV files. */
#define DELIMITERS ",;\t|"

enum { TEXT, LANG, LABEL };

/* Longer rows are refused: a file without newlines must not fill the memory. */
static const size_t MAX_ROW = (size_t)16 << 20;

static const char *const text_names[] = { "text",    "full_text", "tweet", "post",
                                          "message", "content",   "body",  NULL };
static const char *const lang_names[] = { "lang", "language", NULL };
static const char *const label_names[] = { "label", "sentiment", "polarity", "class", NULL };
static const char *const *const names_of[] = { text_names, lang_names, label_names };

kt_status cli_texts_plan(cli_texts *t, const cli_plan *plan, kt_error *err) {
  static const char *const names[] = { "auto", "lines", "tsv", "csv", "ndjson", "posts" };
  const char *name = cli_plan_get(plan, CLI_INPUT);
  t->column = cli_plan_get(plan, CLI_COLUMN);
  for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
    if (!strcmp(name, names[i])) {
      t->shape = (cli_shape_of_file)i;
      return KT_OK;
    }
  return !name
             ? KT_OK
             : cli_fail(err, KT_EINVAL, "command",
                        "--input takes lines, tsv, csv, ndjson, posts or auto, not '%.40s'", name);
}

int32_t cli_label(kt_span s) {
  static const struct {
    const char *name;
    int32_t label;
  } known[] = { { "0", KT_LABEL_NEGATIVE },      { "1", KT_LABEL_NEUTRAL },
                { "2", KT_LABEL_POSITIVE },      { "negative", KT_LABEL_NEGATIVE },
                { "neutral", KT_LABEL_NEUTRAL }, { "positive", KT_LABEL_POSITIVE },
                { "neg", KT_LABEL_NEGATIVE },    { "neu", KT_LABEL_NEUTRAL },
                { "pos", KT_LABEL_POSITIVE } };
  while (s.len && s.ptr[s.len - 1] == ' ') s.len--;
  while (s.len && *s.ptr == ' ') s.ptr++, s.len--;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strlen(known[i].name) == s.len && !strncasecmp(known[i].name, s.ptr, s.len))
      return known[i].label;
  return KT_LABEL_NONE;
}

/* ---- rows */

static int put(cli_texts *t, int c) {
  if (t->row_len == t->row_cap) {
    size_t cap = t->row_cap ? 2 * t->row_cap : 1024;
    char *row = realloc(t->row, cap);
    if (!row) return -1;
    t->row = row;
    t->row_cap = cap;
  }
  t->row[t->row_len++] = (char)c;
  return 0;
}

/* Where in a CSV row one is: RFC 4180, and a quote in the middle of a field is only a sign. */
typedef struct quotes {
  int inside, may_open; /* at the beginning of a field, or behind a closing quote */
} quotes;

static int is_delimiter(const cli_texts *t, int c) {
  return t->delimiter ? c == t->delimiter : c && strchr(DELIMITERS, c);
}

static void pass(quotes *q, const cli_texts *t, int c) {
  if (c != '"') {
    q->may_open = !q->inside && is_delimiter(t, c);
  } else if (q->inside) {
    q->inside = 0;
    q->may_open = 1;
  } else {
    q->inside = q->may_open;
  }
}

static int is_mark(const cli_texts *t) {
  return t->line == 1 && t->row_len == 3 && !memcmp(t->row, "\xEF\xBB\xBF", 3);
}

/* What is longer than MAX_ROW is read over, not kept. */
static kt_status read_row(cli_texts *t, int *end, kt_error *err) {
  quotes q = { 0, 1 };
  int c, any = 0;
  t->row_len = 0;
  t->line = t->next_line;
  while ((c = getc_unlocked(t->in)) != EOF) {
    any = 1;
    t->bytes++;
    if (t->shape == CLI_TEXTS_CSV) pass(&q, t, c);
    if (c == '\n') t->next_line++;
    if (c == '\n' && !q.inside) break;
    if (t->row_len <= MAX_ROW && put(t, c))
      return cli_fail(err, KT_ENOMEM, "command", "out of memory");
    if (is_mark(t)) {
      t->row_len = 0;
      q = (quotes){ 0, 1 };
    }
  }
  if (ferror(t->in))
    return cli_fail(err, KT_EIO, "command", "cannot read %.200s: %s", t->path, strerror(errno));
  if (t->row_len && t->row[t->row_len - 1] == '\r') t->row_len--;
  *end = !any;
  return KT_OK;
}

/* Takes a CSV field out of its quotes, in place: RFC 4180. */
static kt_span unquote(char *field, size_t n) {
  size_t out = 0;
  if (!n || *field != '"') return (kt_span){ field, n };
  for (size_t i = 1; i < n; i++) {
    if (field[i] == '"') {
      if (i + 1 == n || field[i + 1] != '"') continue; /* the closing one */
      i++;
    }
    field[out++] = field[i];
  }
  return (kt_span){ field, out };
}

/* Cuts the row into at most `cap` fields; the last takes the rest. */
static size_t split(cli_texts *t, kt_span *fields, size_t cap) {
  size_t n = 0, from = 0;
  int csv = t->shape == CLI_TEXTS_CSV;
  quotes q = { 0, 1 };
  for (size_t i = 0; i <= t->row_len; i++) {
    if (i < t->row_len && csv) pass(&q, t, t->row[i]);
    if (i < t->row_len && (q.inside || t->row[i] != t->delimiter || n + 1 == cap)) continue;
    fields[n++] = csv ? unquote(t->row + from, i - from) : (kt_span){ t->row + from, i - from };
    from = i + 1;
  }
  return n;
}

/* ---- what a file looks like */

static int ends_with(const char *path, const char *end) {
  size_t n = strlen(path), m = strlen(end);
  return n > m && !strcasecmp(path + n - m, end);
}

/* CSV is known by its name only, and before its first row is read, which may have several lines. */
static cli_shape_of_file shape_of_name(const char *path) {
  if (ends_with(path, ".tsv")) return CLI_TEXTS_TSV;
  if (ends_with(path, ".csv")) return CLI_TEXTS_CSV;
  return ends_with(path, ".txt") ? CLI_TEXTS_LINES : CLI_TEXTS_AUTO;
}

/* Texts in JSON have no id; every payload of a platform has one, or something around it. */
static int is_plain_object(const cli_texts *t) {
  static const char *const of_posts[] = { "/id", "/id_str", "/tweet_id", "/data", "/kind" };
  kt_span row = { t->row, t->row_len }, found;
  if (kt_json_find(row, "/text", &found) != KT_OK || !found.ptr) return 0;
  for (size_t i = 0; i < sizeof of_posts / sizeof *of_posts; i++)
    if (kt_json_find(row, of_posts[i], &found) == KT_OK && found.ptr) return 0;
  return 1;
}

static cli_shape_of_file shape_of_row(const cli_texts *t) {
  size_t tabs = 0;
  if (t->row_len && t->row[0] == '{')
    return t->labelled || is_plain_object(t) ? CLI_TEXTS_NDJSON : CLI_TEXTS_POSTS;
  for (size_t i = 0; i < t->row_len; i++) tabs += t->row[i] == '\t';
  return tabs ? CLI_TEXTS_TSV : CLI_TEXTS_LINES;
}

/* The one that stands most often outside of quotes in the head. */
static char guess_delimiter(const cli_texts *t) {
  static const char all[] = DELIMITERS;
  size_t best = 0, count[sizeof all - 1] = { 0 };
  quotes q = { 0, 1 };
  for (size_t i = 0; i < t->row_len; i++) {
    const char *at = t->row[i] ? strchr(all, t->row[i]) : NULL;
    pass(&q, t, t->row[i]);
    if (at && !q.inside) count[at - all]++;
  }
  for (size_t i = 1; i < sizeof all - 1; i++)
    if (count[i] > count[best]) best = i;
  return all[best];
}

static int named(kt_span field, const char *name) {
  return strlen(name) == field.len && !strncasecmp(name, field.ptr, field.len);
}

static int column_named(const kt_span *fields, size_t n, const char *const *names) {
  for (; *names; names++)
    for (size_t i = 0; i < n; i++)
      if (named(fields[i], *names)) return (int)i;
  return -1;
}

/* A file without a head: label, language and text, or the last two, or a text alone. */
static void places_by_count(cli_texts *t, size_t n) {
  t->at[TEXT] = n > 3 ? 2 : (int)n - 1;
  t->at[LANG] = n > 1 ? t->at[TEXT] - 1 : -1;
  t->at[LABEL] = n > 2 ? 0 : -1;
  if (n == 2 && t->labelled) t->at[LABEL] = 0, t->at[LANG] = -1;
}

/* The column that was asked for, by its name or number; -1: none was, -2: it is not there. */
static int wanted_column(const cli_texts *t, const kt_span *fields, size_t n, int *by_name) {
  if (!t->column) return -1;
  for (size_t i = 0; i < n; i++)
    if (named(fields[i], t->column)) {
      *by_name = 1;
      return (int)i;
    }
  int64_t number = cli_count(t->column);
  return number > 0 && (size_t)number <= n ? (int)number - 1 : -2;
}

static kt_status choose_columns(cli_texts *t, const kt_span *fields, size_t n, int *head,
                                kt_error *err) {
  int by_name = 0, wanted = wanted_column(t, fields, n, &by_name), known = 0;
  if (wanted == -2)
    return cli_fail(err, KT_EINVAL, "command", "%.200s has no column '%.60s'%s", t->path, t->column,
                    n == CLI_MAX_COLUMNS ? " among its first 256" : "");
  for (int k = TEXT; k <= LABEL; k++) known |= column_named(fields, n, names_of[k]) >= 0;
  *head = by_name || (known && cli_label(fields[0]) == KT_LABEL_NONE);
  places_by_count(t, n);
  for (int k = TEXT; *head && k <= LABEL; k++) t->at[k] = column_named(fields, n, names_of[k]);
  if (wanted >= 0) t->at[TEXT] = wanted;
  for (int k = LANG; k <= LABEL; k++)
    if (t->at[k] == t->at[TEXT]) t->at[k] = -1;
  int guessed = !*head && wanted < 0 && t->shape == CLI_TEXTS_CSV && n > 3;
  if (t->at[TEXT] < 0 || guessed)
    return cli_fail(err, KT_EINVAL, "command",
                    "%.200s: no column of its first line is called text: name it with --column",
                    t->path);
  if (t->labelled && t->at[LABEL] < 0)
    return cli_fail(err, KT_EINVAL, "command", "%.200s: no column of it is called label", t->path);
  return KT_OK;
}

static kt_status find_columns(cli_texts *t, int *head, kt_error *err) {
  kt_span fields[CLI_MAX_COLUMNS];
  char *kept =
      malloc(t->row_len + 1); /* split() unquotes in place, and the row may be read again */
  if (!kept) return cli_fail(err, KT_ENOMEM, "command", "out of memory");
  size_t len = t->row_len;
  if (len) memcpy(kept, t->row, len);
  kt_status st = choose_columns(t, fields, split(t, fields, CLI_MAX_COLUMNS), head, err);
  if (len) memcpy(t->row, kept, len);
  t->row_len = len;
  free(kept);
  return st;
}

/* What could be read as rows, and is none. */
static kt_status refuse(const cli_texts *t, kt_error *err) {
  static const char *const packed[] = { "\x1F\x8B", "BZh", "\x28\xB5\x2F\xFD" };
  for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
    if (t->row_len > 4 && !memcmp(t->row, packed[i], strlen(packed[i])))
      return cli_fail(err, KT_EINVAL, "command",
                      "%.200s is packed: unpack it (zcat FILE | kappatweet score -), or say "
                      "--input posts if it holds posts",
                      t->path);
  if (memchr(t->row, '\0', t->row_len) && t->shape != CLI_TEXTS_LINES)
    return cli_fail(err, KT_EINVAL, "command", "%.200s holds NUL bytes: it is no text", t->path);
  if (t->row_len && t->row[0] == '[' && t->shape == CLI_TEXTS_LINES)
    return cli_fail(err, KT_EINVAL, "command",
                    "%.200s begins like a JSON array: one object a line is read (jq -c '.[]' FILE "
                    "makes them), or say --input lines",
                    t->path);
  return KT_OK;
}

static kt_status look(cli_texts *t, kt_error *err) {
  int end = 0, head = 0;
  t->next_line = 1;
  t->at[TEXT] = 0;
  t->at[LANG] = t->at[LABEL] = -1;
  if (t->shape == CLI_TEXTS_AUTO) t->shape = shape_of_name(t->path);
  kt_status st = read_row(t, &end, err);
  if (st < 0 || end) return st;
  int guessed = t->shape == CLI_TEXTS_AUTO;
  if (guessed) t->shape = shape_of_row(t);
  if ((guessed || t->shape != CLI_TEXTS_LINES) && refuse(t, err) < 0) return KT_EINVAL;
  if (t->shape == CLI_TEXTS_LINES && t->labelled)
    return cli_fail(
        err, KT_EINVAL, "command",
        "%.200s has no labels: it takes label<TAB>language<TAB>text, a CSV file with the "
        "columns label and text, or JSON with these keys",
        t->path);
  t->delimiter = t->shape == CLI_TEXTS_CSV ? guess_delimiter(t) : '\t';
  if (t->shape == CLI_TEXTS_TSV || t->shape == CLI_TEXTS_CSV) st = find_columns(t, &head, err);
  t->has_row = !head;
  return st;
}

kt_status cli_texts_open(cli_texts *t, kt_env *env, kt_error *err) {
  struct stat st;
  if (kt_buf_new(env, &t->members, err) < 0) return err->code;
  int standard = !strcmp(t->path, "-");
  t->in = standard ? stdin : fopen(t->path, "rb");
  if (!t->in)
    return cli_fail(err, KT_EIO, "command", "cannot open %.200s: %s", t->path, strerror(errno));
  if (!standard && fstat(fileno(t->in), &st) == 0) {
    t->total_bytes = st.st_size;
    if (S_ISDIR(st.st_mode) && t->shape == CLI_TEXTS_AUTO && !t->labelled) {
      t->shape = CLI_TEXTS_POSTS;
      return KT_OK;
    }
  }
  return look(t, err);
}

void cli_texts_close(cli_texts *t) {
  if (t->in && t->in != stdin) fclose(t->in);
  free(t->row);
  kt_buf_free(t->members);
  t->members = NULL;
  t->in = NULL;
  t->row = NULL;
}

/* ---- one row */

static const char *take_fields(cli_texts *t, cli_text *out) {
  kt_span fields[CLI_MAX_COLUMNS];
  kt_span *to[] = { &out->text, &out->lang, &out->label };
  int last = t->at[TEXT];
  for (int k = LANG; k <= LABEL; k++)
    if (t->at[k] > last) last = t->at[k];
  /* In TSV nothing is quoted: a tab in the last column belongs to it. */
  size_t cap =
      t->shape == CLI_TEXTS_TSV && last == t->at[TEXT] ? (size_t)last + 1 : CLI_MAX_COLUMNS;
  size_t n = split(t, fields, cap);
  if (n <= (size_t)t->at[TEXT]) return "too few columns";
  for (int k = TEXT; k <= LABEL; k++)
    if (t->at[k] >= 0 && (size_t)t->at[k] < n) *to[k] = fields[t->at[k]];
  return "";
}

/* The text of a member, behind what `out` holds already: an offset until all are there. */
static int take_member(kt_span row, const char *const *names, kt_buf *out, size_t *from,
                       size_t *n) {
  char pointer[32];
  kt_span found;
  for (; *names; names++) {
    snprintf(pointer, sizeof pointer, "/%s", *names);
    kt_status st = kt_json_find(row, pointer, &found);
    if (st < 0) return st;
    if (!found.ptr || !strncmp(found.ptr, "null", 4)) continue;
    *from = kt_buf_bytes(out).len;
    st = kt_json_unquote(found, out);
    *n = kt_buf_bytes(out).len - *from;
    return st < 0 ? st : 1;
  }
  return 0;
}

static const char *take_members(cli_texts *t, cli_text *out) {
  kt_span row = { t->row, t->row_len }, *to[] = { &out->text, &out->lang, &out->label };
  size_t from[3], n[3];
  int found[3];
  kt_buf_truncate(t->members, 0);
  for (int k = TEXT; k <= LABEL; k++) {
    found[k] = take_member(row, names_of[k], t->members, &from[k], &n[k]);
    if (found[k] == KT_ENOMEM) return "out of memory";
    if (found[k] < 0) return "not JSON";
  }
  if (!found[TEXT]) return "no member of it is called text";
  for (int k = TEXT; k <= LABEL; k++)
    if (found[k]) *to[k] = (kt_span){ kt_buf_bytes(t->members).ptr + from[k], n[k] };
  return "";
}

static const char *take(cli_texts *t, cli_text *out) {
  const char *bad = "";
  *out = (cli_text){ .line = t->line };
  if (t->row_len > MAX_ROW) return "longer than 16 MiB";
  switch (t->shape) {
  case CLI_TEXTS_LINES:
    out->text = (kt_span){ t->row, t->row_len };
    break;
  case CLI_TEXTS_NDJSON:
    bad = take_members(t, out);
    break;
  default:
    bad = take_fields(t, out);
  }
  if (!*bad && t->labelled && !out->label.ptr) bad = "it has no label";
  if (!*bad && t->labelled && cli_label(out->label) == KT_LABEL_NONE)
    bad = "its label is none of 0, 1, 2, negative, neutral, positive";
  return bad;
}

int cli_texts_next(cli_texts *t, cli_text *out, const char **bad, kt_error *err) {
  for (;;) {
    int end = 0;
    kt_status st = t->has_row ? KT_OK : read_row(t, &end, err);
    if (st < 0) return st;
    t->has_row = 0;
    if (end) return 0;
    int blank = !t->row_len && t->shape != CLI_TEXTS_LINES;
    if (blank) continue;
    t->rows++;
    const char *why = take(t, out);
    if (*why) {
      t->skipped++;
      cli_say("%s:%llu: %s\n", strcmp(t->path, "-") ? t->path : "standard input",
              (unsigned long long)t->line, why);
    }
    if (bad) *bad = why;
    if (!*why) return 1;
    if (bad) {
      *out = (cli_text){ .line = t->line };
      return 1;
    }
  }
}
