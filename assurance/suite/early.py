"""What pytest loads of this suite in every project: it loads the plugin where the command line asks for a run.

pytest looks for the first conftest.py files before the suite's own has told it of the options, and would take their
values for test paths: `--env PACK/environment.toml` would run PACK/conftest.py. An installed plugin is asked earlier.
Other projects in the same installation get no option and no hook.
"""

import os
import shlex
import signal
import threading
from itertools import pairwise
from pathlib import Path
from types import FrameType

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the plugin, so that its options are known before the first conftest.py is looked for."""
    config = pluginmanager.get_plugin("pytestconfig")
    if isinstance(config, pytest.Config) and _asks_for_a_run((*_added_words(), *config.invocation_params.args)):
        is_worker = "PYTEST_XDIST_WORKER" in os.environ  # whose end is its controller's to say
        if threading.current_thread() is threading.main_thread() and not is_worker:
            signal.signal(signal.SIGINT, _end)
        pluginmanager.import_plugin("assurance.suite.plugin")


def _end(_number: int, _frame: FrameType | None) -> None:
    """End without a traceback: until a run begins, and takes the signals itself, nothing is to be tidied."""
    os.write(2, b"\nInterrupted before the run began: nothing was asked, and nothing is left.\n")
    os._exit(int(pytest.ExitCode.INTERRUPTED))


def _added_words() -> list[str]:
    return shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))


def _asks_for_a_run(words: tuple[str | os.PathLike[str], ...]) -> bool:
    """Tell whether the words name an environment's file or a tape; another `--env NAME` may be another project's."""
    texts = [os.fspath(word) for word in words]
    values = [text.partition("=")[2] for text in texts if text.startswith("--env=")]
    values += [after for text, after in pairwise(texts) if text == "--env"]
    replays = any(text == "--replay" or text.startswith("--replay=") for text in texts)
    return bool(values) and (replays or any(_is_file(value) for value in values))


def _is_file(value: str) -> bool:
    return value.endswith(".toml") or Path("environments", f"{value}.toml").is_file()
