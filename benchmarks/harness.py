"""Measuring: a database's environments, fair turns, medians, and the report.

Contestants take turns within one run, so that a busy moment of the machine meets all
of them alike; what counts is the median of several turns.
"""

import contextlib
import json
import logging
import os
import platform
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api, http
from odoo.modules.registry import Registry
from odoo.tools import config

DATABASE = os.environ.get("PGDATABASE", "")
OUT = Path(__file__).resolve().parent.parent / "out" / "bench.json"


def open_odoo():
    """Set Odoo up in this process, quietly."""
    config.parse_config(["--log-level", "warn"])
    # retries after a serialization failure are what some of the figures are about
    logging.getLogger("odoo.service.model").setLevel(logging.WARNING)
    logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)


@contextlib.contextmanager
def environment(login=None, database=DATABASE, keep=False, user_id=None):
    """An environment with an empty cache, in a transaction that is kept or rolled back.

    :param login: whose (or the user's id); without either, the superuser's
    """
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        if login:
            user_id = env["res.users"].search([("login", "=", login)]).id
        if user_id:
            env = api.Environment(cr, user_id, {})
            env = env(context=dict(env["res.users"].context_get()))  # as every browser sends it
            env.user.has_group("base.group_user")  # as warm as a server that runs
        yield env
        if keep:
            env.flush_all()
            cr.commit()
        else:
            cr.rollback()


def close(database):
    """Let go of a database, so that it can be dropped or copied."""
    Registry.delete(database)
    odoo.sql_db.close_db(database)


def start_workers(database, count):
    """As many processes, as warm as this one and each with connections of its own: as a server of several
    workers has them. An executor."""
    Registry(database)
    odoo.sql_db.close_db(database)  # no connection is shared
    return ProcessPoolExecutor(count, mp_context=get_context("fork"))


def check_ledger(database):
    """:raises AssertionError: naming what the ledger check finds in a database"""
    with environment(database=database) as env:
        violations = env["timebank.scheme"].check_ledger()
        assert not violations, violations[:5]


def sign_in(user, database):
    """A new session of a user's, as it is after they have signed in. Its number is a browser's cookie."""
    session = http.root.session_store.new()
    session.update(http.get_default_session(), db=database, _trace_disable=True)
    session.update(login=user.login, uid=user.id, context=dict(user.context_get()))
    session.session_token = user._compute_session_token(session.sid)
    http.root.session_store.save(session)
    return session


def seconds(env, function):
    """How long `function` takes, everything that it owes the database included."""
    start = time.perf_counter()
    function()
    env.flush_all()
    return time.perf_counter() - start


def take_turns(rounds, contestants, between=lambda: None):
    """Medians of what each contestant returns, in seconds.

    :param contestants: dict of name → function without arguments
    :param between: called before each turn, untimed
    """
    turns = {name: [] for name in contestants}
    for _round in range(rounds):
        for name, contestant in contestants.items():
            between()
            turns[name].append(contestant())
    return {name: statistics.median(values) for name, values in turns.items()}


def against_plain_sql(login, verb, plain, rows, tables, rounds, peers=None):
    """Medians of a verb and of plain statements that leave the same rows, which is checked.

    Every turn is rolled back, and its dead rows are removed before the next one.

    :param login: whose environment both get
    :param verb: function of an environment, returning the call that is timed
    :param plain: the same for the statements
    :param rows: the query (SQL) for what has to be alike
    :param tables: names of the tables that are written
    :param peers: dict of name → function without arguments, which take turns with the two
    :return: dict of ``verb``, ``sql`` and the peers' names → seconds
    """
    left = {}

    def turn(name, prepare):
        with environment(login) as env:
            taken = seconds(env, prepare(env))
            left.setdefault(name, env.execute_query(rows))
        return taken

    def clean():
        for table in tables:
            run_outside(f"VACUUM {table}")

    contestants = {"verb": lambda: turn("verb", verb), "sql": lambda: turn("sql", plain)}
    medians = take_turns(rounds, {**contestants, **(peers or {})}, between=clean)
    assert left["verb"] == left["sql"], "the plain statements leave other rows"
    return medians


def statements(env, ids, *queries):
    """The call that runs plain statements, for :func:`against_plain_sql`.

    :param ids: what they may name, besides ``user``, ``now`` and ``sequence``, the database's
        sequence that the bank ``ids["bank"]`` draws its transfers' numbers from
    """
    sequence = env["timebank.scheme"].browse(ids["bank"]).sudo().sequence_id
    values = {**ids, "user": env.uid, "now": env.cr.now(), "sequence": f"ir_sequence_{sequence.id:03d}"}
    return lambda: [env.cr.execute(query, values) for query in queries]


def run_outside(statement, database=DATABASE):
    """Run a statement such as VACUUM that no transaction may surround."""
    with odoo.sql_db.db_connect(database).cursor() as cr:
        connection = cr._cnx
        connection.autocommit = True
        cr.execute(statement)
        connection.autocommit = False


def describe_machine():
    """The circumstances that the figures belong to."""
    with odoo.sql_db.db_connect(DATABASE).cursor() as cr:
        server = f"{cr._cnx.server_version // 10000}.{cr._cnx.server_version % 10000}"
        cr.execute("SELECT current_setting('synchronous_commit'), current_setting('jit')")
        synchronous, jit = cr.fetchone()
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    load = os.getloadavg()[0]
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{pages * size / 2**30:.0f} GiB",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "postgresql": f"{server}, synchronous_commit {synchronous}, jit {jit}",
        "odoo": odoo.release.version,
        "load at the start": f"{load:.1f}" + (" (busy)" if load > 0.7 else ""),
        "measured": time.strftime("%Y-%m-%d %H:%M"),
    }


def _processor():
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


class Report:
    """Figures as they come: printed at once, written to a file at the end."""

    def __init__(self, out=OUT):
        self.out, self.machine, self.figures = out, {}, []
        self.start = time.monotonic()

    def say(self, machine):
        """Head of the table."""
        self.machine = machine
        for name, value in machine.items():
            print(f"  {name:18} {value}")

    def subject(self, title):
        """Open a part of the table."""
        print(f"\n{title}", flush=True)

    def figure(self, name, value, unit="", at_most=None, at_least=None):
        """A figure, and the bar it has to keep to, if there is one."""
        bar, met = "", None
        if at_most is not None:
            bar, met = f"at most {at_most:,g}", value <= at_most
        elif at_least is not None:
            bar, met = f"at least {at_least:,g}", value >= at_least
        verdict = {True: "met", False: "MISSED", None: ""}[met]
        print(f"  {name:62} {_short(value):>10} {unit:12} {bar:16} {verdict}", flush=True)
        self.figures.append({"name": name, "value": value, "unit": unit, "bar": bar, "met": met})

    def against_sql(self, name, medians, at_most):
        """The figures of :func:`against_plain_sql`."""
        self.figure(f"{name} in one call", medians["verb"], "s")
        self.figure("Plain SQL leaving the same rows", medians["sql"], "s")
        ratio = medians["verb"] / medians["sql"]
        self.figure(f"{name} against plain SQL", ratio, "times as long", at_most=at_most)

    def finish(self):
        """Foot of the table, and the file."""
        bars = [figure for figure in self.figures if figure["met"] is not None]
        missed = [figure["name"] for figure in bars if not figure["met"]]
        print(f"\n{len(bars) - len(missed)} of {len(bars)} bars met", end="")
        print(f"; missed: {'; '.join(missed)}." if missed else ".", end="")
        print(f" {time.monotonic() - self.start:.0f} s, in {self.out.parent.name}/{self.out.name}")
        self.out.parent.mkdir(exist_ok=True)
        result = {"machine": self.machine, "figures": self.figures}
        self.out.write_text(json.dumps(result, indent=1) + "\n")


def _short(value):
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
