"""Takes pictures of pages with the system's Chromium, as a file of tasks says."""

import json
import sys
import traceback
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = 600  # a window narrower than this is a phone's: touch, and the phone's user agent
PATIENCE = 60_000  # ms; the first page of a database has its assets to build
QUIET = 500  # ms without requests after which a page is taken for drawn


def main(task):
    """Take every picture; exit 1 if one failed."""
    contexts, failed = {}, False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=task["browser"], args=FLAGS)
        for picture in task["pictures"]:
            phone = picture["width"] < PHONE
            key = picture.get("login"), phone
            try:
                if key not in contexts:
                    contexts[key] = browser.new_context(has_touch=phone, is_mobile=phone)
                    contexts[key].set_default_timeout(PATIENCE)
                    if picture.get("login"):
                        log_in(contexts[key], task["base_url"], picture)
                take(contexts[key], task["base_url"], picture)
            except Exception:
                failed = True
                print(f"{picture['out']}:", file=sys.stderr)
                traceback.print_exc(limit=1)
        browser.close()
    return failed


def log_in(context, base_url, picture):
    """Open a session by the login form's own route."""
    page = context.new_page()
    page.goto(f"{base_url}/web/login")
    page.fill("#login", picture["login"])
    page.fill("#password", picture.get("password") or picture["login"])
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_url(lambda url: "/web/login" not in url)
    page.close()


def take(context, base_url, picture):
    """One picture: go, settle, click, settle, write."""
    page = context.new_page()
    page.set_viewport_size({"width": picture["width"], "height": picture["height"]})
    if picture.get("console"):
        page.on("console", lambda message: print(f"  {message.type}: {message.text}"))
        page.on("pageerror", lambda error: print(f"  error: {error}"))
    traffic = Traffic(page)
    page.goto(base_url + picture["url"])
    traffic.settle()
    for selector in picture.get("click") or ():
        page.locator(selector).first.click()
        traffic.settle()
    if picture.get("wait_for"):
        page.locator(picture["wait_for"]).first.wait_for()
        traffic.settle()
    page.screenshot(path=picture["out"], full_page=bool(picture.get("full_page")))
    page.close()


class Traffic:
    """The requests of a page that haven't been answered yet."""

    def __init__(self, page):
        self.page = page
        self.open = set()
        page.on("request", self._sent)
        page.on("requestfinished", lambda request: self.open.discard(request))
        page.on("requestfailed", lambda request: self.open.discard(request))

    def _sent(self, request):
        # the end of a shared worker's own script is never announced
        if "websocket_worker" not in request.url:
            self.open.add(request)

    def settle(self):
        """Until nothing is being fetched, drawn or announced any more."""
        page = self.page
        page.wait_for_load_state()
        if page.locator("body.o_web_client").count():
            page.locator(".o_action_manager > *, .o_home_menu").first.wait_for()
        quiet, waited = 0, 0
        while quiet < QUIET and waited < PATIENCE:
            page.wait_for_timeout(100)
            busy = self.open or page.locator(".o_loading_indicator, .o_blockUI").count()
            quiet, waited = 0 if busy else quiet + 100, waited + 100
        if waited >= PATIENCE:
            print("  still waiting for", *{request.url for request in self.open})
        page.evaluate("document.fonts.ready")


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text())))
