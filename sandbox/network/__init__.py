"""What the stand-ins listen with: certificates, DNS, HTTP and TCP on loopback, and faults on demand."""
