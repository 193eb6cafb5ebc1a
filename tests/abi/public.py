# SPDX-License-Identifier: Apache-2.0
"""Reads the public headers: functions declared with KT_API, and structs with their members."""
import pathlib
import re


def text(path):
    s = path.read_text()
    s = re.sub(r"/\*.*?\*/", " ", s, flags=re.S)
    return re.sub(r"^[ \t]*#.*?(?<!\\)$", " ", s, flags=re.M | re.S)


def headers(source):
    found = sorted((pathlib.Path(source) / "include/kappatweet").glob("*.h"))
    assert len(found) > 10, f"only {len(found)} headers in {source}/include/kappatweet"
    return found


def functions(source):
    """{name: header} of what is declared with KT_API."""
    out = {}
    for path in headers(source):
        for m in re.finditer(r"\bKT_API\b([^;]*);", text(path)):
            name = re.search(r"\b(\w+)\s*\(", m.group(1)).group(1)
            assert name not in out, f"{name} is declared twice, in {out[name]} and {path.name}"
            out[name] = path.name
    return out


def structs(source):
    """[(name, [members])] in the order of the headers."""
    out = []
    for path in headers(source):
        for m in re.finditer(r"typedef struct (kt_\w+) \{(.*?)\}\s*(kt_\w+);", text(path), flags=re.S):
            members = []
            for part in m.group(2).split(";"):
                if not part.strip():
                    continue
                pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)\s*\(", part)
                if pointer:
                    members.append(pointer.group(1))
                else:
                    members += [re.search(r"(\w+)\s*(\[\w*\])?\s*$", p).group(1) for p in part.split(",")]
            out.append((m.group(1), members))
    return out
