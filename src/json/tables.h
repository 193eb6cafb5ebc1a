/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen-entry tables for byte shuffles, indexed by a nibble. A shuffle gives 0 for bytes above
 * 0x7f. */
#ifndef KT_JSON_TABLES_H
#define KT_JSON_TABLES_H

/* Low nibble -> the structural character with it, bit 5 set: [ and ] fold onto { and }. */
static const uint8_t kt_json_op_table[16] = { [0xa] = ':', [0xb] = '{', [0xc] = ',', [0xd] = '}' };

/* What may follow a backslash: 2{2 f} 5{c} 6{2 6 e} 7{2 4 5}, one bit a high nibble. */
static const uint8_t kt_json_escape_high[16] = { [2] = 1, [5] = 2, [6] = 4, [7] = 8 };
static const uint8_t kt_json_escape_low[16] = {
  [2] = 1 | 4 | 8, [4] = 8, [5] = 8, [6] = 4, [0xc] = 2, [0xe] = 4, [0xf] = 1
};

static const uint8_t kt_json_iota[64] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                          13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                          26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
                                          39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
                                          52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63 };

/* Classes of ASCII, a bit each. */
enum {
  KT_JSON_QUOTE,
  KT_JSON_BACKSLASH,
  KT_JSON_SPACE,
  KT_JSON_OP,
  KT_JSON_COLON,
  KT_JSON_DIGIT,
  KT_JSON_ZERO,
  KT_JSON_CONTROL
};
#define KT_CONTROL (1 << KT_JSON_CONTROL)
#define KT_OP (1 << KT_JSON_OP)
#define KT_DIGIT (1 << KT_JSON_DIGIT)
static const uint8_t kt_json_classes[128] = { [0x00 ... 0x08] = KT_CONTROL,
                                              ['\t'] = KT_CONTROL | 1 << KT_JSON_SPACE,
                                              ['\n'] = KT_CONTROL | 1 << KT_JSON_SPACE,
                                              [0x0b ... 0x0c] = KT_CONTROL,
                                              ['\r'] = KT_CONTROL | 1 << KT_JSON_SPACE,
                                              [0x0e ... 0x1f] = KT_CONTROL,
                                              [' '] = 1 << KT_JSON_SPACE,
                                              ['"'] = 1 << KT_JSON_QUOTE,
                                              [','] = KT_OP,
                                              ['0'] = KT_DIGIT | 1 << KT_JSON_ZERO,
                                              ['1' ... '9'] = KT_DIGIT,
                                              [':'] = KT_OP | 1 << KT_JSON_COLON,
                                              ['['] = KT_OP,
                                              ['\\'] = 1 << KT_JSON_BACKSLASH,
                                              [']'] = KT_OP,
                                              ['{'] = KT_OP,
                                              ['}'] = KT_OP };
#undef KT_CONTROL
#undef KT_OP
#undef KT_DIGIT

/* Byte i of each of eight words, word by word. */
static const uint8_t kt_json_gather[64] = { 0,  8,  16, 24, 32, 40, 48, 56, 1,  9,  17, 25, 33,
                                            41, 49, 57, 2,  10, 18, 26, 34, 42, 50, 58, 3,  11,
                                            19, 27, 35, 43, 51, 59, 4,  12, 20, 28, 36, 44, 52,
                                            60, 5,  13, 21, 29, 37, 45, 53, 61, 6,  14, 22, 30,
                                            38, 46, 54, 62, 7,  15, 23, 31, 39, 47, 55, 63 };

/* Hexadecimal digits: 3{0-9} 4{1-6} 6{1-6} */
static const uint8_t kt_json_hex_high[16] = { [3] = 1, [4] = 2, [6] = 2 };
static const uint8_t kt_json_hex_low[16] = { 1, 3, 3, 3, 3, 3, 3, 1, 1, 1 };

/* UTF-8 as in Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (2021): a
 * bit that stands under all three nibbles of two neighbouring bytes is a fault. */
enum {
  TOO_SHORT = 1,       /* a lead byte, or ASCII, behind an unfinished lead byte */
  TOO_LONG = 2,        /* a continuation behind ASCII */
  OVERLONG_3 = 4,      /* e0 80-9f */
  TOO_LARGE = 8,       /* f4 90-bf, f5-ff */
  SURROGATE = 16,      /* ed a0-bf */
  OVERLONG_2 = 32,     /* c0, c1 */
  TOO_LARGE_1000 = 64, /* f5-ff 80-8f */
  OVERLONG_4 = 64,     /* f0 80-8f */
  TWO_CONTINUATIONS = 128,
  ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS,
  LARGE = ANY_LOW | TOO_LARGE | TOO_LARGE_1000,
  TAIL = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS
};
static const uint8_t kt_json_utf8_first_high[16] = { TOO_LONG,
                                                     TOO_LONG,
                                                     TOO_LONG,
                                                     TOO_LONG,
                                                     TOO_LONG,
                                                     TOO_LONG,
                                                     TOO_LONG,
                                                     TOO_LONG,
                                                     TWO_CONTINUATIONS,
                                                     TWO_CONTINUATIONS,
                                                     TWO_CONTINUATIONS,
                                                     TWO_CONTINUATIONS,
                                                     TOO_SHORT | OVERLONG_2,
                                                     TOO_SHORT,
                                                     TOO_SHORT | OVERLONG_3 | SURROGATE,
                                                     TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 |
                                                         OVERLONG_4 };
static const uint8_t kt_json_utf8_first_low[16] = { ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
                                                    ANY_LOW | OVERLONG_2,
                                                    ANY_LOW,
                                                    ANY_LOW,
                                                    ANY_LOW | TOO_LARGE,
                                                    LARGE,
                                                    LARGE,
                                                    LARGE,
                                                    LARGE,
                                                    LARGE,
                                                    LARGE,
                                                    LARGE,
                                                    LARGE,
                                                    LARGE | SURROGATE,
                                                    LARGE,
                                                    LARGE };
static const uint8_t kt_json_utf8_second_high[16] = { TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TAIL | OVERLONG_3 | TOO_LARGE_1000 |
                                                          OVERLONG_4,
                                                      TAIL | OVERLONG_3 | TOO_LARGE,
                                                      TAIL | SURROGATE | TOO_LARGE,
                                                      TAIL | SURROGATE | TOO_LARGE,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT,
                                                      TOO_SHORT };

#endif
