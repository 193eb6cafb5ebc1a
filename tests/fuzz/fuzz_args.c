/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: any arguments are taken or refused with one line. First byte: command; the
 * rest: arguments, one a line. */
#include <stdlib.h>

#include "cli.h"
#include "fuzz.h"

enum { MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const unsigned commands[] = { CLI_RUN, CLI_CHECK, CLI_TOP_WORDS, CLI_PARTS };
  fuzz_input in = fuzz_input_of(data, size);
  unsigned command = commands[fuzz_choice(&in, 4)];
  char *argv[MOST + 1] = { (char *)"run" };
  int argc = 1;
  while (in.len && argc < MOST) argv[argc++] = fuzz_string(fuzz_until(&in, '\n'));
  cli_plan plan = { 0 };
  kt_error err = { 0 };
  kt_status st = cli_args(&plan, command, argc, argv, &err);
  fuzz_check_error(st, &err);
  for (int key = 0; key < CLI_KEYS; key++) {
    FUZZ_CHECK(!plan.values[key].count || (cli_settings[key].commands & command) ||
               key == CLI_SOURCE);
    FUZZ_CHECK(cli_settings[key].shape != CLI_ONE || plan.values[key].count <= 1);
    (void)cli_plan_flag(&plan, (cli_key)key);
  }
  for (int i = 1; i < argc; i++) {
    FUZZ_CHECK(cli_count(argv[i]) >= -1 && cli_duration_ms(argv[i]) >= -1);
    free(argv[i]);
  }
  cli_plan_free(&plan);
  return 0;
}
