"""SEC-05: the application runs in an internal environment within the declared subnet."""

from assurance.estate.deployment.container_apps import ContainerApp
from assurance.estate.deployment.container_environment import ContainerEnvironment, FrontDoor, FurtherWorkload
from assurance.judging.checking import control

pytestmark = control("SEC-05")


def test_environment_is_internal(container_environment: ContainerEnvironment) -> None:
    """The Container Apps environment is provisioned, and internal to the network."""
    assert container_environment.is_provisioned
    assert container_environment.is_internal


def test_environment_is_in_its_subnet(container_environment: ContainerEnvironment) -> None:
    """The environment's infrastructure stands in the declared subnet of the declared network."""
    assert container_environment.is_in_its_subnet


def test_environment_has_a_private_address(container_environment: ContainerEnvironment) -> None:
    """The environment's static address is a private one."""
    assert container_environment.has_private_address


def test_environment_refuses_public_networks(container_environment: ContainerEnvironment) -> None:
    """Public network access to the environment is off."""
    assert container_environment.refuses_public_networks


def test_no_stranger_is_let_in(container_environment: ContainerEnvironment) -> None:
    """The environment has approved no private endpoint but those that are permitted."""
    assert container_environment.approves_no_stranger


def test_front_door_reaches_it_privately(front_door: FrontDoor) -> None:
    """The Front Door before the application reaches it over an approved private link, and in no other way."""
    assert front_door.exists
    assert front_door.reaches_the_environment_privately


def test_application_runs_in_the_environment(container_app: ContainerApp) -> None:
    """The application is provisioned, and runs in the declared environment."""
    assert container_app.is_provisioned
    assert container_app.runs_in_its_environment


def test_ingress_is_as_declared(container_app: ContainerApp) -> None:
    """The application's ingress is internal, or external to the environment, as declared."""
    assert container_app.has_its_ingress


def test_no_further_port_is_external(container_app: ContainerApp) -> None:
    """No port beside the ingress's own is open to outside the environment, but those that are declared."""
    assert container_app.opens_no_further_port


def test_plain_http_is_refused(container_app: ContainerApp) -> None:
    """The application is not served over plain HTTP."""
    assert container_app.refuses_plain_http


def test_further_workload_runs_in_the_environment(workload: FurtherWorkload) -> None:
    """Each further application, and each job, is provisioned and runs in the declared environment."""
    assert workload.is_provisioned
    assert workload.runs_in_its_environment


def test_further_application_has_its_ingress(further_app: FurtherWorkload) -> None:
    """Each further application has the declared ingress, or none, and opens no further port."""
    assert further_app.has_its_ingress
    assert further_app.opens_no_further_port


def test_further_application_refuses_plain_http(called_app: FurtherWorkload) -> None:
    """No further application is served over plain HTTP."""
    assert called_app.refuses_plain_http
