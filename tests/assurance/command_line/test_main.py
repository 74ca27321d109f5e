"""The command line: one clear error for wrong usage, and commands from rooms above the engine."""

import subprocess
import sys

import pytest

from assurance.command_line.main import main


@pytest.mark.parametrize("words", [[], ["no-such-command"], ["--no-such-option"]])
def test_wrong_usage_ends_with_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no command is refused in one message that names the command line."""
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "apex-assurance: error:" in capsys.readouterr().err


def test_commands_of_other_rooms_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """`falsify` comes from an entry point, and is offered like the engine's own commands."""
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "falsify" in capsys.readouterr().out


def test_start_loads_no_command() -> None:
    """The help is there without loading Azure's SDK or any command."""
    code = "import sys\nfrom assurance.command_line.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += (
        "print('loaded', sorted(m for m in sys.modules if m.split('.')[0] in ('azure', 'falsification', 'pydantic')))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.endswith("loaded []\n")
