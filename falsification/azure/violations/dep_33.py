"""DEP-33: ways in which a service is of another size than declared."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, drops, sets
from falsification.azure.violations.dep_05 import DATABASE
from falsification.azure.violations.sec_03 import SERVICES
from falsification.azure.world import Change

OBJECTIVE = "test_database_has_its_objective"
SKU = "test_service_has_its_sku"


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-33",), check)


VIOLATIONS = (
    _of("database-smaller", "The database is of a smaller tier.", OBJECTIVE, sets(DATABASE, "properties.currentServiceObjectiveName", "S0")),
    _of("database-basic", "The database is of the basic tier.", OBJECTIVE, sets(DATABASE, "properties.currentServiceObjectiveName", "Basic")),
    _of("database-objective-absent", "The answer does not tell the database's tier.", OBJECTIVE, drops(DATABASE, "properties.currentServiceObjectiveName")),
    _of("database-still-growing", "The declared tier is only asked for.", OBJECTIVE, sets(DATABASE, "properties.currentServiceObjectiveName", "S1")),
    _of("storage-of-another-redundancy", "The storage account has another redundancy.", SKU, sets(SERVICES["storage"], "sku.name", "Standard_RAGRS")),
    _of("storage-sku-absent", "The storage account does not tell its SKU.", SKU, drops(SERVICES["storage"], "sku")),
    _of("openai-free", "Azure OpenAI is of the free tier.", SKU, sets(SERVICES["openai"], "sku.name", "F0")),
    _of("document-intelligence-free", "Document Intelligence is of the free tier.", SKU, sets(SERVICES["document-intelligence"], "sku.name", "F0")),
    _of("key-vault-premium", "The Key Vault is of another tier.", SKU, sets(SERVICES["key-vault"], "properties.sku.name", "premium")),
    _of("key-vault-sku-absent", "The Key Vault does not tell its SKU.", SKU, drops(SERVICES["key-vault"], "properties.sku")),
)  # fmt: skip
