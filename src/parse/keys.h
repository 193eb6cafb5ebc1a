/* SPDX-License-Identifier: Apache-2.0 */
/* The member names that the parsers look for, in sets of which each is matched in one walk. */
#ifndef KT_PARSE_KEYS_H
#define KT_PARSE_KEYS_H

#include "json/json.h"

/* A whole payload: what tells the forms apart, and a v1.1 post, so that it is walked once. */
#define KT_KEYS_TOP(X)                                                                             \
  X(TOP, CREATED_AT, "created_at")                                                                 \
  X(TOP, ID, "id")                                                                                 \
  X(TOP, ID_STR, "id_str")                                                                         \
  X(TOP, TEXT, "text")                                                                             \
  X(TOP, FULL_TEXT, "full_text")                                                                   \
  X(TOP, EXTENDED, "extended_tweet")                                                               \
  X(TOP, SOURCE, "source")                                                                         \
  X(TOP, TRUNCATED, "truncated")                                                                   \
  X(TOP, REPLY_STR, "in_reply_to_status_id_str")                                                   \
  X(TOP, REPLY, "in_reply_to_status_id")                                                           \
  X(TOP, USER, "user")                                                                             \
  X(TOP, REPOSTED, "retweeted_status")                                                             \
  X(TOP, IS_QUOTE, "is_quote_status")                                                              \
  X(TOP, QUOTED, "quoted_status")                                                                  \
  X(TOP, QUOTED_STR, "quoted_status_id_str")                                                       \
  X(TOP, QUOTED_ID, "quoted_status_id")                                                            \
  X(TOP, LANG, "lang")                                                                             \
  X(TOP, TIMESTAMP_MS, "timestamp_ms")                                                             \
  X(TOP, EDITS, "edit_history")                                                                    \
  X(TOP, STATUSES, "statuses")                                                                     \
  X(TOP, DATA, "data")                                                                             \
  X(TOP, INCLUDES, "includes")                                                                     \
  X(TOP, AUTHOR_ID, "author_id")                                                                   \
  X(TOP, TWEET_EDITS, "edit_history_tweet_ids")                                                    \
  X(TOP, POST_EDITS, "edit_history_post_ids")                                                      \
  X(TOP, KIND, "kind")                                                                             \
  X(TOP, TWEET_ID, "tweet_id")                                                                     \
  X(TOP, CREATED_TIME, "created_time")                                                             \
  X(TOP, SENTIMENT, "sentiment")

/* A v1.1 post inside another. */
#define KT_KEYS_ORIGINAL(X)                                                                        \
  X(ORIGINAL, ID, "id")                                                                            \
  X(ORIGINAL, ID_STR, "id_str")                                                                    \
  X(ORIGINAL, TEXT, "text")                                                                        \
  X(ORIGINAL, FULL_TEXT, "full_text")                                                              \
  X(ORIGINAL, EXTENDED, "extended_tweet")                                                          \
  X(ORIGINAL, TRUNCATED, "truncated")                                                              \
  X(ORIGINAL, USER, "user")

#define KT_KEYS_USER(X)                                                                            \
  X(USER, ID, "id")                                                                                \
  X(USER, ID_STR, "id_str")                                                                        \
  X(USER, NAME, "name")                                                                            \
  X(USER, USERNAME, "username")

#define KT_KEYS_AUTHOR(X) X(AUTHOR, SCREEN_NAME, "screen_name")

#define KT_KEYS_LONG_TEXT(X)                                                                       \
  X(LONG_TEXT, FULL_TEXT, "full_text")                                                             \
  X(LONG_TEXT, TEXT, "text")

#define KT_KEYS_EDITS(X)                                                                           \
  X(EDITS, IDS, "edit_tweet_ids")                                                                  \
  X(EDITS, FIRST, "initial_tweet_id")

/* A v2 post. The spec is moving from `tweet` to `post`: both are read. */
#define KT_KEYS_V2(X)                                                                              \
  X(V2, ID, "id")                                                                                  \
  X(V2, TEXT, "text")                                                                              \
  X(V2, NOTE_TWEET, "note_tweet")                                                                  \
  X(V2, NOTE_POST, "note_post")                                                                    \
  X(V2, AUTHOR_ID, "author_id")                                                                    \
  X(V2, AUTHOR, "author")                                                                          \
  X(V2, CREATED_AT, "created_at")                                                                  \
  X(V2, LANG, "lang")                                                                              \
  X(V2, SOURCE, "source")                                                                          \
  X(V2, REFERENCED_TWEETS, "referenced_tweets")                                                    \
  X(V2, REFERENCED_POSTS, "referenced_posts")                                                      \
  X(V2, TWEET_EDITS, "edit_history_tweet_ids")                                                     \
  X(V2, POST_EDITS, "edit_history_post_ids")

#define KT_KEYS_INCLUDES(X)                                                                        \
  X(INCLUDES, USERS, "users")                                                                      \
  X(INCLUDES, TWEETS, "tweets")                                                                    \
  X(INCLUDES, POSTS, "posts")

#define KT_KEYS_REFERENCE(X)                                                                       \
  X(REFERENCE, TYPE, "type")                                                                       \
  X(REFERENCE, ID, "id")

/* Our own records: tweet, sentiment and full. */
#define KT_KEYS_RECORD(X)                                                                          \
  X(RECORD, KIND, "kind")                                                                          \
  X(RECORD, ID, "id")                                                                              \
  X(RECORD, TWEET_ID, "tweet_id")                                                                  \
  X(RECORD, TEXT, "text")                                                                          \
  X(RECORD, CREATED_TIME, "created_time")                                                          \
  X(RECORD, LANG, "lang")                                                                          \
  X(RECORD, SOURCE, "source")                                                                      \
  X(RECORD, USER_ID, "user_id")                                                                    \
  X(RECORD, USER_NAME, "user_name")                                                                \
  X(RECORD, RUN_START, "run_start_time")                                                           \
  X(RECORD, RUN_LIMIT, "run_time_limit")                                                           \
  X(RECORD, REPOST, "repost")                                                                      \
  X(RECORD, REPLY, "reply")                                                                        \
  X(RECORD, QUOTE, "quote")                                                                        \
  X(RECORD, TRUNCATED, "truncated")                                                                \
  X(RECORD, EDITED, "edited")                                                                      \
  X(RECORD, SENTIMENT, "sentiment")                                                                \
  X(RECORD, POSITIVE, "score_positive")                                                            \
  X(RECORD, NEGATIVE, "score_negative")                                                            \
  X(RECORD, NEUTRAL, "score_neutral")                                                              \
  X(RECORD, MIXED, "score_mixed")

#define KT_KEYS_DEAD(X)                                                                            \
  X(DEAD, TWEET_ID, "tweet_id")                                                                    \
  X(DEAD, CREATED_TIME, "created_time")                                                            \
  X(DEAD, LANE, "lane")                                                                            \
  X(DEAD, PLACE, "place")                                                                          \
  X(DEAD, ATTEMPTS, "attempts")                                                                    \
  X(DEAD, ERROR, "error")                                                                          \
  X(DEAD, REASON, "reason")                                                                        \
  X(DEAD, FRAME, "frame")                                                                          \
  X(DEAD, FRAME_BASE64, "frame_base64")

/* What is said instead of a post: v1.1 at the top, v2 inside `data`; the name is the notice's. */
#define KT_KEYS_NOTICE(X)                                                                          \
  X(NOTICE, DELETE, "delete")                                                                      \
  X(NOTICE, SCRUB_GEO, "scrub_geo")                                                                \
  X(NOTICE, LIMIT, "limit")                                                                        \
  X(NOTICE, STATUS_WITHHELD, "status_withheld")                                                    \
  X(NOTICE, USER_WITHHELD, "user_withheld")                                                        \
  X(NOTICE, WITHHELD, "withheld")                                                                  \
  X(NOTICE, DISCONNECT, "disconnect")                                                              \
  X(NOTICE, WARNING, "warning")                                                                    \
  X(NOTICE, DROP, "drop")                                                                          \
  X(NOTICE, UNDROP, "undrop")                                                                      \
  X(NOTICE, TWEET_EDIT, "tweet_edit")                                                              \
  X(NOTICE, POST_EDIT, "post_edit")                                                                \
  X(NOTICE, USER_DELETE, "user_delete")                                                            \
  X(NOTICE, USER_UNDELETE, "user_undelete")                                                        \
  X(NOTICE, USER_PROTECT, "user_protect")                                                          \
  X(NOTICE, USER_UNPROTECT, "user_unprotect")                                                      \
  X(NOTICE, USER_SUSPEND, "user_suspend")                                                          \
  X(NOTICE, USER_UNSUSPEND, "user_unsuspend")                                                      \
  X(NOTICE, USER_PROFILE, "user_profile_modification")                                             \
  X(NOTICE, USER_UPDATE, "user_update")                                                            \
  X(NOTICE, DIRECT_MESSAGE, "direct_message")                                                      \
  X(NOTICE, FOR_USER, "for_user")                                                                  \
  X(NOTICE, CONTROL, "control")                                                                    \
  X(NOTICE, EVENT, "event")                                                                        \
  X(NOTICE, FRIENDS, "friends")                                                                    \
  X(NOTICE, FRIENDS_STR, "friends_str")                                                            \
  X(NOTICE, ERRORS, "errors")                                                                      \
  X(NOTICE, META, "meta")                                                                          \
  X(NOTICE, TITLE, "title")                                                                        \
  X(NOTICE, DETAIL, "detail")                                                                      \
  X(NOTICE, CONNECTION_ISSUE, "connection_issue")

/* Inside of a notice, of the post or user it is about, or of an error. */
#define KT_KEYS_BODY(X)                                                                            \
  X(BODY, STATUS, "status")                                                                        \
  X(BODY, TWEET, "tweet")                                                                          \
  X(BODY, POST, "post")                                                                            \
  X(BODY, USER, "user")                                                                            \
  X(BODY, ID, "id")                                                                                \
  X(BODY, ID_STR, "id_str")                                                                        \
  X(BODY, USER_ID, "user_id")                                                                      \
  X(BODY, USER_ID_STR, "user_id_str")                                                              \
  X(BODY, AUTHOR_ID, "author_id")                                                                  \
  X(BODY, TIMESTAMP_MS, "timestamp_ms")                                                            \
  X(BODY, EVENT_AT, "event_at")                                                                    \
  X(BODY, TITLE, "title")                                                                          \
  X(BODY, DISCONNECT_TYPE, "disconnect_type")

#define KT_KEY_SETS(X)                                                                             \
  X(TOP)                                                                                           \
  X(ORIGINAL)                                                                                      \
  X(USER)                                                                                          \
  X(AUTHOR)                                                                                        \
  X(LONG_TEXT)                                                                                     \
  X(EDITS)                                                                                         \
  X(V2)                                                                                            \
  X(INCLUDES)                                                                                      \
  X(REFERENCE)                                                                                     \
  X(RECORD)                                                                                        \
  X(DEAD)                                                                                          \
  X(NOTICE)                                                                                        \
  X(BODY)

#define KT_KEY_INDEX(set, key, name) KT_##set##_##key,
#define KT_KEY_SET_INDEX(set) KT_SET_##set,

enum { KT_KEYS_TOP(KT_KEY_INDEX) KT_TOP_COUNT };
enum { KT_KEYS_ORIGINAL(KT_KEY_INDEX) KT_ORIGINAL_COUNT };
enum { KT_KEYS_USER(KT_KEY_INDEX) KT_USER_COUNT };
enum { KT_KEYS_AUTHOR(KT_KEY_INDEX) KT_AUTHOR_COUNT };
enum { KT_KEYS_LONG_TEXT(KT_KEY_INDEX) KT_LONG_TEXT_COUNT };
enum { KT_KEYS_EDITS(KT_KEY_INDEX) KT_EDITS_COUNT };
enum { KT_KEYS_V2(KT_KEY_INDEX) KT_V2_COUNT };
enum { KT_KEYS_INCLUDES(KT_KEY_INDEX) KT_INCLUDES_COUNT };
enum { KT_KEYS_REFERENCE(KT_KEY_INDEX) KT_REFERENCE_COUNT };
enum { KT_KEYS_RECORD(KT_KEY_INDEX) KT_RECORD_COUNT };
enum { KT_KEYS_DEAD(KT_KEY_INDEX) KT_DEAD_COUNT };
enum { KT_KEYS_NOTICE(KT_KEY_INDEX) KT_NOTICE_COUNT };
enum { KT_KEYS_BODY(KT_KEY_INDEX) KT_BODY_COUNT };
typedef enum kt_key_set { KT_KEY_SETS(KT_KEY_SET_INDEX) KT_SET_COUNT } kt_key_set;

typedef struct kt_parse_keys {
  kt_json_keyset set[KT_SET_COUNT];
} kt_parse_keys;

kt_status kt_parse_keys_init(kt_parse_keys *keys);
/* Name `key` of a set; static. */
const char *kt_parse_key_name(kt_key_set set, size_t key);

#endif
