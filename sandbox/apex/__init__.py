"""The sandbox's APEX: a real small service, honest to the API's contract, that can be broken one behaviour at a time.

`ApexStandIn` serves it over TLS on loopback, or in process by its `app`. `Switch` is the catalogue of what can be wrong
with it, `Quirk` of what may differ, `Observed` of what a running build was seen to do. Who can sign in stands in
`people.json`. What is answered is in `routes/`; what a switch changes is where its name is used: `permissions.py`
(roles), `distortions.py` (documents), `rules.py` (input).
"""

from sandbox.apex.authentication import Issuer
from sandbox.apex.quirks import Observed, Quirk
from sandbox.apex.service import Settings
from sandbox.apex.stand_in import ApexStandIn
from sandbox.apex.switches import Switch

__all__ = ["ApexStandIn", "Issuer", "Observed", "Quirk", "Settings", "Switch"]
