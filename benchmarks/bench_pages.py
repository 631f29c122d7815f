"""Members' own pages against Odoo's `/my`, for a portal user who belongs to the largest bank.

Server time and queries are taken through the whole of Odoo's own WSGI application, on a year
of the movement of the United Kingdom and on ten years of ten times as many people. First
paint, requests and weight are a browser's: a phone's processor and line, with an empty cache.
"""

import contextlib
import gzip
import statistics
import time

from playwright.sync_api import sync_playwright
from werkzeug.test import Client

from odoo import http, sql_db
from odoo.fields import Command
from odoo.tools import config

from dev import serving, system

from . import browser, harness, movement

LOGIN = "bench_portal"
PEER = "/my"
ROUNDS, VISITS = 9, 5
WEIGHT, REQUESTS = 60, 6  # KiB compressed
PAINT = 0.5  # of what the peer takes
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
#: 1.6 Mbit/s with 150 ms, and a processor four times as slow.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
SLOWER = 4
#: A page may have all that it asks for before it is drawn.
FIRST_PAINT = """
    () => new Promise((resolve) =>
        new PerformanceObserver((paints, observer) => {
            const first = paints.getEntriesByName("first-contentful-paint")[0];
            if (first) {
                observer.disconnect();
                resolve(first.startTime);
            }
        }).observe({ type: "paint", buffered: true })
    )
"""


def measure(report):
    """What the server does, on both databases; then what a phone sees, on the larger."""
    taken = {}
    # both before any is used: the whole begins as a copy of the short
    databases = {part: movement.database(part) for part in (movement.SHORT, movement.WHOLE)}
    for part, database in databases.items():
        paths = _prepare(database)
        taken[part] = _ask(database, paths)
    short, whole = taken[movement.SHORT], taken[movement.WHOLE]
    report.subject("Members' pages on the server, ten times the movement, against Odoo's own /my")
    for path, (seconds, queries) in whole.items():
        report.figure(f"  {path}", seconds, f"s, {queries:,}")
    ours = [path for path in whole if path != PEER]
    slowest = max(ours, key=lambda path: whole[path][0])
    report.figure(
        f"Slowest against /my: {slowest}", whole[slowest][0] / whole[PEER][0], "times as long", at_most=1
    )
    growing = max(ours, key=lambda path: whole[path][1] - short[path][1])
    report.figure(
        f"More queries than with a tenth of the people and a year: {growing}",
        whole[growing][1] - short[growing][1],
        at_most=0,
    )
    _report_phone(report, database, paths)


# The server


def _prepare(database):
    """A portal user for somebody of the largest bank; returns the addresses of their pages by name."""
    with harness.environment(database=database, keep=True) as env:
        user = env["res.users"].search([("login", "=", LOGIN)])
        if not user:
            bank = env["res.users"].search([("login", "=", movement.ONE)]).coordinated_scheme_ids[:1]
            there = [
                ("scheme_id", "=", bank.id),
                ("state", "=", "active"),
                ("partner_id.user_ids", "=", False),
            ]
            member = env["timebank.member"].search(there, limit=1, order="id")
            user = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    {
                        "login": LOGIN,
                        "password": LOGIN,
                        "partner_id": member.partner_id.id,
                        "name": member.partner_id.name,
                        "group_ids": [Command.set(env.ref("base.group_portal").ids)],
                    }
                )
            )
        own = env["timebank.member"].search([("partner_id", "=", user.partner_id.id)], limit=1)
        from odoo.addons.timebank_coproduction.controllers.member_page import SECTIONS

        return {name: f"/timebank/{own.id}{path}" for name, path in SECTIONS} | {PEER: PEER}


@contextlib.contextmanager
def _signed_in(database):
    """The cookie of a session of the portal user's."""
    with harness.environment(LOGIN, database=database) as env:
        session = harness.sign_in(env.user, database)
    try:
        yield session.sid
    finally:
        http.root.session_store.delete(session)


def _ask(database, paths):
    """Dict of name → (median seconds, queries)."""
    turns = {name: [] for name in paths}
    config["db_name"], config["dbfilter"] = [database], ""  # whose sessions the application lets in
    with _signed_in(database) as session:
        client = Client(http.root)
        client.set_cookie("session_id", session, domain="localhost")
        for round_number in range(ROUNDS + 1):
            for name, path in paths.items():
                before, start = sql_db.sql_counter, time.perf_counter()
                answer = client.get(path)
                seconds = time.perf_counter() - start
                assert answer.status_code == 200, f"{path}: {answer.status}"
                if round_number:  # the first warms what a running server has warm
                    turns[name].append((seconds, sql_db.sql_counter - before))
    return {
        name: (statistics.median(seconds), max(queries))
        for name, pairs in turns.items()
        for seconds, queries in [zip(*pairs, strict=True)]
    }


# The phone


def _report_phone(report, database, paths):
    report.subject("Members' pages on a slow phone with an empty cache")
    visits = {name: [] for name in paths}
    with (
        serving.server(database) as address,
        sync_playwright() as playwright,
        contextlib.closing(
            playwright.chromium.launch(executable_path=system.browser(), args=browser.FLAGS)
        ) as chromium,
        _signed_in(database) as session,
    ):
        for round_number in range(VISITS + 1):
            for name, path in paths.items():
                seen = _visit(chromium, address, path, session)
                if round_number:  # the first has the server build its styles
                    visits[name].append(seen)
    paints = {name: statistics.median(paint for paint, *_rest in seen) for name, seen in visits.items()}
    for name, seen in visits.items():
        _paint, requests, weight = seen[-1]
        report.figure(
            f"  {name}: first paint", paints[name], f"s, {requests} requests, {weight / 1024:.0f} KiB"
        )
    ours = [name for name in paths if name != PEER]
    latest = max(ours, key=paints.get)
    report.figure(
        f"Latest first paint against /my: {latest}", paints[latest] / paints[PEER], "of it", at_most=PAINT
    )
    heaviest = max(ours, key=lambda name: visits[name][-1][2])
    report.figure(f"Heaviest: {heaviest}", visits[heaviest][-1][2] / 1024, "KiB", at_most=WEIGHT)
    busiest = max(ours, key=lambda name: visits[name][-1][1])
    report.figure(f"Most requests: {busiest}", visits[busiest][-1][1], at_most=REQUESTS)


def _visit(chromium, address, path, session):
    """Seconds until something is shown, requests, and bytes of their bodies compressed."""
    context = chromium.new_context(**PHONE)
    context.set_default_timeout(browser.PATIENCE)
    context.add_cookies([{"name": "session_id", "value": session, "url": address}])
    page, answers = context.new_page(), []
    page.on("response", lambda answer: answers.append(answer))
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address + path, wait_until="networkidle")
    paint = page.evaluate(FIRST_PAINT) / 1000
    weight = sum(len(gzip.compress(_body(answer))) for answer in answers)
    context.close()
    return paint, len(answers), weight


def _body(answer):
    return b"" if 300 <= answer.status < 400 else answer.body()
