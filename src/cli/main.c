/* SPDX-License-Identifier: Apache-2.0 */
/* The kappatweet command. */
#include "cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void write_log(void *self, int32_t level, const char *where, kt_span line) {
  (void)self;
  if (level <= KT_LOG_INFO) cli_say("kappatweet: %s: %.*s\n", where, (int)line.len, line.ptr);
}

static const kt_log_ops log_ops = { sizeof log_ops, 0, write_log };

static int version(void) {
  printf("kappatweet %s\n", kt_version());
  return cli_flush();
}

static int unknown(const char *name) {
  fprintf(stderr, "kappatweet: no command '%.60s': ", name);
  for (const cli_command *c = cli_commands; c->name; c++) fprintf(stderr, "%s, ", c->name);
  fputs("completion or help\n", stderr);
  return CLI_USAGE;
}

static int dispatch(int argc, char **argv, kt_env *env) {
  const char *name = argv[0];
  for (const cli_command *c = cli_commands; c->name; c++)
    if (!strcmp(name, c->name)) return c->run(argc, argv, env);
  if (!strcmp(name, "completion")) return cli_completion(argc, argv);
  if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h"))
    return cli_help(argc, argv);
  if (!strcmp(name, "--version") || !strcmp(name, "-V")) return version();
  return unknown(name);
}

/* Closed standard descriptors would be taken by the first files that are opened. In their place
 * stand ones that can only fail: what is read from a closed standard input is an error. */
static void fill_descriptors(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0) return;
}

int main(int argc, char **argv) {
  kt_env_ops ops = { .size = sizeof ops, .log = &log_ops };
  kt_env *env = NULL;
  kt_error err = { 0 };
  char *help[] = { (char *)"help" };
  fill_descriptors();
  signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, with a message */
  if (kt_env_new(&ops, &env, &err) < 0) {
    cli_error(&err);
    return CLI_FAILED;
  }
  int code = argc < 2 ? (cli_help(1, help), CLI_USAGE) : dispatch(argc - 1, argv + 1, env);
  kt_env_free(env);
  return code;
}
