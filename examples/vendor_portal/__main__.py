"""Run the portal until Ctrl-C."""

import argparse
import sys
from contextlib import suppress

from .portal import Portal
from .server import make_server


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m examples.vendor_portal", description=__doc__
    )
    parser.add_argument("--api", required=True, help="the address of Saleor's API")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--https",
        action="store_true",
        help="browsers reach the portal over HTTPS, through a proxy",
    )
    given = parser.parse_args()
    server = make_server(Portal(given.api), given.port, given.host, given.https)
    sys.stdout.write(f"http://{given.host}:{server.server_port}/\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
