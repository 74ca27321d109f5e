"""The network as found: subnets, security rules, flows, private endpoints and their names."""
