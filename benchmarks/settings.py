"""Saleor's settings for the benchmarks' processes: Saleor's own, with or without us."""

import os

from saleor.settings import *  # noqa: F403

PLUGIN = "saleor_order_groups"

if os.environ.get("BENCH_WITHOUT_PLUGIN"):
    # As if it were not installed: Saleor's discovery adds it to these two alone.
    INSTALLED_APPS = [app for app in INSTALLED_APPS if app != PLUGIN]  # noqa: F405
    PLUGINS = [path for path in PLUGINS if not path.startswith(PLUGIN)]  # noqa: F405

# Without a worker, tasks go to a queue of the process itself, which is emptied between two
# calls.
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = os.environ.get("BENCH_BROKER_URL", "memory://")
# The carts are made before they are completed.
CHECKOUT_PRICES_TTL = datetime.timedelta(days=7)  # noqa: F405
JWT_TTL_ACCESS = datetime.timedelta(days=7)  # noqa: F405
# The table is what there is to read.
LOGGING["root"]["level"] = "ERROR"  # noqa: F405
