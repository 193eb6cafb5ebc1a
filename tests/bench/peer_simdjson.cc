/* SPDX-License-Identifier: Apache-2.0 */
/* Built once for each kernel: on-demand's walking is compiled for one instruction set, stage 1 and
 * the DOM are chosen at run time, and both must be the same. */
#include "peers.h"

#include <cstring>
#include <string_view>

#include <simdjson.h>

using namespace simdjson;

namespace {

struct self {
  dom::parser dom;
  ondemand::parser ondemand;
};

bench_span span_of(std::string_view s) {
  return { s.data(), s.size() };
}

void get(dom::element o, const char *key, bench_span *out) {
  std::string_view s;
  if (!o[key].get(s)) *out = span_of(s);
}

int take_dom(self *s, const char *text, size_t len, bench_span *out) {
  dom::element post, user;
  if (s->dom.parse(text, len, false).get(post)) return -1;
  get(post, "id_str", &out[BENCH_ID]);
  get(post, "text", &out[BENCH_TEXT]);
  get(post, "created_at", &out[BENCH_CREATED]);
  get(post, "lang", &out[BENCH_LANG]);
  get(post, "source", &out[BENCH_SOURCE]);
  if (post["user"].get(user)) return 0;
  get(user, "id_str", &out[BENCH_USER_ID]);
  get(user, "name", &out[BENCH_USER_NAME]);
  return 0;
}

int fill(ondemand::value v, bench_span *out) {
  std::string_view s;
  ondemand::json_type type;
  if (v.type().get(type)) return -1;
  if (type != ondemand::json_type::string) return 0;
  if (v.get_string().get(s)) return -1;
  *out = span_of(s);
  return 0;
}

int take_user(ondemand::object user, bench_span *out) {
  for (auto field : user) {
    ondemand::raw_json_string key;
    ondemand::value v;
    if (field.key().get(key) || field.value().get(v)) return -1;
    int bad = 0;
    if (key == "id_str")
      bad = fill(v, &out[BENCH_USER_ID]);
    else if (key == "name")
      bad = fill(v, &out[BENCH_USER_NAME]);
    if (bad) return bad;
  }
  return 0;
}

/* In the order of the document, which is how on-demand is fastest. */
int take_ondemand(self *s, const char *text, size_t len, bench_span *out) {
  ondemand::document doc;
  ondemand::object post, user;
  if (s->ondemand.iterate(text, len, len + SIMDJSON_PADDING).get(doc) || doc.get_object().get(post))
    return -1;
  for (auto field : post) {
    ondemand::raw_json_string key;
    ondemand::value v;
    if (field.key().get(key) || field.value().get(v)) return -1;
    int bad = 0;
    if (key == "id_str")
      bad = fill(v, &out[BENCH_ID]);
    else if (key == "text")
      bad = fill(v, &out[BENCH_TEXT]);
    else if (key == "created_at")
      bad = fill(v, &out[BENCH_CREATED]);
    else if (key == "lang")
      bad = fill(v, &out[BENCH_LANG]);
    else if (key == "source")
      bad = fill(v, &out[BENCH_SOURCE]);
    else if (key == "user")
      bad = v.get_object().get(user) ? -1 : take_user(user, out);
    if (bad) return bad;
  }
  return 0;
}

} // namespace

#define CAT(a, b, c) a##b##c
#define NAME(kernel, verb) CAT(bench_, kernel, verb)
#define STRING(kernel) #kernel
#define KERNEL_NAME(kernel) STRING(kernel)

extern "C" int NAME(BENCH_KERNEL, _open)(bench_peer *p) {
  auto *kernel = get_available_implementations()[KERNEL_NAME(BENCH_KERNEL)];
  if (!kernel || !kernel->supported_by_runtime_system()) return -1;
  get_active_implementation() = kernel;
  auto *s = new self;
  p->kernel = KERNEL_NAME(BENCH_KERNEL);
  p->self = s;
  return s->dom.allocate(1 << 20) || s->ondemand.allocate(1 << 20);
}

extern "C" int NAME(BENCH_KERNEL, _take)(bench_peer *p, const char *text, size_t len,
                                         bench_span *out) {
  auto *s = static_cast<self *>(p->self);
  std::memset(out, 0, BENCH_FIELDS * sizeof *out);
  return p->kind ? take_ondemand(s, text, len, out) : take_dom(s, text, len, out);
}

extern "C" void NAME(BENCH_KERNEL, _close)(bench_peer *p) {
  delete static_cast<self *>(p->self);
}
