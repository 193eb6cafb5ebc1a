/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"

#include <string.h>

#include "base/alloc.h"
#include "base/conf_value.h"
#include "base/error.h"
#include "base/span.h"

typedef struct setting {
  kt_opt opt;
  char *value; /* as set, NULL if not */
  char *def;   /* NUL-terminated copy of the default, NULL if none */
} setting;

struct kt_conf {
  kt_env *env;
  char *options; /* our copy; the settings' spans point into it */
  setting *settings;
  size_t count, cap;
};

static kt_opt_type type_of(kt_span t) {
  static const struct {
    const char *name;
    kt_opt_type type;
  } types[] = { { "string", KT_OPT_STRING }, { "path", KT_OPT_PATH },
                { "int", KT_OPT_INT },       { "float", KT_OPT_FLOAT },
                { "bool", KT_OPT_BOOL },     { "bytes", KT_OPT_BYTES },
                { "char", KT_OPT_CHAR },     { "duration", KT_OPT_DURATION },
                { "secret", KT_OPT_SECRET } };
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (kt_span_is(t, types[i].name)) return types[i].type;
  return KT_OPT_ENUM;
}

int kt_opt_next(const char *options, size_t *pos, kt_opt *out) {
  const char *p = options ? options + *pos : "";
  if (!*p) return 0;
  const char *end = strchr(p, '\n');
  if (!end) return -1;
  kt_span field[7];
  for (int i = 0; i < 7; i++) {
    const char *stop = i < 6 ? memchr(p, '\t', (size_t)(end - p)) : end;
    if (!stop) return -1;
    field[i] = kt_span_make(p, (size_t)(stop - p));
    p = stop + 1;
  }
  *pos = (size_t)(end + 1 - options);
  *out = (kt_opt){ .name = field[0],
                   .type_name = field[1],
                   .unit = field[2],
                   .def = field[3],
                   .min = field[4],
                   .max = field[5],
                   .doc = field[6] };
  if (!out->name.len) return 1;
  out->type = type_of(field[1]);
  if (out->type == KT_OPT_ENUM && (field[1].len < 6 || memcmp(field[1].ptr, "enum:", 5) != 0))
    return -1;
  return 1;
}

static setting *find(const kt_conf *c, const char *name) {
  for (size_t i = 0; c && i < c->count; i++)
    if (kt_span_is(c->settings[i].opt.name, name)) return &c->settings[i];
  return NULL;
}

static int is_required(const kt_opt *opt) {
  return kt_span_is(opt->name, "target") && kt_span_is(opt->def, "!");
}

static kt_status declare(kt_conf *c, const kt_opt *opt, kt_error *err) {
  if (kt_grow(c->env, &c->settings, &c->cap, c->count + 1, sizeof *c->settings))
    return kt_fail_nomem(err, "conf");
  setting *s = &c->settings[c->count];
  *s = (setting){ .opt = *opt };
  if (opt->def.len && !is_required(opt)) {
    if (kt_value_check(opt, opt->def, err) < 0) return KT_EINVAL;
    s->def = kt_strndup(c->env, opt->def.ptr, opt->def.len);
    if (!s->def) return kt_fail_nomem(err, "conf");
  }
  c->count++;
  return KT_OK;
}

static kt_status declare_all(kt_conf *c, kt_error *err) {
  size_t pos = 0;
  kt_opt opt;
  int r;
  while ((r = kt_opt_next(c->options, &pos, &opt)) > 0) {
    if (!opt.name.len) continue;
    kt_status st = declare(c, &opt, err);
    if (st < 0) return st;
  }
  return r == 0 ? KT_OK
                : kt_fail(err, KT_EINVAL, 0, "conf",
                          "malformed declaration of options at byte %zu: seven fields with six "
                          "tabs a line",
                          pos);
}

kt_status kt_conf_new(const kt_env *env, const char *options, kt_conf **out, kt_error *err) {
  kt_conf *c = kt_zalloc(env, sizeof *c);
  if (!c) return kt_fail_nomem(err, "conf");
  c->env = kt_env_ref(env);
  c->options = kt_strdup(env, options ? options : "");
  kt_status st = c->options ? declare_all(c, err) : kt_fail_nomem(err, "conf");
  if (st < 0) {
    kt_conf_free(c);
    return st;
  }
  *out = c;
  return KT_OK;
}

void kt_conf_free(kt_conf *c) {
  if (!c) return;
  kt_env *env = c->env;
  for (size_t i = 0; i < c->count; i++) {
    kt_strfree(env, c->settings[i].value);
    kt_strfree(env, c->settings[i].def);
  }
  kt_env_release(env, c->settings, c->cap * sizeof *c->settings);
  kt_strfree(env, c->options);
  kt_env_release(env, c, sizeof *c);
  kt_env_free(env);
}

static kt_status unknown(const kt_conf *c, kt_span name, kt_error *err) {
  kt_span names[64] = { { NULL, 0 } };
  size_t n = 0;
  for (size_t i = 0; i < c->count && n < 64; i++)
    if (!kt_span_is(c->settings[i].opt.name, "target")) names[n++] = c->settings[i].opt.name;
  kt_span near = kt_nearest(name, names, n);
  int shown = name.len > 60 ? 60 : (int)name.len;
  if (near.ptr)
    return kt_fail(err, KT_EINVAL, 0, "conf", "no option '%.*s'; did you mean %.*s?", shown,
                   name.ptr, (int)near.len, near.ptr);
  if (!n)
    return kt_fail(err, KT_EINVAL, 0, "conf", "no option '%.*s': it takes none", shown, name.ptr);
  return kt_fail(err, KT_EINVAL, 0, "conf",
                 "no option '%.*s'; see `kappatweet parts` for those it has", shown, name.ptr);
}

kt_status kt_conf_set(kt_conf *c, const char *name, const char *value, kt_error *err) {
  if (!name || !value)
    return kt_fail(err, KT_EINVAL, 0, "conf", "an option needs a name and a value, not NULL");
  setting *s = find(c, name);
  if (!s) return unknown(c, kt_span_of(name), err);
  kt_status st = kt_value_check(&s->opt, kt_span_of(value), err);
  if (st < 0) return st;
  char *copy = kt_strdup(c->env, value);
  if (!copy) return kt_fail_nomem(err, "conf");
  kt_strfree(c->env, s->value);
  s->value = copy;
  return KT_OK;
}

const char *kt_uri_query(const char *target) {
  for (const char *q = strchr(target, '?'); q; q = strchr(q + 1, '?')) {
    const char *p = q + 1;
    while ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_' || *p == '.' ||
           *p == '-')
      p++;
    if (p > q + 1 && *p == '=') return q;
  }
  return NULL;
}

static int hex(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

static void percent_decode(char *s) {
  char *out = s;
  for (; *s; s++) {
    if (s[0] == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0 && (s[1] != '0' || s[2] != '0')) {
      *out++ = (char)(hex(s[1]) << 4 | hex(s[2]));
      s += 2;
    } else
      *out++ = *s;
  }
  *out = '\0';
}

/* Sets name=value&name=value; `query` is scratch. */
static kt_status set_query(kt_conf *c, char *query, kt_error *err) {
  while (query && *query) {
    char *next = strchr(query, '&');
    if (next) *next++ = '\0';
    char *value = strchr(query, '=');
    if (!value)
      return kt_fail(err, KT_EINVAL, 0, "conf", "option '%.60s' has no value: write %.60s=...",
                     query, query);
    *value++ = '\0';
    percent_decode(query);
    percent_decode(value);
    kt_status st = kt_conf_set(c, query, value, err);
    if (st < 0) return st;
    query = next;
  }
  return KT_OK;
}

static kt_status set_target(kt_conf *c, kt_span scheme, const char *target, kt_error *err) {
  setting *s = find(c, "target");
  if (!s)
    return *target ? kt_fail(err, KT_EINVAL, 0, "conf", "%.*s: takes no target, got '%.80s'",
                             (int)scheme.len, scheme.ptr, target)
                   : KT_OK;
  if (!*target)
    return is_required(&s->opt)
               ? kt_fail(err, KT_EINVAL, 0, "conf", "%.*s%sneeds a target: %.*s", (int)scheme.len,
                         scheme.ptr ? scheme.ptr : "", scheme.len ? ": " : "", (int)s->opt.doc.len,
                         s->opt.doc.ptr)
               : KT_OK;
  return kt_conf_set(c, "target", target, err);
}

kt_status kt_conf_set_uri(kt_conf *c, const char *uri, kt_error *err) {
  kt_span scheme = kt_uri_scheme(uri);
  const char *rest = scheme.ptr ? uri + scheme.len + 1 : uri;
  if (scheme.ptr && rest[0] == '/' && rest[1] == '/') rest += 2;
  const char *query = kt_uri_query(rest);
  size_t n = query ? (size_t)(query - rest) : strlen(rest);
  char *target = kt_strndup(c->env, rest, n);
  char *scratch = kt_strdup(c->env, query ? query + 1 : "");
  size_t scratch_size = query ? strlen(query + 1) + 1 : 1;
  kt_status st =
      target && scratch ? set_target(c, scheme, target, err) : kt_fail_nomem(err, "conf");
  if (st == KT_OK) st = set_query(c, scratch, err);
  kt_strfree(c->env, target);
  kt_env_release(c->env, scratch, scratch ? scratch_size : 0);
  return st;
}

const char *kt_conf_string(const kt_conf *c, const char *name) {
  const setting *s = find(c, name);
  return !s ? NULL : s->value ? s->value : s->def;
}

int64_t kt_conf_int(const kt_conf *c, const char *name) {
  const setting *s = find(c, name);
  const char *text = kt_conf_string(c, name), *why;
  int64_t v = 0;
  if (!text || kt_value_number(s->opt.type, kt_span_of(text), &v, &why)) return 0;
  return v;
}

double kt_conf_float(const kt_conf *c, const char *name) {
  const char *text = kt_conf_string(c, name);
  double v = 0;
  return text && !kt_value_float(kt_span_of(text), &v) ? v : 0;
}

int kt_conf_is_set(const kt_conf *c, const char *name) {
  const setting *s = find(c, name);
  return s && s->value;
}
