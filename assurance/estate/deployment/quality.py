"""The quality gates of a release, from the files that its pipeline leaves (guide, Step 2)."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import defusedxml
from defusedxml import ElementTree

from assurance.environment.deployment import DeclaredRelease
from assurance.errors import BrokenReading
from assurance.estate.estate import Estate
from assurance.estate.resources.resource import demanded, listed
from assurance.verdicts import Fact
from assurance.world.azure.document import Document
from assurance.world.files import Artefact

MIN_UNIT_COVERAGE, MIN_INTEGRATION_COVERAGE = 0.80, 0.70
"""Shares of lines (guide, Step 2)."""
RATE_TOLERANCE = 0.005
"""How far the rate that a report tells may be from the one that its counts give: it is rounded to four digits."""
BANDIT_SEVERITIES = ("UNDEFINED", "LOW", "MEDIUM", "HIGH")
BANDIT_SEVERE = ("MEDIUM", "HIGH")
TRIVY_SEVERITIES = frozenset({"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"})
TRIVY_SEVERE = frozenset({"HIGH", "CRITICAL"})
MAIN = "main"


@dataclass(frozen=True, slots=True)
class Coverage:
    """A coverage report in Cobertura's form, which coverage.py writes as coverage.xml."""

    artefact: Artefact

    def is_at_least(self, share: float) -> Fact:
        """Whether so large a share of the lines was run by the tests.

        Raises:
            NotEvaluated: The file is no such report, covers no line, or contradicts itself.
        """
        root = self._root()
        covered, valid = (self._number(root, name) for name in ("lines-covered", "lines-valid"))
        line_rate = self._number(root, "line-rate")
        if valid <= 0 or not 0 <= covered <= valid:
            raise self._broken(f"{covered:g} of {valid:g} lines are covered")
        coverage = covered / valid
        if abs(coverage - line_rate) > RATE_TOLERANCE:
            raise self._broken(f"line-rate is {line_rate:g}, but {covered:g} of {valid:g} lines are covered")
        observed = f"{coverage:.1%} of {valid:g} lines are covered"
        return _fact(
            self.artefact, coverage >= share, f"at least {share:.0%} of the lines", observed, "Write the tests."
        )

    def _root(self) -> Mapping[str, str]:
        try:
            root = ElementTree.fromstring(self.artefact.content)
        except (ElementTree.ParseError, defusedxml.DefusedXmlException, ValueError) as error:
            raise self._broken(f"it is no XML without entities ({type(error).__name__})") from error
        if root.tag != "coverage":
            raise self._broken(f"its root is {root.tag}, where coverage was expected")
        return root.attrib

    def _number(self, root: Mapping[str, str], name: str) -> float:
        try:
            number = float(root[name])
        except (KeyError, ValueError) as error:
            raise self._broken(f"it has no number as {name}") from error
        if not math.isfinite(number):
            raise self._broken(f"it has no number as {name}")
        return number

    def _broken(self, what: str) -> BrokenReading:
        return _broken(self.artefact, what, "coverage xml -o FILE")


@dataclass(frozen=True, slots=True)
class BanditReport:
    """A report of Bandit, as JSON."""

    artefact: Artefact

    @property
    def has_nothing_severe(self) -> Fact:
        """Whether Bandit read every file and found nothing of medium or high severity.

        Raises:
            NotEvaluated: The file is no such report, some files were not read, or none were.
        """
        report = json_document(self.artefact, "bandit -r src -f json -o FILE")
        totals = report.within("metrics", "_totals")
        lines = totals.number("loc") if totals is not None else None
        unread = report.required_items("errors")
        if totals is None or not lines or unread:
            what = f"{len(unread)} files were not read" if unread else "it tells of no line of code"
            raise _broken(self.artefact, what, "bandit -r src -f json -o FILE")
        results = report.required_items("results")
        counted = Counter(result.required_text("issue_severity").upper() for result in results)
        for severity in BANDIT_SEVERITIES:
            if totals.number(f"SEVERITY.{severity}") != counted[severity]:
                raise _broken(self.artefact, f"its totals and results differ in {severity}", "bandit -f json -o FILE")
        if unknown := set(counted) - set(BANDIT_SEVERITIES):
            raise _broken(self.artefact, f"it has the severity {listed(unknown)}", "bandit -f json -o FILE")
        severe = [f"{result.text('test_id')} in {result.text('filename')}:{result.number('line_number') or 0:g}"
                 for result in results if result.required_text("issue_severity").upper() in BANDIT_SEVERE]  # fmt: skip
        observed = listed(severe, f"none in {lines:g} lines")
        return _fact(self.artefact, not severe, "no issue of medium or high severity", observed, "Mend what it names.")


@dataclass(frozen=True, slots=True)
class ImageScan:
    """A report of Trivy on an image, as JSON."""

    artefact: Artefact

    def finds_nothing_severe(self, release: DeclaredRelease, repository: str) -> Fact:
        """Whether Trivy looked at the image of the release, and found nothing of high or critical severity.

        Raises:
            NotEvaluated: The file is no report on an image, or one that looked at nothing.
        """
        again = f"trivy image --format json --output FILE {repository}@{release.image_digest}"
        report = json_document(self.artefact, again)
        if report.text("ArtifactType") != "container_image":
            raise _broken(self.artefact, f"it is about a {report.text('ArtifactType') or 'thing untold'}", again)
        results = report.items("Results")
        if not results:
            raise _broken(self.artefact, "it looked at nothing", again)
        digests = {text.rpartition("@")[2] for text in report.texts("Metadata", "RepoDigests")}
        severe, unrated, total = [], 0, 0
        for vulnerability in (vulnerability for result in results for vulnerability in result.items("Vulnerabilities")):
            severity = vulnerability.required_text("Severity").upper()
            if severity not in TRIVY_SEVERITIES:
                raise _broken(self.artefact, f"it has the severity {severity}", again)
            total, unrated = total + 1, unrated + (severity == "UNKNOWN")
            if severity in TRIVY_SEVERE:
                severe.append(
                    f"{severity} {vulnerability.required_text('VulnerabilityID')} in {vulnerability.text('PkgName')}"
                )
        expected = f"no vulnerability of high or critical severity in {release.image_digest}"
        wrong = severe + ([] if release.image_digest in digests else [f"the scan is of {listed(digests, 'no digest')}"])
        observed = listed(wrong, f"none among {total} vulnerabilities, of which {unrated} are not rated yet")
        return _fact(self.artefact, not wrong, expected, observed, f"Rebuild on a mended base image, then {again}")


@dataclass(frozen=True, slots=True)
class PipelineRun:
    """What GitHub (`gh run view --json`) or Azure Pipelines (`az pipelines runs show`) tells of a run."""

    artefact: Artefact

    def passed_for(self, release: DeclaredRelease) -> Fact:
        """Whether the run is of the release's commit on main, is over, and succeeded."""
        run = json_document(self.artefact, "gh run view ID --json headSha,headBranch,status,conclusion,url")
        keys = ("headSha", "headBranch", "conclusion")
        if run.text("headSha") is None:
            keys = ("sourceVersion", "sourceBranch", "result")
        commit, branch, result = (run.required_text(key) for key in keys)
        status, where = run.required_text("status"), run.required_text("url")
        wrong = [] if status.casefold() == "completed" else [f"status {status}"]
        wrong += [] if result.casefold() in {"success", "succeeded"} else [f"it came to {result}"]
        wrong += [] if branch.removeprefix("refs/heads/") == MAIN else [f"branch {branch}"]
        wrong += [] if commit.casefold() == release.commit else [f"commit {commit}"]
        expected = f"a run on {MAIN} succeeded for commit {release.commit}"
        observed = listed(wrong, f"it did: {where}")
        return _fact(self.artefact, not wrong, expected, observed, "Let the pipeline pass on main for this commit.")


def json_document(artefact: Artefact, how: str) -> Document:
    """Return the JSON object that an artefact holds.

    Args:
        artefact: The artefact.
        how: The command that writes it.

    Raises:
        BrokenReading: It holds anything else.
    """
    try:
        values = json.loads(artefact.content)
    except (ValueError, RecursionError) as error:
        raise _broken(artefact, "it is not JSON", how) from error
    if not isinstance(values, Mapping):
        raise _broken(artefact, "it holds no JSON object", how)
    return Document(values, artefact.readings, artefact.file, artefact.name)


def _broken(artefact: Artefact, what: str, how: str) -> BrokenReading:
    reason = f"The artefact {artefact.name} ({artefact.file}) cannot be judged: {what}."
    return BrokenReading(reason, f"Let the pipeline write it again: {how}", artefact.readings)


def _fact(artefact: Artefact, holds: bool, expected: str, observed: str, remedy: str) -> Fact:
    return Fact(holds, expected, observed, artefact.file, artefact.readings, "" if holds else remedy)


def declared_release(estate: Estate) -> DeclaredRelease:
    """Return the release that is declared.

    Raises:
        NotEvaluated: None is.
    """
    hint = "Give --release FILE, or add [deployment.release] to the environment file."
    return demanded(estate.environment.deployment.release, "which release is deployed", hint)


def declared_repository(estate: Estate) -> str:
    """Return the repository of the application's image.

    Raises:
        NotEvaluated: None is declared.
    """
    hint = "Add image to [container_apps] of the environment file."
    return demanded(estate.environment.container_apps.image, "what the application's image is called", hint)
