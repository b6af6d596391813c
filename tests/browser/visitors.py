"""Who visits the site in the browser tests, and which pages there are."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

PASSWORD = "invented-words-9"
COMMAND = (sys.executable, "-c", "from observatory.cli import main; main()")


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running site: its address, its workspace, its environment."""

    address: str
    workspace: Path
    environment: dict[str, str]

    def command(self, *words: str) -> str:
        """What an `observatory` command on its workspace prints."""
        made = subprocess.run(
            [*COMMAND, "--workspace", str(self.workspace), *words],
            env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        return made.stdout

    def ask(self, path: str, key: str) -> Any:
        """The API's answer to a key."""
        request = urllib.request.Request(self.address + path, headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())


class Visitor:
    """A person at a browser of their own; keeps what a page should not do: errors, dialogs, requests elsewhere."""

    def __init__(self, context: BrowserContext, site: Site, name: str) -> None:
        self.context, self.site, self.name = context, site, name
        self.page: Page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("console", self._console)

    def _dialog(self, dialog: Any) -> None:
        if dialog.type != "beforeunload":
            self.wrong.append(f"dialog: {dialog.message}")
        dialog.accept()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site.address, "data:", "about:")):
            self.wrong.append(f"request to {request.url[:200]}")

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(f"console: {message.text[:300]}")

    def open(self, path: str) -> Page:
        """Opens a page of the site and waits for it."""
        self.page.goto(self.site.address + path, wait_until="load")
        return self.page

    def sign_in(self) -> Page:
        self.open("/sign-in")
        self.page.fill("#id_username", self.name)
        self.page.fill("#id_password", PASSWORD)
        press(self.page.locator("main button.main"))
        assert "/sign-in" not in self.page.url
        return self.page

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def press(link: Locator, *, key: str = "") -> None:
    """Follows a link, a button or a key that leads to another page, and waits until that page is there.

    A bare click comes back while the old page still stands or the new one is half read.
    """
    with link.page.expect_navigation():
        link.press(key) if key else link.click()


def pages_of(site: Site, visitor: Visitor) -> Sequence[tuple[str, str]]:
    """(name, path) of every page that a signed-in person meets, with rows of the demo's story."""
    page = visitor.open("/candidates?status=adopted")
    adopted = page.locator(".rows .title").first.get_attribute("href")
    page = visitor.open("/candidates?status=new")
    new = page.locator(".rows .title").first.get_attribute("href")
    page = visitor.open("/candidates?status=rejected")
    rejected = page.locator(".rows .title").first.get_attribute("href")
    return (
        ("home", "/"), ("candidates", "/candidates"), ("filtered", "/candidates?status=all&q=agent&sort=newest"),
        ("none", "/candidates?q=nothingfitsthis"), ("candidate", str(adopted)), ("candidate_new", str(new)),
        ("candidate_rejected", str(rejected)), ("landscape", "/landscape"), ("landscape_sector", "/landscape?colour=sector"),
        ("landscape_status", "/landscape?colour=status"), ("trends", "/trends"), ("trends_none", "/trends?c=nobody"),
        ("meetings", "/meetings"), ("new_meeting", "/meetings/new"), ("meeting", "/meetings/1"), ("meeting_coming", "/meetings/2"),
        ("item", "/items/1"), ("item_conflict", "/items/2"), ("register", "/register"), ("agreement", "/agreement"),
        ("record", "/record"), ("bring_in", "/bring-in"), ("account", "/account"), ("first_look", "/first-look"),
        ("standards", "/standards"), ("project", "/standards/1"), ("draft", "/standards/1/draft"),
        ("draft_edit", "/standards/1/draft/overview"), ("draft_weights", "/standards/1/draft/weights"),
        ("draft_structure", "/standards/1/draft/structure"), ("draft_compare", "/standards/1/compare"),
        ("professions", "/professions"), ("professions_none", "/professions?q=nothingfits"),
        ("profession", "/professions/early-4-04-05-11"), ("releases", "/releases"), ("consultations", "/consultations"),
        ("consultation", "/consultations/1"), ("not_found", "/nothing-here"), ("refused", "/meetings/2/minutes.pdf"),
    )  # fmt: skip
