/* SPDX-License-Identifier: Apache-2.0 */
/* Writes kappatweet(1) and kappatweet-parts(7): the options come from the tables that the command
 * and the parts themselves use, so that the pages cannot say anything else. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
  "", "Source parts", "Parser parts", "Filter parts", "Scorer parts", "Sink parts"
};

enum { WIDTH = 78 };

/* Text of a macro line: no stray backslash. */
static size_t put_word(const char *s, size_t n) {
  size_t shown = 0;
  for (size_t i = 0; i < n; i++, shown++) {
    if (s[i] == '\\' || s[i] == '-') shown++;
    if (s[i] == '\\')
      fputs("\\e", stdout);
    else if (s[i] == '-')
      fputs("\\-", stdout);
    else
      putchar(s[i]);
  }
  return shown;
}

static void put_text(const char *s, size_t n) {
  put_word(s, n);
}

/* A sentence on lines of its own: a capital first, a full stop last, no control character at the
 * start of a line. */
static void put_sentence(const char *s, size_t n) {
  size_t column = 0;
  for (size_t i = 0; i < n;) {
    size_t word = 0;
    while (i + word < n && s[i + word] != ' ') word++;
    if (column && column + word + 2 > WIDTH) {
      putchar('\n');
      column = 0;
    } else if (column) {
      putchar(' ');
      column++;
    }
    if (!column && word && (s[i] == '.' || s[i] == '\'')) fputs("\\&", stdout);
    if (i == 0 && s[0] >= 'a' && s[0] <= 'z' && word && memchr(s, '=', word) == NULL) {
      putchar(s[0] - 'a' + 'A');
      column += 1 + put_word(s + 1, word - 1);
    } else
      column += put_word(s + i, word);
    i += word + 1;
  }
  if (n && s[n - 1] != '.') putchar('.');
  putchar('\n');
}

static void put_bounds(kt_span min, kt_span max) {
  if (min.len && max.len) printf(", %.*s to %.*s", (int)min.len, min.ptr, (int)max.len, max.ptr);
  if (min.len && !max.len) printf(", at least %.*s", (int)min.len, min.ptr);
  if (!min.len && max.len) printf(", at most %.*s", (int)max.len, max.ptr);
}

static void put_options(const char *options) {
  int open = 0;
  while (*options) {
    kt_span f[7];
    for (int i = 0; i < 7; i++) {
      size_t n = strcspn(options, i < 6 ? "\t" : "\n");
      f[i] = (kt_span){ options, n };
      options += n + 1;
    }
    if (!f[0].len) continue;
    if (!open) puts(".Bl -tag -width Ds");
    open = 1;
    fputs(".It Cm ", stdout);
    put_text(f[0].ptr, f[0].len);
    fputs(" Pq ", stdout);
    put_text(f[1].ptr, f[1].len);
    if (f[3].len == 1 && *f[3].ptr == '!')
      fputs(", required", stdout);
    else if (f[3].len) {
      fputs(", default ", stdout);
      if (f[3].len == 1) fputs("\\&", stdout); /* a lone ; is a word of mdoc */
      put_text(f[3].ptr, f[3].len);
    }
    if (f[2].len) printf(", in %.*s", (int)f[2].len, f[2].ptr);
    put_bounds(f[4], f[5]);
    putchar('\n');
    put_sentence(f[6].ptr, f[6].len);
  }
  if (open) puts(".El");
}

static void put_summary(const char *options) {
  for (const char *p = options; *p; p = strchr(p, '\n') + 1)
    if (*p == '\t') {
      const char *doc = p + strspn(p, "\t");
      put_sentence(doc, strcspn(doc, "\n"));
    }
}

static void put_parts(const kt_parts *parts, uint32_t kind) {
  kt_part_info info = { .size = sizeof info };
  int any = 0;
  for (size_t i = 0; kt_parts_get(parts, i, &info) == KT_OK; i++) {
    if (info.kind != kind) continue;
    if (!any) {
      printf(".Sh ");
      for (const char *c = kinds[kind]; *c; c++)
        putchar(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
      putchar('\n');
    }
    any = 1;
    printf(".Ss %s\n", info.name);
    put_summary(info.options);
    put_options(info.options);
  }
}

static int parts_page(void) {
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  if (kt_env_new(NULL, &env, NULL) < 0 || kt_parts_new(env, &parts, NULL) < 0) return EXIT_FAILURE;
  puts(".Dd November 24, 2026\n.Dt KAPPATWEET-PARTS 7\n.Os\n.Sh NAME\n.Nm kappatweet-parts\n"
       ".Nd sources, parsers, filters, scorers and sinks of kappatweet\n.Sh DESCRIPTION\n"
       "A part is named by a URI,\n.Sm off\n.Ar scheme : target ? option = value & option = "
       "value\n.Sm on .\n"
       "Names and values are percent\\-decoded.\n"
       "Numbers of bytes take the suffixes k, m and g; durations ms, s, m, h and d.\n"
       "The same list, with the parts of loaded modules, is printed by\n.Ql kappatweet parts .");
  for (uint32_t kind = KT_PART_SOURCE; kind <= KT_PART_SINK; kind++) put_parts(parts, kind);
  puts(".Sh ENGINE\nOptions of the engine itself, given with\n.Fl \\-set Ar name Ns = Ns Ar value "
       ".");
  put_options(kt_pipeline_options());
  puts(".Sh SEE ALSO\n.Xr kappatweet 1 ,\n.Xr libkappatweet 3");
  kt_parts_free(parts);
  kt_env_free(env);
  return EXIT_SUCCESS;
}

static void put_settings(unsigned command) {
  puts(".Bl -tag -width Ds");
  for (int key = 0; key < CLI_KEYS; key++) {
    const cli_setting *s = &cli_settings[key];
    if (!cli_is_option(key, command)) continue;
    printf(".It ");
    if (s->letter) printf("Fl %c , ", s->letter);
    fputs("Fl \\-", stdout);
    put_text(s->name, strlen(s->name));
    if (s->arg) {
      fputs(" Ar ", stdout);
      put_text(s->arg, strlen(s->arg));
    }
    putchar('\n');
    put_sentence(s->help, strlen(s->help));
  }
  puts(".El");
}

/* One word of a usage line: [OPTIONAL], --option or OPERAND, each maybe with dots behind it. */
static void put_operand(const char *s, size_t n) {
  size_t dots = n > 3 && !memcmp(s + n - 3, "...", 3) ? 3 : 0;
  n -= dots;
  fputs(s[0] == '[' ? ".Op Ar " : s[0] == '-' ? ".Fl " : ".Ar ", stdout);
  if (s[0] == '[') s++, n -= 2;
  if (s[0] == '-') s++, n--;
  put_text(s, n);
  puts(dots ? " ..." : "");
}

static void put_usage(const cli_command *c) {
  const char *p = c->usage, *end = p + strcspn(p, "\n");
  fputs(".Nm\n.Cm ", stdout);
  put_text(c->name, strlen(c->name));
  putchar('\n');
  p += strcspn(p, " ") + 1; /* the program's name and the command's */
  p += strcspn(p, " ") + 1;
  while (p < end) {
    size_t n = strcspn(p, " \n");
    put_operand(p, n);
    p += n + 1;
  }
}

/* What its usage does not say. */
static const struct {
  unsigned command;
  const char *text;
} notes[] = {
  { CLI_RUN, "A source without a scheme is a file, a folder, a glob, or\n.Ql \\-\nfor standard "
             "input;\na sink without one is a file whose kind is told by the end of its name." },
  { CLI_SCORE_TEXTS, "A line that cannot be read stands in the output as an error,\nand the rest "
                     "goes on.\nThe guide to scoring, training and evaluating is\n"
                     ".Pa docs/sentiment.md ." },
  { CLI_TRAIN, "The options of the trainer are listed by\n.Ql kappatweet parts trainer ." },
  { CLI_EVALUATE, "How good the installed model is stands in\n.Pa docs/model\\-card.md ." },
};

/* The first command that has the same options. */
static const cli_command *same_options(const cli_command *c) {
  for (const cli_command *other = cli_commands;; other++) {
    int same = 1;
    for (int key = 0; key < CLI_KEYS; key++)
      same &= cli_is_option(key, c->bit) == cli_is_option(key, other->bit);
    if (same) return other;
  }
}

static void put_command(const cli_command *c) {
  const cli_command *like = same_options(c);
  const char *sentence = strchr(c->usage, '\n') + 1;
  fputs(".Sh ", stdout);
  for (const char *p = c->name; *p; p++)
    putchar(*p == '-' ? ' ' : *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
  putchar('\n');
  put_sentence(sentence, strlen(sentence));
  for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
    if (notes[i].command == c->bit) puts(notes[i].text);
  if (like == c) {
    put_settings(c->bit);
    return;
  }
  fputs("The options are those of\n.Cm ", stdout);
  put_text(like->name, strlen(like->name));
  puts(" .");
}

static int command_page(void) {
  puts(".Dd November 24, 2026\n.Dt KAPPATWEET 1\n.Os\n.Sh NAME\n.Nm kappatweet\n"
       ".Nd read posts, parse them, score them, deliver them without loss\n.Sh SYNOPSIS");
  for (const cli_command *c = cli_commands; c->name; c++) put_usage(c);
  puts(".Nm\n.Cm completion\n.Cm bash | zsh | fish\n"
       ".Nm\n.Cm help\n.Op Ar COMMAND\n"
       ".Nm\n.Fl \\-version\n"
       ".Sh DESCRIPTION\n.Nm\nruns pipelines: a source, a parser, filters, a scorer and sinks,\n"
       "each named by a URI; see\n"
       ".Xr kappatweet-parts 7 .\nData goes to standard output, everything else to standard "
       "error.\n"
       "A record is delivered to each sink, or it is in the dead letters with the\n"
       "reason, or the source has not\n"
       "been told that it was taken.");
  for (const cli_command *c = cli_commands; c->name; c++) put_command(c);
  puts(".Sh PIPELINE FILES\n.Fl \\-config\ntakes one JSON object whose keys are the long options "
       "of\n.Cm run\n"
       "without their dashes; a part is its URI or an object of\n.Ql part ,\n.Ql target\nand its "
       "options:\n"
       ".Bd -literal -offset indent\n{ \"source\": \"posts.ndjson\",\n  \"to\": "
       "[\"sqlite:kappa.db\",\n"
       "         {\"part\": \"csv\", \"target\": \"out/\", \"partition\": \"hour\"}],\n  "
       "\"strict\": true }\n.Ed\n"
       "What the command line says replaces what the file says.\n"
       ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev NO_COLOR\nIf set and not empty: no colours.\n"
       ".It Ev KAPPATWEET_MODULE_PATH\nThe folder whose modules are loaded at the start, instead "
       "of the installed one.\n.El\n"
       ".Sh EXIT STATUS\n.Bl -tag -width Ds\n.It 0\nDone.\n.It 1\nFailed; a lane that is held for "
       "its operator counts as failed.\n"
       ".It 2\nWrong usage or configuration; nothing was read.\n.It 3\nWith\n.Fl \\-strict "
       ":\nrecords or texts were set aside.\n"
       ".It 130\nInterrupted with work left.\n.El\n"
       "The first interrupt finishes what was read, the second one stops at once.\n"
       ".Sh EXAMPLES\nPosts to CSV files by hour and to SQLite:\n"
       ".Dl $ kappatweet run posts.ndjson \\-\\-to \\(aqcsv:out/?partition=hour\\(aq \\-\\-to "
       "sqlite:kappa.db\n"
       "Every field of each post on standard output:\n"
       ".Dl $ gzip \\-dc posts.gz | kappatweet run \\- \\-\\-to \\(aqndjson:\\-?record=full\\(aq\n"
       "The twenty most frequent words of Spanish posts:\n"
       ".Dl $ kappatweet top\\-words posts.ndjson \\-\\-lang es\n"
       "Which words of a text speak for which sentiment:\n"
       ".Dl $ kappatweet score \\-\\-explain \\(dqnot a bad day at all\\(dq\n"
       "A model of your own, and how good it is on texts that it has not seen:\n"
       ".Dl $ kappatweet train labelled.tsv \\-\\-out own.ktm\n"
       ".Dl $ kappatweet evaluate own.ktm unseen.tsv\n"
       ".Sh SEE ALSO\n.Xr libkappatweet 3 ,\n.Xr kappatweet-parts 7");
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "parts")) return parts_page();
  if (argc == 2 && !strcmp(argv[1], "command")) return command_page();
  fputs("gen_man parts|command\n", stderr);
  return EXIT_FAILURE;
}
