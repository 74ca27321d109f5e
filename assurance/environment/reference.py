"""The reference of the environment file, made from its models: a JSON Schema for editors, and Markdown for people."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from assurance.environment.model import Environment

SCHEMA_LINE = "#:schema "
"""How the first line of a TOML file names its schema (Taplo, "Configuration directives")."""
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+?)(?=^ {4}\w+: |\Z)", re.M | re.S)
# By how keys end, what their numbers count.
_UNITS = ("milliseconds", "seconds", "minutes", "hours", "percent", "bytes")


def schema() -> str:
    """Return the JSON Schema of an environment file, each key with its meaning; `extends` is one of them."""
    document = Environment.model_json_schema()
    tables = {model.__name__: model for model in models()}
    for name, definition in {**document.get("$defs", {}), "Environment": document}.items():
        for key, entry in definition.get("properties", {}).items():
            meaning = _meaning(tables[name], key)
            if meaning:
                entry["description"] = meaning
        summary = _summary(tables[name]) if name in tables else ""
        if summary:
            definition["description"] = summary
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["title"] = "An environment file of APEX Assurance"
    document["properties"]["extends"] = {
        "type": "string",
        "description": "Another environment file, whose values this one refines; relative to this file.",
    }
    document["properties"]["without"] = {
        "type": "array",
        "items": {"type": "string"},
        "description": "Keys of the extended file that this one takes away, such as services.openai.",
    }
    # A file that extends another one has what is required from there; but for lists, which are replaced whole.
    for refined in (document, *(document["$defs"][name] for name in _refined(document, document["$defs"]))):
        refined.pop("required", None)
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _refined(node: object, definitions: Mapping[str, object], known: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the definitions of the tables that a file can lay over another's: those that stand in no list."""
    if isinstance(node, list):
        for part in node:
            known |= _refined(part, definitions, known)
    if not isinstance(node, dict):
        return known
    name = str(node.get("$ref", "")).rpartition("/")[2]
    if name and name not in known:
        known = _refined(definitions[name], definitions, known | {name})
    for key, part in node.items():
        if key not in {"items", "prefixItems", "$defs"}:
            known |= _refined(part, definitions, known)
    return known


def markdown() -> str:
    """Return the reference as Markdown: a section for each table, a row for each key."""
    lines = [
        "# The environment file",
        "",
        "Made from the models by `apex-assurance schema --markdown`; a test holds it current.",
        "",
        "`extends` names another file that this one refines: tables are laid over tables, any other value replaces the",
        'one below it. `without` lists keys of that file that go first, such as `["application", "services.openai"]`;',
        "one that is not there is an error.",
    ]
    for model in models():
        lines += ["", f"## {_heading(model)}", "", _summary(model), "", "| Key | Meaning | Unit | Default |"]
        lines += ["|---|---|---|---|"]
        for key, field in model.model_fields.items():
            lines.append(f"| `{key}` | {_meaning(model, key)} | {_unit(key, field)} | {_default(field)} |")
    return "\n".join(lines) + "\n"


@cache
def models() -> tuple[type[BaseModel], ...]:
    """Return the model of every table, in the order in which the file has them."""
    models: dict[type[BaseModel], None] = {}

    def walk(model: type[BaseModel]) -> None:
        if model not in models:
            models[model] = None
            for field in model.model_fields.values():
                for inner in _within(field.annotation):
                    walk(inner)

    walk(Environment)
    return tuple(models)


def undescribed() -> tuple[str, ...]:
    """Return the keys whose meaning nobody has written, as `Model.key`."""
    return tuple(
        f"{model.__name__}.{key}" for model in models() for key in model.model_fields if not _meaning(model, key)
    )


def _within(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  (an annotation may be anything)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _within(inner)


@cache
def _described() -> dict[str, dict[str, str]]:
    text = files(__package__).joinpath("descriptions.toml").read_text(encoding="utf-8")
    described: dict[str, dict[str, str]] = tomllib.loads(text)
    return described


def _meaning(model: type[BaseModel], key: str) -> str:
    """Return what a key means: by the docstring of its model, else by the table of descriptions."""
    attributes = inspect.getdoc(model) or ""
    meanings = {
        name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(attributes.partition("Attributes:")[2])
    }
    described = _described()
    meaning = meanings.get(key) or described.get(model.__name__, {}).get(key) or described["any"].get(key, "")
    return meaning.replace("|", "\\|")


def _summary(model: type[BaseModel]) -> str:
    """Return what a table is for: its docstring without the list of attributes."""
    return " ".join((inspect.getdoc(model) or "").partition("Attributes:")[0].split())


def _heading(model: type[BaseModel]) -> str:
    places = [f"`[{place}]`" for place in _places().get(model, ())]
    return ", ".join(places) or "The top of the file"


@cache
def _places() -> dict[type[BaseModel], tuple[str, ...]]:
    """Return where each model stands in the file, as headers of TOML."""
    tables: dict[type[BaseModel], list[str]] = {}

    def walk(model: type[BaseModel], place: str) -> None:
        for key, field in model.model_fields.items():
            for inner in _within(field.annotation):
                is_keyed = "dict[" in str(field.annotation)
                here = f"{place}.{key}".lstrip(".") + (".KEY" if is_keyed else "")
                if here not in tables.setdefault(inner, []):
                    tables[inner].append(here)
                    walk(inner, here)

    walk(Environment, "")
    return {model: tuple(places) for model, places in tables.items()}


def _unit(key: str, field: FieldInfo) -> str:
    if not any(kind in str(field.annotation) for kind in ("int", "float")):
        return ""
    return next((unit for unit in _UNITS if key.endswith(unit)), "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel) or value is None:
        return "absent" if value is None else "as below"
    if isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
        return f"{len(value)} of the guide's"
    shown = json.dumps(value, default=str)
    return f"`{shown}`" if shown not in ("[]", "{}", '""') else "none"
