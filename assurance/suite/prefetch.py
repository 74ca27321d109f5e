"""Obtains, before the first check, all that the selected checks will ask for: concurrently, with a line of progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress

from assurance.judging.nouns import DECLARED, VIEWS, Value, needs, resolve, roots

Progress = Callable[[int, int], None]
Need = tuple[str, Mapping[str, Value]]
# What writes runs when its check does: the order of writing flows is that of the checks, and a flow that waits for a
# job would hold the threads that others read in. What measures must have the machine to itself.
NOT_AHEAD = frozenset({"flows", "load_generator", "measurements", "planned_deployment", "earlier_plan"})


def needs_of(cases: Iterable[tuple[Iterable[str], Mapping[str, Value]]]) -> list[Need]:
    """Return each view that the cases take and that only reads, once for each set of subjects that it rests on."""
    unique_needs: dict[tuple[str, tuple[tuple[str, str], ...]], Need] = {}
    for names, subjects in cases:
        for name in names:
            if name in VIEWS and not roots(name) & NOT_AHEAD:
                subjects_of_check = {noun: subjects[noun] for noun in sorted(needs(name)) if noun in DECLARED}
                unique_needs.setdefault(
                    (name, tuple((noun, repr(value)) for noun, value in subjects_of_check.items())),
                    (name, subjects_of_check),
                )
    return list(unique_needs.values())


def prefetch(given: Mapping[str, Value], wanted: list[Need], concurrency: int, progress: Progress) -> None:
    """Obtain every view from the roots that are given; what cannot be obtained is told by the checks that need it."""

    def obtain(need: Need) -> None:
        name, subjects = need
        # Also what nobody foresaw: one broken answer must not end the run, and its check will say "not evaluated".
        with suppress(Exception):
            for part in getattr(resolve(name, {**subjects, **given}), "parts", ()):
                with suppress(Exception):
                    part()

    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="reading")
    try:
        futures = [pool.submit(obtain, need) for need in wanted]
        for done, future in enumerate(as_completed(futures), start=1):
            future.result()
            progress(done, len(futures))
    finally:
        # An interrupted run does not wait for the answers that are still to come.
        pool.shutdown(wait=False, cancel_futures=True)
