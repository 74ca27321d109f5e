"""Two signed packs of the same environment, made once; each test gets a copy of its own."""

from pathlib import Path

import pytest

from assurance.evidence.signing import make_key
from tests.assurance.evidence.packs import CHECKS, ROOT, Packs, run_pytest


@pytest.fixture(scope="session")
def made_packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    """Two packs of the sandbox, one of one control, one of two, signed by a key of this test run."""
    folder = tmp_path_factory.mktemp("evidence")
    key = folder / "key.pem"
    make_key(key)
    file = folder / "signed.toml"
    base = ROOT / "environments" / "sandbox.toml"
    file.write_text(
        f'extends = "{base}"\n[evidence]\nsigner = "file"\nkey_variable = "APEX_TEST_KEY"\n', encoding="utf-8"
    )
    for checks in (CHECKS[:1], CHECKS):
        arguments = (*checks, "--env", str(file), "--reports", str(folder / "reports"))
        ended = run_pytest(arguments, {"APEX_TEST_KEY": str(key)})
        assert ended.returncode == 0, ended.stdout + ended.stderr
    return Packs(folder / "reports", key)


@pytest.fixture
def packs(made_packs: Packs, tmp_path: Path) -> Packs:
    """A copy of the two packs, to be tampered with."""
    return made_packs.copy_to(tmp_path / "copied")
