"""Saleor's settings, with the page for a browser that Saleor's wheel leaves out."""

from pathlib import Path

from saleor.settings import *  # noqa: F403

PAGES = Path(__file__).parent / "templates"
TEMPLATES = [{**TEMPLATES[0], "DIRS": [str(PAGES)]}]  # noqa: F405
