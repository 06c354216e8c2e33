"""HTML in which all text is escaped.

Text becomes `Html` in `tag` alone, which escapes it. So a page cannot forget to.
"""

from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


# Elements without content.
VOID = {"br", "input", "link", "meta"}


def tag(name: str, /, *content: object, **attributes: object) -> Html:
    """Return an element; None and False are left out, of content and of attributes.

    A name of an attribute may end with `_`, as in `class_` and `for_`.
    """
    opening = name
    for key, value in attributes.items():
        key = key.rstrip("_").replace("_", "-")
        if value is True:
            opening += f" {key}"
        elif value is not None and value is not False:
            opening += f' {key}="{escape(str(value))}"'
    if name in VOID:
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{join(*content)}</{name}>")


def join(*content: object) -> Html:
    """Return the parts beside each other."""
    return Html("".join(_escape(each) for each in content))


def _escape(value: object) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, Html):
        return value
    return escape(str(value))
