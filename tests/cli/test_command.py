#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_command.py KAPPATWEET: the command as a user meets it: messages, exit codes, files."""
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

COMMAND = os.path.abspath(sys.argv.pop(1))


def post(n, text="hola mundo", lang="es"):
    return json.dumps({"created_at": "Fri Nov 05 10:%02d:00 +0000 2021" % (n % 60), "id": 1000 + n,
                       "id_str": str(1000 + n), "text": text, "lang": lang,
                       "source": '<a href="https://x.example">Web</a>',
                       "user": {"id": 7, "id_str": "7", "name": "Ana", "screen_name": "ana"}})


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def run_(self, *args, stdin=None, env=None):
        e = dict(os.environ, **(env or {}))
        e.pop("KAPPATWEET_MODULE_PATH", None)
        return subprocess.run([COMMAND, *args], cwd=self.folder, input=stdin, capture_output=True, text=True,
                              timeout=60, env=e)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def posts(self, n, name="posts.ndjson", extra=""):
        self.write(name, "".join(post(i) + "\n" for i in range(n)) + extra)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            return f.read()

    def path(self, name):
        return os.path.join(self.folder, name)


class Usage(Case):
    def expect(self, args, code, message):
        r = self.run_(*args)
        self.assertEqual(r.returncode, code, r.stderr)
        self.assertIn(message, r.stderr)
        self.assertEqual(r.stdout, "")

    def test_nearest_names(self):
        self.posts(1)
        self.expect(["run", "posts.ndjson", "--dead-leter", "x"], 2, "no option --dead-leter; did you mean --dead-letter?")
        self.expect(["run", "posts.ndjson", "--to", "cvs:x"], 2, "no sink 'cvs'; did you mean csv:?")
        self.expect(["run", "posts.ndjson", "--to", "csv:x.csv?delimter=,"], 2, "no option 'delimter'; did you mean delimiter?")
        self.expect(["run", "posts.ndjson", "--set", "batch.max_record=1"], 2, "did you mean batch.max_records?")
        self.expect(["runn"], 2, "no command 'runn'")

    def test_values(self):
        self.posts(1)
        self.expect(["run", "posts.ndjson", "--limit", "many"], 2, "--limit takes a whole number, not 'many'")
        self.expect(["run", "posts.ndjson", "--time-limit", "soon"], 2, "--time-limit takes a time such as")
        self.expect(["run", "posts.ndjson", "--time-limit", "5"], 2, "--time-limit takes a time such as")
        self.expect(["run", "posts.ndjson", "--to", "csv"], 2, "sink.csv: needs a target")
        self.expect(["run", "posts.ndjson", "--filter", "sample"], 2, "filter.sample: needs a target")
        self.expect(["run", "posts.ndjson", "--stats", "xml"], 2, "--stats knows json only")
        self.expect(["run", "posts.ndjson", "--to"], 2, "--to needs a value")
        self.expect(["run", "posts.ndjson", "other.ndjson"], 2, "one source (quote a glob) only")
        self.expect(["run"], 2, "no source")
        self.expect(["run", "posts.ndjson", "--set", "batch.max_records"], 2, "--set takes NAME=VALUE")
        self.expect(["top-words", "posts.ndjson", "-n", "-3"], 2, "-n takes a number of words")
        self.expect(["parts", "nothing"], 2, "no part 'nothing'")

    def test_help_and_version(self):
        for args in (["help"], ["--help"], ["run", "--help"], ["help", "config"], ["top-words", "-h"], ["help", "run"]):
            r = self.run_(*args)
            self.assertEqual((r.returncode, r.stderr), (0, ""), args)
            self.assertGreater(len(r.stdout), 100)
        self.assertRegex(self.run_("--version").stdout, r"^kappatweet \d+\.\d+\.\d+\n$")
        self.assertEqual(self.run_().returncode, 2)

    def test_missing_file(self):
        r = self.run_("run", "nowhere.ndjson")
        self.assertEqual(r.returncode, 1)
        self.assertIn("nowhere.ndjson: No such file or directory", r.stderr)

    def test_parts(self):
        names = [(p["kind"], p["name"]) for p in json.loads(self.run_("parts", "--json").stdout)]
        for part in [("source", "file"), ("parser", "auto"), ("sink", "csv"), ("sink", "sqlite"), ("engine", "engine")]:
            self.assertIn(part, names)
        r = self.run_("parts", "csv")
        self.assertEqual(r.returncode, 0)
        self.assertIn("delimiter", r.stdout)
        self.assertIn("batch.max_records", self.run_("parts", "engine").stdout)

    def test_standard_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            for args in (["parts"], ["help"], ["completion", "bash"]):
                r = subprocess.run([COMMAND, *args], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(r.returncode, 1, args)
                self.assertIn("cannot write standard output", r.stderr)


class Run(Case):
    def test_default_is_ndjson_on_standard_output(self):
        self.posts(3)
        r = self.run_("run", "posts.ndjson")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertEqual([json.loads(line)["tweet_id"] for line in r.stdout.splitlines()], ["1000", "1001", "1002"])
        self.assertIn("3 read, 3 records, 0 set aside", r.stderr)

    def test_standard_input(self):
        r = self.run_("run", "-", "--to", "ndjson:-?record=full", "-q", stdin=post(1) + "\n")
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertEqual(json.loads(r.stdout)["user_name"], "Ana")

    def test_set_aside(self):
        self.posts(5, extra='{"torn\n' + post(9) + "\n")
        r = self.run_("run", "posts.ndjson", "--to", "csv:out/all.csv")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn("1 set aside in out/dead-letters.ndjson", r.stderr)
        self.assertEqual(len(self.read("out/all.csv").splitlines()), 7)
        dead = json.loads(self.read("out/dead-letters.ndjson"))
        self.assertEqual(dead["frame"], '{"torn')
        self.assertTrue(dead["place"].startswith("posts.ndjson:6:"), dead["place"])
        os.unlink(self.path("out/dead-letters.ndjson"))
        shutil.rmtree(self.path("out"))
        self.assertEqual(self.run_("run", "posts.ndjson", "--to", "csv:out/all.csv", "--strict").returncode, 3)

    def test_dead_letters_to_a_bare_path(self):
        for name in ("dead.ndjson", "dead.csv", "ndjson:dead2.ndjson", "dead.db"):
            self.posts(5)
            args = ["run", "posts.ndjson", "--to", "null:", "-q", "--dead-letter", name]
            path = self.path(name.replace("ndjson:", ""))
            r = self.run_(*args)
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            self.assertFalse(os.path.exists(path), name)
            self.posts(5, extra='{"torn\n')
            self.assertEqual(self.run_(*args).returncode, 0)
            self.posts(5, extra='{"broken\n')
            if not name.endswith(".db"):
                os.unlink(os.path.join(os.path.dirname(path), "." + os.path.basename(path) + ".journal"))
            r = self.run_(*args)
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            with open(path, "rb") as f:
                text = f.read()
            self.assertTrue(b"torn" in text and b"broken" in text, name)
        r = self.run_("run", "posts.ndjson", "--to", "null:", "-q", "--dead-letter", "null")
        self.assertEqual((r.returncode, os.path.exists(self.path("null"))), (0, False), r.stderr)

    def test_folders_are_made(self):
        self.posts(5)
        r = self.run_("run", "posts.ndjson", "--to", "csv:a/b/all.csv", "--to", "ndjson:c/all.ndjson.gz")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertEqual(len(self.read("a/b/all.csv").splitlines()), 6)

    def test_no_dead_letter_file_without_dead_letters(self):
        self.posts(5)
        self.assertEqual(self.run_("run", "posts.ndjson", "--to", "ndjson:out.ndjson").returncode, 0)
        self.assertEqual([n for n in os.listdir(self.folder) if n.startswith("dead")], [])

    def test_full_disk(self):
        self.posts(5)
        r = self.run_("run", "posts.ndjson", "--to", "csv:/dev/full")
        self.assertEqual(r.returncode, 1, r.stderr)
        self.assertIn("No space left on device", r.stderr)

    def test_closed_pipe(self):
        self.posts(20000)
        p = subprocess.Popen([COMMAND, "run", self.path("posts.ndjson"), "-q"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        p.stdout.readline()
        p.stdout.close()
        self.assertEqual(p.wait(timeout=60), 1)
        self.assertIn("Broken pipe", p.stderr.read())
        p.stderr.close()

    def test_limit(self):
        self.posts(1200)
        r = self.run_("run", "posts.ndjson", "--limit", "700")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertEqual(len(r.stdout.splitlines()), 700)

    def test_limit_then_checkpoint_goes_on(self):
        self.posts(1200)
        seen = []
        for _ in range(3):
            r = self.run_("run", "posts.ndjson?checkpoint=state", "--limit", "500")
            self.assertEqual(r.returncode, 0, r.stderr)
            seen += [json.loads(line) for line in r.stdout.splitlines()]
        self.assertEqual([s["tweet_id"] for s in seen], [str(1000 + i) for i in range(1200)])
        self.assertEqual([s["id"] for s in seen], list(range(1200)))

    def test_a_restart_tells_what_it_goes_on_from(self):
        self.posts(20)
        args = ["run", "posts.ndjson?checkpoint=state", "--to", "csv:out.csv"]
        self.assertNotIn("checkpoint", self.run_(*args, "--limit", "7").stderr)  # a new one
        r = self.run_(*args, "--limit", "5")
        at = sum(len(line) + 1 for line in self.read("posts.ndjson").splitlines()[:7])
        self.assertIn("checkpoint state: goes on in 1 file at line 8, byte %d\n" % at, r.stderr)
        self.assertNotIn("checkpoint", self.run_(*args, "--quiet").stderr)
        self.assertIn("checkpoint state: 1 file was read to the end\n", self.run_(*args).stderr)
        self.posts(3)
        self.write("posts.ndjson", self.read("posts.ndjson").replace("hola", "adios"))
        r = self.run_(*args)
        self.assertIn("posts.ndjson begins unlike the file that was read in its place: reads it from its beginning\n", r.stderr)
        self.assertIn("3 read", r.stderr)
        r = self.run_("run", "posts.ndjson?checkpoint=other", "--to", "csv:/dev/full", "--dead-letter", "null:")
        self.assertEqual(r.returncode, 1)
        r = self.run_("run", "posts.ndjson?checkpoint=other")
        self.assertIn("checkpoint other: nothing was delivered yet, begins at the beginning\n", r.stderr)

    def test_stats(self):
        self.posts(10)
        r = self.run_("run", "posts.ndjson", "--to", "null:", "--stats", "json", "-q")
        stats = json.loads(r.stderr)
        self.assertEqual((stats["frames"], stats["records"], stats["lanes"][0]["delivered"]), (10, 10, 10))

    def test_a_held_dead_letter_sink_is_told(self):
        self.posts(3)
        with open(os.path.join(self.folder, "posts.ndjson"), "a") as f:
            f.write("not JSON\n")
        r = self.run_("run", "posts.ndjson", "--to", "null:", "--dead-letter", "ndjson:/dev/full",
                      "--stats", "json")
        self.assertEqual(r.returncode, 1, r.stderr)
        self.assertRegex(r.stderr, r"(?m)^  dead letters \(ndjson:/dev/full\): .*HELD: .*No space left")
        stats = json.loads([line for line in r.stderr.splitlines() if line.startswith("{")][0])
        self.assertTrue(stats["dead_letter"]["held"])
        self.assertIn("No space left", stats["dead_letter"]["error"])
        self.assertIsNone(stats["lanes"][0]["error"])

    def follow(self, *args):
        self.posts(10)
        p = subprocess.Popen([COMMAND, "run", "file:posts.ndjson?follow=true", "--to", "ndjson:-", *args],
                             cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(10):
            p.stdout.readline()
        return p

    def test_interrupt_of_a_followed_file_is_a_clean_end(self):
        p = self.follow()
        p.send_signal(signal.SIGINT)
        _, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0, err)
        self.assertIn("10 read", err)

    def test_time_limit(self):
        p = self.follow("--time-limit", "1s")
        _, err = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0, err)

    def test_interrupt_with_work_left(self):
        os.mkfifo(self.path("pipe"))
        p = subprocess.Popen([COMMAND, "run", "-", "--to", "ndjson:-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, cwd=self.folder)
        p.stdin.write(post(1) + "\n" + post(2)[:40])
        p.stdin.flush()
        p.stdout.readline()
        p.send_signal(signal.SIGINT)
        p.wait(timeout=30)
        self.assertEqual(p.returncode, 130)
        self.assertIn("interrupted", p.stderr.read())
        for stream in (p.stdin, p.stdout, p.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def test_progress_on_a_terminal_only(self):
        self.posts(3)
        try:
            master, slave = pty.openpty()
        except OSError as e:
            self.skipTest(f'no pseudo-terminal here: {e}')
        p = subprocess.Popen([COMMAND, "run", "-", "--to", "null:"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             stderr=slave, cwd=self.folder)
        os.close(slave)
        seen = b""
        deadline = time.monotonic() + 20
        while b"set aside" not in seen and time.monotonic() < deadline:
            p.stdin.write((post(1) + "\n").encode())
            p.stdin.flush()
            if select.select([master], [], [], 0.1)[0]:
                seen += os.read(master, 4096)
        p.stdin.close()
        p.wait(timeout=30)
        os.close(master)
        self.assertRegex(seen.decode(), r"\r[\d,]+ read, [\d,]+/s, 0 retries, 0 set aside")


class Config(Case):
    def fails(self, text, line, message):
        self.write("p.json", text)
        r = self.run_("check", "--config", "p.json")
        self.assertEqual(r.returncode, 2, r.stdout)
        self.assertIn("p.json:%d: " % line, r.stderr)
        self.assertIn(message, r.stderr)

    def test_mistakes_have_lines(self):
        self.posts(1)
        self.fails('{\n "source": "posts.ndjson",\n "sauce": 1\n}', 3, "no setting 'sauce'; did you mean source?")
        self.fails('{\n "source": "posts.ndjson",\n', 3, "not complete")
        self.fails('{\n "source": nope\n}', 2, "not JSON")
        self.fails('[]', 1, "one JSON object")
        self.fails('{"source": "posts.ndjson"}\n{}', 2, "not JSON")
        self.fails('{\n "source": "posts.ndjson",\n "to": [\n  "null:",\n  "csv:x?delimter=,"\n ]}', 5, "did you mean delimiter?")
        self.fails('{\n "source": "posts.ndjson",\n "to": [{"part": "csv",\n "target": "x.csv", "delimiter": []}]\n}', 3, "delimiter")
        self.fails('{\n "source": "posts.ndjson",\n "set": {\n  "batch.max_records": "lots"\n }\n}', 4, "batch.max_records")
        self.fails('{\n "source": "posts.ndjson",\n "strict": 7\n}', 3, "strict is a switch")

    def test_file_says_what_the_command_line_says(self):
        self.posts(5)
        self.write("p.json", json.dumps({
            "source": "posts.ndjson", "parse": "auto:", "filter": ["where:lang=es"], "limit": 3, "quiet": True,
            "to": [{"part": "csv", "target": "-", "delimiter": "&", "fields": "tweet_id,user_name"}],
            "set": {"batch.max_records": 2}, "time-limit": "1h", "strict": True}))
        a = self.run_("run", "-c", "p.json")
        b = self.run_("run", "posts.ndjson", "--parse", "auto:", "--filter", "where:lang=es", "--limit", "3", "-q", "--to",
                      "csv:-?delimiter=%26&fields=tweet_id,user_name", "--set", "batch.max_records=2", "--time-limit", "1h",
                      "--strict")
        self.assertEqual((a.returncode, a.stdout, a.stderr), (b.returncode, b.stdout, b.stderr))
        self.assertEqual(a.stdout.splitlines()[1], "1000&Ana")

    def test_command_line_replaces_the_file(self):
        self.posts(5)
        self.write("p.json", '{"source": "nowhere.ndjson", "to": ["null:"], "quiet": true}')
        r = self.run_("run", "posts.ndjson", "-c", "p.json", "--to", "ndjson:-")
        self.assertEqual(len(r.stdout.splitlines()), 5, r.stderr)


class Check(Case):
    def test_nothing_is_touched(self):
        self.posts(2)
        before = sorted(os.listdir(self.folder))
        r = self.run_("check", "posts.ndjson?checkpoint=state", "--to", "csv:out/?partition=hour", "--to", "sqlite:kappa.db")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn("This run can start.", r.stdout)
        self.assertIn("ndjson:out/dead-letters.ndjson", r.stdout)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_what_is_wrong(self):
        r = self.run_("check", "nowhere.ndjson", "--to", "null:")
        self.assertEqual(r.returncode, 2)
        self.assertIn("cannot read nowhere.ndjson", r.stderr)
        self.posts(1)
        self.write("plain", "")
        r = self.run_("check", "posts.ndjson", "--to", "csv:plain/x.csv")
        self.assertEqual(r.returncode, 2)
        self.assertIn("plain is no folder", r.stderr)

    def test_what_only_opening_finds(self):
        self.posts(1)
        self.write("theirs.csv", "a,b\n")
        self.write("theirs.empty", "")
        for args, message in ((("--filter", "where:lnag=es"), "did you mean lang?"),
                              (("--to", "ndjson:-?fields=tweetid"), "did you mean tweet_id?"),
                              (("--to", "csv:theirs.csv"), "exists and is not ours")):
            r = self.run_("check", "posts.ndjson", *args)
            self.assertEqual(r.returncode, 2, args)
            self.assertIn(message, r.stderr)
        for to in ("csv:theirs.csv?mode=append", "csv:theirs.empty", "csv:x.csv?fields=tweet_id&lane.window=1"):
            r = self.run_("check", "posts.ndjson", "--to", to)
            self.assertEqual((r.returncode, r.stderr), (0, ""), to)


class TopWords(Case):
    def test_table_and_json(self):
        self.write("posts.ndjson", post(1, "the gato gato @ana https://x.example #Gato", "es") + "\n" +
                   post(2, "the dog and a cat", "en") + "\n")
        r = self.run_("top-words", "posts.ndjson", "-n", "1", "--json", "--lang", "es", "-q")
        self.assertEqual(json.loads(r.stdout), {"posts": 1, "exact": True,
                                                "words": [{"word": "gato", "count": 3, "error": 0}]})
        r = self.run_("top-words", "posts.ndjson")
        self.assertEqual(r.stdout.splitlines()[0].split(), ["1", "3", "gato"])
        self.assertEqual(r.stderr, "words of 2 posts\n")


    def test_leaves_no_files(self):
        self.posts(3, extra="{\n")
        r = self.run_("top-words", "posts.ndjson")
        self.assertIn("1 set aside", r.stderr)
        self.assertEqual(os.listdir(self.folder), ["posts.ndjson"])


class Completion(Case):
    def test_scripts_are_valid(self):
        for shell, args in (("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["-n"])):
            script = self.run_("completion", shell).stdout
            self.assertIn("dead-letter", script)
            self.write("c", script)
            if shutil.which(shell):
                r = subprocess.run([shell, *args, self.path("c")], capture_output=True, text=True, timeout=60)
                self.assertEqual((r.returncode, r.stderr), (0, ""), shell)

    def test_bash_completes(self):
        self.write("c", self.run_("completion", "bash").stdout)
        ask = ("source ./c; COMP_WORDS=(kappatweet run --dead); COMP_CWORD=2; _kappatweet; echo ${COMPREPLY[@]};"
               "COMP_WORDS=(kappatweet t); COMP_CWORD=1; _kappatweet; echo ${COMPREPLY[@]}")
        r = subprocess.run(["bash", "-c", ask], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(r.stdout.split(), ["--dead-letter", "top-words", "train"], r.stderr)

    def test_unknown_shell(self):
        self.assertEqual(self.run_("completion", "csh").returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
