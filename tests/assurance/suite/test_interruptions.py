"""What a signal leaves can be shown, wherever it came."""

from __future__ import annotations

import pytest

from assurance.suite.interruptions import Interruptions


def _without_line() -> pytest.ExceptionInfo[BaseException]:
    """Return an interruption that came where the compiler has noted no line."""
    code = compile("raise KeyboardInterrupt", "somewhere.py", "exec")
    # In the table of PEP 626, 0xF8 + n - 1 says of n instructions that they have no line.
    lineless = code.replace(co_linetable=bytes([0x80 | (15 << 3) | 7] * 8))
    try:
        exec(lineless)  # noqa: S102  (code of this test's own)
    except KeyboardInterrupt as error:
        return pytest.ExceptionInfo.from_exception(error)
    raise AssertionError


def test_an_interruption_at_no_line_can_be_shown() -> None:
    """The places with a line stay; pytest itself breaks down at one that has none."""
    excinfo = _without_line()
    with pytest.raises(TypeError):
        excinfo.getrepr()
    Interruptions().pytest_keyboard_interrupt(excinfo)
    shown = excinfo.getrepr()
    assert shown.reprcrash is not None
    assert "KeyboardInterrupt" in shown.reprcrash.message
