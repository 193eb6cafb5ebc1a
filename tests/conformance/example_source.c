/* SPDX-License-Identifier: Apache-2.0 */
/* The source of examples/04_write_a_source.c as a module, so that the suite can judge it. */
#include <kappatweet/module.h>

int example_main(void);
#define main example_main
#include "../../examples/04_write_a_source.c"
#undef main

kt_status kt_module_init_1(kt_parts *parts, kt_error *err) {
  static maker one;
  return kt_parts_add_source(parts, &maker_source, &one, err);
}
