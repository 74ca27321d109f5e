"""The watch itself: look, judge, tell, wait; until a rollback trigger fires or the span has been watched to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from assurance.command_line.watch.clock import Clock
from assurance.command_line.watch.judging import Conclusion, Judge
from assurance.command_line.watch.look import Look
from assurance.command_line.watch.plan import WatchPlan
from assurance.command_line.watch.sight import Sight
from assurance.errors import NotEvaluated
from assurance.verdicts import Decision

INTERRUPTED = "the watch was interrupted before its end"
Tell = Callable[[Look], None]


def watch(plan: WatchPlan, sight: Sight, clock: Clock, tell: Tell) -> Conclusion:
    """Watch, and return what it came to.

    The readings of a look are kept where it is the first, the last, or sees something else than the one before.

    Args:
        plan: How long, and what ends it.
        sight: What looks.
        clock: What tells the time.
        tell: Is given each look; its `tape` is empty where its readings were not kept.
    """
    judge = Judge(plan)
    before: Look | None = None
    try:
        while True:
            look = sight.look(clock.now())
            triggers = judge.follow(look)
            is_last = bool(triggers) or look.at >= plan.ends
            if before is not None and not is_last and not look.differs_from(before):
                sight.drop(look)
                look = replace(look, tape="")
            tell(look)
            before = look
            if triggers:
                return Conclusion(Decision.NO_GO, triggers, is_early=True)
            if is_last:
                break
            _pause(plan, clock, look)
    except KeyboardInterrupt:
        return judge.conclude("it did not end", INTERRUPTED)
    try:
        return judge.conclude(sight.level(plan))
    except NotEvaluated as error:
        return judge.conclude(str(error))


def _pause(plan: WatchPlan, clock: Clock, look: Look) -> None:
    """Wait until the next look is due, counted from when the last was begun."""
    due = min(look.at + plan.every, plan.ends)
    clock.sleep(max((due - clock.now()) / timedelta(seconds=1), 0.0))
