/* SPDX-License-Identifier: Apache-2.0 */
/* Posts that the scenarios read. */
#ifndef KT_TESTS_OOM_POSTS_H
#define KT_TESTS_OOM_POSTS_H

#include <stdio.h>
#include <string.h>

#define OOM_V1                                                                                     \
  "{\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\",\"id_str\":\"11\",\"text\":\"que d\\u00eda " \
  "tan bonito; s\\u00ed\",\"source\":\"<a href=\\\"x\\\">Web &amp; more</a>\",\"lang\":\"es\","    \
  "\"user\":{\"id_str\":\"7\",\"name\":\"Jos\\u00e9\",\"screen_name\":\"jose\"}}\n"
#define OOM_REPOST                                                                                 \
  "{\"created_at\":\"Fri Nov 05 10:00:01 +0000 2021\",\"id_str\":\"12\",\"text\":\"RT @a: b\","    \
  "\"retweeted_status\":{\"id_str\":\"10\",\"text\":\"short\",\"extended_tweet\":{\"full_text\":"  \
  "\"a text that is whole\"}},\"user\":{\"id_str\":\"8\",\"name\":\"A\"},\"lang\":\"en\"}\n"
#define OOM_V2                                                                                     \
  "{\"data\":[{\"id\":\"21\",\"text\":\"page one &amp; two\",\"created_at\":"                      \
  "\"2021-11-05T10:00:02.000Z\",\"author_id\":\"9\",\"lang\":\"en\"},{\"id\":\"22\",\"text\":"     \
  "\"dos\",\"author_id\":\"9\"}],\"includes\":{\"users\":[{\"id\":\"9\",\"name\":\"Nine\","        \
  "\"username\":\"nine\"}]}}\n"
#define OOM_RECORD                                                                                 \
  "{\"id\":5,\"text\":\"kept\",\"created_time\":\"2021-11-05T10:00:03+00:00\",\"source\":\"Web\"," \
  "\"tweet_id\":\"31\",\"user_name\":\"K\",\"user_id\":\"3\",\"run_start_time\":1636106400.5,"     \
  "\"run_time_limit\":60}\n"
#define OOM_DELETE "{\"delete\":{\"status\":{\"id_str\":\"12\",\"user_id_str\":\"8\"}}}\n"
#define OOM_LIMIT "{\"limit\":{\"track\":9}}\n"
#define OOM_BROKEN "{\"id_str\":\"99\",\"text\":\n"
#define OOM_ALL OOM_V1 OOM_REPOST OOM_V2 OOM_RECORD OOM_DELETE OOM_LIMIT OOM_BROKEN

/* Post i, in the hour 10 + i / 20. */
static inline size_t oom_post(char *out, size_t cap, int i) {
  return (size_t)snprintf(
      out, cap,
      "{\"created_at\":\"Fri Nov 05 %02d:%02d:00 +0000 2021\",\"id_str\":\"%d\",\"text\":\"post "
      "number %d, \\u00e9 and some words\",\"lang\":\"%s\",\"source\":\"<a href=\\\"x\\\">W</a>\","
      "\"user\":{\"id_str\":\"%d\",\"name\":\"User %d\"}}\n",
      10 + i / 20, i % 20, 1000 + i, i, i % 3 ? "es" : "en", i % 5, i % 5);
}

/* `count` posts; with `odd`, among them every other kind of line. Returns the length. */
static inline size_t oom_posts(char *out, size_t cap, int count, int odd) {
  static const char *const lines[] = { OOM_BROKEN, OOM_V1,    OOM_REPOST, OOM_V2,
                                       OOM_RECORD, OOM_LIMIT, OOM_DELETE, OOM_BROKEN };
  size_t n = 0;
  for (int i = 0; i < count; i++) {
    n += oom_post(out + n, cap - n, i);
    if (odd && i % 5 == 4 && i / 5 < 8) {
      memcpy(out + n, lines[i / 5], strlen(lines[i / 5]) + 1);
      n += strlen(lines[i / 5]);
    }
  }
  return n;
}

#endif
