"""Saleor's settings for processes of the tests: a broker that is a directory."""

import os

from saleor.settings import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT = "tests.helpers.broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": os.environ["BROKER_DIRECTORY"],
    "data_folder_out": os.environ["BROKER_DIRECTORY"],
    "control_folder": os.environ["BROKER_DIRECTORY"] + "-control",
    "polling_interval": 0.05,
}
# The tests make the app's token.
PASSWORD_HASHERS = ["saleor.tests.dummy_password_hasher.DummyHasher"]
