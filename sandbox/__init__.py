"""Stand-ins on loopback for Azure, DNS and the services' ports, so that the suite runs without an Azure account."""

from sandbox.azure.azure_estate import AzureEstate
from sandbox.network.http_server import Fault
from sandbox.stand_ins import Sandbox

__all__ = ["AzureEstate", "Fault", "Sandbox"]
