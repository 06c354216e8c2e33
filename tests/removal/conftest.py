import pytest

from tests.helpers.packages import do_in_saleor, link_packages


@pytest.fixture(scope="session")
def uninstalled(tmp_path_factory):
    """Return the installed packages as they are after `pip uninstall` of the plugin."""
    packages = tmp_path_factory.mktemp("site-packages")
    link_packages(packages)
    return packages


@pytest.fixture
def saleor_alone(uninstalled, tmp_path):
    """Return a function that does steps in a process without the plugin."""

    def _do(*steps):
        return do_in_saleor(uninstalled, tmp_path, "absent", steps)

    return _do
