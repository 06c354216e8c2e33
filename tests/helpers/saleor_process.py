"""Do what is read from stdin in a Saleor process of its own; print what came of it.

    saleor_process.py installed|absent

The argument says whether the plugin has to be installed there.

Each step is {"as": e-mail or null, "query": …, "variables": …}, {"task": "module:name"},
{"command": name, "arguments": […]} or {"get": path}. A step's result is the data that it
answered, the status of a path, or the error.
"""

import importlib
import json
import os
import sys
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import django
from django.test.utils import setup_test_environment

PLUGIN = "saleor_order_groups"


def see_that_it_is_installed():
    from django.apps import apps

    module = find_spec(PLUGIN)
    # The wheel's own files: no link to the sources.
    assert module is not None
    assert Path(module.origin).is_relative_to(os.environ["PYTHONPATH"]), module.origin
    assert PLUGIN in [point.name for point in entry_points(group="saleor.plugins")]
    assert apps.is_installed(PLUGIN)


def see_that_nothing_is_installed():
    from django.apps import apps
    from django.conf import settings

    assert find_spec(PLUGIN) is None
    assert [point.name for point in entry_points(group="saleor.plugins")] == []
    assert not apps.is_installed(PLUGIN)
    assert [path for path in settings.PLUGINS if PLUGIN in path] == []


def post(query, variables, email):
    from django.test import Client
    from saleor.account.models import User
    from saleor.core.jwt import create_access_token

    headers = {}
    if email:
        user = User.objects.get(email=email)
        headers["authorization"] = f"JWT {create_access_token(user)}"
    answer = Client().post(
        "/graphql/",
        {"query": query, "variables": variables},
        content_type="application/json",
        headers=headers,
    )
    return answer.json()


def get_status(path):
    from django.test import Client

    return Client().get(path).status_code


def do(step):
    from django.core.management import call_command

    if "query" in step:
        return post(step["query"], step["variables"], step["as"])
    if "command" in step:
        call_command(
            step["command"],
            *step.get("arguments", []),
            stdout=sys.stderr,
            stderr=sys.stderr,
        )
        return "done"
    if "get" in step:
        return get_status(step["get"])
    module, name = step["task"].split(":")
    return getattr(importlib.import_module(module), name)()


def main():
    django.setup()
    setup_test_environment()
    if sys.argv[1] == "installed":
        see_that_it_is_installed()
    else:
        see_that_nothing_is_installed()
    results = []
    for step in json.load(sys.stdin):
        try:
            results.append(do(step))
        except Exception as error:
            results.append(f"{type(error).__name__}: {error}")
    json.dump(results, sys.stdout, default=str)


if __name__ == "__main__":
    main()
