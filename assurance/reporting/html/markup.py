"""Makes HTML that is escaped by construction: only what `element` made, or `Html` was called on, is not text."""

from __future__ import annotations

from assurance.reporting.fit import for_html


class Html(str):
    """Markup that is safe to put into a page as it is."""

    __slots__ = ()


Content = Html | str | int


def element(tag: str, *content: Content, **attributes: str | bool) -> Html:
    """Return an element; content that is not `Html` is text, and is escaped.

    Args:
        tag: Its name.
        content: What stands within.
        attributes: By name, with `_` for `-` and a trailing `_` for words of Python's own. True stands alone, False is
            left out.
    """
    written = "".join(_attribute(name, value) for name, value in attributes.items() if value is not False)
    return Html(f"<{tag}{written}>{join(*content)}</{tag}>")


def join(*content: Content) -> Html:
    """Return contents one after the other, text being escaped."""
    return Html("".join(item if isinstance(item, Html) else for_html(str(item)) for item in content))


def _attribute(name: str, value: str | bool) -> str:
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{for_html(str(value))}"'
