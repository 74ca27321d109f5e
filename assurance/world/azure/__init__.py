"""The seams to the outside world: Azure's HTTP APIs, DNS and sockets."""
