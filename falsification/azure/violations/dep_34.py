"""DEP-34: ways in which something is served over plain HTTP."""

from __future__ import annotations

from falsification.azure.changes import Violation, all_of, drops, sets
from falsification.azure.violations.dep_08 import APP
from falsification.azure.violations.sec_03 import SERVICES
from falsification.azure.world import Change

STORAGE = "test_storage_requires_https"
APPLICATION = "test_application_requires_https"
ONLY = "properties.supportsHttpsTrafficOnly"
INSECURE = "properties.configuration.ingress.allowInsecure"
_ACCOUNT = SERVICES["storage"]


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-34",), check)


VIOLATIONS = (
    _of("https-storage-off", "The storage account accepts plain HTTP.", STORAGE, sets(_ACCOUNT, ONLY, False)),
    _of("https-storage-absent", "The storage account does not tell.", STORAGE, drops(_ACCOUNT, ONLY)),
    _of("https-storage-null", "The setting is null.", STORAGE, sets(_ACCOUNT, ONLY, None)),
    _of("https-storage-at-the-wrong-level", "The setting stands beside the properties.", STORAGE,
        all_of(drops(_ACCOUNT, ONLY), sets(_ACCOUNT, "supportsHttpsTrafficOnly", True))),
    _of("https-application-off", "The application is served over plain HTTP.", APPLICATION, sets(APP, INSECURE, True)),
    _of("https-application-absent", "The answer does not tell about plain HTTP.", APPLICATION, drops(APP, INSECURE)),
    _of("https-application-null", "Whether plain HTTP is allowed is null.", APPLICATION, sets(APP, INSECURE, None)),
)  # fmt: skip
