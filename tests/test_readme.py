"""The README cannot lie: its commands are held to the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_check_that_is_shown_is_real() -> None:
    """The check in the README's first screen stands in the code, to the letter."""
    shown = re.search(r"```python\n(.*?)```", README, re.S)
    assert shown is not None
    source = (ROOT / "checks" / "security" / "test_sec_06_public_access.py").read_text(encoding="utf-8")
    for part in shown.group(1).strip().split("\n\n\n"):
        assert part in source or all(line in source for line in part.splitlines())


def test_the_commands_name_what_exists() -> None:
    """Every make target, file and option that the README names exists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.M), target
    plugin = (ROOT / "assurance" / "suite" / "plugin.py").read_text(encoding="utf-8")
    for option in re.findall(r"(?<![\w-])--(env|replay|vantage|reports)\b", README):
        assert f'"--{option}"' in plugin
    for link in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / link).exists(), link
