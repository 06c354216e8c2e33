"""What the plugin serves over HTTP: pages, their assets, and the manifest."""

import gzip

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from saleor.app.manifest_validations import clean_manifest_data
from saleor.app.models import App
from saleor.plugins.models import PluginConfiguration

from saleor_order_groups import __version__
from saleor_order_groups.dashboard import pages
from saleor_order_groups.dashboard.addresses import PLUGIN_ID

BASE = "/plugins/global/saleor.order_groups.dashboard"
HTML = """<!doctype html>
<html lang="en">
<head>
<meta name="base-path" content="" />
<meta name="api-path" content="" />
<meta name="version" content="" />
<script type="module" crossorigin src="./assets/index-1.js"></script>
<link rel="stylesheet" crossorigin href="./assets/index-2.css">
</head>
<body><div id="root"></div></body>
</html>
"""
SCRIPT = "console.log('built');" * 100

pytestmark = pytest.mark.usefixtures("dashboard_plugin")


@pytest.fixture
def static(tmp_path, monkeypatch):
    """Serve these files instead of the built ones."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(HTML)
    (tmp_path / "assets" / "index-1.js").write_text(SCRIPT)
    (tmp_path / "assets" / "font-3.woff2").write_bytes(b"wOF2")
    (tmp_path / "assets" / "notes.txt").write_text("not served")
    (tmp_path / "secret.js").write_text("not served")
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget():
    pages._list_assets.cache_clear()
    pages._read_asset.cache_clear()


@pytest.mark.parametrize(
    "path", ["/app", "/app/", "/app/purchases", "/app/purchases/12", "/app/sellers/a.b"]
)
def test_each_path_of_the_app_answers_with_the_page(path, static, client):
    # when
    response = client.get(BASE + path, {"id": "QXBwOjE=", "theme": "dark"})

    # then
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    page = response.content.decode()
    assert f'<meta name="base-path" content="{BASE}/app" />' in page
    assert '<meta name="api-path" content="/graphql/" />' in page
    assert f'<meta name="version" content="{__version__}" />' in page
    assert f'src="{BASE}/assets/index-1.js"' in page
    assert f'href="{BASE}/assets/index-2.css"' in page
    assert "./assets" not in page


def test_page_may_load_from_its_own_origin_alone(static, client):
    # when
    response = client.get(f"{BASE}/app")

    # then
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors *"
    )
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "X-Frame-Options" not in response


@pytest.mark.parametrize(
    ("setting", "environment", "ancestors"),
    [
        ("", {}, "*"),
        ("https://admin.example.com", {}, "'self' https://admin.example.com"),
        (
            "https://a.example.com/dashboard/, http://localhost:9000",
            {},
            "'self' https://a.example.com http://localhost:9000",
        ),
        (
            "",
            {"ORDER_GROUPS_DASHBOARD_ORIGINS": "https://b.example.com"},
            "'self' https://b.example.com",
        ),
        (
            "",
            {"DASHBOARD_URL": "https://c.example.com/dashboard/"},
            "'self' https://c.example.com",
        ),
        (
            "https://a.example.com",
            {"DASHBOARD_URL": "https://c.example.com/dashboard/"},
            "'self' https://a.example.com",
        ),
        ("https://*.example.com", {}, "'self' https://*.example.com"),
    ],
)
def test_frames_of_known_dashboards_alone(
    setting, environment, ancestors, static, client, settings, monkeypatch
):
    # given
    settings.ORDER_GROUPS_DASHBOARD_ORIGINS = setting
    for name in ("ORDER_GROUPS_DASHBOARD_ORIGINS", "DASHBOARD_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    # when
    response = client.get(f"{BASE}/app")

    # then
    policy = response["Content-Security-Policy"]
    assert policy.endswith(f"; frame-ancestors {ancestors}")


@pytest.mark.parametrize(
    "origins",
    [
        "admin.example.com",
        "https://",
        "javascript:alert(1)",
        "https://a.example.com;script-src",
        "https://a.example.com https://b.example.com'",
    ],
)
def test_wrong_origins_are_refused(origins, settings, db):
    # given
    settings.ORDER_GROUPS_DASHBOARD_ORIGINS = origins
    settings.PUBLIC_URL = "https://api.example.com"

    # when, then
    with pytest.raises(ImproperlyConfigured) as error:
        pages.find_origins()
    assert "is no address of a Dashboard" in str(error.value)
    with pytest.raises(CommandError):
        call_command("install_dashboard_app")
    assert not App.objects.exists()


def test_assets_are_kept_for_ever_and_compressed(static, client):
    # when
    plain = client.get(f"{BASE}/assets/index-1.js")
    compressed = client.get(
        f"{BASE}/assets/index-1.js", headers={"Accept-Encoding": "br, gzip;q=0.8"}
    )
    font = client.get(
        f"{BASE}/assets/font-3.woff2", headers={"Accept-Encoding": "gzip"}
    )

    # then
    for response in (plain, compressed, font):
        assert response.status_code == 200
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
    assert plain["Content-Type"] == "text/javascript; charset=utf-8"
    assert plain.content.decode() == SCRIPT
    assert plain["Vary"] == compressed["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain
    assert compressed["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.content).decode() == SCRIPT
    assert font.content == b"wOF2"
    assert font["Content-Type"] == "font/woff2"
    assert "Content-Encoding" not in font


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/apple",
        "/assets/",
        "/assets/missing.js",
        "/assets/notes.txt",
        "/assets/../secret.js",
        "/assets/%2e%2e/secret.js",
        "/assets/..%2fsecret.js",
        "/assets//etc/passwd",
        "/index.html",
        "/secret.js",
        "/manifest.json/",
    ],
)
def test_nothing_else_is_served(path, static, client):
    # when
    response = client.get(BASE + path)

    # then
    assert response.status_code == 404
    assert b"not served" not in response.content


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_pages_take_no_writes(method, static, client):
    # when
    response = getattr(client, method)(f"{BASE}/app")

    # then
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_page_says_that_it_is_not_built(tmp_path, monkeypatch, client):
    # given
    monkeypatch.setattr(pages, "STATIC", tmp_path)

    # when
    response = client.get(f"{BASE}/app")

    # then
    assert response.status_code == 503
    assert response.content.decode() == (
        "The pages are not built: run `make dashboard` in the source of"
        " saleor-order-groups."
    )


def test_inactive_plugin_serves_nothing(static, client, db):
    # given
    PluginConfiguration.objects.create(
        identifier=PLUGIN_ID, name="Pages", active=False, configuration=[]
    )

    # when, then
    assert client.get(f"{BASE}/app").status_code == 404
    assert client.get(f"{BASE}/manifest.json").status_code == 404


def test_saleor_accepts_the_manifest(client, settings, db):
    # given
    settings.PUBLIC_URL = "https://api.example.com"

    # when
    response = client.get(f"{BASE}/manifest.json")

    # then
    manifest = response.json()
    assert manifest["id"] == "saleor.order-groups"
    assert manifest["version"] == __version__
    assert manifest["appUrl"] == f"https://api.example.com{BASE}/app"
    assert [
        (each["mount"], each["target"], each["url"], each["permissions"])
        for each in manifest["extensions"]
    ] == [
        ("NAVIGATION_ORDERS", "APP_PAGE", "/purchases", ["MANAGE_ORDERS"]),
        ("NAVIGATION_CATALOG", "APP_PAGE", "/sellers", ["MANAGE_PRODUCTS"]),
        ("ORDER_DETAILS_WIDGETS", "WIDGET", "/order-widget", ["MANAGE_ORDERS"]),
        ("PRODUCT_DETAILS_WIDGETS", "WIDGET", "/product-widget", ["MANAGE_PRODUCTS"]),
        ("CUSTOMER_DETAILS_WIDGETS", "WIDGET", "/customer-widget", ["MANAGE_ORDERS"]),
    ]
    clean_manifest_data(manifest, raise_for_saleor_version=True)
