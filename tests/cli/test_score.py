#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_score.py KAPPATWEET: score, train, evaluate and top-words --by, as a user meets them."""
import collections
import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

COMMAND = os.path.abspath(sys.argv.pop(1))
SANITIZED = any(name in os.environ for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"))

GOOD = ["I love this phone", "what a great day", "so happy with it", "this is amazing, thank you", "best coffee ever",
        "me encanta esta canción", "qué día tan bonito, muy feliz", "excelente servicio, gracias"]
BAD = ["I hate this phone", "what a terrible day", "so sad and angry", "this is awful, shame on you", "worst coffee ever",
       "odio esta canción", "qué día tan horrible, muy triste", "pésimo servicio, una vergüenza"]
PLAIN = ["the meeting is on monday", "the train leaves at nine", "a report about the market", "who won the match tonight",
         "la reunión es el lunes", "el tren sale a las nueve", "un informe sobre el mercado", "a qué hora es el partido"]


def rows(n, seed):
    """Texts with labels: a sentence, and words that say nothing."""
    rnd = random.Random(seed)
    out = []
    for i in range(n):
        label = i % 3
        text = rnd.choice((BAD, PLAIN, GOOD)[label])
        more = ("".join(rnd.choice("bcdfglmnprst") + rnd.choice("aeiou") for _ in range(3)) for _ in range(3))
        out.append((label, text + " " + " ".join(more)))
    return out


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def run_(self, *args, stdin=None, code=0):
        r = subprocess.run([COMMAND, *args], cwd=self.folder, input=stdin, capture_output=True, timeout=300)
        r.out, r.err = r.stdout.decode("utf-8"), r.stderr.decode("utf-8", "replace")
        self.assertEqual(r.returncode, code, r.err)
        return r

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode("utf-8"))

    def scores(self, *args, **more):
        return [json.loads(line) for line in self.run_("score", *args, **more).out.splitlines()]


class Score(Case):
    def test_lines_in_their_order(self):
        texts = ["I love this", "", "this is terrible, I hate it", "a\"b\\c \U0001F600", "me encanta"]
        self.write("a.txt", "\n".join(texts) + "\n")
        for got in (self.scores("a.txt"), self.scores(stdin="\n".join(texts).encode())):
            self.assertEqual([r["text"] for r in got], texts)
            self.assertEqual([r["line"] for r in got], [1, 2, 3, 4, 5])
            self.assertEqual([got[i]["sentiment"] for i in (0, 2, 4)], ["POSITIVE", "NEGATIVE", "POSITIVE"])
            self.assertTrue(got[1]["out_of_depth"])
            for r in got:
                total = sum(r["score_" + s] for s in ("positive", "negative", "neutral", "mixed"))
                self.assertAlmostEqual(total, 1, 5)
                self.assertEqual(r["sentiment"], max("POSITIVE NEGATIVE NEUTRAL MIXED".split(),
                                                     key=lambda s: r["score_" + s.lower()]))

    def test_quotes_and_first_rows_of_csv(self):
        self.write("a.csv", b'\xef\xbb\xbf"n","the\r\ntext","a\r\nb"\r\n0,"bad\r\nday",x\r\n2,5" pipe great,y')
        got = self.scores("a.csv", "--column", "the\r\ntext")
        self.assertEqual([r["text"] for r in got], ["bad\r\nday", '5" pipe great'])
        self.assertEqual([r["line"] for r in got], [4, 6])
        self.write("b.csv", 'id,"a\nb",text\r\n1,"c\nd","great\nday"\r\n')
        self.assertEqual([r["text"] for r in self.scores("b.csv")], ["great\nday"])

    def test_languages_of_posts_can_be_told(self):
        self.write("p.ndjson", '{"id":"1","text":"great day","lang":"en"}\n')
        self.assertEqual(self.scores("p.ndjson", "--language", "es")[0]["lang"], "es")
        self.assertTrue(self.scores("p.ndjson", "--language", "fi")[0]["out_of_depth"])
        self.write("q.ndjson", '{"id":"1","text":"what a great day, I love this","lang":"fi"}\n')
        self.assertEqual(self.scores("q.ndjson", "--identify")[0]["lang"], "en")
        for more in ([], ["--identify"]):
            self.assertEqual(self.scores("--input", "lines", "--language", "es", *more,
                                         stdin=b"what a great day, I love this")[0]["lang"], "en" if more else "es")

    def test_json_and_odd_ids(self):
        post = {"id": 'a,"b', "text": "great\x1b[1m day\u009b1m", "lang": "en"}
        self.write("p.ndjson", json.dumps(post) + "\n")
        self.assertEqual(json.loads(self.run_("score", "p.ndjson", "--json").out)["id"], 'a,"b')
        got = list(csv.DictReader(io.StringIO(self.run_("score", "p.ndjson", "--format", "csv").out)))
        self.assertEqual([r["id"] for r in got], ['a,"b'])
        table = self.run_("score", "p.ndjson", "--format", "table").out
        table += self.run_("score", "--explain", post["text"]).out
        self.assertIn("great", table)
        self.assertFalse(set(table) & {"\x1b", "\u009b"})

    def test_columns_of_csv(self):
        rows = [["1", "I love it", "es"], ["2", 'a "quoted", text\nof two lines', "en"], ["3", "bad; awful", "en"]]
        for delimiter in ",;\t|":
            out = io.StringIO()
            writer = csv.writer(out, delimiter=delimiter)
            writer.writerows([["n", "Comment", "lang"]] + rows)
            self.write("a.csv", "\ufeff" + out.getvalue())
            for column in ("comment", "2"):
                args = ["a.csv", "--column", column]
                got = self.scores(*args)
                self.assertEqual([r["text"] for r in got], [r[1] for r in rows], delimiter)
        got = self.scores("a.csv", "--column", "comment")
        self.assertEqual([r["lang"] for r in got], ["es", "en", "en"])
        self.assertEqual([r["line"] for r in got], [2, 3, 5])

    def test_csv_out_can_be_read_again(self):
        self.write("a.txt", 'say "hi"; love\nx,y\n')
        got = list(csv.reader(io.StringIO(self.run_("score", "a.txt", "--format", "csv").out)))
        self.assertEqual(got[0][0], "line")
        self.assertEqual([r[-1] for r in got[1:]], ['say "hi"; love', "x,y"])
        self.assertEqual({len(r) for r in got}, {9})

    def test_tsv_and_json_rows(self):
        self.write("a.tsv", "2\ten\tI love\tit\n0\tes\todio esto\n")
        got = self.scores("a.tsv")
        self.assertEqual([(r["lang"], r["text"]) for r in got], [("en", "I love\tit"), ("es", "odio esto")])
        self.write("a.json", '{"text":"I \\u2764 it","lang":"en"}\n{"lang":"en"}\nno json\n')
        self.assertEqual(len(self.scores("a.json")), 3)  # found out: there is no id in it
        got = self.scores("a.json", "--input", "ndjson")
        self.assertEqual(got[0]["text"], "I ❤ it")
        self.assertEqual([r.get("error") for r in got], [None, "no member of it is called text", "not JSON"])
        r = self.run_("score", "a.json", "--input", "ndjson", "--strict", code=3)
        self.assertIn("a.json:2: no member of it is called text", r.err)
        self.assertIn("2 rows not understood", r.err)

    def test_posts(self):
        posts = [{"created_at": "Fri Nov 05 10:00:00 +0000 2021", "id": n, "id_str": str(n), "text": text, "lang": lang,
                  "user": {"id_str": "7", "name": "Ana"}}
                 for n, text, lang in ((1, "I love it", "en"), (2, "me gusta mucho", "und"), (3, "ik ga naar huis", "nl"))]
        self.write("p.ndjson", "".join(json.dumps(p) + "\n" for p in posts) + "broken\n")
        got = self.scores("p.ndjson")
        bad = [r for r in got if "error" in r]
        got = [r for r in got if "error" not in r]
        self.assertEqual(len(bad), 1)
        self.assertTrue(bad[0]["place"].startswith("p.ndjson:4:"))
        self.assertEqual([r["id"] for r in got], ["1", "2", "3"])
        os.mkdir(os.path.join(self.folder, "f"))
        shutil.copy(os.path.join(self.folder, "p.ndjson"), os.path.join(self.folder, "f"))
        self.assertEqual(len(self.scores("f")), 4)
        self.assertEqual([r["lang"] for r in got[:2]], ["en", "es"])
        self.assertTrue(got[2]["out_of_depth"])
        self.assertIn("1 rows not understood", self.run_("score", "p.ndjson").err)

    def test_bytes_that_are_no_text(self):
        self.write("a.txt", b"\xff\xfe love \x00 it\n" + bytes(range(1, 10)) + b"\n" + b"x" * 100000 + b"\n")
        self.assertEqual(len(self.scores("a.txt")), 3)
        self.run_("score", "a.txt", "--format", "table")

    def test_explain(self):
        r = json.loads(self.run_("score", "--explain", "this phone is not good, it is awful", "--json", "--language", "en").out)
        self.assertEqual(r["sentiment"], "NEGATIVE")
        terms = {t["text"]: t for t in r["terms"] if t["kind"] == "word"}
        self.assertGreater(terms["awful"]["negative"], terms["awful"]["positive"])
        self.assertTrue(any(t["negated"] for t in r["terms"]))
        for t in r["terms"]:
            self.assertAlmostEqual(t["positive"] + t["negative"] + t["neutral"], 0, 2)
            self.assertEqual("this phone is not good, it is awful"[t["start"]:t["start"] + len(t["text"])], t["text"])
        plain = self.run_("score", "--explain", "this phone is not good, it is awful", "--language", "en").out
        self.assertIn("NEGATIVE", plain)
        self.assertIn("awful (word, in the lexicon", plain)
        self.assertIn("behind a negation", plain)

    def test_mistakes(self):
        self.write("a.csv", "a,b,c,d\n1,2,3,4\n")
        self.write("a.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00")
        self.write("array.json", '[{"text":"a"}]\n')
        for args, code, message in ((["nowhere.txt"], 1, "cannot open nowhere.txt"),
                                    (["a.csv"], 2, "name it with --column"),
                                    (["a.csv", "--column", "z"], 2, "no column 'z'"),
                                    (["a.csv", "--format", "xml"], 2, "--format takes"),
                                    (["a.csv", "--input", "xls"], 2, "--input takes"),
                                    (["a.csv", "b.csv"], 2, "one file only"),
                                    (["a.gz"], 2, "is packed: unpack it"),
                                    (["array.json"], 2, "one object a line"),
                                    (["a.csv", "--column", "a", "--model", "a.csv"], 1, "a.csv")):
            r = self.run_("score", *args, code=code)
            self.assertIn(message, r.err)
            self.assertEqual(r.out, "")


class Train(Case):
    def make(self):
        with open(os.path.join(self.folder, "mine.csv"), "w", newline="", encoding="utf-8") as f:
            w = csv.writer(f)
            w.writerow(["label", "text"])
            w.writerows([("negative", "neutral", "positive")[label], text] for label, text in rows(2000, 1))
        self.write("test.tsv", "".join("%d\t%s\t%s\n" % (label, "es" if i % 2 else "en", text)
                                       for i, (label, text) in enumerate(rows(300, 2))))

    def test_the_five_commands_of_the_guide(self):
        self.make()
        r = self.run_("train", "mine.csv", "--out", "mine.ktm", "--language", "en")
        self.assertIn("that it did not see", r.err)
        self.assertIn("macro recall", r.err)
        own = json.loads(self.run_("evaluate", "mine.ktm", "test.tsv", "--json").out)
        self.assertGreater(own["macro_recall"], 0.9)
        there = json.loads(self.run_("evaluate", "builtin", "test.tsv", "--json").out)
        self.assertEqual(there["texts"], 300)
        self.assertNotEqual(there["model"]["hash"], own["model"]["hash"])
        self.write("posts.ndjson", "".join(json.dumps(
            {"created_at": "Fri Nov 05 10:00:00 +0000 2021", "id": n, "id_str": str(n), "text": text, "lang": "en",
             "user": {"id_str": "7", "name": "Ana"}}) + "\n" for n, (_, text) in enumerate(rows(30, 3), 1)))
        out = self.run_("run", "posts.ndjson", "--score", "builtin:?model=mine.ktm", "--to",
                        "csv:-?record=sentiment").out
        got = [r["sentiment"] for r in csv.DictReader(io.StringIO(out), delimiter=";")]
        want = [("NEGATIVE", "NEUTRAL", "POSITIVE")[label] for label, _ in rows(30, 3)]
        self.assertGreater(sum(a == b for a, b in zip(got, want)), 26)
        self.assertIn("NEGATIVE", self.run_("score", "--model", "mine.ktm", "--explain", "what a terrible day").out)

    def test_rows_without_a_language(self):
        self.write("mine.csv", "label,text\n" + "".join("%d,%s\n" % (label, text) for label, text in rows(600, 1)))
        self.run_("train", "mine.csv", "--out", "mine.ktm", "--set", "seeds=1", "--quiet")
        got = self.run_("score", "--model", "mine.ktm", "--explain", "what a terrible day", "--json").out
        got = json.loads(got)
        self.assertEqual((got["sentiment"], got["out_of_depth"], got["lang"]), ("NEGATIVE", False, "en"))

    def test_what_train_cannot_use_it_names(self):
        names = ("0", "1", "2")
        data = "".join("%s\ten\t%s\n" % (names[label], text) for label, text in rows(60, 1))
        odd = os.path.join(os.fsencode(self.folder), b"odd\xff\"\\.tsv")
        with open(odd, "w") as f:
            f.write(data)
        small = ("--set", "seeds=1", "--set", "table=10")
        self.run_("train", odd, "--out", "m.ktm", *small)
        self.write("bad.tsv", data + "1\tenglish\tthe words of it\n")
        r = self.run_("train", "bad.tsv", "--out", "n.ktm", *small, code=2)
        self.assertIn('bad.tsv:61: "english" is no language', r.err)
        self.assertIn("bad.tsv is no JSON object",
                      self.run_("train", odd, "--info", "bad.tsv", "--out", "n.ktm", *small, code=2).err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "n.ktm")))

    def test_the_same_rows_give_the_same_bytes(self):
        self.make()
        models = []
        for name in ("a.ktm", "b.ktm"):
            self.run_("train", "mine.csv", "--out", name, "--quiet")
            with open(os.path.join(self.folder, name), "rb") as f:
                models.append(f.read())
        self.assertEqual(models[0], models[1])
        self.assertLessEqual(len(models[0]), 4 << 20)
        self.run_("train", "mine.csv", "--out", "c.ktm", "--quiet", "--set", "seed=2")
        with open(os.path.join(self.folder, "c.ktm"), "rb") as f:
            self.assertNotEqual(f.read(), models[0])

    def test_mistakes(self):
        self.write("one.csv", "label,text\npositive,good\npositive,fine\n")
        self.write("odd.csv", "label,text\nangry,good\n5,fine\n")
        self.write("plain.txt", "good\n")
        for args, code, message in (([], 2, "train DATA... --out MODEL"), (["one.csv"], 2, "--out"),
                                    (["nowhere.csv", "-o", "m"], 1, "cannot open nowhere.csv"),
                                    (["plain.txt", "-o", "m"], 2, "has no labels"),
                                    (["odd.csv", "-o", "m"], 2, "odd.csv:2: its label is none of"),
                                    (["one.csv", "-o", "m", "--set", "sed=1"], 2, "did you mean seed"),
                                    (["one.csv", "-o", "m"], 2, "negative")):
            r = self.run_("train", *args, code=code)
            self.assertIn(message, r.err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "m")))


class Evaluate(Case):
    def test_the_figures(self):
        """As Python reckons them from what score says."""
        data = rows(120, 4) + [(2, "I love it but I hate the price"), (0, "no me gusta nada"), (1, "ok")]
        self.write("d.tsv", "".join("%d\t%s\t%s\n" % (label, "en" if i % 2 else "es", text)
                                    for i, (label, text) in enumerate(data)))
        r = json.loads(self.run_("evaluate", "builtin", "d.tsv", "--json").out)
        confusion = [[0] * 3 for _ in range(3)]
        by_language = collections.defaultdict(lambda: [[0] * 3 for _ in range(3)])
        bins = [[0, 0, 0.0] for _ in range(15)]
        for (label, _), s, i in zip(data, self.scores("d.tsv"), range(len(data))):
            half = s["score_mixed"] / 2
            p = [s["score_negative"] + half, s["score_neutral"], s["score_positive"] + half]
            taken = max((1, 0, 2), key=lambda k: p[k])
            confusion[label][taken] += 1
            by_language["en" if i % 2 else "es"][label][taken] += 1
            b = bins[min(14, int(p[taken] * 15))]
            b[0] += 1
            b[1] += label == taken
            b[2] += p[taken]
        self.assertEqual(r["confusion"], confusion)
        for got, c in [(r, confusion)] + [(r["by_language"][k], v) for k, v in by_language.items()]:
            n = sum(map(sum, c))
            recall = [c[k][k] / max(1, sum(c[k])) for k in range(3)]
            precision = [c[k][k] / max(1, sum(row[k] for row in c)) for k in range(3)]
            f1 = [2 * a * b / (a + b) if a + b else 0 for a, b in zip(recall, precision)]
            self.assertEqual(got["texts"], n)
            self.assertAlmostEqual(got["accuracy"], sum(c[k][k] for k in range(3)) / n, 3)
            self.assertAlmostEqual(got["macro_recall"], sum(recall) / 3, 3)
            self.assertAlmostEqual(got["macro_f1"], sum(f1) / 3, 3)
        self.assertAlmostEqual(r["mean_macro_f1"], sum(v["macro_f1"] for v in r["by_language"].values()) / 2, 3)
        self.assertAlmostEqual(r["ece"], sum(abs(b[2] - b[1]) for b in bins) / len(data), 3)

    def test_shapes_and_mistakes(self):
        self.write("d.csv", "id,label,text\n1,positive,I love it\n2,NEGATIVE,I hate it\n3,neutral,the train\n")
        self.write("d.ndjson", '{"label":2,"text":"I love it"}\n{"label":"negative","text":"I hate it"}\n{"text":"x"}\n')
        self.assertEqual(json.loads(self.run_("evaluate", "builtin", "d.csv", "--json").out)["texts"], 3)
        r = self.run_("evaluate", "builtin", "d.ndjson", "--json")
        self.assertEqual(json.loads(r.out)["texts"], 2)
        self.assertIn("d.ndjson:3: it has no label", r.err)
        table = self.run_("evaluate", "builtin", "d.csv", "d.ndjson").out
        self.assertIn("macro recall", table)
        self.run_("evaluate", code=2)
        self.assertIn("cannot open", self.run_("evaluate", "nowhere.ktm", "d.csv", code=1).err)
        r = self.run_("evaluate", "d.csv", "d.csv", code=1)
        self.assertIn("d.csv", r.err)

    def test_identify_hides_the_language(self):
        self.write("d.tsv", "2\tde\tme encanta esta canción, qué bonita\n")
        self.assertEqual(json.loads(self.run_("evaluate", "builtin", "d.tsv", "--json").out)["other_language"], 0)
        self.assertEqual(json.loads(self.run_("evaluate", "builtin", "d.tsv", "--json", "--identify").out)["other_language"], 1)


class Complaints(Case):
    """What users of other scorers complain of: docs/complaints.md."""

    def test_emoji_are_signs_and_no_trap(self):
        texts = ["I \u2764 this", "I \u2764\ufe0f this", "nothing works today :(", "nothing works today \U0001F61E",
                 "\U0001F468\u200d\U0001F469\u200d\U0001F467 \U0001F44D\U0001F3FD", "\U0001F602" * 200000]
        self.write("a.txt", "\n".join(texts) + "\n")
        got = self.scores("a.txt", "--language", "en")
        self.assertEqual(len(got), 6)
        self.assertEqual([r["sentiment"] for r in got[:4]], ["POSITIVE", "POSITIVE", "NEGATIVE", "NEGATIVE"])
        for key in ("score_positive", "score_negative", "score_neutral"):
            self.assertEqual(got[0][key], got[1][key])  # with and without the selector of variants

    def test_the_same_text_has_the_same_score(self):
        texts = [text for _, text in rows(300, 5)]
        self.write("a.txt", "\n".join(texts) + "\n")
        self.write("b.txt", "\n".join(reversed(texts)) + "\n")
        first, again = self.scores("a.txt"), self.scores("b.txt")
        for a, b in zip(first, reversed(again)):
            self.assertEqual({k: v for k, v in a.items() if k != "line"}, {k: v for k, v in b.items() if k != "line"})
        self.write("p.ndjson", "".join(json.dumps(
            {"created_at": "Fri Nov 05 10:00:00 +0000 2021", "id": n, "id_str": str(n), "text": text,
             "user": {"id_str": "7", "name": "Ana"}}) + "\n" for n, text in enumerate(texts, 1)))
        full = [json.loads(line) for line in
                self.run_("run", "p.ndjson", "--score", "builtin:", "--to", "ndjson:-?record=full").out.splitlines()]
        self.assertEqual([r["sentiment"] for r in full], [r["sentiment"] for r in first])
        model = json.loads(self.run_("evaluate", "builtin", "--json", self.labelled()).out)["model"]
        for r in full:  # a score that can be cited
            self.assertEqual((r["scorer"], r["scorer_version"], r["model_hash"]),
                             (model["name"], model["version"], model["hash"]))

    def labelled(self):
        self.write("l.tsv", "2\ten\tgood\n")
        return "l.tsv"

    def test_spanish_is_scored_and_the_unknown_is_not_neutral(self):
        self.write("a.txt", "me encanta, es una maravilla\nqué asco de servicio, fatal\n"
                   "ik ga morgen met de trein naar mijn werk\nja pojad\u0119 jutro do pracy\n")
        got = self.scores("a.txt")
        self.assertEqual([r["sentiment"] for r in got[:2]], ["POSITIVE", "NEGATIVE"])
        self.assertEqual([r["lang"] for r in got[:2]], ["es", "es"])
        for r in got[2:]:
            self.assertTrue(r["out_of_depth"])
            self.assertLess(r["score_neutral"], 0.75)

    def test_a_small_file_and_little_memory(self):
        self.write("a.txt", "".join(text + "\n" for _, text in rows(20000, 6)))
        r = subprocess.run([sys.executable, "-c", "import resource, subprocess, sys\n"
                            "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
                            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                            COMMAND, "score", "a.txt", "--quiet"], cwd=self.folder, capture_output=True, check=True)
        if not SANITIZED:
            self.assertLess(int(r.stdout), 32 << 10)  # KiB: program, libraries, model and all


class TopWords(Case):
    def test_by_sentiment(self):
        self.write("p.ndjson", "".join(json.dumps(
            {"created_at": "Fri Nov 05 10:00:00 +0000 2021", "id": n, "id_str": str(n), "text": text, "lang": "en",
             "user": {"id_str": "7", "name": "Ana"}}) + "\n" for n, text in enumerate(
                 ["great coffee, I love it", "great day, so happy", "awful coffee, I hate it", "awful and sad"], 1)))
        r = json.loads(self.run_("top-words", "p.ndjson", "--by", "sentiment", "--json").out)
        self.assertEqual(r["positive"]["posts"], 2)
        self.assertEqual(r["positive"]["words"][0], {"word": "great", "count": 2, "error": 0})
        self.assertEqual(r["negative"]["words"][0]["word"], "awful")
        self.assertIn("negative (2 posts)", self.run_("top-words", "p.ndjson", "--by", "sentiment").out)
        self.assertIn("--by knows sentiment", self.run_("top-words", "p.ndjson", "--by", "mood", code=2).err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
