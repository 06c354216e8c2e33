"""Run the ERP until Ctrl-C."""

import argparse
import os
import threading
import time
from contextlib import suppress

from .book import Book
from .erp import Erp
from .webhooks import Signatures, make_server

SECONDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m examples.seller_erp",
        description=f"{__doc__} The token of the app is in SALEOR_TOKEN.",
    )
    parser.add_argument("--api", required=True, help="the address of Saleor's API")
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--book", default="seller_erp.sqlite", help="a file")
    given = parser.parse_args()
    erp = Erp(given.api, os.environ["SALEOR_TOKEN"], Book(given.book))
    server = make_server(Signatures(given.api), erp.handle, given.port, given.host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    erp.catch_up()
    with suppress(KeyboardInterrupt):
        while True:
            erp.work()
            time.sleep(SECONDS)
    server.server_close()


if __name__ == "__main__":
    main()
