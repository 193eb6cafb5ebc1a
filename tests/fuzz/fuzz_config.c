/* SPDX-License-Identifier: Apache-2.0 */
/* The command's pipeline file: any bytes are taken or refused with the file's name and a line that
 * it has; twice the same. */
#include <stdlib.h>

#include "cli.h"
#include "fuzz.h"

static int same_plan(const cli_plan *a, const cli_plan *b) {
  for (int key = 0; key < CLI_KEYS; key++) {
    if (a->values[key].count != b->values[key].count) return 0;
    for (size_t i = 0; i < a->values[key].count; i++)
      if (strcmp(a->values[key].items[i].text, b->values[key].items[i].text) != 0 ||
          a->values[key].items[i].line != b->values[key].items[i].line)
        return 0;
  }
  return 1;
}

static int lines_of(kt_span text) {
  int lines = 1;
  for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
  return lines;
}

static void check_plan(const cli_plan *plan, int lines) {
  for (int key = 0; key < CLI_KEYS; key++) {
    const cli_list *list = &plan->values[key];
    FUZZ_CHECK(!list->count || cli_settings[key].in_file);
    FUZZ_CHECK(cli_settings[key].shape != CLI_ONE || list->count <= 1);
    for (size_t i = 0; i < list->count; i++)
      FUZZ_CHECK(list->items[i].line >= 1 && list->items[i].line <= lines);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  kt_span text = { size ? (const char *)data : "", size };
  const char *path = fuzz_file("pipeline.json", text);
  cli_plan first = { 0 }, second = { 0 };
  kt_error err = { 0 }, again = { 0 };
  kt_status st = cli_config(&first, path, &err);
  FUZZ_CHECK(cli_config(&second, path, &again) == st && same_plan(&first, &second));
  fuzz_check_error(st, &err);
  check_plan(&first, lines_of(text));
  if (st < 0) {
    FUZZ_CHECK(!strcmp(err.message, again.message));
    FUZZ_CHECK(!strncmp(err.message, path, strlen(path)));
    int line = atoi(err.message + strlen(path) + 1);
    if (err.message[strlen(path) + 1] != ' ') FUZZ_CHECK(line >= 0 && line <= lines_of(text));
  }
  cli_plan_free(&first);
  cli_plan_free(&second);
  return 0;
}
