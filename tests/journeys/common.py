"""The class that journeys start from: a browser for each person, and nothing left in disorder."""

import logging
import resource
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

from freezegun import freeze_time
from playwright.sync_api import sync_playwright

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tests.common import HOST, TEST_CURSOR_COOKIE_NAME, _find_executable

from ..common import TODAY
from .plain import PlainScreen
from .screen import DESKTOP, PATIENCE, PHONE, QUIET, Screen
from .steps import Steps
from .world import WorldCase

#: Ten in the morning in London, for the server and for the browser.
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 10)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def roomy():
    """Processes started in the block don't inherit Odoo's limit of memory: browsers reserve more."""
    limit, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


class Ear(logging.Handler):
    """Hears what the server complains about."""

    def __init__(self, complaints):
        super().__init__(logging.WARNING)
        self.complaints = complaints

    def emit(self, record):
        self.complaints.append(f"{record.name}: {record.getMessage()}")


@tagged("post_install", "-at_install")
class JourneyCase(WorldCase, HttpCase):
    """``self.at_screen(user)`` seats somebody at a screen of their own."""

    #: What was clicked, typed and chosen in the journey that is under way, or was the last.
    steps_taken = Steps()
    #: When each test begins, for the server and for every browser; :meth:`wait_until` goes on from there.
    begin = NOW

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the hands of the clock move, so that nobody waits for ever
        cls.clock = cls.startClassPatcher(freeze_time(cls.begin, tick=True))
        cls._print_for_real()
        with roomy():
            playwright = cls.enterClassContext(sync_playwright())
            cls.chromium = playwright.chromium.launch(executable_path=_find_executable(), args=FLAGS)
        cls.addClassCleanup(cls.chromium.close)
        for counting in cls.steps_taken.patches():
            cls.startClassPatcher(counting)
        #: Whether it is a phone's, runs scripts, and where it is → contexts that nobody uses.
        cls.browsers = {}
        cls.seated = []
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.steps_taken.clear()
        # each test begins at its time, and so does what is made for those after it
        self.clock.move_to(self.begin)
        self.addCleanup(self.clock.move_to, self.begin)
        #: Whether the clock has gone on since: then no browser is anybody else's afterwards.
        self.is_later = False

    def wait_until(self, moment):
        """Let the clock go on, for the server and for whoever sits at a screen.

        :param moment: a datetime in UTC
        """
        self.clock.move_to(moment)
        self.is_later = True
        for context in self.seated:
            context.clock.set_fixed_time(moment.replace(tzinfo=UTC))

    @classmethod
    def _print_for_real(cls):
        """Papers are PDFs: in tests Odoo hands out what they are made from, unless told otherwise."""
        reports = cls.env.registry["ir.actions.report"]
        render = reports._render_qweb_pdf

        def rendering(report, *args, **kwargs):
            return render(report.with_context(force_report_rendering=True), *args, **kwargs)

        cls.startClassPatcher(patch.object(reports, "_render_qweb_pdf", rendering))

    @contextmanager
    def at_screen(self, user, phone=False, start="/odoo", scripts=True, zone="Europe/London"):
        """A ``Screen`` of that user. At its end nothing went wrong, and the ledger is in order.

        :param user: who sits there; None for somebody who isn't signed in
        :param bool phone: whether it is a phone's
        :param bool scripts: whether it runs any: the members' pages need none
        :param str start: the address that the browser opens first
        :param str zone: the time zone that the browser is in
        """
        if user and "odoobot_state" in user._fields:
            user.odoobot_state = "disabled"  # its greeting would cover a phone
        self.env.flush_all()
        self.cr.clear()
        with self.allow_requests(), self._browsing(phone, scripts, zone) as context:
            context.add_cookies(
                [
                    {"name": name, "value": value, "domain": HOST, "path": "/"}
                    for name, value in (
                        ("session_id", user and self._log_in(user)),
                        (TEST_CURSOR_COOKIE_NAME, self.http_request_key),
                    )
                    if value
                ]
            )
            screen = (Screen if scripts else PlainScreen)(context.new_page(), phone)
            ear = Ear(screen.complaints)
            logging.getLogger("odoo").addHandler(ear)
            try:
                screen.go(start)
                yield screen
                screen.settle()
            except BaseException:
                screen.picture(f"failed-{self._testMethodName}")
                self._logger.info("heard until then: %s", screen.complaints)
                raise
            finally:
                for page in context.pages:
                    page.close()
                self._wait_remaining_requests()
                logging.getLogger("odoo").removeHandler(ear)
        self.env.invalidate_all()
        screen.check()
        self.assertFalse(self.env["timebank.scheme"].search([]).check_ledger())

    @contextmanager
    def _browsing(self, phone, scripts, zone):
        """A browser that knows nobody. Who gets it after somebody else has the scripts and styles that were
        fetched, and nothing else of theirs."""
        free = self.browsers.setdefault((phone, scripts, zone), [])
        context = free.pop() if free and not self.is_later else self._make_browser(phone, scripts, zone)
        if scripts:
            self.seated.append(context)
        try:
            yield context
        finally:
            if scripts:
                self.seated.remove(context)
        if self.is_later:
            context.close()
            return
        context.clear_cookies()
        page = context.new_page()
        kept = {"origin": self.base_url(), "storageTypes": "all"}
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
        page.close()
        free.append(context)

    def _make_browser(self, phone, scripts, zone):
        context = self.chromium.new_context(
            base_url=self.base_url(),
            locale="en-GB",
            timezone_id=zone,
            reduced_motion="reduce",
            java_script_enabled=scripts,
            **(PHONE if phone else DESKTOP),
        )
        context.set_default_timeout(PATIENCE)
        if scripts:
            # once, and before our script, which waits for what the page's own timers do: each time adds to
            # all that every page runs first
            now = datetime.now(UTC) if self.is_later else self.begin.replace(tzinfo=UTC)
            context.clock.set_fixed_time(now)
            context.add_init_script(QUIET)
        return context

    def _log_in(self, user):
        """The number of a new session of that user's."""
        self.session = None  # somebody else's session goes on
        session = self.authenticate(user.login, None)
        http.root.session_store.save(session)
        return session.sid

    def read_statement(self, screen, name):
        """From the menu to a member's statement: the text of each of its lines."""
        screen.open_menu("Members", "Members")
        screen.open(name)
        screen.press_figure("Balance")
        return screen.rows()

    def publish_and_claim(self, screen, take=lambda name: None):
        """From the start: a new reward, published, and a claim of it for José, approved.

        :param take: takes a picture by its name
        """
        screen.open_app()
        screen.open_menu("Rewards", "Catalogue")
        screen.new()
        screen.fill("e.g. Driving lesson", "Bicycle repair")
        screen.pick("Time bank", "River Street")
        screen.fill("Credits", "1:30")
        screen.choose("How", "Code shown to the supplier")
        take("reward-new")
        screen.press("Publish")
        self.assertEqual(screen.status(), "Published")
        screen.press("Claim")
        screen.pick("For", "José", "José Álvarez")
        take("claim-new")
        screen.press("Claim")
        if screen.status() == "Requested":
            screen.press("Approve")
            screen.notification()
        self.assertEqual(screen.status(), "Approved")
