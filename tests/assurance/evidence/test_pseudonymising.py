"""A pack under pseudonyms: nothing that was planted is left, and it verifies and replays as the pack does."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from assurance.environment import load
from assurance.evidence import pack
from assurance.evidence.pseudonymising import Substitution
from assurance.evidence.pseudonyms import Pseudonyms
from sandbox import Sandbox
from tests.assurance.evidence.packs import CHECKS, ROOT, command, run_pytest


def test_the_longer_of_two_is_replaced() -> None:
    """A name within a longer name does not cut it."""
    table = Substitution({"sql-apex": "n1", "pe-sql-apex": "n2", "sql-apex-prod": "n3"})
    assert table.text("pe-sql-apex sql-apex-prod SQL-Apex sql-ape") == "n2 n3 n1 sql-ape"


def test_a_replacement_is_not_replaced_again() -> None:
    """A token that holds another original stays what it is."""
    assert Substitution({"alpha": "beta", "beta": "gamma"}).text("alpha beta") == "beta gamma"


def test_bytes_that_are_no_text_stay() -> None:
    """Bytes that are no UTF-8 pass unchanged around what is replaced."""
    assert Substitution({"alpha": "a"}).content(b"\xff\x00alpha\xfe") == b"\xff\x00a\xfe"


NAMES = st.lists(st.text("abc-.(*", min_size=1, max_size=6), min_size=1, max_size=8, unique=True)


@given(NAMES, st.text("abcABC-.(* ", max_size=60))
def test_nothing_is_left(names: list[str], text: str) -> None:
    """Whatever the names, with signs that patterns know too, none is left in the text."""
    table = Substitution(dict.fromkeys(names, "0"))
    replaced = table.text(text)
    assert table.left_in(replaced.encode()) == []
    assert all(name not in replaced.casefold() for name in table.table)


SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
# Beside plain lists: ids of roles, redacted values that are compared, names made of names, and flows that write.
FURTHER = (
    "checks/security/test_sec_08_role_assignments.py",
    "checks/deployment/test_dep_05_backup_before_migration.py",
    "checks/deployment/test_dep_13_application_deployment.py",
    "checks/aace",
)
PLANTED = {
    "a customer's host": "estimating.contoso-power.com",
    "a principal": "9b1c8a4e-53d7-4f0a-8e21-6d5f4b3a2c17",
    "an undeclared resource": "stcontosoarchive7",
    "an undeclared group": "rg-contoso-7",
    "a generated host": "politeglacier-1a2b3c4d",
    "a company": "Contoso",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A pack of a sandbox with planted values, and its copy under pseudonyms."""
    folder = tmp_path_factory.mktemp("pseudonyms")
    with Sandbox() as sandbox:
        server = sandbox.estate.find("sql-apex-sandbox")
        server["tags"] = {
            "owner": PLANTED["a principal"].upper(),
            "link": f"https://{PLANTED['a customer' + chr(39) + 's host']}/apex?sub={SUBSCRIPTION.upper()}",
            "archive": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{PLANTED['an undeclared group']}/providers/"
            f"Microsoft.Storage/storageAccounts/{PLANTED['an undeclared resource']}",
            "app": f"ca-apex.{PLANTED['a generated host']}.eastus.azurecontainerapps.io",
            "company": PLANTED["a company"].upper(),
            "escaped": quote(f"https://{PLANTED['a customer' + chr(39) + 's host']}/"),
        }
        file = folder / "environment.toml"
        values = {"extends": str(ROOT / "environments" / "sandbox.toml"), **sandbox.overlay()}
        file.write_text(tomli_w.dumps(values), encoding="utf-8")
        arguments = (*CHECKS, *FURTHER, "--env", str(file))
        ended = run_pytest((*arguments, "--reports", str(folder / "reports")), sandbox.environment_variables())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    [original] = (path.parent for path in folder.glob("reports/*/*/manifest.json"))
    made = command("pseudonymise", original, "--to", folder / "shared", "--also", PLANTED["a company"])
    assert made.returncode == 0, made.stderr
    return original, folder / "shared"


def test_no_original_is_left(shared: tuple[Path, Path]) -> None:
    """Of ids, names, hosts and words, planted or declared, in any casing, no file of the copy holds one."""
    original, copy = shared
    environment = load(ROOT / "environments" / "sandbox.toml")
    known = [*PLANTED.values(), environment.subscription_id, environment.tenant_id, environment.resource_group]
    known += [service.name for service in environment.services.values()]
    known += [service.fqdn for service in environment.services.values()]
    known += [environment.virtual_network.name, environment.identity.name, environment.container_apps.app]
    before = b"".join((original / name).read_bytes() for name in pack.files_of(original)).lower()
    assert all(value.lower().encode() in before for value in known)
    for name in pack.files_of(copy):
        content = (copy / name).read_bytes().lower()
        left = [value for value in known if value.lower().encode() in content]
        assert not left, (name, left)


def test_the_copy_verifies_and_names_the_pack(shared: tuple[Path, Path]) -> None:
    """The copy verifies for itself, and says of which manifest it is the copy."""
    original, copy = shared
    ended = command("verify", copy)

    assert ended.returncode == 0, ended.stdout
    assert f"the pack itself has manifest {pack.sha256_of(original / pack.MANIFEST)}" in ended.stdout
    verdicts = [
        [verdict["verdict"] for verdict in json.loads((place / pack.RESULTS).read_text(encoding="utf-8"))["verdicts"]]
        for place in shared
    ]
    assert sorted(verdicts[0]) == sorted(verdicts[1])


def test_the_copy_replays(shared: tuple[Path, Path], tmp_path: Path) -> None:
    """The suite runs from the copy as from any pack, with the environment that lies in it."""
    _, copy = shared
    arguments = ("--env", str(copy / pack.ENVIRONMENT), "--replay", str(copy), "--reports", str(tmp_path))
    ended = run_pytest((*CHECKS, *arguments), {})
    assert ended.returncode == 0, ended.stdout


def test_a_changed_copy_does_not_verify(shared: tuple[Path, Path]) -> None:
    """The copy is sealed as a pack is: a changed byte shows."""
    _, copy = shared
    summary = copy / "summary.md"
    content = summary.read_bytes()
    summary.write_bytes(content + b" ")
    try:
        assert command("verify", copy).returncode == 1
    finally:
        summary.write_bytes(content)


def test_one_value_has_one_pseudonym(shared: tuple[Path, Path]) -> None:
    """The subscription has the same pseudonym in the environment, in the tape's header and in every question."""
    _, copy = shared
    subscription = load(copy / pack.ENVIRONMENT).subscription_id
    header = json.loads((copy / "tape" / "tape.json").read_text(encoding="utf-8"))["header"]
    readings = json.loads((copy / pack.RESULTS).read_text(encoding="utf-8"))["readings"]
    asked = [reading["question"] for reading in readings if "/subscriptions/" in reading["question"]]
    assert header["subscription_id"] == subscription != SUBSCRIPTION
    assert asked
    assert all(f"/subscriptions/{subscription}/" in question for question in asked)


def test_what_cannot_be_copied_leaves_nothing(shared: tuple[Path, Path], tmp_path: Path) -> None:
    """A target that is there, or a pack that does not verify, is one error, and no copy is left."""
    original, copy = shared
    assert "is there already" in command("pseudonymise", original, "--to", copy).stderr
    ended = command("pseudonymise", ROOT / "environments", "--to", tmp_path / "copy")
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert list(tmp_path.iterdir()) == []


def test_azures_own_names_stay() -> None:
    """Built-in roles, public zones and endpoints, regions and plans are the same for everyone, and stay."""
    role = {"name": "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", "properties": {"type": "BuiltInRole"}}
    text = json.dumps(
        {
            "zone": "/x/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net",
            "plan": "/x/providers/Microsoft.Security/pricings/SqlServers-2",
            "region": "/x/providers/Microsoft.App/locations/eastus2/usages/cores-1",
            "endpoint": "https://management.azure.com https://login.microsoftonline.com",
            "role": role,
        }
    )
    table = Pseudonyms(b"secret").table([text], {"location": "eastus2"}, [])
    assert set(table) == {"cores-1"}


def test_a_name_made_of_a_name_stays_so() -> None:
    """What begins with a declared name, such as a database's copy, begins with that name's pseudonym."""
    environment = {"location": "eastus", "resource_group": "rg-contoso"}
    text = "/resourceGroups/rg-contoso /resourceGroups/rg-contoso-backup-20260301 /resourceGroups/rg-contoso-fabrikam"
    table = Pseudonyms(b"secret").table([text], environment, [])
    token = table["rg-contoso"]
    assert table["rg-contoso-backup-20260301"] == f"{token}-backup-20260301"
    assert table["rg-contoso-fabrikam"].startswith(f"{token}-n")
    assert "fabrikam" not in table["rg-contoso-fabrikam"]


def test_tokens_of_lists_are_replaced_in_every_form() -> None:
    """The opaque token by which a list goes on may hold ids in base 64: it is replaced, also where it is quoted."""
    opaque = base64.b64encode(f"{SUBSCRIPTION}/sql".encode()).decode()
    text = f"https://management.azure.com/x?api-version=1&$skiptoken={opaque}"
    table = Pseudonyms(b"secret").table([text], {"location": "eastus"}, [])
    assert {opaque, quote(opaque, safe="")} <= set(table)


def test_another_secret_gives_other_pseudonyms() -> None:
    """Without the secret a pseudonym can be neither repeated nor guessed."""
    tables = [Pseudonyms(secret).table([SUBSCRIPTION], {"location": "eastus"}, []) for secret in (b"one", b"two")]
    assert tables[0][SUBSCRIPTION] != tables[1][SUBSCRIPTION]
