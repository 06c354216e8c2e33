"""A person at a browser: pages, links and forms, over HTTP or in Chromium."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from tests.helpers.waiting import WAIT_SECONDS, until


class Browser(Protocol):
    """The acts of a person. A button and a link are found by their texts."""

    def open(self, url: str) -> None: ...

    def follow(self, link: str) -> None: ...

    def press(self, button: str, **fields: str | bool) -> None:
        """Fill fields of the button's form, then press it.

        A field is named by the beginning of its name. A box is checked by a bool.
        """

    @property
    def text(self) -> str: ...

    @property
    def buttons(self) -> list[str]: ...


@dataclass
class Form:
    """A form as a browser would send it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """The text, links, forms and tables of a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.rows: list[list[str]] = []
        self.facts: list[list[str]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._in_form = False
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given["action"] or "", given["method"] or "get"))
            self._in_form = True
        elif tag == "tr":
            self.rows.append([])
        elif tag == "input":
            self._add_input(given)
        elif tag == "option":
            select = next(each for name, each, _ in self._open if name == "select")
            name, value = select["name"] or "", given["value"] or ""
            if "selected" in given or name not in self.forms[-1].fields:
                self.forms[-1].fields[name] = value
        if tag not in ("input", "meta", "link", "br"):
            self._open.append((tag, given, []))

    def _add_input(self, given: dict[str, str | None]) -> None:
        form, name, value = self.forms[-1], given["name"] or "", given["value"] or ""
        if given.get("type") != "checkbox":
            form.fields[name] = value
            return
        form.boxes[name] = value
        if "checked" in given:
            form.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        name, given, words = self._open.pop()
        assert name == tag, f"<{name}> is ended by </{tag}>."
        text = " ".join("".join(words).split())
        if tag in ("th", "td"):
            self.rows[-1].append(text)
        elif tag == "dt":
            self.facts.append([text])
        elif tag == "dd":
            self.facts[-1].append(text)
        elif tag == "a":
            self.links[text] = given["href"] or ""
        elif tag == "button":
            # A button outside of a form does nothing.
            assert self._in_form
            self.forms[-1].buttons.append(text)
        elif tag == "form":
            self._in_form = False

    def handle_data(self, data: str) -> None:
        if not any(name in ("head", "style") for name, _, _ in self._open):
            self.words.append(data)
        for _, _, words in self._open:
            words.append(data)


class HttpBrowser:
    """Reads pages with `html.parser`; keeps cookies as a browser does."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 0
        self.content = ""
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.page = Page("")

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.page.words).split())

    @property
    def buttons(self) -> list[str]:
        return [text for form in self.page.forms for text in form.buttons]

    def open(self, url: str) -> None:
        self._send("GET", urljoin(self.url, url))

    def follow(self, link: str) -> None:
        self.open(self.page.links[link])

    def press(self, button: str, **fields: str | bool) -> None:
        self.send(self.get_form(button), **fields)

    def get_form(self, button: str) -> Form:
        """Return the first form with this button."""
        return next(form for form in self.page.forms if button in form.buttons)

    def send(self, form: Form, **fields: str | bool) -> None:
        """Fill a form, of this page or of an earlier one, and send it."""
        sent = dict(form.fields)
        for start, value in fields.items():
            names = [*form.fields, *form.boxes]
            name = next(name for name in names if name.startswith(start))
            if value is False:
                sent.pop(name, None)
            else:
                sent[name] = form.boxes[name] if value is True else str(value)
        url = urljoin(self.url, form.action)
        if form.method == "get":
            self._send("GET", f"{url}?{urlencode(sent)}")
        else:
            self._send("POST", url, urlencode(sent))

    def _send(self, method: str, url: str, body: str | None = None) -> None:
        address = urlsplit(url)
        connection = http.client.HTTPConnection(address.netloc, timeout=120)
        headers = {
            "Cookie": "; ".join(
                f"{name}={value}" for name, value in self.cookies.items()
            ),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        path = f"{address.path}?{address.query}" if address.query else address.path
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        self.status, self.headers = response.status, dict(response.getheaders())
        content = response.read().decode()
        connection.close()
        for cookie in SimpleCookie(self.headers.get("Set-Cookie", "")).values():
            self.cookies[cookie.key] = cookie.value
        if location := self.headers.get("Location"):
            self._send("GET", urljoin(url, location))
            return
        self.url, self.content, self.page = url, content, Page(content)


# Fills the form of the button that has the text, and presses the button.
PRESS = """
    (() => {
      const [text, fields] = %s;
      const button = [...document.querySelectorAll("form button")]
        .find(each => each.textContent === text);
      for (const [start, value] of Object.entries(fields)) {
        const field = [...button.form.elements].find(each => each.name.startsWith(start));
        if (typeof value === "boolean") field.checked = value; else field.value = value;
      }
      button.click();
    })()
"""
FOLLOW = """
    [...document.querySelectorAll("a")].find(each => each.textContent === %s).click()
"""
BUTTONS = "[...document.querySelectorAll('form button')].map(each => each.textContent)"


class Chromium:
    """Drives Chromium through the pipe of its remote debugging: no driver is needed."""

    @staticmethod
    def find() -> str | None:
        names = ("chromium", "chromium-browser", "google-chrome")
        return next(filter(None, map(shutil.which, names)), None)

    def __init__(self, program: str, profile: Path) -> None:
        for_chromium, self._to = os.pipe()
        self._from, of_chromium = os.pipe()
        # The pipes must be the descriptors 3 and 4 of Chromium.
        command = f'exec "$0" "$@" 3<&{for_chromium} 4>&{of_chromium}'
        self._process = subprocess.Popen(
            ["bash", "-c", command, program, "--headless=new", "--no-sandbox"]
            + ["--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
            + [
                "--no-proxy-server",
                "--disable-extensions",
                f"--user-data-dir={profile}",
            ]
            + ["--remote-debugging-pipe", "about:blank"],
            pass_fds=(for_chromium, of_chromium),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(for_chromium)
        os.close(of_chromium)
        self._messages = self._read()
        self._number = 0
        self._loads = 0
        self._session: str | None = None
        targets = self._call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        self._session = self._call(
            "Target.attachToTarget", targetId=target, flatten=True
        )["sessionId"]
        self._call("Page.enable")

    def open(self, url: str) -> None:
        with self._loading():
            self._call("Page.navigate", url=url)

    def follow(self, link: str) -> None:
        with self._loading():
            self.evaluate(FOLLOW % json.dumps(link))

    def press(self, button: str, **fields: str | bool) -> None:
        with self._loading():
            self.evaluate(PRESS % json.dumps([button, fields]))

    @property
    def text(self) -> str:
        return " ".join(self.evaluate("document.body.innerText").split())

    @property
    def buttons(self) -> list[str]:
        return self.evaluate(BUTTONS)

    def evaluate(self, expression: str) -> Any:
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._call("Browser.close")
        self._process.wait(timeout=WAIT_SECONDS)
        os.close(self._to)
        os.close(self._from)

    @contextlib.contextmanager
    def _loading(self) -> Iterator[None]:
        """Wait until the block has loaded a page."""
        before = self._loads
        yield
        until(lambda: self._count_loads() > before, WAIT_SECONDS, lambda: "no page")

    def _count_loads(self) -> int:
        """Ask for something small: the events before the answer are read with it."""
        self._call("Target.getTargets")
        return self._loads

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session and not method.startswith(("Target", "Browser")):
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        for answer in self._messages:
            if answer.get("method") == "Page.loadEventFired":
                self._loads += 1
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
        raise OSError("Chromium has ended.")

    def _read(self) -> Iterator[dict[str, Any]]:
        rest = b""
        while content := os.read(self._from, 1 << 16):
            *complete, rest = (rest + content).split(b"\0")
            yield from map(json.loads, complete)
