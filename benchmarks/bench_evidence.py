"""Evidence, of the movement as it is and of ten times that: reports beside plain SQL, the page, the measures.

A pivot by month is asked as the client asks it, of all the history, by a manager, who sees every bank; the
plain statement beside it answers the same question of the same rows, which is checked.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from odoo.tools import SQL

from . import harness, movement

ROUNDS = 5
#: What is measured, as a part of what `movement` makes.
SCALES = {"The movement": 0.1, "Ten times the movement": 1.0}
#: In how many seconds the page is there, at each.
PAGE_BARS = {0.1: 1.5, 1.0: 5}
#: And the figures of who gives to whom.
NETWORK_BARS = {0.1: 2}
#: In how many seconds the nightly job is done.
AUDIT_BARS = {0.1: 30, 1.0: 120}
TODAY = date.today()

IS_PERSON = "(m.role = 'organisation' OR p.is_company) IS NOT TRUE"
WHO = """JOIN res_partner p ON p.id = {partner}
         LEFT JOIN timebank_member m ON m.partner_id = p.id AND m.scheme_id = {scheme}"""
GIVEN = """SELECT h.* FROM timebank_hours h JOIN res_partner p ON p.id = h.partner_id
            WHERE h.state = 'approved' AND h.role != 'organisation' AND p.is_company IS NOT TRUE"""
RECEIVED = f"""SELECT h.* FROM timebank_hours h {WHO.format(partner="h.receiver_id", scheme="h.scheme_id")}
                WHERE h.state = 'approved' AND {IS_PERSON}"""
ATTENDED = f"""SELECT a.*, s.date FROM timebank_session s
                 JOIN timebank_attendance a ON a.session_id = s.id AND a.state = 'attended'
                  AND a.role = 'attendee' {WHO.format(partner="a.partner_id", scheme="s.scheme_id")}
                WHERE s.state = 'done' AND {IS_PERSON}"""
TAKEN = f"""SELECT date, partner_id, minutes FROM ({GIVEN}) g
             UNION ALL SELECT date, receiver_id, minutes FROM ({RECEIVED}) r
             UNION ALL SELECT date, partner_id, minutes FROM ({ATTENDED}) a"""
MONTH = "date_trunc('month', date::timestamp)::date"

#: Report → the measure of its pivot, and the plain statement of month, figure, number of rows.
PIVOTS = {
    "timebank.flow.report": (
        "minutes:sum",
        f"""SELECT {MONTH}, SUM(CASE WHEN reversal_of_id IS NULL THEN minutes ELSE -minutes END), COUNT(*)
              FROM timebank_transfer GROUP BY 1 ORDER BY 1""",
    ),
    "timebank.involvement.report": (
        "minutes:sum",
        f"SELECT {MONTH}, SUM(minutes), COUNT(*) FROM ({TAKEN}) t GROUP BY 1 ORDER BY 1",
    ),
    "timebank.exchange.report": (
        "__count",
        f"""SELECT {MONTH}, COUNT(*), COUNT(*)
              FROM (SELECT date FROM ({RECEIVED}) r WHERE role != 'organisation'
                     UNION ALL
                    SELECT g.date FROM ({GIVEN}) g JOIN ({ATTENDED}) a
                        ON a.session_id = g.session_id AND a.partner_id != g.partner_id
                     WHERE g.receiver_id IS NULL) t GROUP BY 1 ORDER BY 1""",
    ),
    "timebank.reciprocity.report": (
        "partner_id:count_distinct",
        f"""SELECT {MONTH}, COUNT(DISTINCT partner_id), COUNT(DISTINCT (partner_id, scheme_id))
              FROM ({TAKEN.replace("date, ", "date, scheme_id, ")}) t GROUP BY 1 ORDER BY 1""",
    ),
}


def measure(report, scales=SCALES):
    """Each part of the evidence at each scale."""
    for title, scale in scales.items():
        database = movement.database(scale=scale)
        report.subject(title)
        for part in PARTS:
            part(report, database, scale)


def _ask(database, work, login=movement.MANAGER):
    """Seconds of what ``work`` makes of an environment, and what it returned."""
    with harness.environment(login, database=database) as env:
        result = []
        return harness.seconds(env, lambda: result.append(work(env))), result[0]


def _pivots(report, database, _scale):
    """The pivot of each report by month."""
    for model, (figure, plain) in PIVOTS.items():
        answers = {}

        def pivot(model=model, figure=figure, answers=answers):
            taken, rows = _ask(
                database,
                lambda env: env[model].formatted_read_group([], ["date:month"], [figure, "__count"]),
            )
            answers["pivot"] = [(row[figure], row["__count"]) for row in rows]
            return taken

        def statement(plain=plain, answers=answers):
            taken, rows = _ask(database, lambda env: env.execute_query(SQL(plain)))
            answers["sql"] = [row[1:] for row in rows]
            return taken

        medians = harness.take_turns(ROUNDS, {"pivot": pivot, "sql": statement})
        assert answers["pivot"] == answers["sql"], f"{model}: the plain statement finds something else"
        name = f"{model}, by month"
        report.figure(name, medians["pivot"], "s")
        report.figure(f"{name}: plain SQL", medians["sql"], "s")
        report.figure(f"{name}: against it", medians["pivot"] / medians["sql"], "times as long", at_most=1.5)


def _measures(report, database, scale):
    """All measures of all banks over a year, in one call."""
    year = (TODAY - timedelta(days=365), TODAY)

    def ask():
        return _ask(database, lambda env: env["timebank.scheme"].search([]).get_measures(*year))[0]

    medians = harness.take_turns(ROUNDS, {"measures": ask})
    report.figure(
        "All measures of all banks over a year", medians["measures"], "s", at_most=PAGE_BARS.get(scale)
    )


def _page(report, database, scale):
    """The page *Evidence* as it opens: for a manager, and for who coordinates the largest bank."""
    for login in (movement.MANAGER, movement.ONE):
        medians = harness.take_turns(
            ROUNDS,
            {
                "opened": lambda who=login: _open(database, who),
                "one call": lambda who=login: _ask(
                    database, lambda env: env["timebank.evidence"].get_page({}), who
                )[0],
            },
        )
        name = f"The page Evidence, {movement.LOGINS[login].split('_')[-1]}"
        report.figure(name, medians["opened"], "s", at_most=PAGE_BARS.get(scale))
        report.figure(f"{name}: all in one call, as programs ask", medians["one call"], "s")


def _open(database, login):
    """Seconds until all is there that the browser asks for side by side, each on a connection of its own."""
    # addons can be imported once Odoo is set up
    from odoo.addons.timebank_coproduction.models.evidence.timebank_evidence import PARTS

    asked = [lambda env: env["timebank.evidence"].get_frame({})]
    for part in PARTS:
        asked.append(lambda env, part=part: env["timebank.evidence"].get_sections({}, part))
    start = time.perf_counter()
    with ThreadPoolExecutor(len(asked)) as browser:
        list(browser.map(lambda work: _ask(database, work, login), asked))
    return time.perf_counter() - start


def _network(report, database, scale):
    """Who gives to whom: the figures of everybody over a year, and the picture of the largest bank."""
    # addons can be imported once Odoo is set up
    from odoo.addons.timebank_coproduction.models.evidence.facts import Scope

    year = Scope((), TODAY - timedelta(days=365), TODAY)

    def figures(env):
        banks = env["timebank.scheme"].search([])
        return env["timebank.measures"]._get_network(year._replace(scheme_ids=tuple(banks.ids)))

    def picture(env):
        return env["timebank.evidence"].get_network({"small": True})

    medians = harness.take_turns(
        ROUNDS,
        {
            "figures": lambda: _ask(database, figures)[0],
            "picture": lambda: _ask(database, picture, movement.ONE)[0],
        },
    )
    people, drawn = _ask(database, figures)[1]["people"], _ask(database, picture, movement.ONE)[1]
    dots = len(drawn["sections"][0]["chart"]["nodes"])
    report.figure(
        f"Network figures of {people:,} people",
        medians["figures"],
        "s",
        at_most=NETWORK_BARS.get(scale),
    )
    report.figure(f"The picture of one bank, {dots} people drawn", medians["picture"], "s", at_most=1)


def _audit(report, database, scale):
    """The nightly job: in the first night, in one after a month's end, and in any other."""

    def run(forgotten):
        with harness.environment(database=database, keep=True) as env:
            audits = env["timebank.time.audit"]
            env.cr.execute(SQL("DELETE FROM mail_activity WHERE res_model = %s", audits._name))
            env.cr.execute(SQL("DELETE FROM timebank_time_audit WHERE %s", forgotten))
        with harness.environment(database=database, keep=True) as env:
            return harness.seconds(env, env["timebank.time.audit"]._cron_audit)

    month = TODAY.replace(day=1)
    nights = {
        "in the first night": SQL("TRUE"),
        "after a month's end": SQL("audited_month >= %s", (month - timedelta(days=1)).replace(day=1)),
        "in any other night": SQL("FALSE"),
    }
    for name, forgotten in nights.items():
        # in the first night a year is made up for, over as many nights as it takes
        bar = None if name == "in the first night" else AUDIT_BARS.get(scale)
        report.figure(f"The time audits of all banks, {name}", run(forgotten), "s", at_most=bar)
    with harness.environment(database=database, keep=True) as env:
        env["mail.activity"].search([("res_model", "=", "timebank.time.audit")]).unlink()
        env["timebank.time.audit"].search([]).unlink()


#: Each a function of the report, the database and its scale.
PARTS = (_pivots, _measures, _page, _network, _audit)
