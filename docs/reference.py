#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""reference.py TEMPLATE INCLUDE-FOLDER VERSION DATE: writes libkappatweet(3) to standard output.

The reference part is made from the public headers, where every function is described once.
"""
import pathlib
import re
import sys

ORDER = ["version", "types", "env", "conf", "parts", "pipeline", "batch", "source", "parser", "filter", "scorer",
         "score", "train", "sink", "memory", "module", "encode", "arrow", "text"]


def literal(text):
    lines = text.replace("\\", "\\e").rstrip().split("\n")
    return [".Bd -literal -compact"] + [("\\&" if line[:1] in (".", "'") else "") + line for line in lines] + [".Ed"]


def prose(comment):
    """A comment as paragraphs; one with columns or an indented example stays as it is written."""
    lines = [re.sub(r"^\* ?", "", line.lstrip()) for line in comment[2:-2].split("\n")]
    out = []
    for paragraph in "\n".join(lines).strip().split("\n\n"):
        out.append(".Pp")
        if re.search(r"^ *\S+ {2,}\S|^ {2}|^ ?- ", paragraph, re.M):
            out += literal(paragraph)
        else:
            text = re.sub(r"([.;?!:][)`\"]?) (?=[A-Z`*])", r"\1\n", " ".join(paragraph.split()).replace("\\", "\\e"))
            out += [("\\&" if line[0] in ".'" else "") + line for line in text.split("\n")]
    return out


def items(text):
    """(kind, text) of what stands at the top of a header, in order."""
    text = re.sub(r'#ifdef __cplusplus.*?#endif\n', "", text, flags=re.S)
    pattern = re.compile(r"(?P<comment>/\*.*?\*/)|(?P<define>^#define [^\n]*?(?:\\\n[^\n]*?)*$)|^#[^\n]*$|"
                         r"(?P<function>^KT_API [^;]*;(?:[ ]*/\*[^\n]*?\*/)?)|"
                         r"(?P<type>^(?:typedef )?(?:struct|enum)\b[^;{]*\{.*?^\}[^;]*;|^(?:typedef )?enum \{[^}]*\}[^;]*;|^typedef [^;]*;(?:[ ]*/\*[^\n]*?\*/)?)|"
                         r"(?P<blank>\n[ ]*\n)", re.S | re.M)
    for m in pattern.finditer(text):
        if m.lastgroup:
            yield m.lastgroup, m.group(m.lastgroup)


def header(path):
    """Declarations that stand together, and behind them the comment that they stand under."""
    found = [(k, t) for k, t in items(path.read_text()) if not (k == "comment" and "SPDX" in t)]
    out = [f".Ss <kappatweet/{path.name}>"]
    summary = next(t for k, t in found if k == "comment")
    out += prose(summary)[1:]
    found.remove(("comment", summary))
    comment, code = None, []

    def flush():
        nonlocal comment, code
        if code:
            out.append(".Pp")
            out.extend(literal("\n".join(code)))
        if comment:
            out.extend(prose(comment))
        comment, code = None, []

    for kind, text in found:
        if kind == "comment":
            flush()
            comment = text
        elif kind == "blank":
            flush()
        elif kind == "define":
            if not re.match(r"#define (KT_\w+_H|KAPPATWEET_H|KT_API|KT_DEPRECATED_FOR|ARROW_C_DATA_INTERFACE)\b", text):
                code.append(text)
        else:
            code.append(re.sub(r"\n {7}", "\n", text[7:]) if kind == "function" else text)
    flush()
    return out


def main():
    template, folder, version, date = sys.argv[1:5]
    folder = pathlib.Path(folder)
    there = {p.stem for p in folder.glob("*.h")} - {"kappatweet"}
    names = [n for n in ORDER if n in there] + sorted(there - set(ORDER))
    declared = sum(len(re.findall(r"^KT_API ", (folder / (n + ".h")).read_text(), re.M)) for n in names)
    described = sum(kind == "function" for n in names for kind, _ in items((folder / (n + ".h")).read_text()))
    assert declared == described > 100, f"{described} of {declared} functions would stand in the manual"
    reference = [line for n in names for line in header(folder / (n + ".h"))]
    page = pathlib.Path(template).read_text()
    for key, value in (("@reference@", "\n".join(reference)), ("@version@", version), ("@date@", date)):
        page = page.replace(key, value)
    sys.stdout.write(page)


main()
