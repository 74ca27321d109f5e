"""What Azure said of the template before it was deployed (guide, Step 6: `az deployment group validate`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assurance.errors import BrokenReading
from assurance.verdicts import Fact
from assurance.world.files import Artefact

AGAIN = "az deployment group validate --resource-group GROUP --template-file FILE --output json"
SUCCEEDED = "succeeded"
LEVELS = ("error", "warning", "info")
DIGEST = "sha-256"
"""The header of a file's reading that holds the digest of what was on disk."""


@dataclass(frozen=True, slots=True)
class TemplateValidation:
    """The result of the validation, and the template that it is about.

    Attributes:
        result: What the validation printed.
        template: The template.
        template_sha256: The digest of the template as it is, in hexadecimal digits.
    """

    result: Artefact
    template: Artefact
    template_sha256: str

    @property
    def succeeded(self) -> Fact:
        """Whether Azure found the template valid; warnings are told.

        Raises:
            BrokenReading: The file holds no result of a validation.
        """
        document = self._document()
        properties = document.get("properties") or {}
        state = str(properties.get("provisioningState", ""))
        error = document.get("error") or properties.get("error")
        if not state and not error:
            raise self._broken("it tells no provisioningState and no error")
        told = [f"error {error.get('code')}: {error.get('message')}"] if isinstance(error, Mapping) else []
        diagnostics = [one for one in properties.get("diagnostics") or [] if isinstance(one, Mapping)]
        told += [f"{one.get('level')} {one.get('code')}: {one.get('message')}" for one in diagnostics]
        failed = bool(error) or any(str(one.get("level")).casefold() == "error" for one in diagnostics)
        holds = state.casefold() == SUCCEEDED and not failed
        observed = f"{state or 'no state'}{'; ' if told else ''}{'; '.join(told[:6])}"
        return self._fact(holds, "Azure finds the template valid", observed, f"Mend the template, then: {AGAIN}")

    def is_of(self, digest: str) -> Fact:
        """Whether the template is the one that was reviewed, by its digest.

        Args:
            digest: `sha256:` and the digest that the release names.
        """
        found = f"sha256:{self.template_sha256}"
        remedy = "Make plan and validation of this template anew, and name its digest in the release file."
        return self._fact(found == digest, f"the template has the digest {digest}", f"it has {found}", remedy)

    def _document(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self.result.content)
        except (ValueError, RecursionError) as error:
            raise self._broken("it is not JSON") from error
        if not isinstance(found, Mapping):
            raise self._broken("it holds no JSON object")
        return found

    def _broken(self, what: str) -> BrokenReading:
        reason = f"The artefact {self.result.name} ({self.result.file}) cannot be judged: {what}."
        return BrokenReading(reason, f"Let the pipeline write it again: {AGAIN}", self.result.readings)

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str) -> Fact:
        cited = (*self.result.readings, *self.template.readings)
        return Fact(holds, expected, observed, self.template.file, cited, "" if holds else remedy)
