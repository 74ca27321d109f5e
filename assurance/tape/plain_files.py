"""Reads a file that somebody else may have written: a plain one, of bounded length, or an error.

What stands in place of a file may be a pipe that nobody writes to, a link to a device without end, or gigabytes that no
run has written: whoever reads an evidence pack that was handed over must get an answer all the same.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MEBIBYTE = 1024 * 1024
MAX_BYTES = 256 * MEBIBYTE
"""Longer than any file of a run: the results of 10,000 cases are about a sixth of it."""
MAX_WRITTEN_BYTES = MEBIBYTE
"""Longer than any file that a person writes, such as an environment file or waivers."""


def read_plain(path: Path, most_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of a plain file, or of one that a link leads to.

    Raises:
        OSError: It cannot be read, is no plain file, or has more than `most_bytes`; its `strerror` says which.
    """
    # A pipe that nobody writes to would have a plain open() wait for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "this is no plain file", str(path))
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is longer than {most_bytes} bytes", str(path))
    return content
