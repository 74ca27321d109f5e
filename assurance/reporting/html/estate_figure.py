"""Draws the network as the run found it: subnets, groups, endpoints, zones, services, the application; inline SVG.

Colour, a sign and a word tell the verdict of each thing, and each leads to its cases.
"""

from __future__ import annotations

from urllib.parse import quote

from assurance.reporting.estate_view import Link, Network, Part, Subnet, networks
from assurance.reporting.html.parts import SYMBOLS, Html, element, join, section, verdict_style
from assurance.reporting.model import RunModel
from assurance.reporting.wording import VERDICT_WORDS, counted

WIDTH = 1000
NETWORK_WIDTH = 730
MARGIN, GAP = 16, 12
BOX = 46
HEAD = 34
MAX_LINKS = 40
MAX_ID = 500
CHARACTER = 7.3
"""The width of a character of the names, in units of the drawing; of the notes it is less."""

NOTE_CHARACTER = 6.2
SERVICE_LEFT = 770
EXPLANATION = (
    "As the readings of this run show it: the virtual network, its subnets with their security groups, the private "
    "endpoints with the zones that name them and the services that they lead to, the Container Apps environment with "
    "the application's ingress and identities. Each is coloured by the worst verdict of the cases about it, and leads "
    "to them; what no case is about is grey. What could not be read is not drawn."
)


def estate_section(model: RunModel) -> Html:
    """Draw the virtual networks; nothing where no reading shows one."""
    networks_shown = networks(model)
    if not networks_shown:
        return Html()
    top = 0
    parts: list[Html] = []
    for network in networks_shown:
        drawn, height = _network(network, top)
        parts.append(drawn)
        top += height + MARGIN
    # An image with links in it is a group to who cannot see it: each link says its verdict.
    svg = element("svg", join(*parts), viewBox=f"0 0 {WIDTH} {top}", role="group", aria_label="The network as found")
    scroll = element("div", svg, class_="estate", tabindex="0", role="region", aria_label="Picture of the network")
    return section("network", "The network as found", element("p", EXPLANATION, class_="note"), scroll)


def _network(one: Network, top: int) -> tuple[Html, int]:
    below = top + HEAD + GAP
    parts: list[Html] = []
    for subnet in one.subnets:
        drawn, height = _subnet(subnet, below)
        parts.append(drawn)
        below += height + GAP
    height = below - top
    frame = _frame(one.part, 2, top + 2, NETWORK_WIDTH, height, "Virtual network")
    return join(frame, *parts), height + 4


def _subnet(one: Subnet, top: int) -> tuple[Html, int]:
    left, width = MARGIN, NETWORK_WIDTH - 2 * MARGIN + 2
    below = top + HEAD + GAP
    parts: list[Html] = []
    if one.group is not None:
        parts.append(_box(one.group, left + width - 292, top + 6, 280, 30, ""))
    if one.environment is not None:
        drawn, height = _environment(one, left + MARGIN, below, width - 2 * MARGIN)
        parts.append(drawn)
        below += height + GAP
    for link in one.links[:MAX_LINKS]:
        parts.append(_link(link, left + MARGIN, below))
        below += BOX + GAP
    if len(one.links) > MAX_LINKS:
        more = f"and {counted(len(one.links) - MAX_LINKS, 'more endpoint')}, among the cases below"
        parts.append(element("text", more, x=str(left + MARGIN), y=str(below + 14), class_="note"))
        below += 28
    return join(_frame(one.part, left, top, width, below - top, "Subnet"), *parts), below - top


def _environment(one: Subnet, left: int, top: int, width: int) -> tuple[Html, int]:
    if one.environment is None:
        return Html(), 0
    below = top + HEAD + GAP
    parts: list[Html] = []
    for application, identities in one.applications:
        parts.append(_box(application, left + MARGIN, below, 330, BOX, "app"))
        for number, identity in enumerate(identities):
            at = below + number * (BOX + GAP)
            parts.append(_line(left + MARGIN + 330, below + BOX // 2, left + 372, at + BOX // 2))
            parts.append(_box(identity, left + 372, at, width - 372 - MARGIN, BOX, "identity"))
        below += max(1, len(identities)) * (BOX + GAP)
    frame = _frame(one.environment, left, top, width, below - top, "Container Apps environment")
    return join(frame, *parts), below - top


def _link(link: Link, left: int, top: int) -> Html:
    middle = top + BOX // 2
    right = NETWORK_WIDTH - 2 * MARGIN
    parts = [_line(left + 282, middle, SERVICE_LEFT, middle), _box(link.endpoint, left, top, 282, BOX, "")]
    if link.zones:
        more = f"and {len(link.zones) - 1} more" if len(link.zones) > 1 else "zone"
        zone_left = left + 300
        parts.append(_box(link.zones[0], zone_left, top, right - zone_left, BOX, more))
    parts.append(_box(link.service, SERVICE_LEFT, top, WIDTH - SERVICE_LEFT - 4, BOX, ""))
    return join(*parts)


def _line(x1: int, y1: int, x2: int, y2: int) -> Html:
    return element("path", d=f"M{x1} {y1}L{x2} {y2}", class_="wire")


def _frame(part: Part, left: int, top: int, width: int, height: int, kind: str) -> Html:
    frame = element("rect", x=str(left), y=str(top), width=str(width), height=str(height), rx="10", class_="frame")
    name = element("tspan", f"{_sign(part)} {kind} ", class_="kind")
    called, note = element("tspan", _fitting(part.name, 60)), element("tspan", _fitting(part.note, 60), class_="note")
    label = element("text", name, called, " ", note, x=str(left + 12), y=str(top + 24))
    return _linked(part, join(frame, label), kind)


def _box(part: Part, left: int, top: int, width: int, height: int, kind: str) -> Html:
    note = part.note or kind
    rect = element("rect", x=str(left), y=str(top), width=str(width), height=str(height), rx="7", class_="box")
    most = int((width - 36) / CHARACTER)
    base = top + (height // 2 + 5 if not note or height < BOX else height // 2 - 3)
    name = element("text", _fitting(part.name, most), x=str(left + 30), y=str(base))
    sign = element("text", _sign(part), x=str(left + 11), y=str(base), class_="sign", aria_hidden="true")
    noted = (
        element(
            "text",
            _fitting(note, int((width - 36) / NOTE_CHARACTER)),
            x=str(left + 30),
            y=str(base + 17),
            class_="note",
        )
        if note and height >= BOX
        else Html()
    )
    return _linked(part, join(rect, sign, name, noted), kind)


def _linked(part: Part, drawn: Html, kind: str) -> Html:
    word = VERDICT_WORDS[part.verdict] if part.verdict is not None else "no case is about it"
    title = f"{kind} {_fitting(part.name, MAX_ID)} {part.note}: {word}".strip()
    title += f", {counted(part.cases, 'case')}" if part.cases else ""
    style = f"part {verdict_style(part.verdict) if part.verdict is not None else 'unknown'}"
    inner = join(element("title", f"{title}. {_fitting(part.id, MAX_ID)}"), drawn)
    if not part.cases or len(part.id) > MAX_ID:
        return element("g", inner, class_=style)
    # The part's own name finds its cases; the address is text of a fragment, so nothing in it is an address.
    return element("a", inner, href=f"#about:{quote(part.id, safe='')}", class_=style, aria_label=title)


def _sign(part: Part) -> str:
    return SYMBOLS[part.verdict] if part.verdict is not None else "·"


def _fitting(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
