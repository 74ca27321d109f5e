"""Stand-ins for Azure: Resource Manager, a key vault, a container registry, and the estate that they serve."""
