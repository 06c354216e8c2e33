"""What a reader can do while the demo stays: lines to paste, accounts to use."""

from pathlib import Path

from . import server, shop, vendors
from .report import heading, step

# What to paste, each under what it does. Saleor takes a bare query as
# application/graphql, so that nothing in it has to be escaped; zsh takes no comments.
CURL_LINES = [
    (
        "Log in as the customer",
        """\
api={endpoint}
ask() {{ curl -s "$api" -H 'Content-Type: application/graphql' "$@"; echo; }}
token=$(ask -d 'mutation {{ tokenCreate(
  email: "{email}", password: "{password}"
) {{ token }} }}' | sed 's/.*"token": *"\\([^"]*\\)".*/\\1/')""",
    ),
    (
        "The customer's order groups",
        """\
ask -H "Authorization: Bearer $token" -d '{{ orderGroups(first: 10) {{
  totalCount edges {{ node {{ number total {{ gross {{ amount currency }} }}
  orders {{ number seller {{ name }} total {{ gross {{ amount }} }} }} }} }} }} }}'""",
    ),
    (
        "The first group of this run",
        """\
ask -H "Authorization: Bearer $token" -d '{{ orderGroup(
  id: "{group_id}"
) {{ number sellers {{ name }} placedTotal {{ gross {{ amount currency }} }} }} }}'""",
    ),
]


def curl_lines(url: str, group_id: str) -> list[tuple[str, str]]:
    """Return what to paste, each with what it does."""
    values = {
        "endpoint": f"{url}/graphql/",
        "email": shop.CUSTOMER_EMAIL,
        "password": shop.CUSTOMER_PASSWORD,
        "group_id": group_id,
    }
    return [(title, text.format(**values)) for title, text in CURL_LINES]


def show_curl_lines(url: str, group_id: str) -> None:
    heading("To paste into another terminal, one after the other")
    for title, text in curl_lines(url, group_id):
        print(f"\n  {title}:\n")
        for line in text.splitlines():
            step(f"  {line}")


def show_accounts(url: str, app_token: str, portal_url: str) -> None:
    heading("Still running: Ctrl-C ends it")
    step(f"GraphQL    {url}/graphql/ (open it in a browser)")
    step(f"Dashboard  let its API_URL be {url}/graphql/")
    step(f"staff      {server.STAFF_EMAIL} / {server.STAFF_PASSWORD}")
    step(f"customer   {shop.CUSTOMER_EMAIL} / {shop.CUSTOMER_PASSWORD}")
    step(f"portal     {portal_url}")
    step(f"seller     {vendors.MEMBER_EMAIL} / {vendors.MEMBER_PASSWORD}")
    step(f"app token  {app_token}")
    step(f"logs       {_from_here(server.STATE)}")


def _from_here(path: Path) -> Path:
    """Shorten a path below the current directory."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
