/* SPDX-License-Identifier: Apache-2.0 */
#include "posts.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/time.h"

static const char options[] = KT_ENCODER_OPTIONS;

/* An encoder from options as they stand in a URI. */
static kt_encoder *encoder(kt_env *env, int format, const char *query, kt_error *err) {
  char uri[512];
  kt_conf *conf = NULL;
  kt_encoder *e = NULL;
  ck_assert_int_eq(kt_conf_new(env, options, &conf, NULL), KT_OK);
  snprintf(uri, sizeof uri, "x:%s%s", *query ? "?" : "", query);
  if (kt_conf_set_uri(conf, uri, err) == KT_OK) kt_encoder_new(env, format, conf, &e, err);
  kt_conf_free(conf);
  return e;
}

/* Header and all records of the batch, to be freed. */
static char *encode(const kt_batch *b, int format, const char *query) {
  kt_error err = { 0 };
  kt_encoder *e = encoder(b->env, format, query, &err);
  ck_assert_msg(e != NULL, "%s", err.message);
  kt_buf out;
  kt_buf_init(&out, b->env);
  ck_assert_int_eq(kt_encoder_header(e, &out), KT_OK);
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    size_t before = out.len;
    int added = -1;
    ck_assert_int_eq(kt_encoder_record(e, b, i, &out, &added), KT_OK);
    ck_assert_int_eq(added, out.len > before);
  }
  ck_assert_int_eq(kt_encoder_record(e, b, kt_batch_count(b), &out, NULL), KT_EINVAL);
  char *text = strndup(out.ptr ? out.ptr : "", out.len);
  kt_buf_clear(&out);
  kt_encoder_free(e);
  return text;
}

static void expect(const kt_batch *b, int format, const char *query, const char *wanted) {
  char *text = encode(b, format, query);
  ck_assert_str_eq(text, wanted);
  free(text);
}

static kt_batch *one_post(kt_env *env, const char *text) {
  kt_batch *b = kt_batch_new(env, NULL);
  test_add_post(b, kt_span_of(text));
  return b;
}

static void finish(kt_env *env, kt_batch *b) {
  kt_batch_unref(b);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}

START_TEST(ndjson_has_every_field_in_order) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "a \"b\"; \\c\n\xC3\xB1\x01");
  expect(b, KT_FORMAT_NDJSON, "",
         "{\"id\":3,\"text\":\"a \\\"b\\\"; \\\\c\\n\xC3\xB1\\u0001\",\"created_time\":"
         "\"2021-11-05T10:00:00+00:00\",\"source\":\"Twitter for iPhone\",\"tweet_id\":\"1456\","
         "\"user_name\":\"Jos\xC3\xA9\",\"user_id\":\"42\",\"run_start_time\":1636106400.123456,"
         "\"run_time_limit\":7200}\n");
  expect(
      b, KT_FORMAT_NDJSON, "record=full",
      "{\"kind\":\"post\",\"tweet_id\":\"1456\",\"text\":\"a \\\"b\\\"; \\\\c\\n\xC3\xB1\\u0001\","
      "\"created_time\":\"2021-11-05T10:00:00+00:00\",\"lang\":\"es\",\"source\":\"Twitter for "
      "iPhone\",\"user_id\":\"42\",\"user_name\":\"Jos\xC3\xA9\",\"repost\":true,\"reply\":false,"
      "\"quote\":false,\"truncated\":false,\"edited\":true}\n");
  test_score(b, 0.75f, KT_LABEL_POSITIVE);
  expect(b, KT_FORMAT_NDJSON, "record=sentiment",
         "{\"id\":\"1456\",\"text\":\"a \\\"b\\\"; \\\\c\\n\xC3\xB1\\u0001\",\"created_time\":"
         "\"2021-11-05T10:00:00+00:00\",\"user_name\":\"Jos\xC3\xA9\",\"sentiment\":\"POSITIVE\","
         "\"score_positive\":0.75,\"score_negative\":0.25,\"score_neutral\":1e-07,\"score_mixed\":"
         "0.0}\n");
  expect(b, KT_FORMAT_NDJSON, "record=full&fields=kind,sentiment,score_mixed",
         "{\"kind\":\"post\",\"sentiment\":\"POSITIVE\",\"score_mixed\":0.0}\n");
  finish(env, b);
}
END_TEST

START_TEST(full_has_the_scores_of_a_scored_post) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  test_score(b, 0.75f, KT_LABEL_MIXED);
  kt_batch_set_scorer(b, KT_LIT("mine"), KT_LIT("2"), KT_LIT("ab12"));
  test_add_post(b, KT_LIT("failed"));
  kt_builder build = { .batch = b };
  kt_score failed = { .flags = KT_SCORE_FAILED };
  ck_assert_int_eq(kt_builder_score(&build, &failed), KT_OK);
  char *text = encode(b, KT_FORMAT_NDJSON, "record=full");
  char *second = strchr(text, '\n') + 1;
  ck_assert_ptr_nonnull(strstr(text,
                               ",\"edited\":true,\"sentiment\":\"MIXED\",\"score_positive\":0.75,"
                               "\"score_negative\":0.25,\"score_neutral\":1e-07,"
                               "\"score_mixed\":0.0,\"scorer\":\"mine\","
                               "\"scorer_version\":\"2\",\"model_hash\":\"ab12\"}\n"));
  ck_assert_ptr_null(strstr(second, "sentiment"));
  free(text);
  expect(
      b, KT_FORMAT_CSV, "record=full",
      "kind;tweet_id;text;created_time;lang;source;user_id;user_name;repost;reply;quote;truncated;"
      "edited;sentiment;score_positive;score_negative;score_neutral;score_mixed;scorer;"
      "scorer_version;model_hash\n"
      "post;1456;x;2021-11-05T10:00:00+00:00;es;Twitter for iPhone;42;Jos\xC3\xA9;true;false;false;"
      "false;true;MIXED;0.75;0.25;1e-07;0.0;mine;2;ab12\n"
      "post;1456;failed;2021-11-05T10:00:00+00:00;es;Twitter for iPhone;42;Jos\xC3\xA9;true;false;"
      "false;false;true;;;;;;;;\n");
  finish(env, b);
}
END_TEST

START_TEST(missing_is_null_or_empty) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_record *r = test_add(b, KT_LIT("{}"));
  expect(b, KT_FORMAT_NDJSON, "",
         "{\"id\":null,\"text\":null,\"created_time\":null,\"source\":null,\"tweet_id\":null,"
         "\"user_name\":null,\"user_id\":null,\"run_start_time\":null,\"run_time_limit\":null}\n");
  expect(b, KT_FORMAT_NDJSON, "record=sentiment",
         "{\"id\":null,\"text\":null,\"created_time\":null,\"user_name\":null,\"sentiment\":null,"
         "\"score_positive\":null,\"score_negative\":null,\"score_neutral\":null,\"score_mixed\":"
         "null}\n");
  expect(b, KT_FORMAT_CSV, "header=false", ";;;;;;;;\n");
  expect(b, KT_FORMAT_CSV, "header=false&record=sentiment", ";;;;;;;;\n");
  expect(b, KT_FORMAT_CSV, "header=false&fields=text", "\"\"\n");
  expect(b, KT_FORMAT_DYNAMODB, "fields=id,text",
         "{\"id\":{\"NULL\":true},\"text\":{\"NULL\":true}}");
  r->text = KT_LIT("");
  expect(b, KT_FORMAT_NDJSON, "fields=text", "{\"text\":\"\"}\n");
  expect(b, KT_FORMAT_DYNAMODB, "fields=text", "{\"text\":{\"S\":\"\"}}");
  test_score(b, 1, KT_LABEL_NEUTRAL);
  b->scores[0].mixed = (float)(1e38 * 1e38);
  expect(b, KT_FORMAT_NDJSON, "record=full&fields=score_mixed,score_positive",
         "{\"score_mixed\":null,\"score_positive\":1.0}\n");
  expect(b, KT_FORMAT_DYNAMODB, "record=full&fields=score_mixed",
         "{\"score_mixed\":{\"NULL\":true}}");
  finish(env, b);
}
END_TEST

START_TEST(csv_quotes_only_what_must_be) {
  static const struct {
    const char *text, *query, *cell;
  } cases[] = {
    { "plain, text", "", "plain, text" },
    { "a;b", "", "\"a;b\"" },
    { "a;b", "&delimiter=,", "a;b" },
    { "a,b", "&delimiter=,", "\"a,b\"" },
    { "a\tb", "&delimiter=\\t", "\"a\tb\"" },
    { "say \"x\"", "", "\"say \"\"x\"\"\"" },
    { "\"\"", "", "\"\"\"\"\"\"" },
    { "a\nb", "", "\"a\nb\"" },
    { "a\r", "", "\"a\r\"" },
    { "0123456789abcdef0123456789abcde;", "", "\"0123456789abcdef0123456789abcde;\"" },
    { "0123456789abcdef\n", "", "\"0123456789abcdef\n\"" },
    { "0123456789abcdef", "", "0123456789abcdef" },
  };
  kt_env *env = test_env(NULL, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char query[64], wanted[128];
    kt_batch *b = one_post(env, cases[i].text);
    snprintf(query, sizeof query, "header=no&fields=text,lang%s", cases[i].query);
    char d = cases[i].query[0] ? cases[i].query[11] : ';';
    snprintf(wanted, sizeof wanted, "%s%ces\n", cases[i].cell, d == '\\' ? '\t' : d);
    expect(b, KT_FORMAT_CSV, query, wanted);
    kt_batch_unref(b);
  }
  kt_env_free(env);
}
END_TEST

START_TEST(csv_header_once_with_mark) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  test_add_post(b, KT_LIT("y"));
  expect(b, KT_FORMAT_CSV, "bom=true",
         "\xEF\xBB\xBFid;text;created_time;source;tweet_id;user_name;user_id;run_start_time;"
         "run_time_limit\n"
         "3;x;2021-11-05T10:00:00+00:00;Twitter for "
         "iPhone;1456;Jos\xC3\xA9;42;1636106400.123456;7200\n"
         "3;y;2021-11-05T10:00:00+00:00;Twitter for iPhone;1456;Jos\xC3\xA9;42;1636106400.123456;"
         "7200\n");
  expect(b, KT_FORMAT_CSV, "header=false&bom=true&fields=id", "3\n3\n");
  expect(b, KT_FORMAT_CSV, "fields=a;b=id,text", "\"a;b\";text\n3;x\n3;y\n");
  /* A delimiter that numbers and times hold. */
  expect(b, KT_FORMAT_CSV, "header=false&delimiter=:&fields=created_time,run_start_time",
         "\"2021-11-05T10:00:00+00:00\":1636106400.123456\n"
         "\"2021-11-05T10:00:00+00:00\":1636106400.123456\n");
  finish(env, b);
}
END_TEST

START_TEST(D_columns_pick_rename_and_point) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  expect(b, KT_FORMAT_NDJSON,
         "fields=tweet_id,likes=raw:/public_metrics/like_count,raw:/public_metrics/a~1b,"
         "raw:/public_metrics/a~1b/1/c,none=raw:/x/y,n=raw:/n,who=user_name,ref_id,arrived_time",
         "{\"tweet_id\":\"1456\",\"likes\":7,\"a/b\":[1,{\"c\":\"d\\\"\\n\\u00e9\"}, null],"
         "\"c\":\"d\\\"\\n\\u00e9\",\"none\":null,\"n\":null,\"who\":\"Jos\xC3\xA9\","
         "\"ref_id\":\"1400\",\"arrived_time\":\"2021-11-05T10:00:00.500+00:00\"}\n");
  expect(b, KT_FORMAT_CSV,
         "fields=likes=raw:/public_metrics/like_count,raw:/public_metrics/a~1b,"
         "raw:/public_metrics/a~1b/1/c,none=raw:/x/y,n=raw:/n,id",
         "likes;a/b;c;none;n;id\n"
         "7;\"[1,{\"\"c\"\":\"\"d\\\"\"\\n\\u00e9\"\"}, null]\";\"d\"\"\n\xC3\xA9\";;;3\n");
  expect(b, KT_FORMAT_DYNAMODB, "fields=m=raw:/public_metrics",
         "{\"m\":{\"M\":{\"like_count\":{\"N\":\"7\"},\"a/"
         "b\":{\"L\":[{\"N\":\"1\"},{\"M\":{\"c\":{\"S\":"
         "\"d\\\"\\n\\u00e9\"}}},{\"NULL\":true}]}}}}");
  /* Of two columns named id, the record's own. */
  expect(b, KT_FORMAT_NDJSON, "record=sentiment&fields=id", "{\"id\":\"1456\"}\n");
  expect(b, KT_FORMAT_NDJSON, "record=full&fields=id", "{\"id\":3}\n");
  char *text = encode(b, KT_FORMAT_NDJSON, "fields=id,raw,all=raw:");
  ck_assert_ptr_null(strchr(strchr(text, '\n') + 1, '\n'));
  ck_assert(!strncmp(text, "{\"id\":3,\"raw\":{\"id\":1, \"public_metrics\"", 36));
  ck_assert_ptr_nonnull(strstr(text, ",\"all\":{\"id\":1, \"public_metrics\""));
  free(text);
  finish(env, b);
}
END_TEST

START_TEST(pointers_follow_their_rules) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  b->records[0].raw =
      KT_LIT("{\"\":1,\"a\":[{\"b\":2},{\"b\":3,\"b\":4}],\"~\":5,\"\\u0061\":[7]}");
  expect(b, KT_FORMAT_NDJSON,
         "fields=empty=raw:/,last=raw:/a/0,none=raw:/a/00,over=raw:/a/1,til=raw:/~0,in=raw:/til/x,"
         "raw:/a",
         "{\"empty\":1,\"last\":7,\"none\":null,\"over\":null,\"til\":5,\"in\":null,\"a\":[7]}\n");
  b->records[0].raw = KT_LIT("{\"a=b\":1}");
  expect(b, KT_FORMAT_NDJSON, "fields=raw:/a=b,c=raw:/a=b", "{\"a=b\":1,\"c\":1}\n");
  test_add_post(b, KT_LIT("y")); /* each record has its own payload */
  b->records[1].raw = KT_LIT("{\"a=b\":2}");
  expect(b, KT_FORMAT_NDJSON, "fields=c=raw:/a=b", "{\"c\":1}\n{\"c\":2}\n");
  b->count = 1;
  b->records[0].raw = KT_LIT("{\"a\":1} x");
  expect(b, KT_FORMAT_CSV, "header=no&fields=lang,raw:/a", "es;\n");
  finish(env, b);
}
END_TEST

START_TEST(options_say_what_is_wrong) {
  static const struct {
    const char *query, *message;
  } cases[] = {
    { "fields=tweet_id,user_nam", "option fields: no column 'user_nam'; did you mean user_name?" },
    { "fields=zzzzzzzz", "option fields: no column 'zzzzzzzz'; a field of the payload is written "
                         "raw:/json/pointer" },
    { "fields=id,,text", "option fields: an empty name; write column,column or name=column" },
    { "fields==id", "option fields: an empty name; write column,column or name=column" },
    { "fields=id,n\xC3=text", "option fields: no valid UTF-8 at byte 4" },
    { "fields=raw:likes", "option fields: 'raw:likes' is no JSON pointer; write raw:/name/name" },
    { "fields=id,id", "option fields: two columns are named 'id'; rename one: other=id" },
    { "fields=text,raw:/text",
      "option fields: two columns are named 'text'; rename one: other=text" },
    { "delimiter=\"",
      "option delimiter: it cannot be a quote, a line end or a letter beyond ASCII" },
    { "delimiter=%0A",
      "option delimiter: it cannot be a quote, a line end or a letter beyond ASCII" },
    { "record=twet",
      "option record: 'twet' is not one of tweet|sentiment|full|raw; did you mean tweet?" },
  };
  kt_env *env = test_env(NULL, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    kt_error err = { 0 };
    ck_assert_ptr_null(encoder(env, KT_FORMAT_CSV, cases[i].query, &err));
    ck_assert_int_eq(err.code, KT_EINVAL);
    ck_assert_str_eq(err.message, cases[i].message);
  }
  kt_encoder *e = NULL;
  ck_assert_int_eq(kt_encoder_new(env, 3, NULL, &e, NULL), KT_EINVAL);
  ck_assert_int_eq(kt_encoder_new(env, KT_FORMAT_CSV, NULL, &e, NULL), KT_OK);
  kt_encoder_free(e);
  kt_encoder_free(NULL);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(each_kind_where_it_belongs) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_record *r = test_add(b, KT_LIT("{\"delete\":1}"));
  r->kind = KT_DELETE;
  r->id = KT_LIT("9");
  r = test_add(b, KT_LIT("{\"limit\":2}"));
  r->kind = KT_NOTICE;
  r->text = KT_LIT("limit");
  r = test_add(b, KT_LIT(""));
  r->kind = KT_GAP;
  r->raw = KT_NULL_SPAN;
  expect(b, KT_FORMAT_NDJSON, "", "");
  expect(b, KT_FORMAT_CSV, "record=sentiment&header=no", "");
  expect(b, KT_FORMAT_DYNAMODB, "", "");
  expect(b, KT_FORMAT_NDJSON, "record=raw", "{\"delete\":1}\n{\"limit\":2}\n");
  expect(b, KT_FORMAT_CSV, "record=raw", "raw\n\"{\"\"delete\"\":1}\"\n\"{\"\"limit\"\":2}\"\n");
  expect(b, KT_FORMAT_DYNAMODB, "record=raw",
         "{\"raw\":{\"S\":\"{\\\"delete\\\":1}\"}}{\"raw\":{\"S\":\"{\\\"limit\\\":2}\"}}");
  expect(b, KT_FORMAT_NDJSON, "record=full&fields=kind,tweet_id,text,repost",
         "{\"kind\":\"delete\",\"tweet_id\":\"9\",\"text\":null,\"repost\":null}\n"
         "{\"kind\":\"notice\",\"tweet_id\":null,\"text\":\"limit\",\"repost\":null}\n"
         "{\"kind\":\"gap\",\"tweet_id\":null,\"text\":null,\"repost\":null}\n");
  finish(env, b);
}
END_TEST

START_TEST(each_flag_is_its_own) {
  static const char *const names[] = { "repost", "reply", "quote", "truncated", "edited" };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  for (int i = 0; i < 5; i++) {
    b->records[0].flags = 1u << i | KT_REPAIRED;
    char *text = encode(b, KT_FORMAT_CSV, "header=no&fields=repost,reply,quote,truncated,edited");
    const char *p = text;
    for (int k = 0; k < 5; k++, p = strpbrk(p, ";\n") + 1)
      ck_assert_msg((*p == 't') == (k == i), "%s", names[k]);
    free(text);
  }
  finish(env, b);
}
END_TEST

START_TEST(raw_stays_one_line) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_record *r = test_add(b, KT_LIT("{\r\n  \"a\": \"x\\n\"\r\n}"));
  expect(b, KT_FORMAT_NDJSON, "record=raw", "{    \"a\": \"x\\n\"  }\n");
  r->raw = KT_LIT("not json\n"); /* of a stranger's parser */
  expect(b, KT_FORMAT_NDJSON, "fields=raw,a=raw:/a", "{\"raw\":\"not json\\n\",\"a\":null}\n");
  r->raw = KT_LIT("1 2");
  expect(b, KT_FORMAT_NDJSON, "fields=raw", "{\"raw\":\"1 2\"}\n");
  finish(env, b);
}
END_TEST

START_TEST(dead_letters_have_one_shape) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_dead why = { .size = sizeof why,
                  .attempts = 5,
                  .code = KT_EPARSE,
                  .lane = KT_LIT("parse"),
                  .place = KT_LIT("p\xFF.ndjson:1:0"),
                  .reason = KT_LIT("byte 3: no \"value\"") };
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, KT_LIT("{\"a\":\n"), &why), KT_OK);
  const char *wanted =
      "{\"kind\":\"dead\",\"lane\":\"parse\",\"place\":\"p\xEF\xBF\xBD.ndjson:1:0\","
      "\"attempts\":5,\"error\":\"KT_EPARSE\",\"reason\":\"byte 3: no "
      "\\\"value\\\"\",\"frame\":\"{\\\"a\\\":\\n\"}\n";
  expect(b, KT_FORMAT_NDJSON, "", wanted);
  expect(b, KT_FORMAT_NDJSON, "record=raw", wanted);
  expect(b, KT_FORMAT_NDJSON, "record=full&fields=text", wanted);
  expect(b, KT_FORMAT_CSV, "header=no&fields=id,text,lang",
         "\"{\"\"kind\"\":\"\"dead\"\",\"\"lane\"\":\"\"parse\"\",\"\"place\"\":\"\"p\xEF\xBF\xBD."
         "ndjson:"
         "1:0\"\",\"\"attempts\"\":5,\"\"error\"\":\"\"KT_EPARSE\"\",\"\"reason\"\":\"\"byte 3: no "
         "\\\"\"value\\\"\"\"\",\"\"frame\"\":\"\"{\\\"\"a\\\"\":\\n\"\"}\";;\n");
  expect(b, KT_FORMAT_DYNAMODB, "",
         "{\"kind\":{\"S\":\"dead\"},\"lane\":{\"S\":\"parse\"},\"place\":{\"S\":\"p\xEF\xBF\xBD."
         "ndjson:"
         "1:0\"},\"attempts\":{\"N\":\"5\"},\"error\":{\"S\":\"KT_EPARSE\"},\"reason\":{\"S\":"
         "\"byte 3: "
         "no \\\"value\\\"\"},\"frame\":{\"S\":\"{\\\"a\\\":\\n\"}}");
  char *one = encode(b, KT_FORMAT_CSV, "header=no");
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, KT_LIT("{\"a\":\n"), &why), KT_OK);
  char *two = encode(b, KT_FORMAT_CSV, "header=no");
  ck_assert_uint_eq(strlen(two), 2 * strlen(one));
  ck_assert_str_eq(two + strlen(one), one);
  free(one);
  free(two);
  finish(env, b);
}
END_TEST

START_TEST(dead_frame_in_base64) {
  static const struct {
    kt_span frame;
    const char *base64;
  } cases[] = { { { "\xFF", 1 }, "/w==" },
                { { "\xFF\xFE", 2 }, "//4=" },
                { { "\xFF\xFE\0", 3 }, "//4A" },
                { { "ab\xFF\xFE", 4 }, "YWL//g==" } };
  kt_env *env = test_env(NULL, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char wanted[256];
    kt_batch *b = kt_batch_new(env, NULL);
    kt_dead why = { .size = sizeof why, .code = KT_EREMOTE };
    ck_assert_int_eq(kt_batch_add_dead(b, NULL, cases[i].frame, &why), KT_OK);
    snprintf(
        wanted, sizeof wanted,
        "{\"kind\":\"dead\",\"lane\":null,\"place\":null,\"attempts\":0,\"error\":\"KT_EREMOTE\","
        "\"reason\":null,\"frame_base64\":\"%s\"}\n",
        cases[i].base64);
    expect(b, KT_FORMAT_NDJSON, "", wanted);
    kt_batch_unref(b);
  }
  kt_env_free(env);
}
END_TEST

START_TEST(dynamodb_types_each_value) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "a\"b");
  expect(b, KT_FORMAT_DYNAMODB, "",
         "{\"id\":{\"N\":\"3\"},\"text\":{\"S\":\"a\\\"b\"},\"created_time\":{\"S\":"
         "\"2021-11-05T10:00:00+00:00\"},\"source\":{\"S\":\"Twitter for "
         "iPhone\"},\"tweet_id\":{\"S\":"
         "\"1456\"},\"user_name\":{\"S\":\"Jos\xC3\xA9\"},\"user_id\":{\"S\":\"42\"},\"run_start_"
         "time\":"
         "{\"N\":\"1636106400.123456\"},\"run_time_limit\":{\"N\":\"7200\"}}");
  test_score(b, 0.5f, KT_LABEL_NEGATIVE);
  expect(b, KT_FORMAT_DYNAMODB, "record=full&fields=kind,repost,reply,sentiment,score_positive",
         "{\"kind\":{\"S\":\"post\"},\"repost\":{\"BOOL\":true},\"reply\":{\"BOOL\":false},"
         "\"sentiment\":{\"S\":\"NEGATIVE\"},\"score_positive\":{\"N\":\"0.5\"}}");
  b->records[0].raw =
      KT_LIT("{\"v\":[1e2,-0.5,12345678901234567890123456789012345678,"
             "123456789012345678901234567890123456789,1e200, [ ] ,{ }, true , \"\"]}");
  expect(b, KT_FORMAT_DYNAMODB, "fields=raw:/v",
         "{\"v\":{\"L\":[{\"N\":\"1e2\"},{\"N\":\"-0.5\"},{\"N\":"
         "\"12345678901234567890123456789012345678\"},{\"S\":"
         "\"123456789012345678901234567890123456789\"},{\"S\":\"1e200\"},{\"L\":[]},{\"M\":{}},"
         "{\"BOOL\":true},{\"S\":\"\"}]}}");
  finish(env, b);
}
END_TEST

START_TEST(dynamodb_numbers_fit_or_are_text) {
  static const struct {
    const char *number;
    int fits;
  } cases[] = { { "0", 1 },
                { "-0.0", 1 },
                { "0e999", 1 },
                { "1e125", 1 },
                { "1e126", 0 },
                { "9.9E+125", 1 },
                { "99e125", 0 },
                { "0.01e127", 1 },
                { "0.01e128", 0 },
                { "1e-130", 1 },
                { "1e-131", 0 },
                { "10e-131", 1 },
                { "-0.1e-129", 1 },
                { "-0.1e-130", 0 },
                { "12345678901234567890123456789012345678", 1 },
                { "1.2345678901234567890123456789012345678", 1 },
                { "123456789012345678901234567890123456789", 0 },
                { "0.00123456789012345678901234567890123456789", 0 },
                { "123456789012345678901234567890123456780", 1 },
                { "1e99999999999999999999", 0 } };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char raw[128], wanted[160];
    snprintf(raw, sizeof raw, "{\"v\":%s}", cases[i].number);
    snprintf(wanted, sizeof wanted, "{\"v\":{\"%s\":\"%s\"}}", cases[i].fits ? "N" : "S",
             cases[i].number);
    b->records[0].raw = kt_span_of(raw);
    expect(b, KT_FORMAT_DYNAMODB, "fields=raw:/v", wanted);
  }
  finish(env, b);
}
END_TEST

START_TEST(times_are_as_the_slow_way_writes_them) {
  static const int64_t times[] = { 0,
                                   -1,
                                   -1000,
                                   -86400000,
                                   1636106400000,
                                   1636106400001,
                                   1636106400999,
                                   1636106401000,
                                   1636156799999,
                                   1636156800000,
                                   253402300799999,
                                   253402300800000,
                                   -62167219200001,
                                   1636106400000 };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  kt_encoder *e = encoder(env, KT_FORMAT_CSV, "fields=created_time", NULL);
  kt_buf out;
  kt_buf_init(&out, env);
  for (size_t i = 0; i < 3000; i++) {
    char wanted[48];
    size_t n = sizeof times / sizeof *times;
    int64_t ms = i < n ? times[i] : (int64_t)(i * i * 7919) * 101 - 3000000000;
    b->records[0].created_ms = ms;
    out.len = 0;
    ck_assert_int_eq(kt_encoder_record(e, b, 0, &out, NULL), KT_OK);
    size_t len = kt_time_format_iso(ms, wanted);
    wanted[len++] = '\n';
    ck_assert_uint_eq(out.len, len);
    ck_assert(!memcmp(out.ptr, wanted, len));
  }
  kt_buf_clear(&out);
  kt_encoder_free(e);
  finish(env, b);
}
END_TEST

START_TEST(transliterates_prose_only) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "\xC2\xA1ma\xC3\xB1"
                              "ana!");
  b->records[0].lang = KT_LIT("\xC3\xA9");
  b->records[0].source = KT_LIT("Caf\xC3\xA9");
  expect(b, KT_FORMAT_NDJSON, "transliterate=ascii&fields=source", "{\"source\":\"Cafe\"}\n");
  expect(b, KT_FORMAT_NDJSON, "transliterate=ascii&fields=text,user_name,lang",
         "{\"text\":\"!manana!\",\"user_name\":\"Jose\",\"lang\":\"\xC3\xA9\"}\n");
  expect(b, KT_FORMAT_CSV, "transliterate=ascii&header=no&fields=text,user_name,lang",
         "!manana!;Jose;\xC3\xA9\n");
  expect(b, KT_FORMAT_NDJSON, "transliterate=none&fields=user_name",
         "{\"user_name\":\"Jos\xC3\xA9\"}\n");
  finish(env, b);
}
END_TEST

/* A special character at each place of a text of each length, whatever way its bytes are loaded. */
START_TEST(special_characters_at_every_place) {
  static const struct {
    char c;
    const char *json, *csv;
  } cases[] = { { '"', "\\\"", "\"\"" }, { '\n', "\\n", "\n" }, { '\\', "\\\\", NULL },
                { 1, "\\u0001", NULL },  { ';', NULL, ";" },    { '\r', "\\r", "\r" } };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  for (size_t n = 1; n < 70; n++)
    for (size_t at = 0; at < n; at++)
      for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = malloc(n), json[160], csv[160], one[2] = { cases[k].c, '\0' };
        memset(text, 'a', n);
        text[at] = cases[k].c;
        b->records[0].text = kt_span_make(text, n);
        snprintf(json, sizeof json, "{\"text\":\"%.*s%s%.*s\"}\n", (int)at, text,
                 cases[k].json ? cases[k].json : one, (int)(n - at - 1), text + at + 1);
        snprintf(csv, sizeof csv, "%s%.*s%s%.*s%s\n", cases[k].csv ? "\"" : "", (int)at, text,
                 cases[k].csv ? cases[k].csv : one, (int)(n - at - 1), text + at + 1,
                 cases[k].csv ? "\"" : "");
        expect(b, KT_FORMAT_NDJSON, "fields=text", json);
        expect(b, KT_FORMAT_CSV, "header=no&fields=text", csv);
        free(text);
      }
  finish(env, b);
}
END_TEST

/* What a strict reader of RFC 4180 makes of a row. */
static size_t read_cell(const char **p, const char *end, char *out) {
  size_t n = 0;
  if (*p < end && **p == '"') {
    for (++*p; *p < end; ++*p) {
      if (**p == '"' && (*p + 1 == end || (*p)[1] != '"')) break;
      if (**p == '"') ++*p;
      out[n++] = **p;
    }
    ++*p;
  } else
    while (*p < end && **p != ';' && **p != '\n') out[n++] = *(*p)++;
  return n;
}

START_TEST(random_text_comes_back) {
  static const char letters[] = "\";\n\r,ab c\t\\\xC3\xA9";
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = one_post(env, "x");
  kt_encoder *e = encoder(env, KT_FORMAT_CSV, "fields=text,lang,user_name", NULL);
  kt_buf out;
  kt_buf_init(&out, env);
  for (int round = 0; round < 20000; round++) {
    char text[100], cell[200];
    size_t n = kt_env_random(env) % sizeof text;
    size_t choice = kt_env_random(env) % 3 ? sizeof letters - 1 : 12;
    for (size_t i = 0; i < n; i++)
      text[i] = round % 4 == 3 && i % 40 ? 'a' : letters[kt_env_random(env) % choice];
    b->records[0].text = b->records[0].user_name = kt_span_make(text, n);
    out.len = 0;
    ck_assert_int_eq(kt_encoder_record(e, b, 0, &out, NULL), KT_OK);
    const char *p = out.ptr, *end = out.ptr + out.len;
    ck_assert_uint_eq(read_cell(&p, end, cell), n);
    ck_assert(!memcmp(cell, text, n));
    ck_assert_int_eq(*p++, ';');
    ck_assert_uint_eq(read_cell(&p, end, cell), 2);
    ck_assert_int_eq(*p++, ';');
    ck_assert_uint_eq(read_cell(&p, end, cell), n);
    ck_assert(p + 1 == end && *p == '\n');
  }
  kt_buf_clear(&out);
  kt_encoder_free(e);
  finish(env, b);
}
END_TEST

static const char every_option[] = "record=full&transliterate=ascii&fields=text,user_name,kind,raw,"
                                   "created_time,run_start_time,a=raw:/public_metrics/a~1b,"
                                   "raw:/public_metrics/a~1b/1/c,sentiment,score_neutral";

START_TEST(steady_state_allocates_nothing) {
  for (int format = KT_FORMAT_NDJSON; format <= KT_FORMAT_DYNAMODB; format++) {
    test_alloc a = { 0 };
    kt_env *env = test_env(&a, NULL);
    kt_batch *b = one_post(env, "ma\xC3\xB1"
                                "ana; \"x\"\n");
    test_score(b, 0.1f, KT_LABEL_MIXED);
    kt_encoder *e = encoder(env, format, every_option, NULL);
    kt_buf out;
    kt_buf_init(&out, env);
    ck_assert_int_eq(kt_encoder_record(e, b, 0, &out, NULL), KT_OK);
    size_t calls = a.calls;
    for (int i = 0; i < 100; i++) {
      out.len = 0;
      ck_assert_int_eq(kt_encoder_record(e, b, 0, &out, NULL), KT_OK);
    }
    ck_assert_uint_eq(a.calls, calls);
    kt_buf_clear(&out);
    kt_encoder_free(e);
    finish(env, b);
  }
}
END_TEST

/* Makes an encoder and writes everything, with the nth allocation failing; 1: nothing failed. */
static int try_all(test_alloc *a, kt_conf *conf, const kt_batch *b, int format, size_t n) {
  kt_encoder *e = NULL;
  kt_buf out;
  int ok;
  a->calls = 0;
  a->fail_at = n;
  kt_buf_init(&out, b->env);
  kt_status st = kt_encoder_new(b->env, format, conf, &e, NULL);
  ok = st == KT_OK;
  if (!ok) ck_assert_int_eq(st, KT_ENOMEM);
  for (size_t i = 0; ok && i <= kt_batch_count(b); i++) {
    size_t before = out.len;
    int added = 0;
    st = i ? kt_encoder_record(e, b, i - 1, &out, &added) : kt_encoder_header(e, &out);
    if (st == KT_OK) continue;
    ck_assert_int_eq(added, 0);
    ck_assert_int_eq(st, KT_ENOMEM);
    ck_assert_uint_eq(out.len, before);
    ok = 0;
  }
  a->fail_at = 0;
  kt_buf_clear(&out);
  kt_encoder_free(e);
  return ok;
}

START_TEST(no_memory_leaves_things_whole) {
  for (int format = KT_FORMAT_NDJSON; format <= KT_FORMAT_DYNAMODB; format++) {
    test_alloc a = { 0 };
    kt_env *env = test_env(&a, NULL);
    kt_batch *b = one_post(env, "ma\xC3\xB1"
                                "ana; \"x\"\n");
    kt_conf *conf = NULL;
    char uri[512];
    kt_dead why = { .size = sizeof why, .code = KT_EIO, .lane = KT_LIT("a") };
    ck_assert_int_eq(kt_batch_add_dead(b, NULL,
                                       KT_LIT("\xFF"
                                              "123"),
                                       &why),
                     KT_OK);
    ck_assert_int_eq(kt_conf_new(env, options, &conf, NULL), KT_OK);
    snprintf(uri, sizeof uri, "x:?%s", every_option);
    ck_assert_int_eq(kt_conf_set_uri(conf, uri, NULL), KT_OK);
    size_t live = a.live_bytes, n = 1;
    for (; !try_all(&a, conf, b, format, n); n++) ck_assert_uint_eq(a.live_bytes, live);
    ck_assert_uint_gt(n, 5);
    kt_conf_free(conf);
    finish(env, b);
  }
}
END_TEST

int main(void) {
  Suite *s = suite_create("encode");
  TCase *t = tcase_create("encode");
  tcase_add_test(t, ndjson_has_every_field_in_order);
  tcase_add_test(t, full_has_the_scores_of_a_scored_post);
  tcase_add_test(t, missing_is_null_or_empty);
  tcase_add_test(t, csv_quotes_only_what_must_be);
  tcase_add_test(t, csv_header_once_with_mark);
  tcase_add_test(t, D_columns_pick_rename_and_point);
  tcase_add_test(t, pointers_follow_their_rules);
  tcase_add_test(t, options_say_what_is_wrong);
  tcase_add_test(t, each_kind_where_it_belongs);
  tcase_add_test(t, each_flag_is_its_own);
  tcase_add_test(t, raw_stays_one_line);
  tcase_add_test(t, dead_letters_have_one_shape);
  tcase_add_test(t, dead_frame_in_base64);
  tcase_add_test(t, dynamodb_types_each_value);
  tcase_add_test(t, dynamodb_numbers_fit_or_are_text);
  tcase_add_test(t, times_are_as_the_slow_way_writes_them);
  tcase_add_test(t, transliterates_prose_only);
  tcase_add_test(t, special_characters_at_every_place);
  tcase_add_test(t, random_text_comes_back);
  tcase_add_test(t, steady_state_allocates_nothing);
  tcase_add_test(t, no_memory_leaves_things_whole);
  suite_add_tcase(s, t);
  return test_run(s);
}
