"""Who signs a pack: a private key in a file, or a key that a service keeps, both through securesystemslib.

A key is named by its fingerprint, the SHA-256 of its public half in DER form, as
`openssl pkey -pubin -in public-key.pem -outform DER | sha256sum` prints it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assurance.environment.suite_tables import Evidence
from assurance.errors import UsageError
from assurance.tape.strict_json import MAX_WRITTEN_BYTES, read_plain

if TYPE_CHECKING:
    from securesystemslib.signer import Signer, SSlibKey

OWNER_ONLY = 0o600


class SigningError(UsageError):
    """A key cannot be used; the message says which, and what was expected."""


@dataclass(frozen=True, slots=True)
class Signing:
    """A signer that is ready, or why there is none.

    Attributes:
        signer: What signs; None leaves the pack unsigned.
        public_key: The public half, in PEM form; empty where there is no signer.
        fingerprint: The key's name; empty where there is no signer.
        reason: Why nothing is signed; empty where there is a signer.
    """

    signer: Signer | None
    public_key: str = ""
    fingerprint: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a key: as securesystemslib has it, named by its fingerprint, and in PEM form."""

    key: SSlibKey
    pem: str

    @property
    def fingerprint(self) -> str:
        """Its name."""
        return self.key.keyid


def prepare(declared: Evidence, variables: Mapping[str, str], forbidden: Path) -> Signing:
    """Return the signer that an environment declares, before anything is read, so that a run does not end without one.

    Args:
        declared: The `[evidence]` table.
        variables: The environment variables.
        forbidden: The directory of reports, in which no private key may lie.

    Raises:
        SigningError: The key is not there, is none, or lies among the reports.
    """
    if declared.signer == "none":
        return Signing(None, reason="the environment declares no signer")
    if declared.signer == "file":
        return _of_file(declared, variables, forbidden)
    return _of_uri(declared)


def _of_file(declared: Evidence, variables: Mapping[str, str], forbidden: Path) -> Signing:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.signer import CryptoSigner

    variable = declared.key_variable
    if variable is None or not variables.get(variable):
        raise SigningError(
            f'[evidence] signer = "file": the environment variable {variable} is not set; set it to the path of the '
            "private key (`apex-assurance key FILE` makes one)"
        )
    path = Path(variables[variable])
    if path.resolve().is_relative_to(forbidden.resolve()):
        raise SigningError(f"{path}: the private key lies among the reports, which are given away; move it elsewhere")
    try:
        private_key = load_pem_private_key(path.read_bytes(), password=None)
        public_key = _public(private_key.public_key())
    except OSError as error:
        raise SigningError(f"{path}: the private key cannot be read: {_told(error)}") from error
    except (ValueError, TypeError) as error:
        raise SigningError(
            f"{path}: a private key in PEM form (PKCS 8, without password; Ed25519, ECDSA or RSA) was expected"
        ) from error
    return _ready(CryptoSigner(private_key, public_key.key), public_key)


def _of_uri(declared: Evidence) -> Signing:
    from securesystemslib.signer import Signer

    if declared.public_key is None or declared.key_uri is None:
        raise SigningError('[evidence] signer = "uri" needs key_uri and public_key')
    public_key = read_public_key(declared.public_key)
    scheme = declared.key_uri.partition(":")[0]
    try:
        return _ready(Signer.from_priv_key_uri(declared.key_uri, public_key.key), public_key)
    # securesystemslib promises no family of errors here: any failure of any service is told in one line.
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise SigningError(f"[evidence] key_uri: the key of scheme {scheme!r} cannot be used: {reason[0]}") from error


def _told(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _ready(signer: Signer, public_key: PublicKey) -> Signing:
    return Signing(signer, public_key.pem, public_key.fingerprint)


def read_public_key(path: Path) -> PublicKey:
    """Return a public key from a file in PEM form.

    Raises:
        SigningError: There is none in it.
    """
    try:
        return parse_public_key(read_plain(path, MAX_WRITTEN_BYTES))
    except OSError as error:
        raise SigningError(f"{path}: the public key cannot be read: {_told(error)}") from error
    except ValueError as error:
        raise SigningError(f"{path}: a public key in PEM form (Ed25519, ECDSA or RSA) was expected") from error


def parse_public_key(content: bytes) -> PublicKey:
    """Return a public key in PEM form.

    Raises:
        ValueError: It is none that can verify signatures.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return _public(load_pem_public_key(content))


def _public(key: object) -> PublicKey:
    """Return a key that can verify signatures."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from securesystemslib.signer import SSlibKey

    if not isinstance(key, (Ed25519PublicKey, EllipticCurvePublicKey, RSAPublicKey)):
        raise ValueError(f"a key that signs was expected, not {type(key).__name__}")  # noqa: TRY004  (one family)
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    return PublicKey(SSlibKey.from_crypto(key, keyid=hashlib.sha256(der).hexdigest()), pem)


def make_key(path: Path) -> tuple[Path, str]:
    """Make an Ed25519 key: the private half in `path`, readable by its owner only, the public half beside it.

    Returns:
        The file of the public half, and the fingerprint.

    Raises:
        SigningError: The file is there already, or cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    public_key = _public(key.public_key())
    public_path = path.with_name(f"{path.name}.pub.pem")
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public_path.write_text(public_key.pem, encoding="ascii")
    except FileExistsError as error:
        raise SigningError(f"{path}: there is a file already; a key is never overwritten: give another name") from error
    except OSError as error:
        raise SigningError(f"{path}: the key cannot be written: {_told(error)}") from error
    return public_path, public_key.fingerprint
