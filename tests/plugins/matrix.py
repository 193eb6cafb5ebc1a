#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""matrix.py SOURCE BUILD CONFORMANCE: plugins and programs older and newer than the library.

Libraries: today's, and one whose tables are two members longer (longer.py). Plugins: one binary each of
today's header and of headers one and two members longer, so that each library meets plugins with shorter
and with longer tables. Each plugin binary, never compiled again, runs on both; each part of each passes
the conformance suite on both; what cannot be served is refused with a message that says why.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD, CONFORMANCE = (pathlib.Path(p).resolve() for p in sys.argv[1:4])
del sys.argv[1:]
HERE = SOURCE / "tests/plugins"
LONGER = 2  # members that the other library's tables have more
KINDS = ("source", "parser", "filter", "scorer", "sink")
RAN = """\
source: 1000 seen
filter: 1000 seen
scorer: %(kept)d seen
sink: %(kept)d seen
host: 1000 frames, 1000 records, %(dropped)d dropped, %(kept)d delivered
"""
OPTIONS = {o["name"]: o["value"] for o in json.load(open(BUILD / "meson-info/intro-buildoptions.json"))}
SANITIZE = OPTIONS["b_sanitize"] if OPTIONS["b_sanitize"] != "none" else ""


def command(*args, **more):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=600, **more)
    assert done.returncode == 0, f"{' '.join(map(str, args))}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


class Bench:
    """The libraries, plugins and programs, built once."""

    def __init__(self, work):
        self.work = work
        # Beside the build, so that what has not changed is not compiled again.
        longer = BUILD / "tests/plugins/longer"
        longer.mkdir(parents=True, exist_ok=True)
        python = (sys.executable, HERE / "longer.py", SOURCE)
        command(*python, longer, LONGER)
        if not (longer / "build/build.ninja").is_file():
            sanitizers = ("-Db_sanitize=" + SANITIZE, "-Db_lundef=false") if SANITIZE else ()
            command("meson", "setup", longer / "build", longer, "-Ddefault_library=shared", "--buildtype=plain", *sanitizers)
        command("ninja", "-C", longer / "build", "src/libkappatweet.so.0.1.0")
        self.libraries = {0: BUILD / "src", LONGER: longer / "build/src"}
        command(*python, work / "one", 1, "--headers")
        self.headers = {0: SOURCE / "include", 1: work / "one/include", LONGER: longer / "include"}
        self.plugins = {n: self.compile("parts.c", n, f"parts-{n}.so", "-shared", "-fPIC") for n in self.headers}
        self.newer = self.compile("parts.c", LONGER, "parts-newer.so", "-shared", "-fPIC", "-DUSE_NEWER")
        self.hosts = {n: self.compile("host.c", n, f"host-{n}") for n in self.headers}

    def compile(self, name, n, out, *flags):
        """Against headers of that length, and the library that goes with them."""
        lib = self.libraries[LONGER if "-DUSE_NEWER" in flags else 0]
        command(*os.environ.get("CC", "cc").split(), "-std=gnu11", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                "-Wno-missing-field-initializers", *([f"-fsanitize={SANITIZE}", "-fno-omit-frame-pointer"] if SANITIZE else []),
                "-I", self.headers[n], HERE / name, *flags, "-o", self.work / out, lib / "libkappatweet.so.0.1.0")
        return self.work / out

    def run(self, library, *args, fault=""):
        env = dict(os.environ, LD_LIBRARY_PATH=str(self.libraries[library]), PLUGIN_FAULT=fault)
        return subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=120, env=env)


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.bench = Bench(pathlib.Path(cls.folder.name))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def each(self):
        for library in self.bench.libraries:
            for plugin in self.bench.plugins:
                yield library, plugin

    def test_one_binary_runs_on_older_and_newer_libraries(self):
        kept = None
        for library, plugin in self.each():
            r = self.bench.run(library, self.bench.hosts[0], self.bench.plugins[plugin])
            self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
            # What both know is called, what one of them lacks is not; all else is the same.
            hooks = [f"{kind}: appended_{i}" for kind in KINDS for i in range(1, min(library, plugin) + 1)]
            lines = r.stdout.splitlines(keepends=True)
            self.assertEqual([line.strip() for line in lines if "appended" in line], hooks)
            self.assertEqual(r.stderr, "")
            kept = kept or int(lines[-1].split()[-2])
            self.assertTrue(500 < kept < 1000, kept)
            rest = sorted(line for line in lines if "appended" not in line)
            self.assertEqual(rest, sorted((RAN % {"kept": kept, "dropped": 1000 - kept}).splitlines(keepends=True)))

    def test_each_part_keeps_the_rules_on_older_and_newer_libraries(self):
        for library, plugin in self.each():
            for kind in KINDS:
                r = self.bench.run(library, CONFORMANCE, "--module", self.bench.plugins[plugin], kind, "made:")
                self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                self.assertGreater(r.stdout.count("\nok "), 10)
                # It was this library indeed.
                self.assertEqual(f"{kind}: appended_2" in r.stdout, min(library, plugin) >= 2, r.stdout)

    def test_programs_older_and_newer_than_the_library(self):
        for library in self.bench.libraries:
            for n, host in self.bench.hosts.items():
                with self.subTest(library=library, program=n):
                    r = self.bench.run(library, host, self.bench.plugins[0])
                    self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
                    hooks = ["env: appended_1"] * 3 if n and library else []
                    self.assertEqual([line for line in r.stdout.splitlines() if line.startswith("env:")], hooks)
                    seen = "stats.appended_1 %d, lane.appended_1 %d" % ((11, 11) if library else (0, 0))
                    self.assertEqual(seen in r.stdout, n > 0, r.stdout)

    def test_need_of_what_the_library_lacks_is_refused(self):
        for library, plugin in self.each():
            for kind in KINDS:
                for need in (1, 2, 4, 0x80000000):
                    r = self.bench.run(library, self.bench.hosts[0], self.bench.plugins[plugin], fault=f"need:{kind}:{need}")
                    if need < 1 << library:
                        self.assertEqual(r.returncode, 0, r.stdout)
                        continue
                    self.assertEqual(r.returncode, 1, r.stdout)
                    self.assertIn("error KT_ENOTSUP: module: ", r.stdout)
                    self.assertIn(f"needs a feature (bits 0x{need:x}) that library 0.1.0 does not have: use a newer library", r.stdout)

    def test_a_table_shorter_than_any_version_is_refused(self):
        for library, plugin in self.each():
            for kind in KINDS:
                r = self.bench.run(library, self.bench.hosts[0], self.bench.plugins[plugin], fault=f"short:{kind}")
                self.assertEqual(r.returncode, 1, r.stdout)
                self.assertIn("error KT_EINVAL: module: ", r.stdout)
                self.assertRegex(r.stdout, r"table size \d+ is not one of any version \(at least \d+\): set \.size = sizeof the table")

    def test_a_newer_function_is_missed_when_it_is_loaded(self):
        r = self.bench.run(0, self.bench.hosts[0], self.bench.newer)
        self.assertEqual(r.returncode, 1, r.stdout)
        self.assertIn("error KT_EIO: module: cannot load module: ", r.stdout)
        self.assertRegex(r.stdout, r"KT_0\.2|kt_appended")
        r = self.bench.run(LONGER, self.bench.hosts[0], self.bench.newer)
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertIn(f"newer: {LONGER}\n", r.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
