"""What stands in place of a file is read as one, or refused at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assurance.tape.plain_files import MAX_BYTES, MAX_WRITTEN_BYTES, read_plain


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """A plain file, and one that a link leads to, up to the last byte that is allowed."""
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    link = tmp_path / "link"
    link.symlink_to(path)
    assert read_plain(path) == read_plain(link, 5) == b"12345"


@pytest.mark.parametrize("place", ["pipe", "device", "link to a device", "folder"])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, place: str) -> None:
    """A pipe that nobody writes to, a device without end, a folder."""
    path = tmp_path / "place"
    if place == "pipe":
        os.mkfifo(path)
    elif place == "link to a device":
        path.symlink_to("/dev/zero")
    elif place == "folder":
        path.mkdir()
    with pytest.raises(OSError, match=r"no plain file|directory"):
        read_plain(Path("/dev/zero") if place == "device" else path)


@pytest.mark.parametrize("most", [5, MAX_WRITTEN_BYTES, MAX_BYTES])
def test_what_is_too_long_is_refused(tmp_path: Path, most: int) -> None:
    """One byte beyond the bound is told, with the bound."""
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(most + 1)
    with pytest.raises(OSError, match=f"longer than {most} bytes"):
        read_plain(path, most)
