"""SMK-05: the application really uses Blob Storage, Azure SQL, Azure OpenAI, Document Intelligence and Key Vault."""

from assurance.apex.smoke.integrations import ObservedCalls, ShownResults
from assurance.environment.model import DeclaredService
from assurance.judging.checking import control

pytestmark = control("SMK-05", "post_deployment")


def test_results_show_the_service(shown_results: ShownResults, result_of: str) -> None:
    """What the API answers shows that each service did its part: a row, a blob, a validation, a narrative."""
    assert shown_results.show_use_of(result_of)


def test_service_is_called(observed_calls: ObservedCalls, declared_integration: DeclaredService) -> None:
    """Telemetry shows that each service was called for the smoke tests' own requests, and answered."""
    assert observed_calls.reach(declared_integration)
