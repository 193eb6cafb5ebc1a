/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of one command. */
#include "cli.h"

#include <string.h>

static kt_status unknown(unsigned command, const char *name, kt_error *err) {
  const char *near = cli_nearest(name, command);
  if (near)
    return cli_fail(err, KT_EINVAL, "command", "no option --%.60s; did you mean --%s?", name, near);
  return cli_fail(err, KT_EINVAL, "command", "no option --%.60s; see --help", name);
}

static int find_long(unsigned command, const char *name, size_t n) {
  for (int key = 0; key < CLI_KEYS; key++)
    if (cli_is_option(key, command) && strlen(cli_settings[key].name) == n &&
        !memcmp(cli_settings[key].name, name, n))
      return key;
  return -1;
}

static int find_letter(unsigned command, char letter) {
  for (int key = 0; key < CLI_KEYS; key++)
    if ((cli_settings[key].commands & command) && cli_settings[key].letter == letter) return key;
  return -1;
}

typedef struct args {
  int argc, at;
  char **argv;
} args;

static kt_status take_value(cli_plan *plan, int key, const char *value, args *a, kt_error *err) {
  const cli_setting *s = &cli_settings[key];
  if (s->shape == CLI_FLAG) return cli_plan_add(plan, (cli_key)key, value ? value : "true", 0, err);
  if (!value && a->at < a->argc) value = a->argv[a->at++];
  if (!value)
    return cli_fail(err, KT_EINVAL, "command", "--%s needs a value: --%s %s", s->name, s->name,
                    s->arg);
  return cli_plan_add(plan, (cli_key)key, value, 0, err);
}

static kt_status take_option(cli_plan *plan, unsigned command, const char *arg, args *a,
                             kt_error *err) {
  if (arg[1] != '-') {
    int key = find_letter(command, arg[1]);
    if (key < 0) return cli_fail(err, KT_EINVAL, "command", "no option %.20s; see --help", arg);
    return take_value(plan, key, arg[2] ? arg + 2 : NULL, a, err);
  }
  const char *name = arg + 2, *equals = strchr(name, '=');
  size_t n = equals ? (size_t)(equals - name) : strlen(name);
  int key = find_long(command, name, n);
  if (key >= 0) return take_value(plan, key, equals ? equals + 1 : NULL, a, err);
  char shown[64];
  if (n >= sizeof shown) n = sizeof shown - 1;
  memcpy(shown, name, n);
  shown[n] = '\0';
  return unknown(command, shown, err);
}

kt_status cli_args(cli_plan *plan, unsigned command, int argc, char **argv, kt_error *err) {
  args a = { argc, 1, argv };
  int only_operands = 0;
  while (a.at < argc) {
    const char *arg = argv[a.at++];
    kt_status st;
    if (!only_operands && !strcmp(arg, "--")) {
      only_operands = 1;
      continue;
    }
    if (!only_operands && arg[0] == '-' && arg[1])
      st = take_option(plan, command, arg, &a, err);
    else if (cli_settings[CLI_FILES].commands & command)
      st = cli_plan_add(plan, CLI_FILES, arg, 0, err);
    else if (plan->values[CLI_SOURCE].count)
      st = cli_fail(err, KT_EINVAL, "command", "one %s only: '%.60s' is too many",
                    command == CLI_PARTS ? "part" : "source (quote a glob)", arg);
    else
      st = cli_plan_add(plan, CLI_SOURCE, arg, 0, err);
    if (st < 0) return st;
  }
  return KT_OK;
}
