"""Copies a pack under pseudonyms: tape, digests and keys are made anew, so that the copy verifies and replays too.

A reading's key is made of its question, so that a question under pseudonyms has another. What each key was made of is
learnt from a replay of the pack: nothing that could hold a secret is kept on the tape for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.environment.toml_files import parsed
from assurance.evidence import explanation, pack, rerun
from assurance.evidence.pack import ENVELOPE, ENVIRONMENT, MANIFEST, PUBLIC_KEY, RESULTS, TAPE, PackError
from assurance.evidence.pseudonyms import Pseudonyms, declared_texts
from assurance.tape import key_of, sha256
from assurance.tape.redaction import Redactor

# The end of a text within the tree; no text holds it as a key, since keys are single characters.
END = ""
Tree = dict[str, Any]  # Any: trees within trees


class Substitution:
    """Replaces each key of a table by its value wherever it stands; of two that begin alike, the longer one.

    Args:
        table: What replaces what; keys are compared without regard to case.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self.table = {original.casefold(): token for original, token in table.items() if original}
        tree: Tree = {}
        for original in self.table:
            _grow(tree, original)
        # A pattern by common beginnings: a plain list of thousands of texts would be tried one by one at each place.
        self._pattern = re.compile(_pattern(tree), re.I) if tree else None

    def text(self, text: str) -> str:
        """Return a text with all replaced."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self.table[match.group().casefold()], text)

    def content(self, content: bytes) -> bytes:
        """Return bytes with all replaced; what is no UTF-8 in them stays."""
        return self.text(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def left_in(self, content: bytes) -> list[str]:
        """Return the originals that still stand in some bytes."""
        if self._pattern is None:
            return []
        originals = self._pattern.findall(content.decode("utf-8", "surrogateescape"))
        return sorted({match.casefold() for match in originals})


def _grow(tree: Tree, text: str) -> None:
    for character in text:
        tree = tree.setdefault(character, {})
    tree[END] = {}


def _pattern(tree: Tree) -> str:
    """Return the pattern of what a tree holds; the longest branch is tried first, and the end of a text last."""
    common = ""
    while len(tree) == 1 and END not in tree:  # no recursion for each character of a long text
        [(character, tree)] = tree.items()
        common += re.escape(character)
    branches = [re.escape(character) + _pattern(below) for character, below in tree.items() if character != END]
    if not branches:
        return common
    return f"{common}(?:{'|'.join(branches)}){'?' if END in tree else ''}"


LEFT_BEHIND = frozenset({MANIFEST, ENVELOPE, PUBLIC_KEY})
_REDACTED = re.compile(r"\[redacted [a-z-]+ ([0-9a-f]{16})\]")
_DIGESTS = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{24})(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a pack.

    Attributes:
        originals: How many different values were replaced.
        files: How many files the copy has.
    """

    originals: int
    files: int


def pseudonymise(directory: Path, destination: Path, secret: bytes, also: Sequence[str]) -> Copied:
    """Copy a pack under pseudonyms; the copy is not yet sealed.

    Args:
        directory: The pack, whose files must have been verified.
        destination: Where the copy goes: a directory that is there and empty.
        secret: What the pseudonyms are derived with.
        also: Further words to be replaced.

    Raises:
        PackError: The pack's verdicts do not follow from its tape, or an original would be left in the copy.
    """
    results = pack.read_json(directory / RESULTS, "the results")
    again = rerun.judge_again(directory, results)
    different = explanation.differences(results["verdicts"], again.verdicts)
    if different:
        raise PackError(f"{directory}: the pack does not verify, and is not copied: {different[0]}")
    names = [name for name in pack.files_of(directory) if name not in LEFT_BEHIND]
    substitution = Substitution(_table(directory, names, Pseudonyms(secret), also))
    digests = {old: sha256(substitution.text(text).encode()) for old, text in again.contents.items()}
    digests |= _copy_tape(directory / TAPE, destination / TAPE, again.questions, digests, substitution)
    for name in names:
        if not name.startswith(f"{TAPE}/"):
            held = (directory / name).read_bytes()
            content = _with_digests(substitution.content(held), digests)
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            (destination / name).write_bytes(_with_own_digest(held, content))
    written = pack.files_of(destination)
    _refuse_left_overs(destination, written, substitution)
    return Copied(len(substitution.table), len(written))


def _table(directory: Path, names: Iterable[str], pseudonyms: Pseudonyms, also: Sequence[str]) -> dict[str, str]:
    environment = parsed((directory / ENVIRONMENT).read_bytes(), ENVIRONMENT)
    files = [name for name in names if name.startswith(f"{TAPE}/") or name in {RESULTS, ENVIRONMENT, rerun.WAIVERS}]
    texts = ((directory / name).read_text(encoding="utf-8", errors="replace") for name in files)
    held = list(texts)
    described = str(environment["description"]) if "description" in environment else ""
    table = pseudonyms.table(held, environment, [*also, described])
    return table | _redacted(held, environment, Substitution(table))


def _redacted(texts: Sequence[str], environment: Mapping[str, Any], table: Substitution) -> dict[str, str]:
    """Return the new digests of redacted values by the old ones, for values that the environment file declares.

    A check compares a variable's redacted value with what is declared, by a digest salted with the environment.
    """
    standing = {digest for text in texts for digest in _REDACTED.findall(text)}
    name = environment["name"]
    subscription = environment["subscription_id"]
    old, new = (
        Redactor(salt=f"{subscription_id}/{name}") for subscription_id in (subscription, table.text(subscription))
    )
    pseudonyms: dict[str, str] = {}
    for value in sorted(set(declared_texts(environment))) if standing else []:
        digest = old.digest(value)
        if digest in standing:
            pseudonyms[digest] = new.digest(table.text(value))
    return pseudonyms


def _copy_tape(
    source: Path,
    target: Path,
    questions: Mapping[str, Sequence[str]],
    digests: Mapping[str, str],
    table: Substitution,
) -> dict[str, str]:
    """Copy a tape, and return the new digests and keys by the old ones.

    Args:
        source: The tape.
        target: Where its copy goes.
        questions: What keys are made of.
        digests: New digests of what is asked with, by the old ones.
        table: What replaces what.
    """
    for folder in ("readings", "bodies"):
        (target / folder).mkdir(parents=True)
    changed = dict(digests)
    for path in sorted((source / "bodies").iterdir()):
        content = table.content(path.read_bytes())
        changed[path.name] = sha256(content)
        (target / "bodies" / changed[path.name]).write_bytes(content)
    paths = sorted((source / "readings").iterdir())
    changed |= {path.stem: _new_key(path.stem, questions, digests, table) for path in paths}
    readings: dict[str, str] = {}
    for path in paths:
        # A header may tell the digest of the body, or another reading's: it follows.
        content = _with_digests(table.content(path.read_bytes()), changed)
        (target / "readings" / f"{changed[path.stem]}.json").write_bytes(content)
        readings[changed[path.stem]] = sha256(content)
    document = pack.read_json(source / "tape.json", "the tape")
    document = json.loads(table.text(json.dumps(document, ensure_ascii=False)))
    (target / "tape.json").write_text(json.dumps({**document, "readings": readings}, indent=1), encoding="utf-8")
    return changed


def _new_key(key: str, questions: Mapping[str, Sequence[str]], digests: Mapping[str, str], table: Substitution) -> str:
    """Return a reading's key under pseudonyms; one that no check asked for again gets one that nobody will ask for."""
    if key not in questions:
        return key_of("unasked", key)
    return key_of(*(digests[part] if part in digests else table.text(part) for part in questions[key]))


def _with_own_digest(held: bytes, content: bytes) -> bytes:
    """Return a file that tells its own digest, such as a baseline, with that of its copy; any other as it is."""
    digest = _own_digest(held)
    if digest is None or digest != _digest_told(held):
        return content
    return content.replace(str(_digest_told(content)).encode(), str(_own_digest(content)).encode())


def _digest_told(content: bytes) -> object:
    return json.loads(content)["digest"]


def _own_digest(content: bytes) -> str | None:
    """Return the SHA-256 of a JSON object without its `digest`, in canonical form; None for anything else."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or "digest" not in document:
        return None
    del document["digest"]
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode("utf-8", "surrogatepass"))


def _with_digests(content: bytes, changed: Mapping[str, str]) -> bytes:
    """Return a file in which the digests and keys of the tape are those of its copy."""
    text = content.decode("utf-8", "surrogateescape")
    replaced = _DIGESTS.sub(lambda match: changed.get(match.group(), match.group()), text)
    return replaced.encode("utf-8", "surrogateescape")


def _refuse_left_overs(destination: Path, names: Iterable[str], table: Substitution) -> None:
    tokens = Substitution(dict.fromkeys(table.table.values(), " "))
    for name in names:
        # A pseudonym may hold a short original by chance; only what stands outside of pseudonyms counts.
        left = table.left_in(tokens.content((destination / name).read_bytes())) + table.left_in(name.encode())
        if left:
            raise PackError(
                f"{name}: {len(left)} originals would be left in the copy, the first has {len(left[0])} characters"
            )
