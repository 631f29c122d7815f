"""Opening pages in a real Chromium, on a server of their own, as one user."""

import contextlib
import time

from playwright.sync_api import sync_playwright

from dev import serving, system

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PATIENCE = 120_000  # ms; the first page of a database has its scripts to build

#: Asked at each frame; true once the page has shown events for some, with nothing being loaded.
DRAWN = """() => {
    const shown = document.querySelector(".o_calendar_widget .fc-event")
        && !document.querySelector(".o_loading_indicator");
    window.framesDrawn = shown ? (window.framesDrawn || 0) + 1 : 0;
    return window.framesDrawn > 3;
}"""


@contextlib.contextmanager
def visitor(database, login):
    """A browser in which `login`, whose password is the same, is logged in.

    :return: a function that opens a path in a new page and returns the seconds until a
        calendar's events are drawn
    """
    with serving.server(database) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=system.browser(), args=FLAGS)
        context = chromium.new_context(viewport={"width": 1366, "height": 900})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{address}/web/login")
        page.fill("#login", login)
        page.fill("#password", login)
        page.click("form.oe_login_form button[type=submit]")
        page.wait_for_url(lambda url: "/web/login" not in url)
        page.close()

        def open_calendar(path):
            page = context.new_page()
            start = time.perf_counter()
            page.goto(address + path, wait_until="commit")
            page.wait_for_function(DRAWN)
            taken = time.perf_counter() - start
            page.close()
            return taken

        yield open_calendar
        chromium.close()
