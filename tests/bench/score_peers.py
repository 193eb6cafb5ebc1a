#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""score_peers.py TSV...: VADER's Python package and fastText on the texts of the last file, one core, in
posts a second; fastText learns from the other files first. What is not installed is named and skipped."""
import sys
import tempfile
import time


def rows(path):
    for line in open(path, encoding="utf-8"):
        label, _, text = line.rstrip("\n").split("\t", 2)
        yield label, text.encode()[:92].decode("utf-8", "ignore")


def measure(name, one, texts):
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        for text in texts:
            one(text)
        best = min(best, time.process_time() - start)
    print(f"{name}: {len(texts) / best:,.0f} posts/s")


def main():
    *train, last = sys.argv[1:]
    texts = [text for _, text in rows(last)]
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
        measure("VADER", SentimentIntensityAnalyzer().polarity_scores, texts)
    except ImportError:
        print("VADER: skipped, no package vaderSentiment here")
    try:
        import fasttext
    except ImportError:
        print("fastText: skipped, no package fasttext here")
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as out:
        for path in train:
            for label, text in rows(path):
                out.write(f"__label__{label} {text}\n")
        out.flush()
        model = fasttext.train_supervised(out.name, wordNgrams=2, thread=1, verbose=0)
        measure("fastText", model.predict, texts)


main()
