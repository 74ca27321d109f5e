"""Nouns and their prefetching: what checks take as arguments, and how it is obtained before the first of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Barrier, Lock
from typing import cast

import pytest

from assurance.environment import Environment, load
from assurance.errors import NotEvaluated, UsageError
from assurance.estate import Estate
from assurance.judging.nouns import (
    DECLARED,
    VIEWS,
    Subject,
    Value,
    declared,
    each,
    needs,
    resolve,
    subject,
    subjects,
    view,
)
from assurance.suite.prefetch import needs_of, prefetch

PROD = load(Path(__file__).parents[3] / "environments" / "prod.toml")
ESTATE = cast("Estate", object())  # nothing here looks into the estate


@pytest.fixture(autouse=True)
def nouns() -> Iterator[None]:
    """Some nouns, and only these, until the test ends."""
    kept = (dict(DECLARED), dict(VIEWS))
    DECLARED.clear()
    VIEWS.clear()

    @declared
    def subnet(environment: Environment) -> Mapping[str, Value]:
        return {subnet.name: subnet for subnet in environment.virtual_network.subnets}

    @view
    def network(estate: object) -> Value:
        return ("network", estate)

    @view
    def subnet_in_azure(network: Value, subnet: Value) -> Value:
        return (network, subnet)

    assert (subnet.__name__, network.__name__, subnet_in_azure.__name__) == ("subnet", "network", "subnet_in_azure")
    yield
    for registry, before in zip((DECLARED, VIEWS), kept, strict=True):
        cast("dict[str, object]", registry).clear()
        cast("dict[str, object]", registry).update(before)


def test_a_noun_rests_on_declared_ones() -> None:
    """What a view rests on is found through its parameters; what nobody registered rests on nothing."""
    assert needs("subnet") == {"subnet"}
    assert needs("subnet_in_azure") == {"subnet"}
    assert needs("network") == needs("tmp_path") == frozenset()


def test_a_noun_is_made_from_what_is_given() -> None:
    """A view gets its parameters, made in the same way; what is given is taken as it is."""
    assert resolve("subnet_in_azure", {"estate": 1, "subnet": "a"}) == (("network", 1), "a")
    assert resolve("subnet_in_azure", {"network": 2, "subnet": "a"}) == (2, "a")


def test_subjects_are_those_of_the_environment() -> None:
    """A declared noun has the subjects that the environment file declares."""
    assert list(subjects("subnet", PROD)) == ["snet-containerapps", "snet-privateendpoints"]


def test_each_view_is_wanted_once_for_each_set_of_subjects() -> None:
    """Cases that share a view share its readings; what is no view is not wanted."""
    cases: list[tuple[tuple[str, ...], dict[str, Value]]] = [
        (("subnet_in_azure", "subnet", "tmp_path"), {"subnet": "a", "other": 1}),
        (("subnet_in_azure", "network"), {"subnet": "a"}),
        (("subnet_in_azure", "network"), {"subnet": "b"}),
    ]
    wanted = needs_of(cases)
    assert wanted == [("subnet_in_azure", {"subnet": "a"}), ("network", {}), ("subnet_in_azure", {"subnet": "b"})]


def test_views_are_obtained_at_once() -> None:
    """As many views as the bound allows are obtained at the same time, and the progress is told to the end."""
    together, told = Barrier(4), []

    @view
    def slow(subnet: Value) -> Value:
        together.wait(5)
        return subnet

    assert slow.__name__ in VIEWS
    prefetch(
        {"estate": ESTATE},
        [("slow", {"subnet": n}) for n in range(4)],
        4,
        lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_no_more_views_are_obtained_at_once_than_allowed() -> None:
    """The bound is the environment's."""
    lock, most = Lock(), [0, 0]

    @view
    def counted(subnet: Value) -> Value:
        with lock:
            most[0] += 1
            most[1] = max(most)
        with lock:
            most[0] -= 1
        return subnet

    assert counted.__name__ in VIEWS
    prefetch({"estate": ESTATE}, [("counted", {"subnet": n}) for n in range(20)], 2, lambda *_: None)
    assert 1 <= most[1] <= 2


@pytest.mark.parametrize("error", [NotEvaluated("no permission"), KeyError("a defect"), AssertionError("x")])
def test_what_cannot_be_obtained_does_not_end_the_run(error: Exception) -> None:
    """The check that needs it will say why; the others go on."""
    told: list[int] = []

    @view
    def broken(estate: Value) -> Value:
        assert estate is ESTATE
        raise error

    assert broken.__name__ in VIEWS
    prefetch({"estate": ESTATE}, [("broken", {}), ("network", {})], 2, lambda done, _: told.append(done))
    assert told == [1, 2]


def test_nothing_wanted_is_nothing_done() -> None:
    """A selection without views asks for nothing."""
    told: list[int] = []
    prefetch({"estate": ESTATE}, [], 4, lambda done, _: told.append(done))
    assert told == []


def test_namesakes_keep_two_readable_labels() -> None:
    """Two subjects of one name are told apart by their next words, in any casing; a third by its name alone."""

    @declared
    def zone(_: Environment) -> list[Subject]:
        return [subject(1, "zone.example", "di"), subject(2, "Zone.Example", "di-2"), subject(3, "other.example", "kv")]

    assert subjects(zone.__name__, PROD) == {"Zone.Example-di-2": 2, "other.example": 3, "zone.example-di": 1}


def test_subjects_that_share_all_words_are_refused() -> None:
    """One would be judged in the other's place."""

    @declared
    def twice(_: Environment) -> list[Subject]:
        return [subject(1, "zone", "kv"), subject(2, "Zone", "KV")]

    with pytest.raises(UsageError, match="zone kv is declared twice"):
        subjects(twice.__name__, PROD)


def test_a_second_noun_of_a_name_is_refused() -> None:
    """It would take the place of the first."""
    with pytest.raises(ValueError, match="two nouns called 'network'"):

        @view
        def network(estate: object) -> Value:
            return estate


def test_each_is_a_view_of_every_subject() -> None:
    """A view of each subject takes it as `declared`; what rests on it has one case for each."""

    @each(lambda _: [subject("a", "a"), subject("b", "b")])
    def thing(estate: Value, declared: str) -> Value:
        return (estate, declared)

    assert needs("thing") == {"thing_declared"}
    assert resolve("thing", {"estate": 1, "thing_declared": "b"}) == (1, "b")
    assert thing.__name__ == "thing"
