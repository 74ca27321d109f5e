"""The commands of docs/auditor.md work on a pack, and show what was changed, without any code of ours."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from assurance.evidence import pack
from tests.assurance.evidence.conftest import made_packs, packs
from tests.assurance.evidence.packs import ROOT, Packs

__all__ = ["made_packs", "packs"]
BLOCKS = re.findall(r"```bash\n(.*?)```", (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8"), re.S)


def run_block(block: str, directory: Path, key: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a block of the page in a pack; its temporary files go into a folder of the test."""
    script = "set -o pipefail\n" + block
    return subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=directory,
        env={"KEY": str(key), "PATH": "/usr/bin:/bin", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_page_holds_its_three_checks() -> None:
    """Files, signature and ledger each have a block, and the blocks use no program of ours."""
    assert len(BLOCKS) == 3
    assert not any("apex" in block or "python" in block for block in BLOCKS)


def test_a_good_pack_passes_every_block(packs: Packs, tmp_path: Path) -> None:
    """On a pack that was left alone the blocks find nothing, verify the signature, and find the run once."""
    directory = packs.all()[-1]
    files, signature, chain = (run_block(block, directory, packs.public_key, tmp_path) for block in BLOCKS)

    assert (files.returncode, files.stdout) == (0, ""), files.stderr
    assert signature.returncode == 0, signature.stderr
    assert "Signature Verified Successfully" in signature.stdout
    assert (chain.returncode, chain.stdout) == (0, "1\n"), chain.stderr


def test_a_changed_pack_is_shown_by_the_blocks(packs: Packs, tmp_path: Path) -> None:
    """A changed byte, an added file, an edited manifest and a removed run each show."""
    newest = packs.all()[-1]
    (newest / "summary.md").write_bytes((newest / "summary.md").read_bytes() + b" ")
    assert "summary.md: FAILED" in run_block(BLOCKS[0], newest, packs.public_key, tmp_path).stdout
    (newest / "added.txt").write_text("planted", encoding="utf-8")
    assert "> added.txt" in run_block(BLOCKS[0], newest, packs.public_key, tmp_path).stdout

    manifest = newest / pack.MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"GO"', b'"NO-GO"'))
    assert "manifest.json: FAILED" in run_block(BLOCKS[1], newest, packs.public_key, tmp_path).stdout
    lines = packs.ledger.read_bytes().splitlines(keepends=True)
    packs.ledger.write_bytes(b"".join(lines[1:]))
    chain = run_block(BLOCKS[2], newest, packs.public_key, tmp_path)
    assert chain.stdout.startswith("broken before: ")
    assert chain.stdout.endswith("0\n")


def test_another_key_does_not_verify(packs: Packs, tmp_path: Path) -> None:
    """The signature block fails with a key that did not sign."""
    other = tmp_path / "other.pem"
    subprocess.run(["/usr/bin/openssl", "genpkey", "-algorithm", "ed25519", "-out", str(other)], check=True)
    public = tmp_path / "other.pub.pem"
    subprocess.run(["/usr/bin/openssl", "pkey", "-in", str(other), "-pubout", "-out", str(public)], check=True)
    ended = run_block(BLOCKS[1], packs.all()[-1], public, tmp_path)
    assert "Signature Verified Successfully" not in ended.stdout


@pytest.mark.parametrize("name", ["verify", "explain", "pseudonymise"])
def test_the_page_names_commands_that_there_are(name: str) -> None:
    """The commands of ours that the page names exist."""
    from assurance.command_line.main import COMMANDS

    assert f"apex-assurance {name} " in (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")
    assert name in COMMANDS
