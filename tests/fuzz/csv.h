/* SPDX-License-Identifier: Apache-2.0 */
/* A strict reader of CSV: RFC 4180 with a line end of \n. Quotes stand around whole cells, doubled
 * inside; nothing else may hold a quote, a line end or the delimiter. */
#ifndef KT_TESTS_FUZZ_CSV_H
#define KT_TESTS_FUZZ_CSV_H

#include <kappatweet/types.h>

/* Takes the cell at *at into `cell`, which has room for text.len bytes. 1: another one follows in
 * this row; 0: the row ended with it; -1: no CSV, or no end of line at the end. */
int csv_next(kt_span text, char delimiter, size_t *at, char *cell, size_t *len);

#endif
