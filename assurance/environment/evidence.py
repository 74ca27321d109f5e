"""What an environment file declares of its evidence: who signs a pack, and how old a tape may be for a gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from assurance.environment.base import Declared, Seconds
from assurance.environment.values import VariableName, matching

# No query: a signature in it would be a secret in a file.
ContainerUrl = Annotated[
    str, matching(r"https://[^/?#\s@]+(/[^/?#\s@]+){1,2}", "the address of a blob container, https://HOST/CONTAINER,")
]
KeyUri = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9+.-]*:\S*$")]


class Evidence(Declared):
    """How packs are signed, and what a gate accepts.

    Attributes:
        signer: `none`; `file`, a private key in a file of this machine; or `uri`, a key that a service keeps.
        key_variable: For `file`: the environment variable that holds the path of the key, in PEM form (PKCS 8).
        key_uri: For `uri`: the key as securesystemslib names it, such as `azurekms://VAULT.vault.azure.net/keys/KEY/1`.
        public_key: For `uri`: the file of the public half, in PEM form.
        maximum_age_hours: A gate refuses a tape whose oldest reading is older than this.
        reports: Where packs and the ledger go, relative to the file; else `reports` where the suite is started.
        container: The blob container that keeps the ledger and the packs of live runs, wherever they happen, such as
            `https://ACCOUNT.blob.core.windows.net/evidence`; without it the ledger is where `reports` is.
        allow_not_live: Whether a gate takes a tape or stand-ins for the real environment.
    """

    signer: Literal["none", "file", "uri"] = "none"
    key_variable: VariableName | None = None
    key_uri: KeyUri | None = None
    public_key: Path | None = Field(default=None, strict=False)
    maximum_age_hours: Annotated[Seconds, Field(gt=0)] = 24.0
    reports: Path | None = Field(default=None, strict=False)
    container: ContainerUrl | None = None
    allow_not_live: bool = False

    @model_validator(mode="after")
    def _a_signer_has_its_key(self) -> Self:
        if self.signer == "file" and self.key_variable is None:
            raise ValueError('signer = "file" needs key_variable, the environment variable that holds the key\'s path')
        if self.signer == "uri" and (self.key_uri is None or self.public_key is None):
            raise ValueError('signer = "uri" needs key_uri, and public_key, the file of the public half in PEM form')
        return self
