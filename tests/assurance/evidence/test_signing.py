"""Keys: one that is there signs, one that is not is one clear error, and none lies among the reports."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from assurance.environment.evidence import Evidence
from assurance.evidence.signing import SigningError, make_key, prepare, read_public_key

DECLARED = Evidence(signer="file", key_variable="KEY")


def write_private(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | x25519.X25519PrivateKey) -> Path:
    """Write a private key in PEM form."""
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_a_made_key_is_its_owners_and_signs(tmp_path: Path) -> None:
    """A made key is readable by its owner only, signs, and verifies with the public half beside it."""
    path = tmp_path / "key.pem"
    public_path, fingerprint = make_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signing = prepare(DECLARED, {"KEY": str(path)}, tmp_path / "reports")
    assert signing.signer is not None
    public = read_public_key(public_path)
    public.key.verify_signature(signing.signer.sign(b"a pack"), b"a pack")
    assert signing.fingerprint == public.fingerprint == fingerprint
    assert "PRIVATE" not in public_path.read_text(encoding="ascii")


def test_the_fingerprint_is_what_openssl_prints(tmp_path: Path) -> None:
    """An auditor gets the same fingerprint from openssl and sha256sum."""
    public_path, fingerprint = make_key(tmp_path / "key.pem")
    line = f"openssl pkey -pubin -in {public_path} -outform DER | sha256sum"
    told = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True)
    assert told.stdout.split()[0] == fingerprint


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """Where a file is, no key is made, and the file stays."""
    path = tmp_path / "key.pem"
    path.write_text("something else", encoding="ascii")
    with pytest.raises(SigningError, match="never overwritten"):
        make_key(path)
    assert path.read_text(encoding="ascii") == "something else"


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_keys_sign_too(tmp_path: Path, kind: str) -> None:
    """An ECDSA or RSA key in a file signs as well, by the file's path and by a URI of securesystemslib."""
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    path = write_private(tmp_path / "key.pem", key)
    public = tmp_path / "public.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    by_uri = Evidence(signer="uri", key_uri=f"file2:{path}", public_key=public)

    for declared in (DECLARED, by_uri):
        signing = prepare(declared, {"KEY": str(path)}, tmp_path / "reports")
        assert signing.signer is not None
        read_public_key(public).key.verify_signature(signing.signer.sign(b"a pack"), b"a pack")


def test_no_key_lies_among_the_reports(tmp_path: Path) -> None:
    """A private key below the directory of reports is refused: packs are given away from there."""
    (tmp_path / "reports" / "prod").mkdir(parents=True)
    make_key(tmp_path / "reports" / "prod" / "key.pem")
    with pytest.raises(SigningError, match="lies among the reports"):
        prepare(DECLARED, {"KEY": str(tmp_path / "reports" / "prod" / "key.pem")}, tmp_path / "reports")


def test_a_key_that_cannot_sign_is_one_error(tmp_path: Path) -> None:
    """A variable that is not set, a file that is not there, that is no key, or a key for something else is refused."""
    (tmp_path / "text.pem").write_text("no key", encoding="ascii")
    write_private(tmp_path / "exchange.pem", x25519.X25519PrivateKey.generate())
    for variables, told in (
        ({}, "the environment variable KEY is not set"),
        ({"KEY": ""}, "the environment variable KEY is not set"),
        ({"KEY": str(tmp_path / "nowhere.pem")}, "cannot be read: No such file"),
        ({"KEY": str(tmp_path / "text.pem")}, "a private key in PEM form"),
        ({"KEY": str(tmp_path / "exchange.pem")}, "a private key in PEM form"),
    ):
        with pytest.raises(SigningError, match=told):
            prepare(DECLARED, variables, tmp_path / "reports")


@pytest.mark.parametrize("uri", ["azurekms://vault.vault.azure.net/keys/apex/1", "nosuchscheme:key"])
def test_a_service_that_cannot_be_used_is_one_error(tmp_path: Path, uri: str) -> None:
    """A URI whose library is not installed, or whose scheme nobody knows, is one error that names the scheme."""
    public_path, _ = make_key(tmp_path / "key.pem")
    declared = Evidence(signer="uri", key_uri=uri, public_key=public_path)
    with pytest.raises(SigningError, match=f"key of scheme '{uri.partition(':')[0]}' cannot be used"):
        prepare(declared, {}, tmp_path / "reports")
