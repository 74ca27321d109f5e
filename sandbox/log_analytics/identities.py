"""Which component and workspace the sandbox's telemetry belongs to: the estate says it."""

from __future__ import annotations

from sandbox.azure.azure_estate import AzureEstate


def component_id(estate: AzureEstate) -> str:
    """Return the id of the Application Insights resource."""
    return estate.fill("{resource_group_id}/providers/Microsoft.Insights/components/appi-apex-{environment}")


def workspace_id(estate: AzureEstate) -> str:
    """Return the id under which the workspace is queried: that to which the Container Apps environment logs.

    One that logs nowhere has no workspace, and no id is its.
    """
    [environment] = estate.of_type("Microsoft.App/managedEnvironments")
    logging = environment["properties"]["appLogsConfiguration"]["logAnalyticsConfiguration"]
    return str(logging["customerId"]) if logging is not None else ""
