/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the command share. The command sees the library's public headers only. */
#ifndef CLI_H
#define CLI_H

#include <stddef.h>
#include <stdint.h>

#include <kappatweet/kappatweet.h>

/* Exit codes, documented in kappatweet(1). */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_SET_ASIDE = 3, CLI_INTERRUPTED = 130 };

/* plan.c: what a run is made of, from the command line or a pipeline file: one table of settings
 * says what there is, so that neither can say more than the other. */
typedef enum cli_key {
  CLI_SOURCE,
  CLI_PARSE,
  CLI_FILTER,
  CLI_SCORE,
  CLI_TO,
  CLI_DEAD_LETTER,
  CLI_SET,
  CLI_MODULE,
  CLI_MODULE_PATH,
  CLI_LIMIT,
  CLI_TIME_LIMIT,
  CLI_STRICT,
  CLI_STATS,
  CLI_QUIET,
  CLI_NO_COLOR,
  CLI_CONFIG,
  CLI_COUNT,
  CLI_LANG,
  CLI_BY,
  CLI_FILES, /* operands of the commands below */
  CLI_MODEL,
  CLI_FORMAT,
  CLI_INPUT,
  CLI_COLUMN,
  CLI_LANGUAGE,
  CLI_IDENTIFY,
  CLI_EXPLAIN,
  CLI_OUT,
  CLI_VALIDATION,
  CLI_LEXICON,
  CLI_INFO,
  CLI_JSON,
  CLI_HELP,
  CLI_KEYS
} cli_key;

typedef enum cli_shape { CLI_FLAG, CLI_ONE, CLI_MANY } cli_shape;

/* Bits of cli_setting.commands. */
enum {
  CLI_RUN = 1,
  CLI_CHECK = 2,
  CLI_TOP_WORDS = 4,
  CLI_PARTS = 8,
  CLI_SCORE_TEXTS = 16,
  CLI_TRAIN = 32,
  CLI_EVALUATE = 64
};

typedef struct cli_setting {
  const char *name; /* "time-limit": the option is --time-limit, the key of a pipeline file too */
  char letter;      /* short option or 0 */
  cli_shape shape;
  unsigned commands; /* which commands know it */
  int in_file;       /* may stand in a pipeline file */
  const char *arg;   /* what --help calls its value */
  uint32_t part;     /* KT_PART_* if the value is the URI of a part */
  const char *help;
} cli_setting;

extern const cli_setting cli_settings[CLI_KEYS];

typedef struct cli_value {
  char *text;
  int line; /* of the pipeline file, 0 = from the command line */
} cli_value;

typedef struct cli_list {
  cli_value *items;
  size_t count;
} cli_list;

typedef struct cli_plan {
  cli_list values[CLI_KEYS];
} cli_plan;

/* Adds a value (copied). A second one for a setting that takes one is an error, as is a value for a
 * flag that is neither true nor false. */
kt_status cli_plan_add(cli_plan *plan, cli_key key, const char *value, int line, kt_error *err);
const char *cli_plan_get(const cli_plan *plan, cli_key key); /* the last value or NULL */
int cli_plan_flag(const cli_plan *plan, cli_key key);
void cli_plan_free(cli_plan *plan);
/* Whether one of these commands takes the setting as an option: operands are none. */
int cli_is_option(int key, unsigned commands);
/* The NAME=VALUE of --set; the value is borrowed from it. */
kt_status cli_split_pair(const char *pair, char name[128], const char **value, kt_error *err);
/* The name of a setting of these commands (or, commands = 0, of a pipeline file) nearest to `name`;
 * NULL. */
const char *cli_nearest(const char *name, unsigned commands);
/* Puts "FILE:LINE: " before a message about this value if it came from a pipeline file. Returns
 * code. */
kt_status cli_at_line(const cli_plan *plan, const cli_value *value, kt_error *err);
/* A whole number >= 0; -1 if malformed. */
int64_t cli_count(const char *s);
/* "2h" in ms; -1 if malformed. */
int64_t cli_duration_ms(const char *s);

/* args.c: options and operands of one command into a plan. KT_EINVAL with a message. */
kt_status cli_args(cli_plan *plan, unsigned command, int argc, char **argv, kt_error *err);

/* config.c: a pipeline file into a plan. Messages name the file and the line. */
kt_status cli_config(cli_plan *plan, const char *path, kt_error *err);

/* setup.c: catalogue with modules, and a pipeline from a plan. */
kt_status cli_parts(const cli_plan *plan, kt_env *env, kt_parts **out, kt_error *err);
kt_status cli_pipeline(const cli_plan *plan, kt_parts *parts, kt_pipeline **out, kt_error *err);
/* Where dead letters go: what was said, else dead-letters.ndjson beside the first file written. */
void cli_dead_letter_uri(const cli_plan *plan, char *out, size_t cap);
/* The path that a sink's URI writes to: "" for none, a folder ends with '/'. */
void cli_sink_path(const char *uri, char *out, size_t cap);

/* drive.c: steps a pipeline to its end with signals and progress. */
typedef struct cli_drive {
  kt_pipeline *pipeline;
  int64_t time_limit_ms; /* 0 = none */
  int64_t total_bytes;   /* of the input, 0 = unknown */
  int progress;          /* show it */
  int live;              /* the source never ends by itself: being interrupted is its normal end */
  int interrupted;       /* out: how many times */
  int timed_out;         /* out: the time limit ended it */
} cli_drive;
kt_status cli_drive_run(cli_drive *d, kt_error *err);

/* progress.c */
typedef struct cli_progress {
  int64_t started_ms, shown_ms, total_bytes;
  uint64_t shown_frames;
  int width; /* of the line on the screen now */
} cli_progress;
void cli_progress_show(cli_progress *p, kt_pipeline *pipeline, int64_t now_ms);
void cli_progress_clear(cli_progress *p);

/* out.c: words for people and for programs. */
void cli_error(const kt_error *err); /* "kappatweet: ..." on stderr */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* stderr, unless quiet */
void cli_out_quiet(int quiet);
void cli_out_color(int allowed);
void cli_json_string(const char *s, size_t n); /* stdout; invalid UTF-8 becomes U+FFFD */
/* Length of the UTF-8 character at s (RFC 3629), 0 if it is none; n > 0. */
size_t cli_character(const char *s, size_t n);
/* Prints it, or U+FFFD for a byte that is none; returns how many bytes it took. */
size_t cli_put_character(const char *s, size_t n);
/* Prints a text on one line, cut behind so many characters: no control character reaches the
 * terminal. Returns how many it printed. */
size_t cli_put_line(const char *s, size_t n, size_t columns);
int cli_flush(void);      /* CLI_DONE, or CLI_FAILED when stdout could not be written */
int64_t cli_now_ms(void); /* monotonic */
kt_status cli_fail(kt_error *err, kt_status code, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void cli_number(uint64_t n, char out[32]); /* 1,234,567 */

/* run.c: reads the plan of a command, prints its help if asked for, else calls `then`. */
int cli_with_plan(unsigned command, int argc, char **argv, kt_env *env,
                  int (*then)(cli_plan *, kt_env *));

/* The commands: argv[0] is the command's name. */
int cli_run(int argc, char **argv, kt_env *env);
int cli_check(int argc, char **argv, kt_env *env);
int cli_top_words(int argc, char **argv, kt_env *env);
int cli_parts_command(int argc, char **argv, kt_env *env);
int cli_score(int argc, char **argv, kt_env *env);
int cli_explain(const cli_plan *plan, kt_env *env, const char *text); /* score --explain */
int cli_train(int argc, char **argv, kt_env *env);
int cli_evaluate(int argc, char **argv, kt_env *env);
int cli_completion(int argc, char **argv);
int cli_help(int argc, char **argv);
void cli_help_command(unsigned command); /* on stdout */
/* The commands in the order in which they are told of; NULL behind the last. */
typedef struct cli_command {
  const char *name;
  unsigned bit;
  const char *usage; /* "kappatweet run SOURCE ..." and a sentence on lines of their own */
  int (*run)(int argc, char **argv, kt_env *env);
} cli_command;
extern const cli_command cli_commands[];

#endif
