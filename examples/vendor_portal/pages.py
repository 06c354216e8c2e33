"""The frame of all pages, the login, and the list of orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ..seller_api.orders import Order
from .markup import Html, join, tag


@dataclass(frozen=True)
class Viewer:
    """The person that a page is for.

    :param email: None before the login.
    :param form_token: the token that each form carries.
    """

    email: str | None
    form_token: str

    def form(self, action: str, *content: object, class_: str | None = None) -> Html:
        """Return a form that changes something, with the visitor's token."""
        token = hidden("form_token", self.form_token)
        return tag("form", token, *content, method="post", action=action, class_=class_)


def make_page(viewer: Viewer, title: str, *content: object) -> bytes:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · Vendor portal"),
        tag("link", rel="stylesheet", href="/style.css"),
    )
    if viewer.email:
        name = tag("span", viewer.email)
        log_out = viewer.form("/logout", tag("button", "Log out", class_="quiet"))
        top = tag("header", tag("a", "Orders", href="/orders"), name, log_out)
    else:
        top = tag("header", tag("strong", "Vendor portal"))
    body = tag("body", top, tag("main", tag("h1", title), *content))
    return ("<!doctype html>" + tag("html", head, body, lang="en")).encode()


def login_page(viewer: Viewer, error: str | None = None, email: str = "") -> bytes:
    form = viewer.form(
        "/login",
        field("E-mail", "email", email, type="email", autocomplete="username"),
        field("Password", "password", type="password", autocomplete="current-password"),
        tag("button", "Log in"),
        class_="login",
    )
    return make_page(viewer, "Log in", show_errors([error] if error else []), form)


def error_page(viewer: Viewer, title: str, text: str) -> bytes:
    return make_page(viewer, title, tag("p", text))


def orders_page(
    viewer: Viewer,
    access: list[dict[str, Any]],
    page: dict[str, Any],
    asked: Mapping[str, str],
) -> bytes:
    """Return the list of orders.

    :param page: a connection of orders.
    :param asked: the query of this page's address.
    """
    if not access:
        text = "Your account belongs to no seller. Ask the shop for access."
        return error_page(viewer, "Orders", text)
    orders = [edge["node"] for edge in page["edges"]]
    head = ["Order", "Seller", "Date", "Status", "Payment", "To ship", "Total"]
    table = tag(
        "table",
        tag("thead", tag("tr", *(tag("th", each) for each in head))),
        tag("tbody", *(_show_row(order) for order in orders)),
    )
    total = page["totalCount"]
    words = "1 order" if total == 1 else f"{total} orders"
    count = tag("p", words, class_="count")
    return make_page(
        viewer, "Orders", _show_filter(access, asked), count, table, _turn(page, asked)
    )


def _show_filter(access: list[dict[str, Any]], asked: Mapping[str, str]) -> Html:
    """Return the form above the list; it changes nothing, so that it is a GET."""
    is_checked = "to-ship" in asked
    box = tag("input", type="checkbox", name="to-ship", value="yes", checked=is_checked)
    chosen = asked.get("seller", "")
    sellers = [("", "All my sellers")] + [
        (each["seller"]["id"], each["seller"]["name"]) for each in access
    ]
    return tag(
        "form",
        field("Search", "search", asked.get("search", ""), type="search"),
        tag("label", box, " To ship"),
        select("Seller", "seller", sellers, chosen) if len(access) > 1 else None,
        tag("button", "Show"),
        method="get",
        action="/orders",
        class_="filter",
    )


def _show_row(order: Order) -> Html:
    open_items = sum(line["quantityToFulfill"] for line in order["lines"])
    cells = [
        tag("a", f"#{order['number']}", href=get_address(order)),
        order["seller"]["name"],
        show_time(order["createdAt"]),
        show_word(order["status"]),
        show_word(order["chargeStatus"]),
        open_items or "",
        show_money(order["total"]["gross"]),
    ]
    return tag("tr", *(tag("td", cell) for cell in cells))


def _turn(page: dict[str, Any], asked: Mapping[str, str]) -> Html:
    """Return the links to the pages before and after this one."""
    kept = {
        name: asked[name] for name in ("search", "to-ship", "seller") if name in asked
    }
    info, links = page["pageInfo"], []
    for flag, name, cursor, text in (
        ("hasPreviousPage", "before", "startCursor", "Newer orders"),
        ("hasNextPage", "after", "endCursor", "Older orders"),
    ):
        if info[flag]:
            query = urlencode(kept | {name: info[cursor]})
            links.append(tag("a", text, href=f"/orders?{query}"))
    return tag("nav", *links)


# Parts of several pages


def show_errors(errors: list[str]) -> Html | None:
    if not errors:
        return None
    return tag(
        "ul", *(tag("li", each) for each in errors), class_="errors", role="alert"
    )


def field(label: str, name: str, value: str = "", **attributes: object) -> Html:
    """Return an input with its label around it."""
    return tag("label", label, " ", tag("input", name=name, value=value, **attributes))


def hidden(name: str, value: str) -> Html:
    return tag("input", type="hidden", name=name, value=value)


def select(
    label: str, name: str, options: list[tuple[str, str]], chosen: str = ""
) -> Html:
    rows = [
        tag("option", text, value=value, selected=value == chosen)
        for value, text in options
    ]
    return tag("label", label, " ", tag("select", *rows, name=name))


def facts(*rows: tuple[str, object]) -> Html:
    """Return names and values; a row without a value is left out."""
    return tag(
        "dl",
        *(
            join(tag("dt", name), tag("dd", value))
            for name, value in rows
            if value not in (None, "")
        ),
    )


def get_address(order: Order, act: str | None = None) -> str:
    address = f"/orders/{quote(order['id'], safe='')}"
    return f"{address}/{act}" if act else address


def show_money(money: dict[str, Any]) -> str:
    return f"{money['amount']:.2f} {money['currency']}"


def show_word(name: str) -> str:
    return name.replace("_", " ").capitalize()


def show_time(time: str) -> str:
    return f"{time[:10]} {time[11:16]}"
