"""The demo's page and curl lines, asked of a real server."""

import json
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from graphene import Node

from demo import by_hand, server, shop
from demo import settings as demo_settings

PAGES = ["/graphql/", "/"]
# For a machine without curl: the options that the lines use.
CURL = """\
import sys, urllib.request
url, headers, data = sys.argv[2], {}, b""
for name, value in zip(sys.argv[3::2], sys.argv[4::2], strict=True):
    if name == "-H":
        headers.update([value.split(": ", 1)])
    else:
        data = value.encode()
print(urllib.request.urlopen(urllib.request.Request(url, data, headers)).read().decode())
"""


@pytest.mark.parametrize("path", PAGES)
def test_the_page_needs_no_network(path, client, db, settings):
    # given
    settings.TEMPLATES = demo_settings.TEMPLATES
    settings.PLAYGROUND_ENABLED = True

    # when
    response = client.get(path)

    # then
    assert response.status_code == 200
    page = response.content.decode()
    assert re.findall(r"https?://|(?:src|href)=\"(?!data:)[^\"]*", page) == []
    assert 'fetch("/graphql/"' in page


def test_the_page_logs_in_with_the_demos_accounts(client, db, settings):
    # given
    settings.TEMPLATES = demo_settings.TEMPLATES
    settings.PLAYGROUND_ENABLED = True

    # when
    page = client.get("/graphql/").content.decode()

    # then
    assert re.findall(r'data-email="(.*?)" data-password="(.*?)"', page) == [
        (shop.CUSTOMER_EMAIL, shop.CUSTOMER_PASSWORD),
        (server.STAFF_EMAIL, server.STAFF_PASSWORD),
    ]


@pytest.fixture
def path_with_curl(tmp_path, monkeypatch):
    if not shutil.which("curl"):
        script = tmp_path / "curl"
        python = shlex.quote(sys.executable)
        script.write_text(f'#!/bin/sh\nexec {python} -c {shlex.quote(CURL)} "$@"\n')
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.mark.django_db(transaction=True)
def test_the_curl_lines_can_be_pasted(
    path_with_curl,
    replica_of_threads,
    live_server,
    customer_user,
    create_group,
    create_seller,
):
    # given
    customer_user.email = shop.CUSTOMER_EMAIL
    customer_user.set_password(shop.CUSTOMER_PASSWORD)
    customer_user.save()
    group = create_group(sellers=[create_seller("anna-apiary")])
    group_id = Node.to_global_id("OrderGroup", group.pk)

    # when
    lines = [text for _, text in by_hand.curl_lines(live_server.url, group_id)]
    done = subprocess.run(
        ["bash", "-eu"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )

    # then
    listed, one = (json.loads(line)["data"] for line in done.stdout.split("\n") if line)
    (edge,) = listed["orderGroups"]["edges"]
    assert listed["orderGroups"]["totalCount"] == 1
    assert edge["node"]["number"] == one["orderGroup"]["number"] == str(group.number)
    assert edge["node"]["orders"][0]["seller"] == {"name": "Anna-apiary"}
