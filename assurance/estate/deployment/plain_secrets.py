"""Secrets in plain text, wherever an application, a revision or a job can hold one.

Values are redacted before they reach us (`assurance.tape.redaction`): what was a secret there says which kind it was,
and where it stands is told here. An instrumentation key counts, since the guide puts its connection string into the
vault (Step 4); not in the tags `hidden-link:...`, which Azure's portal writes itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assurance.estate.resources.resource import listed, name_of
from assurance.tape.provenance import UNKNOWN_UNTIL_DEPLOYED
from assurance.tape.redaction import PLAIN_ENVIRONMENT_VALUE, kind_of_token, kinds_within
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

# Personal data is redacted as well; it is no secret of the application.
NO_SECRETS = frozenset({PLAIN_ENVIRONMENT_VALUE, "e-mail-address", "phone-number", "person", "client-address"})
# References to the vault, which are judged as such, and who wrote last.
PLACES_LEFT_OUT = frozenset({"secrets", "systemData"})
PORTAL_TAG = "hidden-link"
EXPECTED = "no secret stands in plain text: variables, arguments, probes, scale rules, volumes, tags"
ROTATE = "Take the value out, and rotate the secret: it was exposed."
REMEDY = (
    "Move the value to Key Vault, refer to it (az containerapp secret set --secrets "
    "NAME=keyvaultref:URL,identityref:IDENTITY-ID) and use secretref:NAME. Rotate the secret: it was exposed."
)


def plain_secrets(document: Document) -> tuple[str, ...]:
    """Return where a resource holds a secret in plain text, and of which kind, in words; never the secret.

    Raises:
        NotEvaluated: Nothing is known to be one, and a plan leaves some value to Azure.
    """
    texts = [(path, text) for path, text in _texts(document.values, ()) if text]
    secrets = [
        f"{_dotted(path)} holds a plain {kind.replace('-', ' ')}" for path, text in texts for kind in _kinds(path, text)
    ]
    if not secrets:
        for path, text in texts:
            if _is_given(path):
                # Refused where a plan leaves it to Azure.
                Document({path[-1]: text}, document.readings, _dotted(path[:-1])).value(path[-1])
    return tuple(dict.fromkeys(secrets))


@dataclass(frozen=True, slots=True)
class Workloads:
    """Resources that run containers: revisions of the application, or other applications and jobs.

    Attributes:
        scope: What they belong to, by its id.
        documents: Azure's answers.
        readings: Keys of the readings that hold them.
    """

    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    @property
    def hold_no_plaintext_secret(self) -> Fact:
        """Whether none of them holds a secret in plain text."""
        secrets = [
            f"{name_of(document.id)}: {secret}" for document in self.documents for secret in plain_secrets(document)
        ]
        names = listed((name_of(document.id) for document in self.documents), "there is none")
        observed = listed(secrets, f"no secret in plain text: {names}")
        return Fact(not secrets, EXPECTED, observed, self.scope, self.readings, REMEDY if secrets else "")


def _kinds(path: tuple[str, ...], text: str) -> list[str]:
    if _is_variable(path) and kind_of_token(text) is None and not text.startswith(UNKNOWN_UNTIL_DEPLOYED):
        return ["unredacted value"]
    return [kind for kind in kinds_within(text) if kind not in NO_SECRETS]


def _is_variable(path: tuple[str, ...]) -> bool:
    return path[-1] == "value" and any(part.startswith("env[") for part in path)


def _is_given(path: tuple[str, ...]) -> bool:
    """Tell whether people give a container what stands there: a variable, or a part of its command line."""
    return _is_variable(path) or path[-1].startswith(("args[", "command["))


def _texts(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text below a value with its path; items of a list by their name, where they have one."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in PLACES_LEFT_OUT and not str(key).startswith(PORTAL_TAG):
                yield from _texts(item, (*path, str(key)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            name = item.get("name") if isinstance(item, Mapping) else None
            yield from _texts(item, (*path[:-1], f"{path[-1] if path else ''}[{name or number}]"))


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path[1:] if path[:1] == ("properties",) else path)
