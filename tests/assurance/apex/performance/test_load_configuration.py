"""The configuration for Azure Load Testing: what Microsoft documents, in YAML, without secrets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from assurance.command_line.main import main

# Microsoft Learn, "Configure a load test in YAML": keys, and which of them must be there.
REQUIRED = {"version", "testId", "testType", "testPlan", "engineInstances"}
KNOWN = REQUIRED | {"displayName", "description", "failureCriteria", "autoStop", "env", "secrets"}
LOCUSTFILE = Path(__file__).parents[4] / "checks" / "performance" / "locustfile.py"


def test_configuration_is_what_microsoft_documents(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys, kinds and bounds are those documented, and every variable is one that the locustfile or Locust reads."""
    assert main(["load-config", "--env", "staging"]) == 0
    document = yaml.safe_load(capsys.readouterr().out)

    assert set(document) >= REQUIRED
    assert set(document) <= KNOWN
    assert (document["version"], document["testType"], document["testPlan"]) == ("v0.1", "Locust", LOCUSTFILE.name)
    assert re.fullmatch(r"[a-z0-9_-]{2,50}", document["testId"])
    assert len(document["description"]) <= 100
    assert document["engineInstances"] == 1
    for one in document["failureCriteria"]:
        assert re.fullmatch(r"p(50|90|95|99)\(response_time_ms\) > \d+|percentage\(error\) > [\d.]+", one)
    assert set(document["autoStop"]) == {"errorPercentage", "timeWindow"}
    read = LOCUSTFILE.read_text(encoding="utf-8")
    for one in (*document["env"], *document["secrets"]):
        assert set(one) == {"name", "value"}
        assert isinstance(one["value"], str)
        assert one["name"].startswith("LOCUST_") or one["name"] in read
    assert all(one["value"].startswith("https://kv-apex-staging") for one in document["secrets"])


def test_where_no_load_is_allowed_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """For an environment that allows no load test the command says so, in one line, and prints nothing else."""
    assert main(["load-config", "--env", "prod"]) == 2
    printed = capsys.readouterr()

    assert printed.out == ""
    assert "does not say load.allowed = true" in printed.err
