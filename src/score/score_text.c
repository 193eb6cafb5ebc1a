/* SPDX-License-Identifier: Apache-2.0 */
#include <kappatweet/score.h>
#include <kappatweet/train.h>
#include "base/error.h"
#include "base/span.h"
kt_status kt_model_open(const kt_env *env, const char *path, kt_model **out, kt_error *err) {
  (void)env, (void)path, (void)out;
  return kt_fail(err, KT_ENOTSUP, 0, "score", "the scorer is being written");
}
kt_status kt_model_from_bytes(const kt_env *env, kt_span bytes, kt_model **out, kt_error *err) {
  (void)env, (void)bytes, (void)out;
  return kt_fail(err, KT_ENOTSUP, 0, "score", "the scorer is being written");
}
void kt_model_free(kt_model *m) {
  (void)m;
}
kt_span kt_model_name(const kt_model *m) {
  (void)m;
  return KT_NULL_SPAN;
}
kt_span kt_model_version(const kt_model *m) {
  (void)m;
  return KT_NULL_SPAN;
}
kt_span kt_model_hash(const kt_model *m) {
  (void)m;
  return KT_NULL_SPAN;
}
kt_span kt_model_info(const kt_model *m) {
  (void)m;
  return KT_NULL_SPAN;
}
kt_span kt_model_path(const kt_model *m) {
  (void)m;
  return KT_NULL_SPAN;
}
kt_span kt_model_language(const kt_model *m, size_t i) {
  (void)m, (void)i;
  return KT_NULL_SPAN;
}
void kt_score_text(const kt_model *m, kt_span lang, kt_span text, kt_score *out,
                   kt_span *lang_used) {
  (void)m, (void)lang, (void)text, (void)lang_used;
  *out = (kt_score){ 0 };
}
void kt_score_language(const kt_score *score, char tag[4]) {
  (void)score;
  tag[0] = 0;
}
size_t kt_score_explain(const kt_model *m, kt_span lang, kt_span text, kt_score *out,
                        kt_span *lang_used, kt_score_term *terms, size_t cap) {
  (void)m, (void)lang, (void)text, (void)lang_used, (void)out, (void)terms, (void)cap;
  return 0;
}
kt_span kt_language_detect(const kt_model *m, kt_span text, float *confidence) {
  (void)m, (void)text, (void)confidence;
  return KT_NULL_SPAN;
}
const char *kt_trainer_options(void) {
  return "\t\t\t\t\t\ttrainer\n";
}
kt_status kt_trainer_new(const kt_env *env, const kt_conf *conf, kt_trainer **out, kt_error *err) {
  (void)env, (void)conf, (void)out;
  return kt_fail(err, KT_ENOTSUP, 0, "train", "the trainer is being written");
}
void kt_trainer_free(kt_trainer *t) {
  (void)t;
}
kt_status kt_trainer_add(kt_trainer *t, int32_t label, kt_span lang, kt_span text, kt_error *err) {
  (void)t, (void)label, (void)lang, (void)text, (void)err;
  return KT_ENOTSUP;
}
kt_status kt_trainer_add_validation(kt_trainer *t, int32_t label, kt_span lang, kt_span text,
                                    kt_error *err) {
  (void)t, (void)label, (void)lang, (void)text, (void)err;
  return KT_ENOTSUP;
}
kt_status kt_trainer_run(kt_trainer *t, int (*progress)(void *user, const kt_train_state *s),
                         void *user, kt_error *err) {
  (void)t, (void)progress, (void)user, (void)err;
  return KT_ENOTSUP;
}
void kt_trainer_state(const kt_trainer *t, kt_train_state *s) {
  (void)t, (void)s;
}
kt_status kt_trainer_encode(const kt_trainer *t, kt_span info, kt_buf *out, kt_error *err) {
  (void)t, (void)info, (void)out, (void)err;
  return KT_ENOTSUP;
}
kt_status kt_trainer_write(const kt_trainer *t, const char *path, kt_span info, kt_error *err) {
  (void)t, (void)path, (void)info, (void)err;
  return KT_ENOTSUP;
}
