"""Make an Ed25519 key that signs evidence packs: the private half for its owner only, the public half for auditors."""

from __future__ import annotations

import argparse
from pathlib import Path

from assurance.command_line.output import add_json, print_json
from assurance.evidence.signing import make_key


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="where the private key goes; never among the reports")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the key, and say how to use it."""
    public_path, fingerprint = make_key(arguments.file)
    if arguments.as_json:
        print_json({"private": str(arguments.file), "public": str(public_path), "fingerprint": fingerprint})
        return 0
    print(f"private key  {arguments.file}: keep it, and nobody else may read it")
    print(f"public key   {public_path}: give it to your auditors, not along with the packs")
    print(f"fingerprint  {fingerprint}")
    print('To sign: [evidence] signer = "file" and key_variable = "APEX_SIGNING_KEY" in the environment file, and')
    print(f"         export APEX_SIGNING_KEY={arguments.file.resolve()}")
    return 0
