"""What every table of an environment file is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Vantage = Literal["inside", "outside"]


class Declared(BaseModel):
    """The base of every table: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
