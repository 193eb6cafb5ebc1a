#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the tokenizer and kt_word_fold() with the files of Unicode and with Python's unicodedata.

    test_unicode.py LIBKAPPATWEET.SO [EMOJI-TEST.TXT]

Each emoji of emoji-test.txt (Debian: package unicode-data) is one token, fully qualified or not. Each
assigned code point of Python's Unicode folds to the NFC of its case folding, as do random words.
Exit: 0 same, 1 different, 77 skipped.
"""
import pathlib
import random
import re
import sys
import unicodedata

from kappatweet_text import EMOJI, Library

SEED = 20211105
EMOJI_TEST = '/usr/share/unicode/emoji/emoji-test.txt'

# Signs of text, which are emoji with U+FE0F only.
TEXT_SIGNS = {0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, *range(0x2194, 0x219A), 0x21A9, 0x21AA, 0x25AA,
              0x25AB, 0x25B6, 0x25C0, 0x2934, 0x2935, 0x2B05, 0x2B06, 0x2B07, 0x3030, 0x303D}
# Left out of folded words (soft hyphen, tatweel, word joiner, ...) or written as '.
SILENT = {0xAD, 0x640, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10)}


def expected_fold(word):
    word = ''.join(c for c in word if ord(c) not in SILENT)
    word = unicodedata.normalize('NFC', unicodedata.normalize('NFD', word).casefold())
    word = re.sub('[\u2019\u02bc\uff07]', "'", word)
    out = ''
    for c in word:
        if not (out[-2:] == c + c and unicodedata.category(c) in ('Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Nl')):
            out += c
    return out


def check_emoji(lib, path):
    failed = count = 0
    for line in path.read_text('utf-8').splitlines():
        m = re.match(r'([0-9A-F ]+?) *; (component|[a-z]+-qualified)', line)
        if not m:
            continue
        emoji = ''.join(chr(int(c, 16)) for c in m.group(1).split())
        if len(emoji) == 1 and ord(emoji) in TEXT_SIGNS:
            continue
        count += 1
        # Hair components stand alone nowhere; beside letters and other emoji the borders are right too.
        if list(lib.tokens(emoji)) != [(EMOJI, emoji)] or \
                list(lib.tokens('a' + emoji + 'b'))[1:2] != [(EMOJI, emoji)]:
            print('%s: %s' % (line, list(lib.tokens('a' + emoji + 'b'))))
            failed += 1
    print('%d emoji compared, %d differences' % (count, failed))
    return failed


def check_fold(lib):
    failed = count = 0
    points = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ('Cn', 'Cs', 'Co')]
    rng = random.Random(SEED)
    letters = [c for c in points if c < 0x3100 and unicodedata.category(chr(c))[0] in 'LM']
    words = [''.join(chr(rng.choice(letters)) for _ in range(rng.randrange(1, 12))) for _ in range(20000)]
    scripts = [(0x41, 0x17F), (0xC0, 0xFF), (0x370, 0x3FF), (0x400, 0x45F), (0x5D0, 0x5EA), (0x621, 0x655),
               (0x900, 0x94D), (0x904, 0x939), (0x3041, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)]
    for first, last in scripts:
        row = [c for c in points if first <= c <= last]
        words += [''.join(chr(rng.choice(row)) for _ in range(rng.randrange(1, 9))) for _ in range(3000)]
    for word in [*map(chr, points), *words]:
        count += 1
        if lib.fold(word) != expected_fold(word):
            print('fold %s: %s, expected %s' % (*map(ascii, (word, lib.fold(word), expected_fold(word))),))
            failed += 1
    print('%d words folded, %d differences' % (count, failed))
    return failed


def main():
    if unicodedata.unidata_version != '14.0.0':
        print('skipped: needs a Python with Unicode 14.0.0 (3.11), as utf8proc 2.8 has it')
        return 77
    lib = Library(sys.argv[1])
    path = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else EMOJI_TEST)
    failed = check_fold(lib)
    if path.exists():
        failed += check_emoji(lib, path)
    else:
        print('%s is not there: emoji not compared' % path)
        return 1 if failed else 77
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
