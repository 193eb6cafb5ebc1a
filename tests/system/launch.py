# SPDX-License-Identifier: Apache-2.0
"""launch.py COMMAND...: runs it and tells its peak memory, as a last line on standard error.

A process of its own, because a child begins with the memory of the one that started it: this one is
as small as Python can be.
"""
import os
import signal
import sys

pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGKILL))
_, status, usage = os.wait4(pid, 0)
sys.stderr.write("\npeak %d KiB\n" % usage.ru_maxrss)
sys.stderr.flush()
code = os.waitstatus_to_exitcode(status)
os._exit(code if code >= 0 else 128 - code)
