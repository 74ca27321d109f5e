"""What a run rests on, and whether a tape is of this deployment.

Its options, the suite's commit, the source of its readings, and its vantage.
"""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import socket
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import assurance
from assurance.environment import Environment
from assurance.environment.values import Vantage
from assurance.errors import TapeRefused
from assurance.home import REVISION, suite_root
from assurance.judging.selection import Selection
from assurance.tape import Tape
from assurance.tape.moments import from_text
from assurance.verdicts import Source


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line asks for.

    Attributes:
        replay: The directory of a tape or pack to replay; None for a live run.
        vantage: The vantage that overrides the environment file's; None to keep it.
        reports: Where evidence packs go.
        run_id: The run's id; workers join the run of their controller.
        selection: The pytest arguments, for the record.
        selected: What they select, as far as it is known before anything is collected.
        allow_writes: Whether the run may write to production though the environment file does not say so.
        change: The record of the change that the run belongs to; None if it was given none.
        plan: What is planned, to be judged in the place of what is there; None to judge what is there.
        plan_parameters: The parameter file of a planned template; None for none.
        load_results: The result files of a load test that others have run; None to run one where it is asked for.
    """

    replay: Path | None
    vantage: Vantage | None
    reports: Path
    run_id: str
    selection: str
    selected: Selection = field(default_factory=Selection)
    change: Path | None = None
    plan: Path | None = None
    plan_parameters: Path | None = None
    load_results: Path | None = None
    allow_writes: bool = False


def new_run_id() -> str:
    """Return a new run id: the time in UTC, so that packs sort, and something unique."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"


LONGEST_SECONDS = 5.0


def revision(root: Path | None = None) -> str:
    """Return the commit of the suite, with a word if a checkout's files differ from it; empty if it is not known."""
    root = suite_root() if root is None else root
    built_from = root / REVISION
    if built_from.is_file():
        return built_from.read_text(encoding="utf-8").strip()
    git = shutil.which("git")
    # Only the suite's own repository counts, not one that an installed package happens to lie in.
    if git is None or not (root / ".git").exists():
        return ""
    commit = _output(git, root, "rev-parse", "--verify", "HEAD")
    if not commit:
        return ""
    # `status` may not write: several runs may ask at once.
    changed = _output(git, root, "--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    return f"{commit} with local changes" if changed else commit


def _output(git: str, root: Path, *arguments: str) -> str:
    """Return what git says; empty where it cannot, such as in a checkout of another owner."""
    try:
        ended = subprocess.run(  # noqa: S603  (fixed arguments; git's path is the user's own)
            [git, "-C", str(root), *arguments], capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""


DISTRIBUTIONS = (
    "pytest", "pytest-html", "pytest-xdist", "azure-core", "azure-identity", "azure-mgmt-network", "azure-mgmt-sql",
    "azure-mgmt-storage", "azure-mgmt-security", "dnspython", "httpx", "pydantic",
)  # fmt: skip


def begun(tape: Tape) -> datetime:
    """Return when the run was begun whose answers are judged: ages of what it saw are counted to then.

    Raises:
        TapeRefused: The tape does not say.
    """
    begun = from_text(tape.header.started)
    if begun is None:
        raise TapeRefused(f"{tape.directory}: the tape does not say when it was begun; record again")
    return begun


def refuse_foreign(tape: Tape, environment: Environment, directory: Path | None) -> None:
    """Refuse a tape of another environment.

    Raises:
        TapeRefused: Its name, subscription or resource group is another.
    """
    header = tape.header
    scope = (header.environment, header.subscription_id.casefold(), header.resource_group.casefold())
    wanted = (environment.name, environment.subscription_id.casefold(), environment.resource_group.casefold())
    if scope != wanted:
        raise TapeRefused(
            f"{directory}: the tape is of environment {header.environment!r} (resource group {header.resource_group}, "
            f"subscription {header.subscription_id}), not of {environment.name!r} ({environment.resource_group}, "
            f"{environment.subscription_id}); give the tape of this environment, or --env {header.environment}"
        )


def vantage_of(environment: Environment, asked: Vantage | None, replayed: Tape | None) -> tuple[Vantage, ...]:
    """Return from where a run looks: a replayed tape looked from where it was recorded."""
    if asked is not None:
        return (asked,)
    known: tuple[Vantage, ...] = ("inside", "outside")
    if replayed is not None:
        return tuple(vantage for vantage in known if vantage in replayed.header.vantage)
    return environment.vantage


def source_of(environment: Environment, *, replaying: bool) -> Source:
    """Return what a run rests on.

    Whatever answers on this machine's loopback is no live Azure, however its address is spelt, and also where a view
    dials the real cloud's host there.
    """
    if replaying:
        return Source.RECORDED
    hosts = [urlsplit(environment.cloud.resource_manager).hostname or ""]
    for view in (environment.views.inside, environment.views.outside):
        hosts += [target.rpartition(":")[0] for target in view.connect.values()]
    is_stand_in = environment.stand_in is not None or any(map(is_loopback, hosts))
    return Source.SANDBOX if is_stand_in else Source.LIVE


def read_from(environment: Environment, base: Source, replayed: Tape | None) -> str:
    """Return where a run's readings come from, in words that stand on every report."""
    if replayed is not None:
        return f"recorded {replayed.header.started} from {replayed.header.origin}"
    if base is Source.SANDBOX:
        return "stand-ins for Azure, DNS and the network, on this machine"
    return f"Azure, at {urlsplit(environment.cloud.resource_manager).netloc}"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, in any spelling that a connection would take.

    Names below `localhost` are loopback (RFC 6761, section 6.3). `0x7f000001`, `2130706433` and `127.1` are addresses
    to the C library, and `0.0.0.0` and `::` lead to this machine when they are dialled.
    """
    bare = host.strip("[]").rstrip(".").casefold()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        try:
            address = ip_address(socket.inet_aton(bare))
        except OSError:
            return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped if mapped is not None else address
    return address.is_loopback or address.is_unspecified


def versions_used() -> dict[str, str]:
    """Return the versions of the suite, its commit, Python and the libraries that a verdict may depend on."""
    versions = {"apex-assurance": assurance.__version__, "python": platform.python_version()}
    commit = revision()
    versions |= {"commit": commit} if commit else {}
    return versions | {name: importlib.metadata.version(name) for name in DISTRIBUTIONS}
