/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_TARGET FILE|FOLDER...: runs a target over inputs once, without a fuzzer. With KT_TEST_BRIEF
 * (an instrument that is a hundred times slower) only some of them. Exit: 0 all well, 2 wrong
 * usage; a target that finds something aborts. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

enum { BRIEF = 4 };

static unsigned seen, ran;

static void run_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) {
    perror(path);
    exit(2);
  }
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
  if (size < 0 || !data || fread(data, 1, (size_t)size, f) != (size_t)size) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(2);
  }
  fclose(f);
  fprintf(stderr, "# %s\n", path);
  LLVMFuzzerTestOneInput(data, (size_t)size);
  free(data);
  ran++;
}

static int is_shown(const struct dirent *e) {
  return e->d_name[0] != '.';
}

static void run(const char *path) {
  struct dirent **names = NULL;
  int n = scandir(path, &names, is_shown, alphasort);
  if (n < 0) {
    run_file(path);
    return;
  }
  for (int i = 0; i < n; i++) {
    char file[4096];
    snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
    if (!getenv("KT_TEST_BRIEF") || seen % BRIEF == 0) run_file(file);
    seen++;
    free(names[i]);
  }
  free(names);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
    return 2;
  }
  LLVMFuzzerTestOneInput(NULL, 0);
  for (int i = 1; i < argc; i++) run(argv[i]);
  printf("%u inputs\n", ran);
  return ran ? 0 : 2;
}
