"""The wheel as its users have it: in a clean environment, in another folder, without the repository."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from tests.package.clean_installation import LOCK, ROOT, SCRIPT, Installation, build, install

MAX_PACKAGES = 60
OWN_CHECK = '''"""SEC-06, looked at once more."""

from assurance.estate.services.platform_service import PlatformService
from assurance.judging.checking import control

pytestmark = control("SEC-06")


def test_of_our_own(service: PlatformService) -> None:
    """Each declared service refuses public networks."""
    assert service.refuses_public_networks
'''


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel."""
    return build(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation of it."""
    return install(wheel, tmp_path_factory.mktemp("clean") / "environment")


def test_two_builds_are_one(wheel: Path, tmp_path: Path) -> None:
    """The same sources, elsewhere and at another time, give the same bytes."""
    again = build(tmp_path)
    assert again.name == wheel.name
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_there_is_one_name_at_the_top(wheel: Path) -> None:
    """The wheel brings one package, typed, with the suite's files and the licence, and no file of a work tree."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"assurance"}
    inside = {name.removeprefix("assurance/") for name in names}
    assert {"py.typed", "_suite/conftest.py", "_suite/checks/smoke/test_smk_01_health.py"} <= inside
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name or "/reports/2" in name]


def test_few_packages_are_needed() -> None:
    """The lock of a run holds at most sixty packages, each by hash, in the versions of the other locks."""
    run, sandbox = (_locked(ROOT / name) for name in ("requirements-run.lock", LOCK.name))
    assert len(run) <= MAX_PACKAGES
    assert run.items() <= sandbox.items()
    assert sandbox.items() <= _locked(ROOT / "requirements.lock").items()


@pytest.fixture(scope="module")
def demonstrated(installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return an empty folder in which the demonstration was run, and what it said."""
    folder = tmp_path_factory.mktemp("demonstrated")
    return folder, installed.run("demo", cwd=folder)


def test_demo(demonstrated: tuple[Path, str]) -> None:
    """The demonstration is GO, and tells where its report is, with the commit that the wheel was built from."""
    folder, said = demonstrated
    assert "sandbox: GO" in said
    [report] = folder.glob("reports/sandbox/*/report.html")
    assert f"The report opens in any browser: {report.as_uri()}" in said
    assert "0" * 40 in report.with_name("results.json").read_text(encoding="utf-8")


def test_what_a_newcomer_tries_next(installed: Installation, demonstrated: tuple[Path, str]) -> None:
    """In the same folder, without an environment file of their own, the other commands do what they say."""
    folder, _ = demonstrated
    [pack] = (path.parent for path in folder.glob("reports/sandbox/*/report.html"))
    tried = {
        ("doctor", "--env", "sandbox"): "Ready: apex-assurance run --env sandbox",
        ("explain", "test_disk_encryption", pack): "no check of the pack matches",
        ("explain", "is_refused[miles-negative]", pack): "miles-negative",
        ("history", "--env", "sandbox"): "chain      unbroken",
        ("init", "--from-tape", pack, "--output", "new.toml"): "Next: apex-assurance doctor --env new.toml",
        ("schema",): '"DeclaredContainerApps"',
        ("completion", "bash"): "inside",
        (): "run the suite inside the virtual network",
        ("run", "--env", "nowhere"): "; `apex-assurance init` writes one",
    }
    refused = {words for words in tried if words[:2] in {(), ("explain", "test_disk_encryption"), ("run", "--env")}}
    for words, told in tried.items():
        assert told in installed.run(*words, cwd=folder, status=2 if words in refused else 0)


def test_fleet(installed: Installation, folder: Path) -> None:
    """A fleet finds the suite's own checks, and puts its packs where the variable says."""
    words = ("environments/mine.toml", "--", "checks/security/test_sec_01_virtual_network.py")
    said = installed.run("fleet", *words, cwd=folder, variables={"APEX_REPORTS": str(folder / "elsewhere")})
    assert "1 environment: 1 GO" in said
    assert len(list(folder.glob("elsewhere/sandbox/*/manifest.json"))) == 1
    assert not (folder / "reports").exists()


def test_replay_of_what_is_bundled(installed: Installation, tmp_path: Path) -> None:
    """The bundled tape is judged without a network."""
    prod, tape = installed.suite / "environments" / "prod.toml", installed.suite / "fixtures" / "recordings" / "prod"
    assert "prod: GO" in installed.run("run", "--env", prod, "security", "--replay", tape, cwd=tmp_path)


def test_verify_a_pack_of_the_checkout(installed: Installation, tmp_path: Path) -> None:
    """A pack that the checkout made is verified by the wheel, its verdicts derived again."""
    command = [sys.executable, "-m", "pytest", "checks/security", "--env", "sandbox", "--reports", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [results] = tmp_path.glob("sandbox/*/results.json")
    assert re.match(r"VERIFIED  ", installed.run("verify", results.parent, cwd=tmp_path))


@pytest.fixture
def folder(installed: Installation, tmp_path: Path) -> Path:
    """Return a project of a user: an environment file, and checks, of which one is named as one of ours is."""
    (tmp_path / "environments").mkdir()
    sandbox = installed.suite / "environments" / "sandbox.toml"
    (tmp_path / "environments" / "mine.toml").write_text(f'extends = "{sandbox}"\n', encoding="utf-8")
    for name in ("test_own.py", "security/test_sec_06_public_access.py"):
        (tmp_path / "checks" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "checks" / name).write_text(OWN_CHECK, encoding="utf-8")
    return tmp_path


def test_own_checks_beside_ours(installed: Installation, folder: Path) -> None:
    """Theirs and ours are judged in one run, and none stands in for another of its name."""
    words = ("run", "--env", "mine", "security", "checks", "--pytest=-q -k 'own or sec_06'")
    assert "sandbox: GO" in installed.run(*words, cwd=folder)
    [results] = folder.glob("reports/sandbox/*/results.json")
    checks = Counter(one["check"].partition("[")[0] for one in json.loads(results.read_text("utf-8"))["verdicts"])
    assert checks["test_own.py::test_of_our_own"] == checks["security/test_sec_06_public_access.py::test_of_our_own"]
    assert checks["checks/security/test_sec_06_public_access.py::test_public_network_access_is_disabled"] > 1


def test_plain_pytest_in_their_folder(installed: Installation, folder: Path) -> None:
    """`pytest checks --env NAME` knows the options, and finds nouns and stand-ins without a conftest.py of theirs."""
    said = installed.pytest("checks", "--env", "mine", "--import-mode=importlib", cwd=folder)
    assert "sandbox: GO" in said


def test_an_editor_in_their_folder(installed: Installation, folder: Path) -> None:
    """With the plugin in their pytest.ini their checks are listed without an environment, and ask for it when run."""
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -p assurance.suite.plugin --import-mode=importlib\n", encoding="utf-8"
    )
    said = installed.pytest("checks", "--collect-only", "-q", cwd=folder)
    assert "checks/test_own.py::test_of_our_own" in said
    assert "Warning" not in said
    assert "give --env NAME (mine) or --env FILE" in installed.pytest("checks", cwd=folder, status=4)


def test_a_package_of_theirs_in_place_of_ours_is_named(installed: Installation, folder: Path) -> None:
    """Where their conftest.py has imported a package `fixtures` of their own, the run says so, and does not begin."""
    (folder / "fixtures").mkdir()
    (folder / "fixtures" / "__init__.py").touch()
    (folder / "conftest.py").write_text("import sys\nsys.path.insert(0, '.')\nimport fixtures\n", encoding="utf-8")
    said = installed.pytest("checks", "--env", "mine", cwd=folder, status=4)
    assert f"a package named 'fixtures' is imported already, from {folder / 'fixtures'}" in said


def test_unknown_words_are_refused(installed: Installation, folder: Path) -> None:
    """What cannot be judged is named with what can be."""
    said = installed.run("run", "--env", "mine", "securty", cwd=folder, status=2)
    assert said.startswith("apex-assurance run: there is nothing to judge by the name 'securty': give aace, bad_input")
    assert "it was followed by 'nothing'" in installed.run("run", "--env", "mine", "gate", cwd=folder, status=2)


def test_falsify(installed: Installation, tmp_path: Path) -> None:
    """The proof that checks can fail is made from the wheel, too."""
    assert "No survivors." in installed.run("falsify", "--control", "SEC-01", cwd=tmp_path)


def test_stand_ins_that_are_not_installed_are_named(installed: Installation, tmp_path: Path) -> None:
    """Without the stand-ins' packages, the demonstration says what to install, in one sentence."""
    code = "import sys; sys.modules['fastapi'] = None; sys.argv[1:] = ['demo']; " + SCRIPT.removeprefix("import sys; ")
    ended = subprocess.run(
        [str(installed.python), "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.rstrip().endswith("not installed here: pip install 'apex-assurance[sandbox]'")


def _locked(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    packages = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
    assert text.count("--hash=sha256:") >= len(packages) > 0
    return packages
