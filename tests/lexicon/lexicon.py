#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every lexicon is what data/lexicon/README.md says: keys, kinds, values, spelling."""
import pathlib
import sys
import unicodedata

KINDS = {
    'valence': lambda v: -4 <= float(v) <= 4 and float(v) != 0,
    'intensifier': lambda v: 1 < float(v) <= 3,
    'diminisher': lambda v: 0 < float(v) < 1,
    'negator': lambda v: v == '1',
    'contrast': lambda v: v in ('1', '-1'),
    'neutral': lambda v: v == '1',
    'slang': lambda v: v != '' and v == v.strip(),
}
EXPECTED = {'ar', 'de', 'emoji', 'en', 'es', 'fr', 'hi', 'it', 'pt', 'vader'}


def faults_of_line(line, seen, words_only):
    parts = line.split('\t')
    if len(parts) != 3:
        return ['not three columns']
    key, kind, value = parts
    faults = []
    if kind not in KINDS:
        return [f'unknown kind {kind}']
    try:
        if not KINDS[kind](value):
            faults.append(f'value {value} out of bounds')
    except ValueError:
        faults.append(f'value {value} is no number')
    if key != unicodedata.normalize('NFC', key):
        faults.append('not NFC')
    if key != key.lower():
        faults.append('not lower case')
    if not key or key != ' '.join(key.split()) or len(key.encode()) > 63 or key.count(' ') > 4:
        faults.append('spaces, more than five words or more than 63 bytes')
    if words_only and '*' in key[:-1] and kind != 'slang':
        faults.append('a star inside')
    if words_only and kind != 'slang' and key.endswith('*') and len(key) < 4:
        faults.append('a stem of fewer than three letters')
    if '\u2019' in key or '\ufe0f' in key:
        faults.append("a character that the look-up never sees: write ' and no U+FE0F")
    if (key, kind) in seen:
        faults.append(f'a second {kind} of this key')
    seen.add((key, kind))
    return faults


def faults_of_file(path):
    seen = set()
    faults = []
    data = path.read_bytes()
    if b'\r' in data or not data.endswith(b'\n'):
        faults.append(f'{path.name}: carriage return, or no newline at the end')
    words_only = path.stem not in ('emoji', 'vader')
    for number, line in enumerate(data.decode('utf-8').split('\n')[:-1], 1):
        if line.startswith('# '):
            continue
        faults += [f'{path.name}:{number}: {f}' for f in faults_of_line(line, seen, words_only)]
    if len(seen) < 50:
        faults.append(f'{path.name}: only {len(seen)} entries')
    return faults


def check_the_check():
    good, bad = 'bad\tvalence\t-3', ['bad\tvalence', 'bad\tvalence\t9', 'bad\tmood\t1', 'Bad\tvalence\t1',
                                    'very  bad\tvalence\t-1', 'a*\tvalence\t1', 'e\u0301t\tvalence\t1']
    seen = set()
    return (not faults_of_line(good, seen, True) and faults_of_line(good, seen, True)
            and all(faults_of_line(b, set(), True) for b in bad))


def main():
    folder = pathlib.Path(sys.argv[1]) / 'data' / 'lexicon'
    if not check_the_check():
        print('the checks do not notice a faulty line')
        return 1
    files = sorted(folder.glob('*.tsv'))
    faults = [f for path in files for f in faults_of_file(path)]
    missing = EXPECTED - {f.stem for f in files}
    if missing:
        faults.append('missing: ' + ' '.join(sorted(missing)))
    print('\n'.join(faults) if faults else f'{len(files)} lexicons are well formed')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
