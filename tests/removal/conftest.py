import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from django.conf import settings as saleor_settings
from django.db import connection

SCRIPT = Path(__file__).with_name("saleor_alone.py")


@pytest.fixture(scope="session")
def uninstalled(tmp_path_factory):
    """Return the installed packages as they are after `pip uninstall` of the plugin."""
    packages = tmp_path_factory.mktemp("site-packages")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "saleor_order_groups" not in entry.name:
            (packages / entry.name).symlink_to(entry)
    return packages


@pytest.fixture
def saleor_alone(uninstalled, tmp_path):
    """Return a function that does steps in a process without the plugin."""

    def _do(*steps):
        env = os.environ | {
            "PYTHONPATH": str(uninstalled),
            "DJANGO_SETTINGS_MODULE": "saleor.settings",
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
                **connection.settings_dict
            ),
            "SECRET_KEY": "test",
            "RSA_PRIVATE_KEY": saleor_settings.RSA_PRIVATE_KEY,
        }
        # Tasks run in the process itself.
        for key in ("CELERY_BROKER_URL", "REDIS_URL", "CACHE_URL"):
            env.pop(key, None)
        # -S: the packages of the environment, with the plugin, are not on the path.
        done = subprocess.run(
            [sys.executable, "-S", "-P", SCRIPT],
            input=json.dumps(steps),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=env,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)

    return _do
