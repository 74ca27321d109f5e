"""SEC-05: the application runs in an internal environment within the declared subnet."""

from assurance.estate.deployment.container_apps import ContainerApp
from assurance.estate.deployment.container_environment import ContainerEnvironment, FrontDoor, FurtherWorkload
from assurance.estate.deployment.gateways import ApiManagement, ApplicationGateway
from assurance.estate.deployment.public_ingress import FrontDoorHeader, PublicIngress
from assurance.judging.checking import control

pytestmark = control("SEC-05")


def test_environment_is_internal(internal_environment: ContainerEnvironment) -> None:
    """Each Container Apps environment is provisioned, and internal to the network."""
    assert internal_environment.is_provisioned
    assert internal_environment.is_internal


def test_environment_is_in_its_subnet(container_environment: ContainerEnvironment) -> None:
    """The environment's infrastructure stands in the declared subnet of the declared network."""
    assert container_environment.is_in_its_subnet


def test_environment_has_a_private_address(internal_environment: ContainerEnvironment) -> None:
    """The environment's static address is a private one."""
    assert internal_environment.has_private_address


def test_environment_refuses_public_networks(internal_environment: ContainerEnvironment) -> None:
    """Public network access to the environment is off."""
    assert internal_environment.refuses_public_networks


def test_no_stranger_is_let_in(container_environment: ContainerEnvironment) -> None:
    """The environment has approved no private endpoint but those that are permitted."""
    assert container_environment.approves_no_stranger


def test_front_door_reaches_it_privately(front_door: FrontDoor) -> None:
    """The Front Door before the application reaches it over an approved private link, and in no other way."""
    assert front_door.exists
    assert front_door.reaches_the_environment_privately


def test_front_door_leads_to_it(public_front_door: FrontDoor) -> None:
    """The Front Door before an application that it reaches by its addresses leads to the environment."""
    assert public_front_door.exists
    assert public_front_door.leads_to_the_environment


def test_only_front_doors_are_let_in(public_ingress: PublicIngress) -> None:
    """The ingress of an application in a public environment lets in the addresses of Front Doors, and nobody else."""
    assert public_ingress.lets_in_front_doors_only


def test_front_door_is_told_from_others(front_door_header: FrontDoorHeader) -> None:
    """The application knows the id of its own Front Door, by which it refuses the requests of others."""
    assert front_door_header.is_known_to_the_application


def test_application_gateway_leads_to_it(application_gateway: ApplicationGateway) -> None:
    """The Application Gateway stands in its subnet and leads to the environment, over HTTPS only."""
    assert application_gateway.is_provisioned
    assert application_gateway.is_in_its_subnet
    assert application_gateway.leads_to_the_application


def test_application_gateway_asks_for_modern_tls(application_gateway: ApplicationGateway) -> None:
    """The Application Gateway serves no plain HTTP, and TLS of 1.2 or newer."""
    assert application_gateway.refuses_plain_http
    assert application_gateway.requires_modern_tls


def test_api_management_leads_to_it(api_management: ApiManagement) -> None:
    """The API Management stands in its subnet and leads to the environment, over HTTPS only."""
    assert api_management.is_provisioned
    assert api_management.is_in_its_subnet
    assert api_management.leads_to_the_application


def test_api_management_asks_for_modern_tls(api_management: ApiManagement) -> None:
    """The API Management serves no plain HTTP, and TLS of 1.2 or newer."""
    assert api_management.refuses_plain_http
    assert api_management.requires_modern_tls


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
