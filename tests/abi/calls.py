#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""calls.py SOURCE: what a library that is a guest in somebody's process does not call.

Everywhere in src/ but the command: no reading of the environment, no printing, no exit, no signals,
no locale, no process-global state of libc; memory only through the env's allocator.
"""
import pathlib
import re
import sys

BANNED = {
    "getenv secure_getenv setenv putenv unsetenv": "the library reads no environment",
    "printf vprintf puts putchar fprintf vfprintf fputs fputc perror": "the library prints nothing",
    "exit _exit _Exit abort quick_exit atexit raise": "the library never ends the process",
    "signal sigaction sigprocmask": "the library touches no signals (pthread_sigmask around a write is allowed)",
    "setlocale uselocale newlocale localeconv strcoll": "the library has no locale",
    "strerror perror_r gmtime localtime asctime ctime mktime strftime strptime tzset": "libc's state or locale: see base/time.h and kt_fail_os",
    "strtod strtof strtold atof atoi atol sscanf scanf": "locale or no error: parse by hand",
    "sprintf vsprintf strcpy strcat stpcpy gets strtok rand srand random alloca": "unbounded or global",
    "malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf getline aligned_alloc posix_memalign": "memory comes from the env",
    "fork vfork system popen sleep usleep nanosleep": "not in a library",
    "open openat creat close read readv pread write writev pwrite lseek fsync fdatasync sync ftruncate truncate rename renameat "
    "unlink remove mkdir rmdir opendir readdir closedir stat fstat lstat fstatat statfs flock fcntl ioctl poll ppoll select "
    "epoll_create1 epoll_ctl epoll_wait eventfd timerfd_create timerfd_settime inotify_init1 inotify_add_watch socket connect "
    "mmap munmap dup dup2 pipe pipe2 clock_gettime gettimeofday time getpid getrandom getcwd realpath readlink link symlink glob":
        "system calls go through base/sys.h, where a test can make them fail",
    "fopen fdopen fread fwrite fclose freopen": "files go through base/sys.h",
}
# The one place for each: the built-in allocator and clock; numbers handed to libc in a form without a decimal
# point, or with the point of the moment dropped, which reads the same in every locale.
ALLOWED = {
    "src/env.c": "malloc realloc free clock_gettime",
    "src/json/float.c": "strtod strtof snprintf",
    "src/json/number.c": "strtod",
}


def strip(s):
    """The code without comments and strings, line by line."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0)) if m.group(0).startswith("/") else '""'
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, s, flags=re.S)


def main():
    root = pathlib.Path(sys.argv[1])
    why = {name: reason for names, reason in BANNED.items() for name in names.split()}
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(sorted(why)) + r")\s*\(")
    bad, n = [], 0
    for path in sorted((root / "src").rglob("*.[ch]")):
        rel = str(path.relative_to(root))
        if rel.startswith("src/cli"):
            continue
        n += 1
        code = path.read_text()
        if rel.startswith("src/base/sys"):
            continue
        for number, text in enumerate(strip(code).splitlines(), 1):
            for m in pattern.finditer(text):
                if m.group(1) not in ALLOWED.get(rel, "").split():
                    bad.append(f"{rel}:{number}: {m.group(1)}(): {why[m.group(1)]}")
        for m in () if "snprintf" in ALLOWED.get(rel, "") else re.finditer(r'snprintf\s*\([^;]*?"[^"\n]*%[-+ #0]*[\d.*]*[aefgAEFG]', code):
            bad.append(f"{rel}:{code.count(chr(10), 0, m.start()) + 1}: floats are written without locale")
    assert n > 20, f"only {n} files"
    for line in bad:
        print(line)
    print(f"{n} files, {len(bad)} faults")
    sys.exit(1 if bad else 0)


main()
