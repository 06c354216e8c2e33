"""A web process of Saleor on the test database."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from django.conf import settings as saleor_settings
from django.db import connection
from graphene import Node

from tests.helpers.checkouts import CHECKOUT_COMPLETE

START_SECONDS = 120


class Server:
    """A Saleor web process on the test database."""

    def __init__(self, tmp_path, name):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = tmp_path / f"{name}.log"
        database = connection.settings_dict
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "saleor.settings",
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
                **database
            ),
            "SECRET_KEY": "test",
            "RSA_PRIVATE_KEY": saleor_settings.RSA_PRIVATE_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_CLIENT_HOSTS": "127.0.0.1",
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "SEND_USAGE_TELEMETRY": "False",
        }
        # Tasks run in the process itself.
        for key in ("CELERY_BROKER_URL", "REDIS_URL", "CACHE_URL"):
            env.pop(key, None)
        command = [sys.executable, "-m", "uvicorn", "saleor.asgi:application"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--lifespan", "off"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=env, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return self.post("{ shop { name } }", {})
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"The server did not start: {self.log.read_text()[-2000:]}")

    def post(self, query, variables):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql/",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as response:
            return json.load(response)

    def complete(self, checkout):
        variables = {"id": Node.to_global_id("Checkout", checkout.pk)}
        answer = self.post(CHECKOUT_COMPLETE, variables)
        return answer["data"]["checkoutComplete"]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)
