import pytest

from tests.helpers.plugin_paths import DASHBOARD_PLUGIN_PATH


@pytest.fixture
def dashboard_plugin(settings):
    """Load the plugin that serves the pages."""
    settings.PLUGINS = [*settings.PLUGINS, DASHBOARD_PLUGIN_PATH]
