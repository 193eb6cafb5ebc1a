/* SPDX-License-Identifier: Apache-2.0 */
/* The Arrow C data interface. A consumer may move a child out of its parent and release it later by
 * itself, so each column's memory is its own and holds the env. */
#include "record/arrow.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "record/column.h"

enum { ALIGN = 64, MAX_BUFFERS = 3 }; /* the specification recommends buffers aligned to 64 bytes */

/* private_data of a column */
typedef struct column_memory {
  kt_env *env;
  size_t bytes;
  const void *buffers[MAX_BUFFERS];
} column_memory;

/* private_data of the struct array and of its schema: with the children behind it */
typedef struct parent_memory {
  kt_env *env;
  size_t bytes;
  const void *buffers[1];
} parent_memory;

static void release_child_schema(struct ArrowSchema *s) {
  s->release = NULL;
}

static void release_schema(struct ArrowSchema *s) {
  parent_memory *m = s->private_data;
  kt_env *env = m->env;
  for (int64_t i = 0; i < s->n_children; i++)
    if (s->children[i]->release) s->children[i]->release(s->children[i]);
  kt_env_release(env, m, m->bytes);
  s->release = NULL;
  kt_env_free(env);
}

static void release_column(struct ArrowArray *a) {
  column_memory *m = a->private_data;
  kt_env *env = m->env;
  kt_env_release(env, m, m->bytes);
  a->release = NULL;
  kt_env_free(env);
}

static void release_array(struct ArrowArray *a) {
  parent_memory *m = a->private_data;
  kt_env *env = m->env;
  for (int64_t i = 0; i < a->n_children; i++)
    if (a->children[i]->release) a->children[i]->release(a->children[i]);
  kt_env_release(env, m, m->bytes);
  a->release = NULL;
  kt_env_free(env);
}

/* A parent's memory, then n pointers to children, then the n children of `size` bytes. */
static parent_memory *new_parent(const kt_env *env, size_t n, size_t size, void ***children) {
  size_t bytes = sizeof(parent_memory) + n * (sizeof(void *) + size);
  parent_memory *m = kt_zalloc(env, bytes);
  if (!m) return NULL;
  m->env = kt_env_ref(env);
  m->bytes = bytes;
  *children = (void **)(m + 1);
  char *at = (char *)(*children + n);
  for (size_t i = 0; i < n; i++, at += size) (*children)[i] = at;
  return m;
}

/* Which values a column has. */
typedef enum value_type { TEXT, WIDE_TEXT, INT64, FLOAT64, FLOAT32, BOOL, TIME } value_type;

static value_type type_of(kt_column_id id) {
  switch (id) {
  case KT_COL_RUN_NO:
  case KT_COL_RUN_LIMIT:
    return INT64;
  case KT_COL_CREATED:
  case KT_COL_ARRIVED:
    return TIME;
  case KT_COL_RUN_START:
    return FLOAT64;
  case KT_COL_REPOST:
  case KT_COL_REPLY:
  case KT_COL_QUOTE:
  case KT_COL_TRUNCATED:
  case KT_COL_EDITED:
    return BOOL;
  case KT_COL_POSITIVE:
  case KT_COL_NEGATIVE:
  case KT_COL_NEUTRAL:
  case KT_COL_MIXED:
    return FLOAT32;
  default:
    return TEXT;
  }
}

static const char *format_of(value_type t) {
  static const char *const formats[] = { "u", "U", "l", "g", "f", "b", "tsm:UTC" };
  return formats[t];
}

/* Bytes of the buffer of `rows` values: numbers, offsets or bits. */
static size_t values_bytes(value_type t, size_t rows) {
  switch (t) {
  case TEXT:
    return (rows + 1) * sizeof(int32_t);
  case WIDE_TEXT:
    return (rows + 1) * sizeof(int64_t);
  case FLOAT32:
    return rows * sizeof(float);
  case BOOL:
    return (rows + 7) / 8;
  default:
    return rows * sizeof(int64_t);
  }
}

/* A dead letter's frame need not be text. */
static int is_row(const kt_columns *c, const kt_record *r) {
  return kt_layout_holds(c->layout, r) && !(c->layout == KT_LAYOUT_RAW && r->kind == KT_DEAD);
}

static size_t count_rows(const kt_columns *c, const kt_batch *b) {
  size_t rows = 0;
  for (size_t i = 0; i < kt_batch_count(b); i++) rows += is_row(c, kt_batch_record(b, i)) != 0;
  return rows;
}

static uint64_t count_text(const kt_columns *c, const kt_column *col, const kt_batch *b) {
  uint64_t n = 0;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *r = kt_batch_record(b, i);
    kt_cell cell;
    if (!is_row(c, r)) continue;
    kt_column_cell(col, b, r, kt_column_score(b, i), &cell);
    if (cell.type != KT_CELL_NULL) n += cell.text.len;
  }
  return n;
}

/* A column while it is filled. */
typedef struct fill {
  value_type type;
  unsigned char *valid, *values;
  char *text;
  size_t row, text_len, nulls;
} fill;

static void put_offset(fill *f, size_t at) {
  if (f->type == WIDE_TEXT)
    ((int64_t *)(void *)f->values)[at] = (int64_t)f->text_len;
  else
    ((int32_t *)(void *)f->values)[at] = (int32_t)f->text_len;
}

static void put_value(fill *f, const kt_cell *cell) {
  size_t row = f->row;
  switch (f->type) {
  case TEXT:
  case WIDE_TEXT:
    if (cell->text.len) memcpy(f->text + f->text_len, cell->text.ptr, cell->text.len);
    f->text_len += cell->text.len;
    put_offset(f, row + 1);
    break;
  case FLOAT64:
    ((double *)(void *)f->values)[row] = (double)cell->number / 1e6;
    break;
  case FLOAT32:
    ((float *)(void *)f->values)[row] = cell->real;
    break;
  case BOOL:
    if (cell->number) f->values[row / 8] |= (unsigned char)(1u << row % 8);
    break;
  default:
    ((int64_t *)(void *)f->values)[row] = cell->number;
  }
}

static void put_cell(fill *f, const kt_cell *cell) {
  static const kt_cell zero;
  int is_null = cell->type == KT_CELL_NULL;
  put_value(f, is_null ? &zero : cell);
  if (is_null)
    f->nulls++;
  else
    f->valid[f->row / 8] |= (unsigned char)(1u << f->row % 8);
  f->row++;
}

static size_t aligned(size_t n) {
  return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* One block: column_memory, validity, values, text. */
static column_memory *new_column(const kt_env *env, fill *f, size_t rows, uint64_t text_bytes) {
  size_t valid = aligned((rows + 7) / 8), values = aligned(values_bytes(f->type, rows));
  size_t fixed = sizeof(column_memory) + ALIGN + valid + values;
  if (text_bytes > SIZE_MAX - fixed) return NULL;
  column_memory *m = kt_env_alloc(env, fixed + (size_t)text_bytes);
  if (!m) return NULL;
  m->env = kt_env_ref(env);
  m->bytes = fixed + (size_t)text_bytes;
  f->valid = (unsigned char *)aligned((size_t)(m + 1));
  f->values = f->valid + valid;
  f->text = (char *)f->values + values;
  memset(f->valid, 0, valid + values);
  m->buffers[0] = f->valid;
  m->buffers[1] = f->values;
  m->buffers[2] = f->text;
  return m;
}

/* max_bytes: of text with 32-bit offsets. */
static kt_status fill_column(const kt_env *env, const kt_columns *c, const kt_column *col,
                             const kt_batch *b, uint64_t max_bytes, struct ArrowArray *out,
                             const char **format) {
  fill f = { .type = type_of(col->id) };
  size_t rows = count_rows(c, b);
  uint64_t text_bytes = f.type == TEXT ? count_text(c, col, b) : 0;
  if (text_bytes > max_bytes) f.type = WIDE_TEXT;
  column_memory *m = new_column(env, &f, rows, text_bytes);
  if (!m) return KT_ENOMEM;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *r = kt_batch_record(b, i);
    if (!is_row(c, r)) continue;
    kt_cell cell;
    kt_column_cell(col, b, r, kt_column_score(b, i), &cell);
    put_cell(&f, &cell);
  }
  if (!f.nulls) m->buffers[0] = NULL;
  *out = (struct ArrowArray){ .length = (int64_t)rows,
                              .null_count = (int64_t)f.nulls,
                              .n_buffers = f.type <= WIDE_TEXT ? 3 : 2,
                              .buffers = m->buffers,
                              .release = release_column,
                              .private_data = m };
  *format = format_of(f.type);
  return KT_OK;
}

static kt_status start(const kt_env *env, const kt_columns *c, size_t rows,
                       struct ArrowSchema *schema, struct ArrowArray *array) {
  void **children;
  parent_memory *m = new_parent(env, c->count, sizeof(struct ArrowSchema), &children);
  if (!m) return KT_ENOMEM;
  *schema = (struct ArrowSchema){ .format = "+s",
                                  .name = "",
                                  .n_children = (int64_t)c->count,
                                  .children = (struct ArrowSchema **)children,
                                  .release = release_schema,
                                  .private_data = m };
  m = new_parent(env, c->count, sizeof(struct ArrowArray), &children);
  if (!m) {
    schema->release(schema);
    return KT_ENOMEM;
  }
  *array = (struct ArrowArray){ .length = (int64_t)rows,
                                .n_buffers = 1,
                                .n_children = (int64_t)c->count,
                                .buffers = m->buffers,
                                .children = (struct ArrowArray **)children,
                                .release = release_array,
                                .private_data = m };
  return KT_OK;
}

static kt_status export_columns(const kt_env *env, const kt_columns *c, const kt_batch *b,
                                uint64_t max_bytes, struct ArrowSchema *schema,
                                struct ArrowArray *array) {
  if (start(env, c, count_rows(c, b), schema, array) < 0) return KT_ENOMEM;
  for (size_t i = 0; i < c->count; i++) {
    struct ArrowSchema *s = schema->children[i];
    if (fill_column(env, c, &c->items[i], b, max_bytes, array->children[i], &s->format) < 0) {
      schema->release(schema);
      array->release(array);
      return KT_ENOMEM;
    }
    s->name = c->items[i].name.ptr; /* a literal: the layout's own columns */
    s->flags = ARROW_FLAG_NULLABLE;
    s->release = release_child_schema;
  }
  return KT_OK;
}

kt_status kt_arrow_export(const kt_env *env, const kt_batch *b, const char *record,
                          uint64_t max_bytes, struct ArrowSchema *schema, struct ArrowArray *array,
                          kt_error *err) {
  kt_columns c;
  struct ArrowSchema s;
  struct ArrowArray a;
  kt_status st = kt_columns_init(&c, env, record, NULL, err);
  if (st < 0) return st;
  st = export_columns(env, &c, b, max_bytes, &s, &a);
  kt_columns_free(&c);
  if (st < 0) return kt_fail_nomem(err, "arrow");
  *schema = s;
  *array = a;
  return KT_OK;
}

kt_status kt_batch_export_arrow(const kt_env *env, const kt_batch *b, const char *record,
                                struct ArrowSchema *schema, struct ArrowArray *array,
                                kt_error *err) {
  return kt_arrow_export(env, b, record, INT32_MAX, schema, array, err);
}
