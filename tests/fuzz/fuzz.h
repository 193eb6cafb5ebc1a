/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share. A target is one function, LLVMFuzzerTestOneInput(): libFuzzer calls
 * it with what it makes up, replay.c with the files of the corpus. A target that finds something
 * wrong aborts, so that both see it. */
#ifndef KT_TESTS_FUZZ_H
#define KT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <kappatweet/kappatweet.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

_Noreturn void fuzz_fail(const char *file, int line, const char *what);
#define FUZZ_CHECK(holds) ((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #holds))

/* An environment that counts: what is left over when it is freed is a leak, which even a program
 * without a sanitizer sees; `peak` is the most that was taken at one time. Its clock stands. */
typedef struct fuzz_env {
  kt_env *env;
  size_t live, peak;
} fuzz_env;
void fuzz_env_open(fuzz_env *e);
void fuzz_env_close(fuzz_env *e);

/* The input, taken from the front. */
typedef struct fuzz_input {
  const char *p;
  size_t len;
} fuzz_input;
static inline fuzz_input fuzz_input_of(const uint8_t *data, size_t size) {
  return (fuzz_input){ (const char *)data, size };
}
/* A number below n, from one byte: corpora hold digits, '0' gives 0. 0 at the end. */
unsigned fuzz_choice(fuzz_input *in, unsigned n);
/* What stands before the next `stop`, which is passed over; all of it if there is none. */
kt_span fuzz_until(fuzz_input *in, char stop);
static inline kt_span fuzz_rest(const fuzz_input *in) {
  return (kt_span){ in->p, in->len };
}

/* A copy in a block of its own with `slack` bytes of `filler` behind it, so that a sanitizer sees
 * what is read beyond; free() it. */
char *fuzz_copy(kt_span s, size_t slack, char filler);
/* NUL-terminated; what stands behind a NUL of its own is left out. */
char *fuzz_string(kt_span s);

/* What every error message has to be: one line of UTF-8 within its field, with a code. */
void fuzz_check_error(kt_status st, const kt_error *err);
int fuzz_is_utf8(kt_span s);
/* A number that the bytes stand for: what takes long is done for some inputs only, always the same.
 */
unsigned fuzz_hash(kt_span s);

/* A file of its own, rewritten for each input, whose name is the same for the whole run. */
const char *fuzz_file(const char *name, kt_span content);
/* Its content in `room` bytes; the length, or SIZE_MAX without such a file. */
size_t fuzz_file_read(const char *path, char *out, size_t room);

#endif
