#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""checksum.py SOURCE: the shipped model is the one that script/train-model made and recorded."""
import hashlib
import pathlib
import sys

data = pathlib.Path(sys.argv[1]) / "data"
want, name = (data / "builtin.ktm.sha256").read_text().split()
model = (data / name).read_bytes()
assert hashlib.sha256(model).hexdigest() == want, f"{name} is not what was recorded: run script/train-model"
assert len(model) <= 4 << 20, f"{name} has {len(model)} bytes, more than 4 MiB"
print(f"{name}: {len(model)} bytes, {want}")
