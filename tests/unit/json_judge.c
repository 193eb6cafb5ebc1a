/* SPDX-License-Identifier: Apache-2.0 */
/* json_judge FILE|FOLDER...: what the JSON reader says of each file, in every instruction set that
 * this processor has. A name that begins with y_ must be accepted, n_ refused, i_ may be either,
 * but the same in all: the names of JSONTestSuite. Exit: 0 as it should be, 1 not, 2 wrong usage.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "json/json.h"

static const kt_json_isa isas[] = { KT_JSON_PLAIN, KT_JSON_AVX2, KT_JSON_AVX512 };
enum { ISAS = sizeof isas / sizeof *isas };

static kt_json readers[ISAS];
static unsigned wrong, judged;

/* The whole file with the slack behind it; NULL with a message. */
static char *slurp(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  size_t cap = 1 << 16, n;
  char *text = malloc(cap + KT_JSON_SLACK_BYTES);
  *len = 0;
  if (!f || !text) {
    perror(path);
    exit(2);
  }
  while ((n = fread(text + *len, 1, cap - *len, f)) > 0) {
    *len += n;
    if (*len < cap) continue;
    cap *= 2;
    text = realloc(text, cap + KT_JSON_SLACK_BYTES);
    if (!text) exit(2);
  }
  fclose(f);
  memset(text + *len, 'x', KT_JSON_SLACK_BYTES);
  return text;
}

static void judge_file(const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  size_t len;
  char *text = slurp(path, &len);
  int accepted = 0;
  kt_error err = { 0 };
  for (int i = 0; i < ISAS; i++)
    accepted += kt_json_open(&readers[i], (kt_span){ text, len }, &err) == KT_OK;
  int good = accepted == 0 || accepted == ISAS;
  if (!strncmp(name, "y_", 2)) good = accepted == ISAS;
  if (!strncmp(name, "n_", 2)) good = accepted == 0;
  printf("%s %s %s%s%s\n", good ? "ok" : "WRONG",
         accepted == ISAS ? "accepted"
         : accepted       ? "divided"
                          : "refused",
         name, accepted ? "" : ": ", accepted ? "" : err.message);
  wrong += !good;
  judged++;
  free(text);
}

static void judge(const char *path) {
  struct stat st;
  DIR *dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? opendir(path) : NULL;
  struct dirent *e;
  if (!dir) {
    judge_file(path);
    return;
  }
  while ((e = readdir(dir)) != NULL) {
    char full[4096];
    snprintf(full, sizeof full, "%s/%s", path, e->d_name);
    if (e->d_name[0] != '.') judge_file(full);
  }
  closedir(dir);
}

int main(int argc, char **argv) {
  kt_env *env = NULL;
  if (argc < 2 || kt_env_new(NULL, &env, NULL) != KT_OK) {
    fputs("usage: json_judge FILE|FOLDER...\n", stderr);
    return 2;
  }
  for (int i = 0; i < ISAS; i++) {
    kt_json_init(&readers[i], env, isas[i]);
    printf("%s%s", i ? ", " : "# ", kt_json_isa_name(readers[i].isa));
  }
  putchar('\n');
  for (int i = 1; i < argc; i++) judge(argv[i]);
  printf("# %u judged, %u wrong\n", judged, wrong);
  for (int i = 0; i < ISAS; i++) kt_json_free(&readers[i]);
  kt_env_free(env);
  return wrong || !judged;
}
