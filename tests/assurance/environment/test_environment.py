"""Environment files: what is wrong in one is told once, by file and key, and never shows a secret."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assurance.environment import Environment, find, load
from assurance.errors import EnvironmentFileError

ENVIRONMENTS = Path(__file__).parents[3] / "environments"
SHIPPED = ("sandbox", "dev", "staging", "prod", "fronted", "smallest", "spoke")
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxMjM0NTY3OCJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"

# The values of a TOML file are of any kind.
Document = dict[str, Any]
Change = Callable[[Document], object]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Change], Path]:
    """A function that writes the production environment, with something changed, and returns the file."""

    def write(change: Change) -> Path:
        document = tomllib.loads((ENVIRONMENTS / "prod.toml").read_text(encoding="utf-8"))
        change(document)
        path = tmp_path / "changed.toml"
        lines = [f"{json.dumps(key)} = {as_toml(value)}" for key, value in document.items()]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def as_toml(value: object) -> str:
    """A value in TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(item) for item in value) + "]"
    return json.dumps(value).replace("Infinity", "inf")


def refusal(path: Path) -> str:
    """The one error that a file gives; it begins with the file."""
    with pytest.raises(EnvironmentFileError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}: ")
    return str(error.value)


def put(value: object, *path: str | int) -> Change:
    """The change that puts a value somewhere into the document."""

    def change(document: Document) -> None:
        found: Any = document
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    """The change that takes something out of the document."""

    def change(document: Document) -> None:
        found: Any = document
        for step in path[:-1]:
            found = found[step]
        del found[path[-1]]

    return change


def again(*path: str) -> Change:
    """The change that repeats the first item of a list at its end, in capitals."""

    def change(document: Document) -> None:
        found: Any = document
        for step in path:
            found = found[step]
        found.append({key: v.upper() if key == "name" else v for key, v in found[0].items()})

    return change


SUBNET = ("virtual_network", "subnets", 0)
FLOW = ("network_security_groups", 0, "required_flows", 0)
MISTAKES: dict[str, tuple[Change, str, str]] = {
    "unknown key": (put(1, "colour"), "colour", "not a known key"),
    "unknown key in a table": (put(1, *SUBNET, "colour"), "virtual_network.subnets.0.colour", "not a known key"),
    "misspelt key": (put("x", "services", "sql", "fdqn"), "services.sql.fdqn", "not a known key"),
    "missing section": (drop("cloud"), "cloud", "is missing; add it"),
    "missing network": (drop("virtual_network"), "virtual_network", "is missing; add it"),
    "missing value": (drop("subscription_id"), "subscription_id", "is missing; add it"),
    "missing value in a table": (drop("services", "sql", "fqdn"), "services.sql.fqdn", "is missing; add it"),
    "text for a number": (put("443", "services", "sql", "port"), "services.sql.port", "a whole number was expected"),
    "boolean for a number": (put(True, "services", "sql", "port"), "services.sql.port", "a whole number was expected"),
    "number for a text": (put(5, "location"), "location", "a text in quotes was expected"),
    "text for a boolean": (
        put("yes", "container_apps", "workload_profiles"),
        "container_apps.workload_profiles",
        "true or false",
    ),
    "text for a table": (put("x", "identity"), "identity", "a table was expected"),
    "table for a text": (put({"a": 1}, "location"), "location", "a text in quotes was expected"),
    "text for a list": (put("inside", "vantage"), "vantage", "a list was expected"),
    "empty list": (put([], "defender", "plans"), "defender.plans", "at least one item"),
    "empty text": (put(" ", "resource_group"), "resource_group", "a longer text"),
    "unknown choice": (put("Sideways", *FLOW, "direction"), "direction", "'Inbound' or 'Outbound'"),
    "port out of range": (put(70000, "services", "sql", "port"), "services.sql.port", "65535"),
    "score out of range": (put(70.0, "defender", "secure_score_floor"), "defender.secure_score_floor", "equal to 1"),
    "endless time": (put({"timeout_seconds": float("inf")}, "limits"), "limits.timeout_seconds", "finite"),
    "no identifier": (put("my-subscription", "subscription_id"), "subscription_id", "GUID"),
    "plain http": (put("http://x.invalid", "cloud", "resource_manager"), "cloud.resource_manager", "https://"),
    "url with a path": (put("https://x.invalid/a", "cloud", "authority"), "cloud.authority", "https://"),
    "url for a host": (put("https://x.invalid", "services", "sql", "fqdn"), "services.sql.fqdn", "host name"),
    "bad prefix": (put("10.0.0.0/33", *SUBNET, "prefix"), "virtual_network.subnets.0.prefix", "CIDR prefix such as"),
    "no prefix": (put("ten", *SUBNET, "prefix"), "virtual_network.subnets.0.prefix", "CIDR prefix such as"),
    "address for a prefix": (put("10.0.0.0", *SUBNET, "prefix"), "virtual_network.subnets.0.prefix", "CIDR prefix"),
    "netmask": (put("10.0.0.0/255.255.254.0", *SUBNET, "prefix"), "virtual_network.subnets.0.prefix", "CIDR prefix"),
    "host bits": (put("10.0.0.1/23", *SUBNET, "prefix"), "virtual_network.subnets.0.prefix", "here 10.0.0.0/23"),
    "host bits in IPv6": (
        put(["fd00::1/48"], "virtual_network", "address_space"),
        "virtual_network.address_space.0",
        "here fd00::/48",
    ),
    "bad address space": (
        put(["10.0.0.0/16", "x/1"], "virtual_network", "address_space"),
        "virtual_network.address_space.1",
        "CIDR prefix",
    ),
    "subnet outside the network": (put("10.9.0.0/24", *SUBNET, "prefix"), "virtual_network", "outside address_space"),
    "bad prefix in a flow": (put("10.0.0.0/40", *FLOW, "source"), "required_flows.0.source", "CIDR prefix"),
    "host bits in a flow": (put("10.0.0.9/24", *FLOW, "destination"), "required_flows.0.destination", "10.0.0.0/24"),
    "no port": (put(["https"], *FLOW, "ports"), "required_flows.0.ports.0", "a port such as 443"),
    "port range turned round": (put(["90-80"], *FLOW, "ports"), "required_flows.0.ports.0", "a range such as"),
    "dangling group": (
        put("nsg-nowhere", *SUBNET, "network_security_group"),
        "virtual_network.subnets.snet-containerapps.network_security_group",
        "one of nsg-containerapps-prod, nsg-privateendpoints-prod was expected",
    ),
    "dangling subnet": (
        put("snet-nowhere", "services", "sql", "private_endpoint", "subnet"),
        "services.sql.private_endpoint.subnet",
        "'snet-nowhere', which is not declared",
    ),
    "dangling subnet of the app": (
        put("snet-nowhere", "container_apps", "subnet"),
        "container_apps.subnet",
        "'snet-nowhere', which is not declared",
    ),
    "dangling service": (put("redis", "identity", "roles", 0, "service"), "identity.roles.service", "'redis'"),
    "subnet twice": (again("virtual_network", "subnets"), "virtual_network.subnets", "twice"),
    "group twice": (again("network_security_groups"), "network_security_groups", "twice"),
    "role twice": (again("identity", "roles"), "identity.roles", "twice"),
    "name server by name": (
        put({"inside": {"nameservers": ["dns.corp:53"]}}, "views"),
        "views.inside.nameservers.0",
        "10.0.0.4:53",
    ),
    "name server without port": (
        put({"inside": {"nameservers": ["10.0.0.4"]}}, "views"),
        "views.inside.nameservers.0",
        "10.0.0.4:53",
    ),
    "no such port": (
        put({"inside": {"connect": {"10.0.0.4:443": "127.0.0.1:99999"}}}, "views"),
        "views.inside.connect.10.0.0.4:443",
        "10.0.0.4:443",
    ),
    "token without its variable": (put({"kind": "token"}, "credential"), "credential", "token_variable"),
    "unknown credential": (put({"kind": "password"}, "credential"), "credential.kind", "'azure_cli'"),
    "reason too short": (put([{"control": "SEC-01", "reason": "no"}], "not_applicable"), "reason", "longer text"),
}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_file_loads(name: str) -> None:
    """The environments that come with the suite are valid, and named as their files."""
    assert load(find(name, ENVIRONMENTS)).name == name


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_a_mistake_is_one_error_with_file_and_key(write: Callable[[Change], Path], name: str) -> None:
    """A mistake is told by its key, with what was expected, in a single problem."""
    change, key, expected = MISTAKES[name]
    message = refusal(write(change))
    problems = message.splitlines()[1:]
    assert len(problems) == 1
    assert key in problems[0].split(": ")[0]
    assert expected in problems[0]


def test_all_mistakes_of_a_file_are_told_at_once(write: Callable[[Change], Path]) -> None:
    """Three mistakes are three problems of one error."""

    def change(document: Document) -> None:
        document["colour"] = 1
        document["services"]["sql"]["port"] = "x"
        del document["location"]

    assert len(refusal(write(change)).splitlines()) == 4


def test_all_dangling_references_are_told_at_once(write: Callable[[Change], Path]) -> None:
    """Two references to what is not declared are two problems of one error."""

    def change(document: Document) -> None:
        document["container_apps"]["subnet"] = "nowhere"
        document["virtual_network"]["subnets"][1]["network_security_group"] = "nowhere"

    assert refusal(write(change)).count("which is not declared") == 2


@pytest.mark.parametrize(
    "change",
    [
        put(TOKEN, "credential", "token"),
        put(TOKEN, "credential", "kind"),
        put(TOKEN, "credential", "client_id"),
        put({"kind": "token", "token_variable": TOKEN}, "credential"),
        put({"kind": "token", "token_variable": "kJ8f2Lq9xWzTbV4nMpR7"}, "credential"),
        put({"kind": "token", "value": {"nested": TOKEN}}, "credential"),
        put(TOKEN, "credential"),
        put([TOKEN], "credential"),
        put(TOKEN, "tenant_id"),
        put("3f8a1c9d7e2b4056a1b2c3d4e5f60718", "subscription_id"),
        put("https://x.invalid/?sig=abcdefgh", "cloud", "resource_manager"),
        put("https://user:hunter2@x.invalid", "cloud", "resource_manager"),
        put({"password": "hunter2"}, "location"),
        put("hunter2", "services", "sql", "password"),
        put(["password=hunter2"], *FLOW, "ports"),
        put("Password=hunter2", *SUBNET, "prefix"),
    ],
)
def test_what_could_be_a_secret_is_not_shown(write: Callable[[Change], Path], change: Change) -> None:
    """A secret that was pasted into the wrong place is not repeated in the error."""
    message = refusal(write(change))
    for secret in (TOKEN, "kJ8f2Lq9", "3f8a1c9d", "sig=", "hunter2"):
        assert secret not in message


def test_a_harmless_mistake_is_shown(write: Callable[[Change], Path]) -> None:
    """A wrong prefix is repeated in the error: it is what one looks for in the file."""
    assert "10.0.0.0/33" in refusal(write(put("10.0.0.0/33", *SUBNET, "prefix")))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"name = ", "not valid TOML"),
        (b"[cloud\n", "not valid TOML"),
        (b'name = "a"\nname = "b"\n', "not valid TOML"),
        (b"name = 'caf\xe9'\n", "UTF-8 text was expected"),
        (b"\xff\xfen\x00", "UTF-8 text was expected"),
        (b"a = " + b"[" * 5000, "not valid TOML"),
        (b"extends = 5", "key 'extends'"),
        (b'extends = ""', "key 'extends'"),
        (b'extends = "a\\u0000b"', "key 'extends'"),
        (b"", "is missing; add it"),
    ],
)
def test_a_file_that_is_no_environment_is_one_error(tmp_path: Path, content: bytes, expected: str) -> None:
    """Bad TOML, another encoding and an empty file are one error each, with the file's name."""
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    assert expected in refusal(path)


def test_a_missing_file_is_one_error(tmp_path: Path) -> None:
    """A file that is not there, or is a directory, is named."""
    assert "cannot be read" in refusal(tmp_path / "nowhere.toml")
    (tmp_path / "folder.toml").mkdir()
    assert "cannot be read" in refusal(tmp_path / "folder.toml")


@pytest.mark.parametrize("name", ["prd", "environments/prd.toml", "x" * 300, "a\0b"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    """A misspelt `--env` is answered with the names that there are."""
    with pytest.raises(
        EnvironmentFileError, match="dev, edge, fronted, gated, prod, sandbox, smallest, spoke, staging"
    ):
        find(name, ENVIRONMENTS)


def test_a_file_is_found_by_its_path(write: Callable[[Change], Path]) -> None:
    """`--env` takes a path to a file anywhere."""
    path = write(put("elsewhere", "name"))
    assert load(find(str(path), ENVIRONMENTS)).name == "elsewhere"


def test_a_file_refines_the_one_that_it_extends(tmp_path: Path) -> None:
    """Tables are laid over tables, value by value; a list replaces a list; two levels work."""
    (tmp_path / "middle.toml").write_text(f'extends = "{ENVIRONMENTS / "prod.toml"}"\n[limits]\nattempts = 2\n')
    (tmp_path / "top.toml").write_text(
        'extends = "middle.toml"\nname = "top"\n[limits]\nconcurrency = 3\n[defender]\nplans = ["Containers"]\n'
    )
    environment = load(tmp_path / "top.toml")
    base = load(ENVIRONMENTS / "prod.toml")
    assert environment.name == "top"
    assert (environment.limits.attempts, environment.limits.concurrency) == (2, 3)
    assert environment.defender.plans == ("Containers",)
    assert environment.defender.secure_score_floor == base.defender.secure_score_floor
    assert environment.services == base.services


def test_a_circle_of_files_is_one_error(tmp_path: Path) -> None:
    """Files that extend each other, or themselves, are told by name."""
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n')
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n')
    (tmp_path / "self.toml").write_text('extends = "self.toml"\n')
    for name in ("a.toml", "self.toml"):
        with pytest.raises(EnvironmentFileError, match="circle") as error:
            load(tmp_path / name)
        assert str(tmp_path / name) in str(error.value)


def test_a_missing_base_names_both_files(tmp_path: Path) -> None:
    """A file that extends one which is not there says who wanted it."""
    (tmp_path / "top.toml").write_text('extends = "nowhere.toml"\n')
    with pytest.raises(EnvironmentFileError, match=r"nowhere\.toml: .*extends.*top\.toml"):
        load(tmp_path / "top.toml")


def test_an_overlay_refines_a_file(tmp_path: Path) -> None:
    """What a stand-in fills in wins over the file, and leaves the rest."""
    path = ENVIRONMENTS / "sandbox.toml"
    bundle = tmp_path / "ca.pem"
    environment = load(path, {"cloud": {"resource_manager": "https://127.0.0.1:4443", "ca_bundle": str(bundle)}})
    assert environment.cloud.resource_manager == "https://127.0.0.1:4443"
    assert environment.cloud.ca_bundle == bundle
    assert environment.cloud.authority == load(path).cloud.authority


def test_a_relative_bundle_belongs_to_the_file_that_names_it(tmp_path: Path) -> None:
    """A CA bundle is found beside the file that names it, also if another file extends that one."""
    (tmp_path / "base").mkdir()
    base = tmp_path / "base" / "corporate.toml"
    base.write_text(f'extends = "{ENVIRONMENTS / "prod.toml"}"\n[cloud]\nca_bundle = "ca/corporate.pem"\n')
    (tmp_path / "top.toml").write_text('extends = "base/corporate.toml"\n')
    expected = tmp_path / "base" / "ca" / "corporate.pem"
    assert load(base).cloud.ca_bundle == expected
    assert load(tmp_path / "top.toml").cloud.ca_bundle == expected
    (tmp_path / "own.toml").write_text('extends = "base/corporate.toml"\n[cloud]\nca_bundle = "own.pem"\n')
    assert load(tmp_path / "own.toml").cloud.ca_bundle == tmp_path / "own.pem"


def test_an_absolute_bundle_stays(write: Callable[[Change], Path]) -> None:
    """An absolute path is taken as it stands."""
    path = write(put("/etc/ssl/corporate.pem", "cloud", "ca_bundle"))
    assert load(path).cloud.ca_bundle == Path("/etc/ssl/corporate.pem")


NAMES: dict[str, tuple[tuple[str | int, ...], tuple[str, ...]]] = {
    "resource group": (
        ("resource_group",),
        ("apex-rg-prod", "rg-apex-prod", "rg-apex-dev", "rg-apex-staging", "apex-rg-staging"),
    ),
    "container app": (
        ("container_apps", "app"),
        ("apex-backend-prod", "apex-app-prod", "ca-apex-prod", "apex-backend-dev"),
    ),
    "endpoint": (
        ("services", "sql", "private_endpoint", "name"),
        ("apex-sql-pe", "apex-storage-pe", "pe-sql-apex-prod"),
    ),
    "database": (("services", "sql", "database"), ("apex-db-prod", "apex-db", "db-apex-prod")),
    "openai": (("services", "openai", "name"), ("openai-apex-prod", "oai-apex-prod")),
    "image": (("container_apps", "image"), ("apexacr.azurecr.io/apex", "apexacr.azurecr.io/apex-backend")),
}


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_each_name_in_use_can_be_declared(write: Callable[[Change], Path], kind: str) -> None:
    """Whatever the guide, the infrastructure or another document calls a thing, an environment file can say."""
    path, names = NAMES[kind]
    for name in names:
        found: Any = load(write(put(name, *path)))
        for step in path:
            found = found[step] if isinstance(found, dict) else getattr(found, str(step))
        assert found == name


@pytest.mark.parametrize(
    "groups",
    [
        ("container-apps-nsg", "private-endpoint-nsg"),
        ("nsg-containerapps-dev", "nsg-privateendpoints-dev"),
        ("nsg-apex-prod-containerapps", "nsg-apex-prod-privateendpoints"),
    ],
)
@pytest.mark.parametrize("subnet", ["private-endpoint-subnet", "snet-privateendpoints"])
@pytest.mark.parametrize("second", [0, 1, 2])
def test_each_address_plan_can_be_declared(
    write: Callable[[Change], Path], groups: tuple[str, str], subnet: str, second: int
) -> None:
    """The groups' and subnets' names, and the plans 10.0, 10.1 and 10.2 of the three environments, are data."""

    def change(document: Document) -> None:
        network = document["virtual_network"]
        network["address_space"] = [f"10.{second}.0.0/16"]
        for index, (one, name, third) in enumerate(
            zip(network["subnets"], ("snet-containerapps", subnet), ("0.0/23", "2.0/24"), strict=True)
        ):
            one |= {"name": name, "prefix": f"10.{second}.{third}", "network_security_group": groups[index]}
            document["network_security_groups"][index]["name"] = groups[index]
        for service in document["services"].values():
            service["private_endpoint"]["subnet"] = subnet

    environment = load(write(change))
    assert tuple(group.name for group in environment.network_security_groups) == groups
    assert environment.virtual_network.subnets[1].prefix == f"10.{second}.2.0/24"


def test_a_sixth_zone_can_be_declared(write: Callable[[Change], Path]) -> None:
    """The table endpoint that one document adds is one more service with its own zone."""
    table = {
        "kind": "storage",
        "name": "stapexprod4k7x",
        "fqdn": "stapexprod4k7x.table.core.windows.net",
        "private_endpoint": {
            "name": "pe-table-apex-prod",
            "subnet": "snet-privateendpoints",
            "group_id": "table",
            "zone": "privatelink.table.core.windows.net",
        },
    }
    environment = load(write(put(table, "services", "storage_table")))
    assert len({service.private_endpoint.zone for service in environment.services.values()}) == 6


@pytest.mark.parametrize(
    "names",
    [
        (
            "AZURE-SQL-CONNECTION-STRING",
            "AZURE-OPENAI-API-KEY",
            "AZURE-AD-CLIENT-SECRET",
            "APPLICATION-INSIGHTS-CONNECTION-STRING",
        ),
        ("sql-connection-string",),
    ],
)
def test_the_names_of_secrets_can_be_declared(write: Callable[[Change], Path], names: tuple[str, ...]) -> None:
    """The guide's secrets and the infrastructure's one secret are both lists of names."""
    assert load(write(put(list(names), "services", "key_vault", "secrets"))).services["key_vault"].secrets == names


@pytest.mark.parametrize(
    "cloud",
    [
        {
            "resource_manager": "https://management.usgovcloudapi.net",
            "authority": "https://login.microsoftonline.us",
            "log_analytics": "https://api.loganalytics.us",
            "key_vault_suffix": "vault.usgovcloudapi.net",
        },
        {
            "resource_manager": "https://management.chinacloudapi.cn/",
            "authority": "https://login.chinacloudapi.cn",
            "log_analytics": "https://api.loganalytics.azure.cn",
            "key_vault_suffix": "vault.azure.cn",
        },
        {"resource_manager": "https://127.0.0.1:8443", "authority": "https://[::1]:8444", "ca_bundle": "/etc/ca.pem"},
    ],
    ids=["US Government", "China", "stand-in"],
)
def test_another_cloud_is_only_another_file(write: Callable[[Change], Path], cloud: dict[str, str]) -> None:
    """Sovereign clouds and stand-ins are declared, not coded."""
    environment = load(write(put(cloud, "cloud")))
    declared = environment.cloud.model_dump(mode="json")
    assert {key: declared[key] for key in cloud} == cloud


def test_resource_ids_follow_the_file() -> None:
    """Ids are made of the declared subscription and group; a resource may be in another group."""
    environment: Environment = load(ENVIRONMENTS / "prod.toml")
    start = f"/subscriptions/{environment.subscription_id}/resourceGroups"
    assert (
        environment.resource_id("Microsoft.Sql/servers/x") == f"{start}/apex-rg-prod/providers/Microsoft.Sql/servers/x"
    )
    assert environment.resource_id("A/b/c", "hub") == f"{start}/hub/providers/A/b/c"
