"""What the application says of its own health, on the paths that its probes are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Application, Exchange
from assurance.verdicts import Fact

REMEDY = "Look at the logs of the new revision: az containerapp logs show --type console --tail 100"


@dataclass(frozen=True, slots=True)
class Liveness:
    """The answer of the liveness endpoint.

    Attributes:
        exchange: The answer on the declared path.
        elsewhere: Where a liveness endpoint answers instead, if it does not there; empty otherwise.
    """

    exchange: Exchange
    elsewhere: str

    @property
    def answers(self) -> Fact:
        """Whether it answers 200 to anybody, on the declared path (guide, Step 13)."""
        return _answered(self.exchange, self.elsewhere)

    @property
    def says_alive(self) -> Fact:
        """Whether it says that the application is alive (guide, Step 13)."""
        return _says(self.exchange, "alive")


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer of the readiness endpoint.

    Attributes:
        exchange: The answer on the declared path.
        elsewhere: Where a readiness endpoint answers instead, if it does not there; empty otherwise.
        healthy_values: How it says that a dependency is healthy.
    """

    exchange: Exchange
    elsewhere: str
    healthy_values: tuple[str, ...]

    @property
    def answers(self) -> Fact:
        """Whether it answers 200 to anybody, on the declared path (guide, Step 13)."""
        return _answered(self.exchange, self.elsewhere)

    @property
    def says_ready(self) -> Fact:
        """Whether it says that the application is ready (guide, Step 13)."""
        return _says(self.exchange, "ready")

    def finds_healthy(self, dependency: str) -> Fact:
        """Whether it looks at a dependency and finds it healthy."""
        statuses = self._found()
        observed = f"is {statuses[dependency]!r}" if dependency in statuses else "is not looked at"
        return self.exchange.fact(
            dependency in statuses and self._is_healthy(statuses[dependency]),
            expected=f"{dependency} is {' or '.join(self.healthy_values)}",
            observed=f"{dependency} {observed}",
            subject=dependency,
            remedy=f"Find out why APEX does not reach {dependency}: the answer's `issues`, its identity, its endpoint.",
        )

    @property
    def finds_nothing_unhealthy(self) -> Fact:
        """Whether no dependency that it looks at, declared or not, is unhealthy."""
        statuses = self._found()
        unhealthy = [f"{name} is {value!r}" for name, value in sorted(statuses.items()) if not self._is_healthy(value)]
        healthy = f"{', '.join(sorted(statuses))} are healthy" if statuses else "it looks at none"
        return self.exchange.fact(
            not unhealthy and bool(statuses),
            expected="every dependency that readiness looks at is healthy",
            observed=", ".join(unhealthy) or healthy,
            remedy=REMEDY,
        )

    def _found(self) -> Mapping[str, str]:
        """Return what it says of each dependency: a word, a boolean, or an object with a `status`."""
        checks = self.exchange.document.within("checks")
        if checks is None:
            raise self.exchange.document.broken(("checks",), "an object", None)
        statuses = {}
        for name, value in checks.values.items():
            inner = checks.within(name) if isinstance(value, Mapping) else None
            statuses[name] = inner.required_text("status") if inner is not None else str(value)
        return statuses

    def _is_healthy(self, value: str) -> bool:
        return value.lower() in {healthy.lower() for healthy in self.healthy_values}


def read_liveness(application: Application) -> Liveness:
    """Read the liveness endpoint, and where it is if not on its path."""
    path = application.declared.live_path
    exchange = application.get_at_root(path)
    return Liveness(exchange, _elsewhere(application, path, exchange))


def read_readiness(application: Application) -> Readiness:
    """Read the readiness endpoint, and where it is if not on its path."""
    path = application.declared.ready_path
    exchange = application.get_at_root(path)
    return Readiness(exchange, _elsewhere(application, path, exchange), application.declared.healthy_values)


def _elsewhere(application: Application, path: str, exchange: Exchange) -> str:
    """Return the other path on which builds of APEX serve their health, if it answers there and not on `path`."""
    if exchange.status != HTTPStatus.NOT_FOUND:
        return ""
    prefix = application.declared.api_prefix
    other = path.removeprefix(prefix) if path.startswith(f"{prefix}/") else f"{prefix}{path}"
    return other if application.get_at_root(other).status == HTTPStatus.OK else ""


def _answered(exchange: Exchange, elsewhere: str) -> Fact:
    hint = f"; {elsewhere} answers instead" if elsewhere else ""
    return exchange.fact(
        exchange.status == HTTPStatus.OK,
        expected=f"{exchange.called} answers 200",
        observed=f"{exchange.path} {exchange.outcome}{hint}",
        remedy=f"Declare {elsewhere}, and let the probes of the container ask it." if elsewhere else REMEDY,
    )


def _says(exchange: Exchange, expected: str) -> Fact:
    said = exchange.document.text("status")
    return exchange.fact(
        said == expected,
        expected=f"status is {expected}",
        observed=f"status is {said or 'absent'}",
        remedy=REMEDY,
    )
