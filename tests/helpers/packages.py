"""Run Saleor in a process of its own, with other packages than the tests have."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from django.conf import settings as saleor_settings
from django.db import connection

SCRIPT = Path(__file__).with_name("saleor_process.py")


def link_packages(target: Path) -> None:
    """Link all installed packages into a directory, without the plugin."""
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "saleor_order_groups" not in entry.name:
            (target / entry.name).symlink_to(entry)


def do_in_saleor(packages: Path, directory: Path, plugin: str, steps: tuple) -> list:
    """Do steps in a process that has these packages alone; return their results.

    :param plugin: "installed" or "absent", which the process sees to.
    """
    env = os.environ | {
        "PYTHONPATH": str(packages),
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
        [sys.executable, "-S", "-P", SCRIPT, plugin],
        input=json.dumps(steps),
        capture_output=True,
        text=True,
        cwd=directory,
        env=env,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)
