/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/keys.h"

#define NAME(set, key, name) name,
#define NAMES(set) static const char *const names_##set[] = { KT_KEYS_##set(NAME) };
KT_KEY_SETS(NAMES)

#define ENTRY(set) { names_##set, sizeof names_##set / sizeof *names_##set },
static const struct {
  const char *const *names;
  size_t count;
} sets[] = { KT_KEY_SETS(ENTRY) };

kt_status kt_parse_keys_init(kt_parse_keys *keys) {
  for (size_t i = 0; i < KT_SET_COUNT; i++) {
    kt_status st = kt_json_keyset_init(&keys->set[i], sets[i].names, sets[i].count);
    if (st < 0) return st;
  }
  return KT_OK;
}

const char *kt_parse_key_name(kt_key_set set, size_t key) {
  return sets[set].names[key];
}
