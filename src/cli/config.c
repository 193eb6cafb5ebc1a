/* SPDX-License-Identifier: Apache-2.0 */
/* A whole pipeline as JSON. json-c says what is in it, the library's pointers say on which line. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

enum { GREATEST_FILE = 1 << 20 };

typedef struct file {
  const char *path;
  char *text;
  size_t len;
} file;

static int line_of(const file *f, size_t offset) {
  int line = 1;
  for (size_t i = 0; i < offset && i < f->len; i++) line += f->text[i] == '\n';
  return line;
}

/* The line of the value at a JSON pointer, 0 if it cannot be told. */
static int line_at(const file *f, const char *pointer) {
  kt_span value;
  if (kt_json_find((kt_span){ f->text, f->len }, pointer, &value) != KT_OK || !value.ptr) return 0;
  return line_of(f, (size_t)(value.ptr - f->text));
}

static int known_line(const file *f, const char *pointer) {
  int line = line_at(f, pointer);
  return line ? line : 1;
}

static kt_status wrong(const file *f, const char *pointer, kt_error *err, const char *what,
                       const char *detail) {
  return cli_fail(err, KT_EINVAL, "command", "%s:%d: %s%s", f->path, line_at(f, pointer), what,
                  detail);
}

static kt_status read_file(file *f, kt_error *err) {
  FILE *in = fopen(f->path, "rb");
  if (!in) return cli_fail(err, KT_EIO, "command", "cannot open %s: %s", f->path, strerror(errno));
  f->text = malloc(GREATEST_FILE + 1);
  if (f->text) f->len = fread(f->text, 1, GREATEST_FILE + 1, in);
  int failed = ferror(in);
  fclose(in);
  if (!f->text) return cli_fail(err, KT_ENOMEM, "command", "out of memory");
  if (failed) return cli_fail(err, KT_EIO, "command", "cannot read %s", f->path);
  if (f->len > GREATEST_FILE)
    return cli_fail(err, KT_ETOOBIG, "command", "%s: a pipeline file has at most 1 MiB", f->path);
  return KT_OK;
}

/* json-c (0.16) crashes or leaves members out where it finds no memory for its tree, which takes at
 * most about 60 bytes for each of the text: it is not asked when there are not so many. */
static int has_room_for_tree(size_t len) {
  void *volatile room = malloc(64 * len + (64 << 10));
  int found = room != NULL;
  free(room);
  return found;
}

static kt_status parse(const file *f, json_object **out, kt_error *err) {
  json_tokener *t = has_room_for_tree(f->len) ? json_tokener_new() : NULL;
  if (!t) return cli_fail(err, KT_ENOMEM, "command", "out of memory");
  json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  *out = json_tokener_parse_ex(t, f->text, (int)f->len);
  enum json_tokener_error e = json_tokener_get_error(t);
  size_t at = json_tokener_get_parse_end(t);
  json_tokener_free(t);
  if (e == json_tokener_continue)
    return cli_fail(err, KT_EPARSE, "command", "%s:%d: the JSON is not complete", f->path,
                    line_of(f, f->len));
  if (e != json_tokener_success)
    return cli_fail(err, KT_EPARSE, "command", "%s:%d: not JSON: %s", f->path, line_of(f, at),
                    json_tokener_error_desc(e));
  if (json_object_is_type(*out, json_type_object)) return KT_OK;
  json_object_put(*out);
  return cli_fail(err, KT_EINVAL, "command", "%s:1: a pipeline file is one JSON object", f->path);
}

static int is_scalar(json_object *v) {
  enum json_type t = json_object_get_type(v);
  return t == json_type_string || t == json_type_int || t == json_type_double ||
         t == json_type_boolean;
}

static int append(char *out, size_t cap, const char *s, int escape) {
  size_t n = strlen(out);
  for (; *s; s++) {
    int special = escape && strchr("%&=?", *s);
    if (n + 4 > cap) return -1;
    n += (size_t)snprintf(out + n, cap - n, special ? "%%%02X" : "%c", (unsigned char)*s);
  }
  return 0;
}

/* {"part": "csv", "target": "out/", "delimiter": ","} means csv:out/?delimiter=%2C. */
static kt_status part_uri(const file *f, const char *pointer, json_object *v, char *out, size_t cap,
                          kt_error *err) {
  json_object *name = json_object_object_get(v, "part"),
              *target = json_object_object_get(v, "target");
  int failed = 0, first = 1;
  out[0] = '\0';
  if (!json_object_is_type(name, json_type_string))
    return wrong(f, pointer, err,
                 "a part is a URI, or an object with \"part\", \"target\" and its options", "");
  failed |= append(out, cap, json_object_get_string(name), 0) | append(out, cap, ":", 0);
  if (target) failed |= append(out, cap, json_object_get_string(target), 0);
  json_object_object_foreach(v, key, value) {
    if (!strcmp(key, "part") || !strcmp(key, "target")) continue;
    if (!is_scalar(value))
      return wrong(f, pointer, err, "an option is a string, number or boolean: ", key);
    failed |= append(out, cap, first ? "?" : "&", 0) | append(out, cap, key, 1) |
              append(out, cap, "=", 0);
    failed |= append(out, cap, json_object_get_string(value), 1);
    first = 0;
  }
  return failed ? wrong(f, pointer, err, "too long", "") : KT_OK;
}

static kt_status add_value(cli_plan *plan, const file *f, const char *pointer, cli_key key,
                           json_object *v, kt_error *err) {
  char uri[4096];
  const char *text = uri;
  kt_status st = KT_OK;
  if (cli_settings[key].part && json_object_is_type(v, json_type_object))
    st = part_uri(f, pointer, v, uri, sizeof uri, err);
  else if (is_scalar(v))
    text = json_object_get_string(v);
  else
    st =
        wrong(f, pointer, err, "expected a string, number or boolean for ", cli_settings[key].name);
  if (st < 0) return st;
  kt_error why = { 0 };
  if (cli_plan_add(plan, key, text, known_line(f, pointer), &why) < 0)
    return wrong(f, pointer, err, why.message, "");
  return KT_OK;
}

/* "set": {"batch.max_records": 100} means --set batch.max_records=100. */
static kt_status add_sets(cli_plan *plan, const file *f, json_object *v, kt_error *err) {
  json_object_object_foreach(v, name, value) {
    char text[512], pointer[300];
    snprintf(pointer, sizeof pointer, "/set/%.256s", name);
    if (!is_scalar(value))
      return wrong(f, pointer, err, "expected a string, number or boolean for ", name);
    int n = snprintf(text, sizeof text, "%s=%s", name, json_object_get_string(value));
    if (n < 0 || (size_t)n >= sizeof text) return wrong(f, pointer, err, "too long: ", "set");
    kt_status st = cli_plan_add(plan, CLI_SET, text, known_line(f, pointer), err);
    if (st < 0) return st;
  }
  return KT_OK;
}

static kt_status add_key(cli_plan *plan, const file *f, const char *name, json_object *v,
                         kt_error *err) {
  char pointer[320];
  int key = -1;
  snprintf(pointer, sizeof pointer, "/%.256s", name);
  for (int k = 0; k < CLI_KEYS; k++)
    if (cli_settings[k].in_file && !strcmp(cli_settings[k].name, name)) key = k;
  if (key < 0) {
    const char *near = cli_nearest(name, 0);
    return cli_fail(err, KT_EINVAL, "command", "%s:%d: no setting '%.40s'%s%s%s", f->path,
                    line_at(f, pointer), name,
                    near ? "; did you mean " : ", see `kappatweet help config`", near ? near : "",
                    near ? "?" : "");
  }
  if (key == CLI_SET && json_object_is_type(v, json_type_object)) return add_sets(plan, f, v, err);
  if (cli_settings[key].shape != CLI_MANY || !json_object_is_type(v, json_type_array))
    return add_value(plan, f, pointer, (cli_key)key, v, err);
  for (size_t i = 0; i < json_object_array_length(v); i++) {
    snprintf(pointer, sizeof pointer, "/%.256s/%zu", name, i);
    kt_status st = add_value(plan, f, pointer, (cli_key)key, json_object_array_get_idx(v, i), err);
    if (st < 0) return st;
  }
  return KT_OK;
}

kt_status cli_config(cli_plan *plan, const char *path, kt_error *err) {
  file f = { path, NULL, 0 };
  json_object *root = NULL;
  kt_status st = read_file(&f, err);
  if (st == KT_OK) st = parse(&f, &root, err);
  if (st == KT_OK) {
    json_object_object_foreach(root, name, value) {
      st = add_key(plan, &f, name, value, err);
      if (st < 0) break;
    }
    json_object_put(root);
  }
  free(f.text);
  return st;
}
