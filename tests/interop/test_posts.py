#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_posts.py MODULE csv|arrow [FIRST SEEDS]: made-up records as this library writes them, against Python.

csv: NDJSON is byte for byte what json.dumps() writes of what json.loads() reads from it; CSV is what
csv.reader() reads as the same values, and byte for byte what csv.writer() writes of them.
FIRST and SEEDS: for csv, other records than the usual twelve times 300, as many as one likes.
arrow: pyarrow's validation in full, and the same values as in NDJSON. Skipped without pyarrow.
"""
import csv
import ctypes
import datetime
import io
import json
import os
import sys

NDJSON, CSV = 0, 1
FIELDS = ("fields=raw:/n,s=raw:/s,raw:/o,none=raw:/none,raw:/t,text,id,sentiment,score_mixed,repost,ref_id,"
          "created_time,arrived_time,run_start_time,kind")


def load(path):
    lib = ctypes.CDLL(path)
    lib.kt_test_posts_new.restype = ctypes.c_void_p
    lib.kt_test_posts_new.argtypes = [ctypes.c_uint64, ctypes.c_size_t]
    lib.kt_test_posts_free.argtypes = [ctypes.c_void_p]
    lib.kt_test_posts_encode.restype = ctypes.c_void_p
    lib.kt_test_posts_encode.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p,
                                         ctypes.POINTER(ctypes.c_size_t)]
    lib.kt_test_posts_export.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p]
    return lib


def encode(lib, posts, form, query):
    n = ctypes.c_size_t()
    p = lib.kt_test_posts_encode(posts, form, f"x:?{query}".encode(), ctypes.byref(n))
    assert p, query
    return ctypes.string_at(p, n.value).decode("utf-8")


def lines(text):
    """Lines end with \\n only: str.splitlines() knows others."""
    assert not text or text.endswith("\n")
    return text.split("\n")[:-1]


def cell(v):
    if v is None:
        return ""
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (dict, list)):
        return v
    return v if isinstance(v, str) else repr(v)


def same(got, wanted):
    """A JSON value in a cell is compared as JSON: its blanks and digits are the payload's own."""
    if isinstance(wanted, (dict, list)):
        return json.loads(got) == wanted
    return got == wanted or (wanted == "1.5" and got == "1.50")


def check_json(text, query):
    for line in lines(text):
        value = json.loads(line)
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if "raw" not in query:
            assert line == again, (line, again)
        else:
            assert json.loads(again) == value


def check_csv(lib, posts, query, delimiter):
    ndjson = encode(lib, posts, NDJSON, query)
    check_json(ndjson, query)
    wanted = [json.loads(line) for line in lines(ndjson)]
    text = encode(lib, posts, CSV, f"{query}&delimiter={delimiter}".replace("\t", "\\t"))
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    header, rows = rows[0], rows[1:]
    assert len(rows) == len(wanted), (query, len(rows), len(wanted))
    for row, record in zip(rows, wanted):
        assert len(row) == len(header), row
        for name, got in zip(header, row):
            value = record.get(name) if "record=raw" not in query else None
            if "record=raw" in query:
                assert json.loads(got) == record
            else:
                assert same(got, cell(value)), (name, got, value)
    # Until 3.13 csv.writer() quotes \r only where the line ends with it.
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    at = 0
    for row in [header] + rows:
        out.seek(0)
        out.truncate()
        writer.writerow(row)
        line = out.getvalue()[:-2] + "\n"
        assert text.startswith(line, at), (query, line, text[at:at + len(line)])
        at += len(line)
    assert at == len(text)
    return len(rows)


def run_csv(lib, first=1, seeds=12):
    rows = 0
    for seed in range(first, first + seeds):
        posts = lib.kt_test_posts_new(seed, 300)
        for query in ("record=tweet", "record=sentiment", "record=full", "record=raw", "fields=text", FIELDS):
            rows += check_csv(lib, posts, query, ";,\t|"[seed % 4])
        lib.kt_test_posts_free(posts)
    print(f"{rows} rows")


def plain(v):
    if isinstance(v, datetime.datetime):
        # isoformat() writes microseconds, of which the last three are always 0 here.
        assert v.utcoffset() == datetime.timedelta(0)
        return v.isoformat(timespec="milliseconds" if v.microsecond else "seconds")
    return v


def close(a, b):
    return abs(a - b) <= 1e-7 * max(1, abs(b)) if isinstance(a, float) and isinstance(b, float) else a == b


def run_arrow(lib):
    try:
        import pyarrow
    except ImportError:
        other = os.environ.get("KT_TEST_PYTHON")  # one that has it, made by script/test
        if other and os.path.realpath(sys.prefix) != os.path.realpath(os.path.dirname(os.path.dirname(other))):
            os.execv(other, [other, *sys.argv])
        print("SKIP: pyarrow is not installed")
        sys.exit(77)
    rows = 0
    for seed in range(1, 6):
        posts = lib.kt_test_posts_new(seed, 500)
        for record in ("tweet", "sentiment", "full", "raw"):
            wanted = [json.loads(line) for line in lines(encode(lib, posts, NDJSON, f"record={record}"))]
            schema, array = ctypes.create_string_buffer(72), ctypes.create_string_buffer(80)
            addresses = [ctypes.addressof(schema), ctypes.addressof(array)]
            assert lib.kt_test_posts_export(posts, record.encode(), *addresses) == 0
            batch = pyarrow.RecordBatch._import_from_c(addresses[1], addresses[0])
            batch.validate(full=True)
            got = batch.to_pylist()
            assert len(got) == len(wanted), (record, len(got), len(wanted))
            for a, b in zip(got, wanted):
                if record == "raw":
                    assert json.loads(a["raw"]) == b
                    continue
                for name, value in a.items():
                    assert close(plain(value), b.get(name)), (record, name, value, b.get(name))
            rows += len(got)
            del batch, got
        lib.kt_test_posts_free(posts)
    print(f"{rows} rows by pyarrow {pyarrow.__version__}")


def main():
    lib = load(sys.argv[1])
    {"csv": run_csv, "arrow": run_arrow}[sys.argv[2]](lib, *map(int, sys.argv[3:]))


main()
