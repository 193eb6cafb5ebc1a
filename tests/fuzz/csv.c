/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

int csv_next(kt_span text, char delimiter, size_t *at, char *cell, size_t *len) {
  size_t i = *at;
  *len = 0;
  if (i < text.len && text.ptr[i] == '"') {
    for (i++;; i++) {
      if (i >= text.len) return -1;
      if (text.ptr[i] == '"') {
        if (i + 1 >= text.len || text.ptr[i + 1] != '"') break;
        i++;
      }
      cell[(*len)++] = text.ptr[i];
    }
    i++;
  } else {
    for (; i < text.len && text.ptr[i] != delimiter && text.ptr[i] != '\n'; i++) {
      if (text.ptr[i] == '"' || text.ptr[i] == '\r') return -1;
      cell[(*len)++] = text.ptr[i];
    }
  }
  if (i >= text.len || (text.ptr[i] != delimiter && text.ptr[i] != '\n')) return -1;
  *at = i + 1;
  return text.ptr[i] == delimiter;
}
