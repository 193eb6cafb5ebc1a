/* SPDX-License-Identifier: Apache-2.0 */
/* load MODULE SOURCE SINK: loads a module from outside the tree and runs posts to its sink. */
#include <kappatweet/kappatweet.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_error err;
  memset(&err, 0, sizeof err);
  int ok = argc == 4 && kt_env_new(NULL, &env, &err) >= 0 && kt_parts_new(env, &parts, &err) >= 0 &&
           kt_module_load(parts, argv[1], &err) >= 0 && kt_pipeline_new(parts, &p, &err) >= 0 &&
           kt_pipeline_set_source(p, argv[2], &err) >= 0 &&
           kt_pipeline_add_sink(p, argv[3], &err) >= 0 && kt_pipeline_run(p, &err) >= 0;
  if (!ok) (void)fprintf(stderr, "%s: %s\n", err.where, err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  return ok ? 0 : 1;
}
