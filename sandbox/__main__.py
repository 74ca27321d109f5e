"""`python -m sandbox`: run the stand-ins until interrupted, and write the environment file that uses them."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import threading
from pathlib import Path

import tomli_w

from sandbox.apex import Observed, Quirk, Switch
from sandbox.apex.quirks import UnknownNameError, catalogue_text, named
from sandbox.azure.azure_estate import declared_estate
from sandbox.stand_ins import Sandbox

ENVIRONMENTS = Path(__file__).resolve().parent.parent / "environments"


def main(arguments: list[str] | None = None) -> int:
    """Run the stand-ins.

    Returns:
        0 after an interruption, 2 if there is no such environment, or nothing of a name to break.
    """
    options = _parser().parse_args(arguments)
    if options.list_breaks:
        print(catalogue_text())
        return 0
    try:
        broken = [named(name) for name in options.breaks]
    except UnknownNameError as error:
        print(error, file=sys.stderr)
        return 2
    declared = ENVIRONMENTS / f"{options.environment}.toml"
    if not declared.is_file():
        print(f"no environment file {declared}; expected one of {sorted(ENVIRONMENTS.glob('*.toml'))}", file=sys.stderr)
        return 2
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    estate = declared_estate(options.environment, declared)
    with Sandbox(options.environment, estate, options.latency_ms / 1000) as sandbox:
        sandbox.apex.switches.update(switch for switch in broken if isinstance(switch, Switch))
        sandbox.apex.quirks.update(quirk for quirk in broken if isinstance(quirk, Quirk))
        sandbox.apex.observed.update(observed for observed in broken if isinstance(observed, Observed))
        sandbox.apex.observed.update(Observed if options.as_it_runs else ())
        print(_instructions(sandbox, _write_environment(sandbox, declared, options.directory)), flush=True)
        stopped.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--environment", default="sandbox", metavar="NAME", help="environments/NAME.toml")
    parser.add_argument("--latency-ms", type=float, default=0.0, metavar="N", help="milliseconds added to each answer")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="where environment.toml and ca.pem are written")
    parser.add_argument(
        "--break", action="append", default=[], dest="breaks", metavar="NAME", help="break one behaviour of APEX"
    )
    parser.add_argument("--as-it-runs", action="store_true", help="let APEX do all that a running build was seen to do")
    parser.add_argument("--list-breaks", action="store_true", help="list what can be broken, and end")
    return parser


def _write_environment(sandbox: Sandbox, declared: Path, directory: Path | None) -> Path:
    overlay = sandbox.overlay()
    target = sandbox.directory if directory is None else directory.resolve()
    if directory is not None:
        target.mkdir(parents=True, exist_ok=True)
        overlay["cloud"]["ca_bundle"] = str(shutil.copy(sandbox.authority.path, target / "ca.pem"))
    path = target / "environment.toml"
    path.write_text(tomli_w.dumps({"extends": str(declared), **overlay}), encoding="utf-8")
    return path


def _instructions(sandbox: Sandbox, path: Path) -> str:
    exports = "\n".join(f"  export {name}={value}" for name, value in sandbox.environment_variables().items())
    return (
        f"The sandbox runs at {sandbox.resource_manager.url}. In another terminal:\n"
        f"{exports}\n"
        f"  pytest checks/security --env {path}\n"
        "Interrupt with Ctrl+C."
    )


if __name__ == "__main__":
    sys.exit(main())
