import pytest

from tests.helpers.server import Server


@pytest.fixture
def start_server(tmp_path):
    servers = []

    def _start():
        servers.append(Server(tmp_path, f"server-{len(servers)}"))
        return servers[-1]

    yield _start
    for server in servers:
        server.kill()
