#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_shells.py KAPPATWEET SHELL: the completion script in the shell itself, as somebody types.

bash and zsh get a terminal: what is typed, a tab, and then the line as it stands is echoed. fish says
what it would offer (`complete -C`). Exit 77: the shell is not there.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

COMMAND, SHELL = os.path.abspath(sys.argv[1]), sys.argv[2]
if not shutil.which(SHELL):
    print(f"SKIP: no {SHELL} here")
    sys.exit(77)
sys.argv[1:] = ["-k", "test_" + SHELL]

# What is typed before the tab, and what the line is after it.
LINES = {
    "kappatweet top": "kappatweet top-words",
    "kappatweet comple": "kappatweet completion",
    "kappatweet completion fi": "kappatweet completion fish",
    "kappatweet help con": "kappatweet help config",
    "kappatweet run a --dead": "kappatweet run a --dead-letter",
    "kappatweet top-words --coun": "kappatweet top-words --count",
    "kappatweet run a --stats js": "kappatweet run a --stats json",
    "kappatweet run a --to sql": "kappatweet run a --to sqlite:",
    "kappatweet run a --filter ded": "kappatweet run a --filter dedup:",
    "kappatweet run a --parse tweet-r": "kappatweet run a --parse tweet-record:",
    "kappatweet run a --to only-f": "kappatweet run a --to only-file.csv",
    "kappatweet parts sam": "kappatweet parts sample",
    "kappatweet run only-f": "kappatweet run only-file.csv",
}


class Terminal:
    """A shell that believes somebody sits there."""

    def __init__(self, args, folder, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(args[0], args, env)
        self.seen = ""

    def until(self, pattern, seconds=60):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"{pattern} did not come; seen: {self.seen[-2000:]!r}")
            try:
                self.seen += os.read(self.fd, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"the shell ended; seen: {self.seen[-2000:]!r}") from None
        found = re.search(pattern, self.seen)
        self.seen = self.seen[found.end():]
        return found

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


class Shells(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(self.folder + "/bin")
        os.symlink(COMMAND, self.folder + "/bin/kappatweet")
        open(self.folder + "/only-file.csv", "w", encoding="utf-8").close()
        self.env = dict(os.environ, PATH=self.folder + "/bin:" + os.environ["PATH"], HOME=self.folder, TERM="dumb",
                        ZDOTDIR=self.folder, XDG_CONFIG_HOME=self.folder, INPUTRC="/dev/null", LC_ALL="C.UTF-8")

    def script(self, shell):
        return subprocess.run([COMMAND, "completion", shell], check=True, capture_output=True, text=True, timeout=60).stdout

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def by_typing(self, args, setup):
        terminal = Terminal(args, self.folder, self.env)
        try:
            terminal.type(setup + "; echo ready$((40 + 2))\n")
            terminal.until("ready42")
            for n, (typed, line) in enumerate(LINES.items()):
                # Control-A: the start of the line, which becomes the argument of an echo.
                terminal.type(f"{typed}\t\x01echo r$((100 + {n})): \n")
                done = terminal.until(rf"r{100 + n}: ([^\r\n]*)")
                self.assertEqual(done[1].strip(), line, typed)
        finally:
            terminal.close()

    def test_bash(self):
        self.write("kappatweet.bash", self.script("bash"))
        self.by_typing(["bash", "--norc", "--noprofile", "-i"], "PS1='$ '; bind 'set enable-bracketed-paste off'; . ./kappatweet.bash")

    def test_zsh(self):
        os.mkdir(self.folder + "/functions")
        self.write("functions/_kappatweet", self.script("zsh"))
        self.by_typing(["zsh", "-f", "-i"], "PS1='$ '; bindkey -e; fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D")

    def test_zsh_by_sourcing(self):
        self.write("kappatweet.zsh", self.script("zsh"))
        self.by_typing(["zsh", "-f", "-i"], "PS1='$ '; bindkey -e; autoload -U compinit; compinit -u -D; . ./kappatweet.zsh")

    def test_fish(self):
        os.makedirs(self.folder + "/fish/completions")
        self.write("fish/completions/kappatweet.fish", self.script("fish"))
        for typed, line in LINES.items():
            r = subprocess.run(["fish", "-c", "complete -C $argv[1]", typed], cwd=self.folder, env=self.env, capture_output=True,
                               text=True, timeout=60, check=True)
            offered = [row.split("\t")[0] for row in r.stdout.splitlines()]
            self.assertEqual(offered, [line.split()[-1]], (typed, r.stdout, r.stderr))


if __name__ == "__main__":
    unittest.main(verbosity=2)
