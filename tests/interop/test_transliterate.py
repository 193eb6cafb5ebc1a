#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares kt_transliterate() with Python's unidecode.

    test_transliterate.py SOURCE-ROOT LIBKAPPATWEET.SO [FILE...]

Every code point of the covered blocks must give the same, and so must all texts of the covered blocks
in the given files and, if KT_TEST_DATA is set, in its *.json and *.ndjson files. Code points elsewhere
must give the same or nothing (scripts that the table leaves out). Exit: 0 same, 1 different, 77 skipped.

Differences that are left: none.
"""
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import random
import sys
import warnings

from kappatweet_text import Library

try:
    import unidecode
except ImportError:
    print('skipped: Python\'s unidecode is not installed')
    sys.exit(77)

VERSION = '1.3.6'  # of the tables; other versions write some letters differently
SEED = 20211105


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)


def texts(paths):
    for path in paths:
        data = path.read_text('utf-8', 'replace')
        try:
            yield from strings(json.loads(data))
        except ValueError:
            for line in data.splitlines():
                try:
                    yield from strings(json.loads(line))
                except ValueError:
                    yield line


def main():
    if importlib.metadata.version('unidecode') != VERSION:
        print('skipped: unidecode is not %s, from which the tables were made' % VERSION)
        sys.exit(77)
    root, lib = pathlib.Path(sys.argv[1]), Library(sys.argv[2])
    spec = importlib.util.spec_from_file_location('gen', root / 'script' / 'gen-transliterate.py')
    gen = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gen)
    warnings.simplefilter('ignore')
    failed = 0

    def covered(c):
        return c < 0x80 or any(first <= c <= last for first, last in gen.COVERED)

    points = same = 0
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000:
            continue
        ours, theirs = lib.ascii(chr(c)), unidecode.unidecode(chr(c))
        points += covered(c)
        same += not covered(c) and ours != ''
        if ours != theirs and (covered(c) or ours):
            print('U+%04X: %r, unidecode %r' % (c, ours, theirs))
            failed += 1
    print('%d code points of the covered blocks and %d others compared' % (points, same))

    paths = [pathlib.Path(p) for p in sys.argv[3:]]
    if os.environ.get('KT_TEST_DATA'):
        data = pathlib.Path(os.environ['KT_TEST_DATA'])
        paths += sorted(p for p in data.rglob('*') if p.suffix in ('.json', '.ndjson', '.jsonl'))
    rng, pool = random.Random(SEED), [c for c in range(0x1FFF) if covered(c)]
    made = [''.join(chr(rng.choice(pool)) for _ in range(rng.randrange(80))) for _ in range(2000)]
    count = 0
    for text in [*made, *texts(paths)]:
        text = ''.join(c for c in text if covered(ord(c)) and not 0xD800 <= ord(c) < 0xE000)
        count += 1
        if lib.ascii(text) != unidecode.unidecode(text):
            print('text: %r, unidecode %r' % (lib.ascii(text)[:200], unidecode.unidecode(text)[:200]))
            failed += 1
    print('%d texts compared, %d differences' % (count, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
