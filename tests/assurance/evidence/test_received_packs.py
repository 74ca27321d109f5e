"""A pack that a stranger made: judging it runs none of its code, reads nothing outside it, and connects to nobody."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assurance.evidence import pack, verification
from assurance.evidence.findings import Request
from assurance.tape.strict_json import MEBIBYTE
from tests.assurance.evidence.packs import ROOT, edit, list_anew, plant, plant_in_pack, run_from, run_pytest

CHECK = "checks/security/test_sec_10_defender_for_cloud.py"
RECORDING = ROOT / "fixtures" / "recordings" / "prod"
COMMAND = Path(sys.executable).with_name("apex-assurance")
Ended = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def unsigned_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of one control, from the bundled tape."""
    reports = tmp_path_factory.mktemp("received")
    ended = run_pytest((CHECK, "--env", "prod", "--replay", str(RECORDING), "--reports", str(reports)), {})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    [made] = (path.parent for path in reports.glob("prod/*/manifest.json"))
    return made


@pytest.fixture
def received(unsigned_pack: Path, tmp_path: Path) -> Path:
    """A copy of the pack, which a test may put things into."""
    directory = tmp_path / "reports" / "run"
    shutil.copytree(unsigned_pack, directory)
    return directory


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """Where code that was run leaves its mark."""
    directory = tmp_path / "marks"
    directory.mkdir()
    return directory


def run(words: list[str | Path], current: Path, **variables: str) -> Ended:
    """Run a command in a folder."""
    hidden = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS")
    environment = {name: value for name, value in os.environ.items() if name not in hidden} | variables
    line = [str(word) for word in words]
    return subprocess.run(line, cwd=current, env=environment, capture_output=True, text=True, timeout=300, check=False)


def verify(directory: Path, current: Path, **variables: str) -> Ended:
    """Verify a pack without its ledger, which a forger would not have."""
    return run([COMMAND, "verify", directory, "--without-ledger"], current, **variables)


def test_verifying_runs_no_code_from_the_pack_from_beside_it_or_from_the_current_folder(
    received: Path, marks: Path, tmp_path: Path
) -> None:
    """Code in the pack, in the folder of reports and in the current folder is not run, and the pack verifies."""
    current = tmp_path / "current"
    current.mkdir()
    plant_in_pack(received, marks)
    for folder in (received.parent, current):
        plant(folder, marks)

    ended = verify(received, current)

    assert run_from(marks) == []
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "8 verdicts were derived again" in ended.stdout


def test_verifying_from_within_the_pack_works_and_runs_no_code_of_it(received: Path, marks: Path) -> None:
    """`verify .` takes the current folder for the pack, and for nothing else."""
    plant_in_pack(received, marks)

    ended = verify(Path(), received)

    assert run_from(marks) == []
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_variables_of_pytest_and_python_do_not_reach_the_judging(received: Path, marks: Path, tmp_path: Path) -> None:
    """Plugins and folders that variables name are not loaded into the process that judges again."""
    folder = tmp_path / "folder"
    plant(folder, marks)
    for name in ("sitecustomize.py", "usercustomize.py", "json.py", "tomllib.py", "pytest.py"):
        (folder / name).unlink()  # the command itself would import these, as its user's variable says
    for name in ("assurance", "checks", "fixtures", "tests"):
        shutil.rmtree(folder / name)

    ended = verify(
        received,
        tmp_path,
        PYTHONPATH=str(folder),
        PYTEST_PLUGINS="evil",
        PYTEST_ADDOPTS=f"-p evil -k nothing --rootdir {folder}",
        COVERAGE_PROCESS_START=str(folder / "evil.py"),
    )

    assert run_from(marks) == []
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("forged", "told"),
    [
        (lambda results, name: results["verdicts"][0].update(check=f"{name}::test_evil"), "was never collected"),
        (
            lambda results, name: results["run"]["selected"]["given"].update(paths=[name]),
            "is no check file of this suite",
        ),
    ],
    ids=["verdict", "selection"],
)
def test_a_pack_names_no_file_of_its_own_as_a_check(
    received: Path, marks: Path, forged: Callable[[Any, str], None], told: str
) -> None:
    """A case of a file that lies below the suite, but is no check of it, is refused and not imported."""
    inside = ROOT / "reports" / f"received-{os.getpid()}"
    plant(inside, marks, settings=False)
    name = f"{inside.relative_to(ROOT).as_posix()}/test_evil.py"
    try:
        edit(received / pack.RESULTS, lambda results: forged(results, name))
        list_anew(received)
        ended = verify(received, received.parent)
    finally:
        shutil.rmtree(inside)

    assert run_from(marks) == []
    assert ended.returncode == 1
    assert any(name in line and told in line for line in ended.stdout.splitlines()), ended.stdout


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "workers"])
def test_replaying_checks_runs_no_code_of_the_pack(
    received: Path, marks: Path, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    """`pytest checks --env PACK/environment.toml --replay PACK` loads neither conftest.py nor settings of the pack."""
    plant_in_pack(received, marks)
    words: list[str | Path] = [sys.executable, "-m", "pytest", CHECK, "--reports", tmp_path / "made", *workers]
    ended = run([*words, "--env", received / "environment.toml", "--replay", received], ROOT)

    assert run_from(marks) == []
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("form", ["two words", "one word"])
def test_replaying_without_a_path_runs_no_conftest_of_the_pack(
    received: Path, marks: Path, tmp_path: Path, form: str
) -> None:
    """Without a path of checks, the values of options are still no test paths."""
    plant_in_pack(received, marks, settings=False)
    file = received / "environment.toml"
    words = ["--env", file, "--replay", received] if form == "two words" else [f"--env={file}", f"--replay={received}"]
    current = tmp_path / "current"
    current.mkdir()
    ended = run([Path(sys.executable).with_name("pytest"), *words, "--reports", tmp_path / "made"], current)

    assert run_from(marks) == []
    assert ended.returncode != 0


def test_settings_in_the_pack_do_not_decide_what_a_replay_judges(received: Path, marks: Path) -> None:
    """Settings that pytest found by an option's value are refused, with how to write it."""
    plant_in_pack(received, marks, settings=False)
    (received / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\n", encoding="utf-8")
    words: list[str | Path] = [Path(sys.executable).with_name("pytest")]
    ended = run([*words, "--env", received / "environment.toml", "--replay", received], ROOT)

    assert run_from(marks) == []
    assert ended.returncode == 4
    assert f"pytest took its settings from {received / 'pytest.ini'}" in ended.stderr
    assert "--env=FILE --replay=DIR" in ended.stderr


def test_one_word_options_keep_settings_of_the_pack_away(received: Path, marks: Path, tmp_path: Path) -> None:
    """With an equals sign not even a pytest.ini that loads a plugin of the pack is read."""
    plant_in_pack(received, marks)
    current = tmp_path / "current"
    current.mkdir()
    words = [f"--env={received / 'environment.toml'}", f"--replay={received}", f"--reports={tmp_path / 'made'}"]
    run([Path(sys.executable).with_name("pytest"), *words], current)

    assert run_from(marks) == []


@pytest.fixture
def vault() -> Iterator[tuple[int, list[str]]]:
    """What listens on loopback in the place of a key vault: its port, and who connected."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                callers.append(str(address))
                connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def name_vault(directory: Path, port: int) -> None:
    """Declare in a pack that a vault on this port signs."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = directory / "stranger.pem"
    public = generate_private_key(SECP256R1()).public_key()
    key.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    evidence = f'signer = "uri"\nkey_uri = "azurekms://127.0.0.1:{port}/keys/key/1"\npublic_key = "{key}"'
    path = directory / pack.ENVIRONMENT
    text = path.read_text(encoding="utf-8")
    assert 'signer = "none"' in text
    path.write_text(text.replace('signer = "none"', evidence), encoding="utf-8")
    list_anew(directory)


# Signing in at a vault takes any token: a secret of this process, so that nothing else is asked for one first.
SIGN_IN = {"AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"}


@pytest.mark.parametrize("command", ["verify", "replay", "pseudonymise"])
def test_a_key_that_a_pack_names_is_not_asked_for(
    received: Path, vault: tuple[int, list[str]], tmp_path: Path, command: str
) -> None:
    """A vault named in a pack's `[evidence]` gets no connection, and the pack is judged all the same."""
    port, callers = vault
    name_vault(received, port)
    if command == "verify":
        ended = verify(received, tmp_path, **SIGN_IN)
    elif command == "replay":
        words: list[str | Path] = [sys.executable, "-m", "pytest", CHECK, f"--reports={tmp_path / 'made'}"]
        words += [f"--env={received / 'environment.toml'}", f"--replay={received}"]
        ended = run(words, ROOT, **SIGN_IN)
        assert "unsigned  a pack is judged again" in ended.stdout
    else:
        ended = run([COMMAND, "pseudonymise", received, "--to", tmp_path / "copy"], tmp_path, **SIGN_IN)
        assert "unsigned  the key is kept by a service" in ended.stdout

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert callers == []


def test_verifying_needs_no_network(received: Path, tmp_path: Path) -> None:
    """In a network namespace without any interface, a pack that names a vault verifies."""
    apart = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets no user make a network namespace")
    name_vault(received, 443)

    ended = run([*apart, COMMAND, "verify", received, "--without-ledger"], tmp_path)

    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("key", ["extends", "cloud.ca_bundle", "drift.baseline"])
def test_an_environment_that_names_files_outside_the_pack_is_refused(received: Path, tmp_path: Path, key: str) -> None:
    """An environment of a pack stands alone: what it names elsewhere is not read, and the message says which key."""
    path = received / pack.ENVIRONMENT
    text = path.read_text(encoding="utf-8")
    table, _, name = key.rpartition(".")
    if table and f"[{table}]\n" in text:
        text = text.replace(f"[{table}]\n", f'[{table}]\n{name} = "/outside/file"\n')
    else:
        text = f'{key} = "/outside/file"\n{text}'
    path.write_text(text, encoding="utf-8")
    list_anew(received)

    ended = verify(received, tmp_path)

    assert ended.returncode == 1
    assert f"names files outside the pack ({key})" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("name", [pack.ENVIRONMENT, "waivers.toml", "baseline.json", pack.RESULTS, "tape/tape.json"])
def test_a_link_or_a_pipe_in_a_pack_is_refused_before_it_is_read(received: Path, tmp_path: Path, name: str) -> None:
    """A link would lead out of the pack, and a pipe would never end: both are named, at once."""
    outside = tmp_path / "outside"
    path = received / name
    shutil.move(path, outside) if path.exists() else outside.write_text("{}", encoding="utf-8")
    path.symlink_to(outside)
    linked = verify(received, tmp_path)
    path.unlink()
    os.mkfifo(path)
    piped = verify(received, tmp_path)

    for ended in (linked, piped):
        assert ended.returncode == 1
        assert f"{name}: is a link or no plain file" in ended.stdout


@pytest.mark.parametrize("name", [pack.RESULTS, pack.ENVIRONMENT, "tape/tape.json"])
@pytest.mark.parametrize("words", [("explain", "test_defender"), ("diff",)], ids=["explain", "diff"])
def test_every_reader_of_a_pack_refuses_what_is_no_file(
    received: Path, unsigned_pack: Path, tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    """A pipe and a device without end are told in one line, whichever command reads the pack."""
    path = received / name
    path.unlink()
    path.symlink_to("/dev/zero")
    device = run([COMMAND, *words, *([unsigned_pack] if "diff" in words else []), received], tmp_path)
    path.unlink()
    os.mkfifo(path)
    pipe = run([COMMAND, *words, *([unsigned_pack] if "diff" in words else []), received], tmp_path)

    for ended in (device, pipe):
        assert ended.returncode == 2
        assert f"{path}: is a link or no plain file" in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "size"),
    [(pack.ENVIRONMENT, 300 * MEBIBYTE), (pack.RESULTS, 600 * MEBIBYTE)],
    ids=["environment", "results"],
)
def test_gigabytes_in_place_of_a_file_are_refused(received: Path, tmp_path: Path, name: str, size: int) -> None:
    """What is longer than any run writes is told by every reader, and not parsed."""
    os.truncate(received / name, size)
    told = run([COMMAND, "diff", received, received], tmp_path)
    assert (told.returncode, "it is longer than" in told.stderr) == (2, True), told.stderr
    list_anew(received)
    ended = verify(received, tmp_path)
    assert (ended.returncode, "it is longer than" in ended.stdout + ended.stderr) == (1, True), ended.stdout


@pytest.mark.parametrize("place", ["pipe", "device"])
def test_a_ledger_that_is_no_file_is_refused(tmp_path: Path, place: str) -> None:
    """A history is not waited for where the ledger never ends."""
    ledger = tmp_path / "reports" / "prod" / pack.LEDGER
    ledger.parent.mkdir(parents=True)
    os.mkfifo(ledger) if place == "pipe" else ledger.symlink_to("/dev/zero")
    ended = run([COMMAND, "history", "--env", "prod", "--reports", tmp_path / "reports"], tmp_path)
    assert ended.returncode == 2
    assert f"{ledger}: the ledger cannot be read: this is no plain file" in ended.stderr


def test_folders_without_end_are_refused(received: Path) -> None:
    """Folders in folders, of which a walk would break down, are told in one line by whoever reads the pack."""
    (received / "a/b/c/d/e/f/g/h/i/j").mkdir(parents=True)

    with pytest.raises(pack.PackError, match="folders below more than 8 others: no run leaves that"):
        pack.demand_plain(received)
    [finding] = verification.verify(Request(received, None, None, lambda _: "", derive=False))
    assert (finding.step, finding.outcome) == ("files", "BAD")


def test_more_files_than_a_run_leaves_are_refused(received: Path) -> None:
    """Files in the pack, and files that its manifest lists, are counted before anything is made of them."""
    document = json.loads((received / pack.MANIFEST).read_text("utf-8"))
    entry = {"sha256": "0" * 64, "size": 1}
    document["files"] |= {f"tape/bodies/{number:064x}": entry for number in range(4 * pack.MAX_FILES)}
    (received / pack.MANIFEST).write_text(json.dumps(document, indent=1), encoding="utf-8")

    [finding] = verification.verify(Request(received, None, None, lambda _: "", derive=False))
    assert "the manifest cannot be read: it is longer than" in finding.text
    many = received / "many"
    many.mkdir()
    for number in range(pack.MAX_FILES):
        os.mknod(many / str(number))
    with pytest.raises(pack.PackError, match="holds more than 50,000 files"):
        pack.demand_plain(received)
