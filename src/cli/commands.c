/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, once: what runs them, what is said of them, what shells complete. */
#include "cli.h"

const cli_command cli_commands[] = {
  { "run", CLI_RUN,
    "kappatweet run SOURCE [OPTION]...\nReads SOURCE to its end (or until interrupted) and "
    "delivers the records to each --to SINK.",
    cli_run },
  { "check", CLI_CHECK,
    "kappatweet check SOURCE [OPTION]...\nSays what the same `run` would do and what is wrong with "
    "it, without touching anything.",
    cli_check },
  { "top-words", CLI_TOP_WORDS,
    "kappatweet top-words SOURCE [OPTION]...\nCounts the words and hashtags of the posts, without "
    "stop words, mentions and links.",
    cli_top_words },
  { "score", CLI_SCORE_TEXTS,
    "kappatweet score [FILE] [OPTION]...\nPrints the sentiment of each text or post of FILE (or "
    "standard input) in their order.",
    cli_score },
  { "train", CLI_TRAIN,
    "kappatweet train DATA... --out MODEL [OPTION]...\nTrains a model from texts whose sentiment "
    "is known: negative, neutral or positive (0, 1, 2).",
    cli_train },
  { "evaluate", CLI_EVALUATE,
    "kappatweet evaluate MODEL DATA... [OPTION]...\nSays how well a model (`builtin`: the "
    "installed one) does on texts whose sentiment is known.",
    cli_evaluate },
  { "parts", CLI_PARTS,
    "kappatweet parts [NAME] [OPTION]...\nLists every part; with a NAME (csv, sink:csv, engine, "
    "trainer) its options.",
    cli_parts_command },
  { 0 },
};
