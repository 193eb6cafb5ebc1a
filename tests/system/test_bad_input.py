#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_bad_input.py KAPPATWEET [SANITIZER]: bad input at least does no harm.

Each kind of it gives a message of one line that says what, where and what to do; the good records
arrive, by their ids; what cannot be read is in the dead letters, with its place and its reason.
Under a sanitizer the long line is 64 MiB long instead of 1 GiB.
"""
import bz2
import gzip
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

from system import COMMAND, SANITIZED, Case, Result, ids, lines, main, post, table

MIB = 1 << 20
PEAK_MIB = 64  # what reliability.md allows for hostile input, the default of max_line_bytes in it


def peak_allowed():
    return 10 * PEAK_MIB if SANITIZED else PEAK_MIB


class Records(Case):
    """Damage inside a file that is otherwise good: the others arrive, in order."""

    def good_arrive(self, damage, reason, place_line=4, extra_args=()):
        self.write("posts.ndjson", lines(range(3)) + damage + b"\n" + lines(range(3, 6)))
        r = self.run_("run", "posts.ndjson", *extra_args)
        self.assertEqual(r.code, 0, r.err)
        self.assertEqual(r.ids(), ids(range(6)))
        self.one_message(r, "1 set aside in dead-letters.ndjson")
        dead = self.dead()
        self.assertEqual(len(dead), 1)
        self.assertTrue(dead[0]["place"].startswith("posts.ndjson:%d:" % place_line), dead[0]["place"])
        self.assertRegex(dead[0]["reason"], reason)
        shutil.rmtree(self.folder)
        os.mkdir(self.folder)
        return dead[0]

    def test_torn_line(self):
        dead = self.good_arrive(post(9)[:70], r"\w+")
        self.assertEqual(dead["frame"].encode(), post(9)[:70])

    def test_torn_last_line(self):
        self.write("posts.ndjson", lines(range(3)) + post(9)[:70])
        r = self.run_("run", "posts.ndjson")
        self.assertEqual((r.code, r.ids(), len(self.dead())), (0, ids(range(3)), 1), r.err)

    def test_last_line_without_its_end_is_a_record(self):
        self.write("posts.ndjson", lines(range(3)) + post(3))
        r = self.run_("run", "posts.ndjson")
        self.assertEqual((r.code, r.ids(), self.dead()), (0, ids(range(4)), []), r.err)

    def test_invalid_utf8(self):
        for bad in (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
            self.good_arrive(post(9).replace(b"hola", b"ho" + bad + b"la"), r"(?i)utf-?8")

    def test_nul_bytes(self):
        self.good_arrive(post(9).replace(b"hola", b"ho\0la"), r"\w+")
        self.good_arrive(b"\0" * 4096, r"\w+")

    def test_brackets(self):
        for bracket in (b"[", b'{"a":'):
            self.good_arrive(bracket * 10 ** 6, r"(?i)deep|depth|nest|closes|\w+")

    def test_brackets_at_the_beginning(self):
        self.write("posts.ndjson", b"[" * 10 ** 6 + b"\n" + lines(range(3)))
        r = self.measured("run", "posts.ndjson")
        self.assertEqual((r.code, r.ids(), len(self.dead())), (0, ids(range(3)), 1), r.err)
        self.assertLess(r.peak_mib, peak_allowed())

    def test_wrong_kinds(self):
        for damage in (b"7", b"null", b'"text"', b"{}", b'{"id_str":[1]}', b'{"text":"no id"}', b"<html>", b"\x1b[31m", b"{" * 3):
            self.good_arrive(damage, r"\w+")

    def test_strict_tells(self):
        self.write("posts.ndjson", lines(range(3)) + b"{torn\n")
        r = self.run_("run", "posts.ndjson", "--strict")
        self.assertEqual((r.code, r.ids()), (3, ids(range(3))), r.err)

    def test_no_message_shows_the_text_of_a_record(self):
        self.write("posts.ndjson", post(1, "a secret word").replace(b"word", b"\xff") + b"\n")
        r = self.run_("run", "posts.ndjson")
        self.assertNotIn("secret", r.err)
        self.assertNotIn("secret", self.dead()[0]["reason"])

    def test_dead_letters_are_read_again(self):
        """What was only unknown is mended and comes in with the dead parser; the rest stays dead."""
        self.write("posts.ndjson", lines(range(3)) + post(9)[:-1] + b"\n")
        self.assertEqual(self.run_("run", "posts.ndjson", "--to", "ndjson:a.ndjson").code, 0)
        mended = self.read("dead-letters.ndjson").replace(b'\\"screen_name\\": \\"ana\\"}', b'\\"screen_name\\": \\"ana\\"}}')
        self.assertNotEqual(mended, self.read("dead-letters.ndjson"))
        self.write("mended.ndjson", mended)
        r = self.run_("run", "mended.ndjson", "--parse", "dead:")
        self.assertEqual((r.code, r.ids()), (0, ids([9])), r.err)


class LongLine(Case):
    def test_a_long_line_takes_no_memory(self):
        size = 64 if SANITIZED else 1024
        for at_end in (False, True):
            read, write = os.pipe()

            def feed():
                with open(write, "wb", closefd=True) as f:
                    f.write(lines(range(3)))
                    for _ in range(size):
                        f.write(b"x" * MIB)
                    if not at_end:
                        f.write(b"\n" + lines(range(3, 6)))

            thread = threading.Thread(target=feed)
            thread.start()
            r = self.measured("run", "-", stdin=read)
            os.close(read)
            thread.join()
            self.assertEqual((r.code, r.ids()), (0, ids(range(3 if at_end else 6))), r.err)
            self.one_message(r, "line 4", "longer than max_line_bytes")
            self.assertLess(r.peak_mib, peak_allowed())
            dead = self.dead()[-1]
            self.assertRegex(dead["reason"], "max_line_bytes")
            self.assertLessEqual(len(dead["frame"]), MIB)


class Compressed(Case):
    def test_truncated(self):
        text = lines(range(3000))
        packers = {"gz": gzip.compress, "bz2": bz2.compress}
        if shutil.which("zstd"):
            packers["zst"] = lambda t: subprocess.run(["zstd", "-qc"], input=t, stdout=subprocess.PIPE, check=True).stdout
        for suffix, pack in packers.items():
            with self.subTest(suffix):
                whole, name = pack(text), "posts.ndjson." + suffix
                self.write(name, whole)
                r = self.run_("run", name, "--quiet")
                self.assertEqual((r.code, r.ids(), r.err), (0, ids(range(3000)), ""))
                self.write(name, whole[:len(whole) * 2 // 3])
                r = self.run_("run", name, "--dead-letter", "ndjson:dead-" + suffix)
                self.assertEqual(r.code, 0, r.err)
                got = r.ids()
                self.assertEqual(got, ids(range(len(got))))
                if suffix != "bz2":  # one block of bzip2 is 900 kB: nothing before its end is known
                    self.assertGreater(len(got), 300)
                self.one_message(r, name, "cut off", "byte")
                self.one_message(r, "1 set aside")
                self.assertRegex(self.dead("dead-" + suffix)[0]["reason"], "cut off")
                self.assertEqual(self.run_("run", name, "--strict", "--dead-letter", "ndjson:dead2-" + suffix).code, 3)

    def test_damaged_inside(self):
        """deflate has no checks but one at the end: what is before the damage is good, and it is told."""
        whole = bytearray(gzip.compress(lines(range(3000))))
        whole[len(whole) // 2] ^= 0xFF
        self.write("posts.ndjson.gz", bytes(whole))
        r = self.run_("run", "posts.ndjson.gz")
        self.assertEqual(r.code, 0, r.err)
        self.one_message(r, "posts.ndjson.gz", "byte")
        self.assertGreater(len(self.dead()), 0)
        self.assertEqual(r.ids()[:1000], ids(range(1000)))

    def test_a_format_that_is_not_read(self):
        self.write("posts.xz", b"\xfd7zXZ\0\0\4" + b"\0" * 100)
        r = self.run_("run", "posts.xz")
        self.one_message(r, "posts.xz is xz", "unpack it first")


def small_disk(case, size):
    """A file system of this size, or None where there may be none."""
    folder = case.path("disk")
    os.mkdir(folder)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d" % size, "kappatweet", folder], capture_output=True, check=False)
    if done.returncode:
        return None
    case.addCleanup(subprocess.run, ["umount", folder], check=False)
    return folder


class FullDisk(Case):
    def test_device(self):
        self.write("posts.ndjson", lines(range(5)))
        for sink in ("csv:/dev/full", "ndjson:/dev/full"):
            r = self.run_("run", "posts.ndjson", "--to", sink, "--to", "ndjson:good.ndjson")
            self.assertEqual(r.code, 1, r.err)
            self.one_message(r, "cannot write /dev/full: No space left on device")
            self.assertEqual(self.read("good.ndjson").count(b"\n"), 5)  # the other sink has all
            os.unlink(self.path("good.ndjson"))
            os.unlink(self.path(".good.ndjson.journal"))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([COMMAND, "run", "posts.ndjson"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, check=False,
                                  timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write standard output: No space left on device", done.stderr)

    def test_sqlite_on_a_device(self):
        self.write("posts.ndjson", lines(range(5)))
        r = self.run_("run", "posts.ndjson", "--to", "sqlite:/dev/full", timeout=60)
        self.assertEqual(r.code, 2, r.err)
        self.one_message(r, "/dev/full is no regular file")

    def full(self, sink, name, disk, ballast):
        """Ends with a message, and once there is room the same run goes on without loss or double."""
        self.posts(3000, kind="posts")
        with open(os.path.join(disk, "ballast"), "wb") as f:
            f.write(b"x" * ballast)
        args = ["run", self.path("posts.ndjson"), "--to", sink, "--to", "ndjson:" + self.path("good.ndjson"), "--dead-letter",
                "ndjson:" + self.path("dead.ndjson"), "--set", "retry.max_outage=1s"]
        r = self.run_(*args)
        self.assertEqual(r.code, 1, r.err)
        self.one_message(r, name, "No space left" if "sqlite" not in sink else "full")
        good = self.read("good.ndjson").count(b"\n")
        self.assertGreaterEqual(good, 3000)
        os.unlink(os.path.join(disk, "ballast"))
        r = self.run_(*args)
        self.assertEqual(r.code, 0, r.err)
        return good

    def test_file_system(self):
        disk = small_disk(self, 6 * MIB)
        if not disk:
            self.skipTest("no right to mount a small file system")
        good = self.full("csv:%s/out.csv" % disk, "out.csv", disk, 6 * MIB - 200000)
        self.assertEqual(len(table(self.read(os.path.join(disk, "out.csv")))), good)

    def test_file_system_sqlite(self):
        disk = small_disk(self, 9 * MIB)
        if not disk:
            self.skipTest("no right to mount a small file system")
        self.full("sqlite:%s/k.db" % disk, "k.db", disk, 9 * MIB - 500000)
        self.assertEqual(self.rows(os.path.join(disk, "k.db"), "select count(*), count(distinct tweet_id) from posts")[0], (3000, 3000))

    def test_room_comes_back_while_it_waits(self):
        disk = small_disk(self, 6 * MIB)
        if not disk:
            self.skipTest("no right to mount a small file system")
        self.posts(3000)
        ballast = os.path.join(disk, "ballast")
        with open(ballast, "wb") as f:
            f.write(b"x" * (6 * MIB - 200000))
        p = subprocess.Popen([COMMAND, "run", self.path("posts.ndjson"), "--to", "csv:%s/out.csv" % disk, "--dead-letter",
                              "ndjson:" + self.path("dead.ndjson")], stderr=subprocess.PIPE)
        message = p.stderr.readline()  # told at once, not when it is given up
        os.unlink(ballast)
        rest = p.communicate(timeout=60)[1]
        self.assertEqual(p.returncode, 0, rest)
        self.assertIn(b"No space left on device", message)
        self.assertGreaterEqual(len(table(self.read(os.path.join(disk, "out.csv")))), 3000)

    def test_file_size_limit(self):
        """Stands for a full disk where nobody may mount one."""
        self.posts(3000)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200000, 200000))

        args = ["run", "posts.ndjson", "--to", "csv:out.csv", "--set", "retry.max_outage=1s"]
        r = self.run_(*args, preexec_fn=limit)
        self.assertEqual(r.code, 1, r.err)
        self.one_message(r, "out.csv: File too large")
        r = self.run_(*args)
        self.assertEqual(r.code, 0, r.err)
        got = [row["tweet_id"] for row in table(self.read("out.csv"))]
        self.assertEqual(len(got), len(set(got)))
        self.assertEqual(len(got), 3000)


class Files(Case):
    def test_missing(self):
        r = self.run_("run", "nowhere.ndjson")
        self.assertEqual(r.code, 1)
        self.one_message(r, "cannot open nowhere.ndjson: No such file or directory")

    def test_glob_without_a_match(self):
        r = self.run_("run", "*.nothing")
        self.assertEqual(r.code, 1)
        self.one_message(r, "no file matches *.nothing")

    def test_without_permission(self):
        self.write("posts.ndjson", lines(range(3)))
        os.chmod(self.path("posts.ndjson"), 0)
        os.chmod(self.folder, 0o777)
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        if other and not self.reaches(other):
            self.skipTest("the command cannot be reached by another user")
        r = self.run_("run", "posts.ndjson", **other)
        self.assertEqual(r.code, 1)
        self.one_message(r, "cannot open posts.ndjson: Permission denied")
        # One of several: the others arrive, and it is told.
        self.write("a.ndjson", lines(range(3)))
        self.write("z.ndjson", lines(range(3, 6)))
        r = self.run_("run", "*.ndjson", "--dead-letter", "ndjson:dead/letters.ndjson", **other)
        self.assertEqual((r.code, r.ids()), (0, ids(range(6))), r.err)
        self.one_message(r, "cannot open posts.ndjson: Permission denied")
        self.one_message(r, "1 set aside in dead/letters.ndjson")

    def test_folder_without_permission(self):
        """One of several: its files are missing, which is told, and the others arrive. Alone: nothing is read."""
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        if other and not self.reaches(other):
            self.skipTest("the command cannot be reached by another user")
        for name, mode in (("in", 0o755), ("in/a", 0o755), ("in/m", 0), ("in/z", 0o755)):
            os.mkdir(self.path(name))
            if mode:
                self.write(name + "/posts.ndjson", lines(range(3)) if name != "in/z" else lines(range(3, 6)))
            os.chmod(self.path(name), mode)
        os.unlink(self.path("in/posts.ndjson"))
        os.chmod(self.folder, 0o777)
        for source in ("in?recursive=true", "in/*/*.ndjson"):
            r = self.run_("run", source, "--dead-letter", "ndjson:dead.ndjson?mode=overwrite", **other)
            self.assertEqual((r.code, r.ids()), (0, ids(range(6))), r.err)
            self.one_message(r, "cannot open in/m", "Permission denied")
            self.one_message(r, "1 set aside in dead.ndjson")
        # Followed, it is told once.
        r = self.run_("run", "in?recursive=true&follow=true&poll.interval=10ms", "--time-limit", "300ms", "--dead-letter",
                      "ndjson:dead.ndjson?mode=overwrite", **other)
        self.assertEqual((r.code, r.ids()), (0, ids(range(6))), r.err)
        self.assertEqual(r.err.count("cannot open in/m: Permission denied"), 1, r.err)
        for source in ("in/m", "in/m/*.ndjson"):
            r = self.run_("run", source, **other)
            self.assertEqual((r.code, r.out), (1, b""))
            self.one_message(r, "cannot read folder in/m", "Permission denied")

    def reaches(self, other):
        try:
            return subprocess.run([COMMAND, "--version"], capture_output=True, check=False, **other).returncode == 0
        except PermissionError:
            return False

    def test_output_without_permission(self):
        self.write("posts.ndjson", lines(range(3)))
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        if other and not self.reaches(other):
            self.skipTest("the command cannot be reached by another user")
        os.chmod(self.folder, 0o755)
        os.mkdir(self.path("mine"), 0o555)
        for sink in ("csv:mine/out.csv", "sqlite:mine/k.db", "csv:mine/?partition=hour"):
            r = self.run_("run", "posts.ndjson", "--to", sink, "--dead-letter", "null:", **other)
            self.assertEqual(r.code, 1, sink + r.err)
            self.one_message(r, "mine/", "ermission denied" if "sqlite" not in sink else "")

    def test_folder_as_a_source_is_its_files(self):
        os.mkdir(self.path("in"))
        self.write("in/2.ndjson", lines(range(3, 6)))
        self.write("in/1.ndjson", lines(range(3)))
        r = self.run_("run", "in")
        self.assertEqual((r.code, r.ids()), (0, ids(range(6))), r.err)

    def test_empty_folder(self):
        os.mkdir(self.path("in"))
        r = self.run_("run", "in")
        self.assertEqual(r.code, 1)
        self.one_message(r, "folder in holds no file to read")

    def test_folder_in_place_of_a_file(self):
        self.write("posts.ndjson", lines(range(3)))
        os.mkdir(self.path("d.db"))
        r = self.run_("run", "posts.ndjson", "--to", "sqlite:d.db")
        self.assertEqual(r.code, 1)
        self.one_message(r, "cannot open d.db: Is a directory")
        self.write("plain", b"")
        r = self.run_("run", "posts.ndjson", "--to", "csv:plain/out.csv", "--dead-letter", "null:")
        self.assertEqual(r.code, 1)
        self.one_message(r, "plain/", "Not a directory")

    def test_empty_file(self):
        self.write("posts.ndjson", b"")
        r = self.run_("run", "posts.ndjson")
        self.assertEqual((r.code, r.out), (0, b""), r.err)

    def test_broken_link_and_fifo(self):
        os.symlink("nowhere", self.path("link.ndjson"))
        r = self.run_("run", "link.ndjson")
        self.one_message(r, "cannot open link.ndjson: No such file or directory")


class Pipes(Case):
    def test_closed_pipe(self):
        self.write("posts.ndjson", lines(range(20000)))
        p = subprocess.Popen([COMMAND, "run", "posts.ndjson"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.readline()
        p.stdout.close()
        err = p.stderr.read().decode()
        p.stderr.close()
        self.assertEqual(p.wait(timeout=60), 1, err)
        self.assertIn("cannot write standard output: Broken pipe", err)

    def test_closed_pipe_loses_nothing(self):
        """What the pipe did not take is still owed: the next run with the checkpoint goes on; the other sink has each once."""
        self.write("posts.ndjson", lines(range(20000)))
        args = [COMMAND, "run", "posts.ndjson?checkpoint=state", "--set", "lane.window=1", "--set", "commit.interval_ms=0", "--to",
                "ndjson:-", "--to", "csv:out.csv"]
        p = subprocess.Popen(args, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        got = [p.stdout.readline() for _ in range(700)]
        p.stdout.close()
        err = p.stderr.read().decode()
        p.stderr.close()
        self.assertEqual(p.wait(timeout=60), 1, err)
        self.assertIn("cannot write standard output: Broken pipe", err)
        again = self.run_(*args[1:])
        self.assertEqual(again.code, 0, again.err)
        seen = set(Result(0, b"".join(got), b"").ids() + again.ids())
        unread = [n for n in range(20000) if ids([n])[0] not in seen]
        # Delivered: what was in the pipe, and in the reader's own buffer, when the reader went away.
        self.assertEqual(unread, list(range(700, 700 + len(unread))))
        self.assertLess(len(unread) * len(got[0]), (64 + 16) * 1024)
        self.assertEqual(again.ids()[-1], ids([19999])[0])
        self.assertEqual([row["tweet_id"] for row in table(self.read("out.csv"))], ids(range(20000)))

    def test_unread_pipe_stops_nobody_else(self):
        """The other sink gets all while nobody reads; then the reader does, too."""
        self.write("posts.ndjson", lines(range(20000)))
        for workers in ("0", "1"):
            name = "out%s.csv" % workers
            p = subprocess.Popen([COMMAND, "run", "posts.ndjson", "--set", "workers=" + workers, "--to", "ndjson:-", "--to",
                                  "csv:" + name], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            deadline = time.monotonic() + 100
            while not os.path.exists(self.path(name)) or self.read(name).count(b"\n") < 20001:
                self.assertIsNone(p.poll())
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            out, err = p.communicate(timeout=100)
            r = Result(p.returncode, out, err)
            self.assertEqual((r.code, sorted(r.ids())), (0, sorted(ids(range(20000)))), r.err)

    def test_unread_pipe_can_be_interrupted(self):
        self.write("posts.ndjson", lines(range(20000)))
        p = subprocess.Popen([COMMAND, "run", "posts.ndjson", "--set", "drain.timeout_ms=50ms"], cwd=self.folder,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertTrue(select.select([p.stdout], [], [], 60)[0])
        p.send_signal(signal.SIGINT)
        err = p.stderr.read()  # to its end, while standard output is still unread
        p.stdout.close()
        p.stderr.close()
        self.assertEqual(p.wait(timeout=60), 130, err)
        self.assertIn(b"still owed", err)

    def test_reader_of_a_live_stream_goes_away(self):
        """Nobody takes anything any more: the run ends, though its input does not."""
        read, write = os.pipe()
        p = subprocess.Popen([COMMAND, "run", "-"], cwd=self.folder, stdin=read, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(read)
        with open(write, "wb", buffering=0) as f:
            f.write(lines(range(3)))
            p.stdout.readline()
            p.stdout.close()
            f.write(lines(range(3, 6)))
            err = p.stderr.read().decode()
        p.stderr.close()
        self.assertEqual(p.wait(timeout=60), 1, err)
        self.assertIn("HELD: cannot write standard output: Broken pipe", err)

    def test_head(self):
        self.write("posts.ndjson", lines(range(20000)))
        shell = "'%s' run posts.ndjson -q --to csv:- | head -n 1" % COMMAND
        done = subprocess.run(["sh", "-c", shell], cwd=self.folder, capture_output=True, check=False, timeout=60)
        self.assertTrue(done.stdout.startswith(b"id;text;created_time"), done)

    def test_standard_input_that_is_closed(self):
        p = subprocess.run(["sh", "-c", "'%s' run - <&-" % COMMAND], cwd=self.folder, capture_output=True, check=False, timeout=60)
        self.assertIn(b"cannot read standard input: Bad file descriptor", p.stderr)


class Typos(Case):
    def test_each_tells_the_nearest_name(self):
        self.write("posts.ndjson", lines(range(3)))
        for args, near in (
                (["posts.ndjson?folow=true"], "did you mean follow?"),
                (["posts.ndjson", "--to", "csv:x.csv?delimter=,"], "did you mean delimiter?"),
                (["posts.ndjson", "--to", "sqllite:k.db"], "did you mean sqlite:?"),
                (["posts.ndjson", "--to", "csv:x.csv?partition=huor"], "did you mean hour?"),
                (["posts.ndjson", "--prase", "auto:"], "did you mean --parse?"),
                (["posts.ndjson", "--parse", "tweet-v3:"], "did you mean tweet-v"),
                (["posts.ndjson", "--filter", "were:lang=es"], "did you mean where:?"),
                (["posts.ndjson", "--set", "memory.max_byte=1m"], "did you mean memory.max_bytes?"),
                (["posts.ndjson", "--to", "csv:x.csv?lane.windw=1"], "did you mean lane.window?"),
                (["posts.ndjson", "--to", "csv:x.csv?fields=twet_id"], "did you mean tweet_id?")):
            r = self.run_("run", *args)
            self.assertEqual((r.code, r.out), (2, b""), args)
            self.one_message(r, near)
            self.assertEqual(len(r.err.strip().splitlines()), 1, r.err)
            self.assertEqual(sorted(os.listdir(self.folder)), ["posts.ndjson"], args)  # nothing was touched

    def test_check_finds_what_a_run_would(self):
        self.write("posts.ndjson", lines(range(3)))
        for args in (["--to", "csv:x.csv?fields=twet_id"], ["--to", "csv:?fields=twet_id"], ["--filter", "where:?words=("],
                     ["--filter", "where:?kind=pots"], ["--to", "ndjson:x?lane.filter=where:?kind=pots"],
                     ["--to", "csv:x.csv?lane.window=1&fields=twet_id"], ["--to", "csv:x.csv?fields=twet_id&lane.window=1"]):
            run, check = (self.run_(command, "posts.ndjson", *args) for command in ("run", "check"))
            self.assertEqual((run.code == 0, check.code == 0), (run.code == 0,) * 2, (args, run.err, check.out, check.err))
            if run.code:
                self.assertEqual((check.code, check.err), (2, run.err))
                self.assertEqual(sorted(os.listdir(self.folder)), ["posts.ndjson"], args)
        r = self.run_("check", "posts.ndjson", "--to", "csv:x.csv?fields=tweet_id&bom=true", "--to", "sqlite:k.db", "--filter", "dedup:")
        self.assertEqual((r.code, r.err), (0, ""), r.out)
        self.assertEqual(sorted(os.listdir(self.folder)), ["posts.ndjson"])


if __name__ == "__main__":
    main()
