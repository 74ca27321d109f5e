"""The estate: what the readings of one environment are obtained with; each view is read beside its own class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from assurance.environment import Environment
from assurance.environment.base import Vantage
from assurance.errors import NotEvaluated
from assurance.estate.ids import DeclaredIds
from assurance.estate.resources.questions import Questions
from assurance.world.azure.clients import AzureClients
from assurance.world.dns import Resolver
from assurance.world.files import FileReader
from assurance.world.sockets import Dialer

P = ParamSpec("P")
T = TypeVar("T")
WAYS = {
    "inside": "from a machine or a Container Apps job in the virtual network",
    "outside": "from a machine outside the virtual network",
}


class Estate(DeclaredIds):
    """Azure, DNS and the network, as one environment is read from them.

    Attributes:
        questions: Where questions to Azure are asked, each once.
        resolvers: What resolves names, by vantage.
        dialers: What makes connections, by vantage.
        vantage: From where names are resolved and connections made.
        files: What reads the files that a pipeline has left.
        now: When the run was begun.
    """

    def __init__(
        self,
        environment: Environment,
        clients: AzureClients,
        resolvers: Mapping[Vantage, Resolver],
        dialers: Mapping[Vantage, Dialer],
        vantage: tuple[Vantage, ...],
        files: FileReader,
        now: datetime,
    ) -> None:
        super().__init__(environment)
        self.questions = Questions(clients)
        self.resolvers = resolvers
        self.dialers = dialers
        self.vantage = vantage
        self.files = files
        self.now = now

    def demand(self, vantage: Vantage) -> None:
        """Refuse what can only be judged from a vantage that the suite does not run from.

        Raises:
            NotEvaluated: The suite does not run from there.
        """
        if vantage not in self.vantage:
            here = "/".join(self.vantage)
            raise NotEvaluated(
                f"This can only be judged from {vantage} the virtual network, and the suite runs from {here}.",
                f"Run it {WAYS[vantage]}: --vantage {vantage}.",
            )


def read_once(function: Callable[Concatenate[Estate, P], T]) -> Callable[Concatenate[Estate, P], T]:
    """Let a reader ask once in an estate for each set of arguments; an inability is remembered as well."""

    @wraps(function)
    def read(estate: Estate, /, *arguments: P.args, **options: P.kwargs) -> T:
        key = (function.__module__, function.__qualname__, arguments, tuple(sorted(options.items())))
        return estate.questions.once(key, lambda: function(estate, *arguments, **options))

    return read
