"""Ten times the time banks of the United Kingdom, made by PostgreSQL in minutes.

1,080 banks, 50,000 people and 2.6 million hours over ten years, with the sessions,
registers, claims, offers, requests, introductions and transfers that belong to them. The
rows go through the real tables: the ledger's triggers move the balances, every constraint
holds, and the ledger check finds nothing.

The history comes in rounds of ten weeks, in each of which everybody gives time once, a fifth of
them in a session of at most fifteen helpers and as many attendees. So
there are two databases with the same banks and people: `SHORT` has the last year alone,
`WHOLE` all ten, and what takes longer in the second grows with history. Both are kept, and
made anew when this file, the month or Odoo changes; the addon in them is brought up to date.
"""

import hashlib
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from odoo.fields import Command

from dev import databases, postgres, settings, templates
from dev.console import Stop, step
from dev.lock import only_one

from . import harness

BANKS, PEOPLE, ROUNDS = 1_080, 50_000, 52
#: Members of whom a fifth helps at a session, and another fifth attends it.
PARTY = 75
SHORT, WHOLE = "short", "whole"
RECENT = range(ROUNDS - 5, ROUNDS)  # the last year
PREFIX = f"timebank_movement_{settings.CHECKOUT}_"
GROUP = "timebank_coproduction.group_timebank_"

#: Who looks at it: login → group. The member is the keenest of the largest bank, the
#: coordinator `ONE` has that bank, `ALL` has every bank.
MEMBER, ONE, ALL, MANAGER = "bench_person", "bench_one", "bench_all", "bench_manager"
LOGINS = {
    MEMBER: "base.group_user",
    ONE: GROUP + "coordinator",
    ALL: GROUP + "coordinator",
    MANAGER: GROUP + "manager",
}

#: People are numbered from 0, those of a bank in a row; the first bank is the largest.
WHO = """
CREATE TABLE benchmark_bank AS
SELECT row_number() OVER (ORDER BY s.id) - 1 AS bank, s.id AS scheme_id, s.company_id, s.code,
       s.operating_account_id AS operating_id, s.pot_account_id AS pot_id,
       'ir_sequence_' || lpad(s.sequence_id::text, GREATEST(3, length(s.sequence_id::text)), '0') AS numbers
  FROM timebank_scheme s WHERE s.id = ANY(%(schemes)s);
CREATE TABLE benchmark_person AS
SELECT p.*, dense_rank() OVER (ORDER BY bank, party) - 1 AS meeting,
       place = 0 OR (place - 1) * parties / size != party AS convenes
  FROM (SELECT p.*, place * parties / size AS party
          FROM (SELECT p.n, b.*, p.n - min(p.n) OVER bank AS place, min(p.n) OVER bank AS first,
                       count(*) OVER bank AS size,
                       (count(*) OVER bank + %(party)s - 1) / %(party)s AS parties,
                       %(partner)s + p.n AS partner_id, %(account)s + p.n AS account_id,
                       %(member)s + p.n AS member_id,
                       (ARRAY['volunteer', 'beneficiary', 'volunteer', 'volunteer', 'professional'])
                           [1 + (CASE WHEN mod(p.n, 40) = 39 THEN 4 ELSE mod(p.n, 4) END)] AS role
                  FROM (SELECT n, LEAST(%(banks)s - 1,
                                        floor(%(banks)s * power(n::float8 / %(people)s, 2)))::int AS bank
                          FROM generate_series(0, %(people)s - 1) n) p
                  JOIN benchmark_bank b USING (bank)
                WINDOW bank AS (PARTITION BY p.bank)) p) p;
ALTER TABLE benchmark_person ADD PRIMARY KEY (n);
"""

#: What everybody did in these rounds: `g` numbers an entry for good, `day` is its date.
ENTRIES = """
CREATE TEMPORARY TABLE entry ON COMMIT DROP AS
SELECT e.*, CASE WHEN met THEN session_day ELSE own_day END AS day,
       -- professionals earn nothing, so they can't pay either
       CASE WHEN paid AND NOT met AND mod(neighbour, 40) != 39 THEN neighbour END AS receiver,
       role != 'professional' AS earns
  FROM (SELECT p.*, k, k * %(people)s + n AS g, 15 + 15 * mod(n * 37 + k, 8) AS minutes,
               CASE WHEN k = %(last)s AND mod(n, 25) IN (1, 2, 3)
                    THEN (ARRAY['submitted', 'refused', 'draft'])[mod(n, 25)::int]
                    WHEN mod(n * 7 + k, 500) = 0 THEN 'reversed' ELSE 'approved' END AS state,
               mod(n + 3 * k, 5) = 0 AND NOT (k = %(last)s AND mod(n, 25) IN (1, 2, 3)) AS met,
               mod(n + 7 * k, 10) IN (1, 2, 3) AND size > 1 AS paid,
               first + mod(place + 1 + mod(k, GREATEST(size - 1, 1)), size) AS neighbour,
               CURRENT_DATE - 1 - (%(last)s - k) * 70 - mod(n * 11 + k, 69)::int AS own_day,
               CURRENT_DATE - 1 - (%(last)s - k) * 70 - mod(meeting * 13, 69)::int AS session_day,
               %(session)s + k * %(meetings)s + meeting AS session_id,
               %(activity)s + bank * 5 + mod(k, 5) AS activity_id
          FROM benchmark_person p, generate_series(%(start)s, %(stop)s - 1) k) e;
"""

#: The keenest member gives twenty times as much in each round.
KEEN = """
INSERT INTO entry (n, bank, scheme_id, company_id, code, operating_id, pot_id, numbers, place, size, first,
                   partner_id, account_id, member_id, role, k, minutes, state, met, day, earns)
SELECT p.n, bank, scheme_id, company_id, code, operating_id, pot_id, numbers, place, size, first,
       partner_id, account_id, member_id, role, k, 45 + j, 'approved', FALSE,
       CURRENT_DATE - 2 - (%(last)s - k) * 70 - j * 3, TRUE
  FROM benchmark_person p, generate_series(%(start)s, %(stop)s - 1) k, generate_series(0, 19) j
 WHERE p.n = 0
"""

REVERSALS = {
    "name": "b.code || '/' || lpad(nextval(b.numbers::regclass)::text, 6, '0')",
    "date": "t.date + 1",
    "scheme_id": "t.scheme_id",
    "from_account_id": "t.to_account_id",
    "to_account_id": "t.from_account_id",
    "minutes": "t.minutes",
    "hours": "t.hours",
    "kind": "'reversal'",
    "memo": "'Entered twice'",
    "reversal_of_id": "t.id",
}


def database(part=WHOLE, scale=1.0, in_one=False):
    """Name of the database with `part` of the movement; made first if there is none.

    :param float scale: of the numbers of banks and people, for trying
    :param bool in_one: whether all people belong to one bank
    """
    name = f"{PREFIX}{_key(scale)}_{'one_' if in_one else ''}{part}"
    with only_one(name, "making the movement"):
        if databases.exists(name) and not databases.up_to_date(name):
            _bring_up_to_date(name)
        if not databases.exists(name):
            _make(name, part, scale, in_one)
    return name


def _key(scale):
    what = f"{Path(__file__).read_text()} {templates.template()} {date.today():%Y-%m}"
    return f"{hashlib.sha256(what.encode()).hexdigest()[:8]}_{scale:g}".replace(".", "_")


def _bring_up_to_date(name):
    try:
        databases.install(name)
    except Stop:
        databases.drop(name)


def _make(name, part, scale, in_one):
    numbers = {
        "banks": 1 if in_one else round(BANKS * scale),
        "people": round(PEOPLE * scale),
        "last": ROUNDS - 1,
        "party": PARTY,
    }
    _forget_others()
    making = f"{name}_part"
    if part == SHORT:
        databases.fresh(making)
    else:
        databases.copy(database(SHORT, scale, in_one), making)
        databases.set_remark(making, databases.addon_state())
    with step(f"A movement of {numbers['banks']:,} banks and {numbers['people']:,} people, {part}"):
        with harness.environment(database=making, keep=True) as env:
            if part == SHORT:
                _lay_ground(env, numbers)
            for rounds in [RECENT] if part == SHORT else _in_parts(range(RECENT.start)):
                _lay_history(env, numbers, rounds)
            env["timebank.account.tail"]._fold()
        harness.check_ledger(making)
        harness.run_outside("VACUUM ANALYZE", database=making)
        harness.close(making)
    databases.rename(making, name)


def _in_parts(rounds, size=12):
    return [range(start, min(start + size, rounds.stop)) for start in range(rounds.start, rounds.stop, size)]


def _forget_others():
    """Those of another month or state of this file, of whatever scale."""
    current = PREFIX + _key(1).partition("_")[0]
    names = postgres.psql(f"SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'")
    for name in names.splitlines():
        if not name.startswith(current):
            databases.drop(name)


# Banks, people, and what is there now


def _lay_ground(env, numbers):
    users = _make_users(env)
    env = env(context={**env.context, "mail_create_nosubscribe": True, "mail_create_nolog": True})
    schemes = env["timebank.scheme"].create(
        [
            {
                "name": f"Time bank {number}",
                "code": f"M{number}",
                "credit_limit_minutes": 1_200,
                "coordinator_ids": [Command.set((users[ALL] | users[ONE] if not number else users[ALL]).ids)],
            }
            for number in range(numbers["banks"])
        ]
    )
    env.flush_all()
    numbers |= {
        "schemes": schemes.ids,
        "coordinator": users[ALL].id,
        "skills": env["timebank.skill"].search([]).ids,
        "categories": env["timebank.category"].search([]).ids,
        "checks": env["timebank.check.type"].search([]).ids,
        "grants": _make_grants(env, schemes[::4]),
    }
    people, banks = numbers["people"], numbers["banks"]
    rows = {
        "partner": ("res.partner", people),
        "account": ("timebank.account", people),
        "member": ("timebank.member", people),
        "activity": ("timebank.activity", banks * 5),
        "reward": ("timebank.reward", banks * 5),
        "coming": ("timebank.session", banks * 4),
        "entry": ("timebank.hours", people * ROUNDS),
        "offer": ("timebank.offer", people * (ROUNDS + 1)),
        "request": ("timebank.request", people * (ROUNDS + 1)),
    }
    for name, (model, count) in rows.items():
        numbers[name] = _reserve(env, model, count)
    env.cr.execute(WHO, numbers)
    env.cr.execute("SELECT max(meeting) + 1 FROM benchmark_person")
    [numbers["meetings"]] = env.cr.fetchone()
    numbers["session"] = _reserve(env, "timebank.session", numbers["meetings"] * ROUNDS)
    env.cr.execute("CREATE TABLE benchmark_number (name text PRIMARY KEY, value jsonb)")
    for name, value in numbers.items():
        env.cr.execute("INSERT INTO benchmark_number VALUES (%s, to_jsonb(%s))", [name, value])
    _add_people(env, numbers)
    _add_supply(env, numbers)
    _add_what_is_to_come(env, numbers)
    env.invalidate_all()
    member = env["res.partner"].browse(numbers["partner"])
    users[MEMBER].write({"partner_id": member.id, "name": member.name})


def _make_users(env):
    env = env(context={**env.context, "no_reset_password": True})
    return {
        login: env["res.users"].create(
            {"name": login, "login": login, "password": login, "group_ids": [Command.set(env.ref(group).ids)]}
        )
        for login, group in LOGINS.items()
    }


def _make_grants(env, schemes):
    """A grant for each of the last ten years, the newest first."""
    today = date.today()
    grants = env["timebank.grant"].create(
        [
            {
                "name": f"Grant {year}",
                "funder_id": env.company.partner_id.id,
                "amount": 100_000,
                "date_start": today - timedelta(days=365 * year + 364),
                "date_end": today - timedelta(days=365 * year),
                "scheme_ids": [Command.set(schemes.ids)],
                "every_expense_counts": True,
            }
            for year in range(10)
        ]
    )
    grants.action_open()
    return grants.ids


def _reserve(env, model, count):
    """The first of `count` ids that the sequence of `model` won't give to anybody else."""
    sequence = f"{env[model]._table}_id_seq"
    env.cr.execute("SELECT nextval(%s::regclass)", [sequence])
    [first] = env.cr.fetchone()
    env.cr.execute("SELECT setval(%s::regclass, %s)", [sequence, first + count])
    return first


def _add_people(env, numbers):
    who = "FROM benchmark_person p ORDER BY n"
    name = (
        "(ARRAY['Ada','Ben','Cleo','Dev','Esi','Finn','Gwen','Hugo','Ines','Jomo','Kaya','Liam'])"
        " [1 + mod(n, 12)]"
        " || ' ' || (ARRAY['Okoro','Lee','Hart','Patel','Reed','Dunn','Fox'])[1 + mod(n / 12, 7)] || ' ' || n"
    )
    _insert(
        env,
        "res.partner",
        {
            "id": "partner_id",
            "name": name,
            "complete_name": name,
            "commercial_partner_id": "partner_id",
            "email": "'person' || n || '@example.org'",
            "partner_share": "TRUE",
        },
        who,
        numbers,
    )
    _insert(
        env,
        "timebank.account",
        {
            "id": "account_id",
            "name": name,
            "scheme_id": "scheme_id",
            "company_id": "company_id",
            "kind": "'member'",
            "partner_id": "partner_id",
            "credit_limit_minutes": "1200",
        },
        who,
        numbers,
    )
    _insert(
        env,
        "timebank.member",
        {
            "id": "member_id",
            "name": name,
            "scheme_id": "scheme_id",
            "company_id": "company_id",
            "partner_id": "partner_id",
            "account_id": "account_id",
            "role": "role",
            "state": "CASE WHEN n > 0 AND mod(n, 50) = 0 THEN 'paused' ELSE 'active' END",
            "joined_on": "CURRENT_DATE - mod(n, 3650)::int - 10",
            "supported_from": "CASE WHEN role = 'beneficiary' THEN CURRENT_DATE - mod(n, 3650)::int - 10 END",
            "supported_until": "CASE WHEN role = 'beneficiary' AND mod(n, 3) > 0"
            " THEN CURRENT_DATE - mod(n, 3650)::int + mod(n, 400)::int END",
        },
        who,
        numbers,
    )
    _insert(
        env,
        "timebank.check",
        {
            "partner_id": "partner_id",
            "type_id": _one_of("checks", "n / 5"),
            "issued_on": "CURRENT_DATE - 100 - mod(n, 900)::int",
            "expires_on": "CURRENT_DATE + 900 - mod(n, 900)::int",
        },
        "FROM benchmark_person WHERE mod(n, 5) = 0 ORDER BY n",
        numbers,
    )


def _add_supply(env, numbers):
    """Activities, rewards, offers, requests and the introductions between them."""
    _insert(
        env,
        "timebank.activity",
        {
            "id": "%(activity)s + bank * 5 + j",
            "name": "'Activity ' || j || ' of bank ' || bank",
            "scheme_id": "scheme_id",
            "company_id": "company_id",
            "state": "'running'",
            "planned_by": "(ARRAY['jointly', 'professionals', 'community'])[1 + mod(bank + j, 3)]",
            "attendee_effect": "CASE WHEN mod(bank, 10) = 0 THEN 'credit' ELSE 'none' END",
        },
        "FROM benchmark_bank, generate_series(0, 4) j",
        numbers,
    )
    _insert(
        env,
        "timebank.reward",
        {
            "id": "%(reward)s + bank * 5 + j",
            "name": "jsonb_build_object('en_US', 'Reward ' || j || ' of bank ' || bank)",
            "scheme_id": "scheme_id",
            "company_id": "company_id",
            "minutes": "30",
            "state": "'published'",
        },
        "FROM benchmark_bank, generate_series(0, 4) j",
        numbers,
    )
    for model, name, who in (("offer", "offer", "mod(n, 4) = 0"), ("request", "request", "mod(n, 10) = 3")):
        _insert(
            env,
            f"timebank.{model}",
            {"id": f"%({name})s + n", **_of_exchange("n", "'published'", "CURRENT_DATE - mod(n, 60)::int")},
            f"FROM benchmark_person WHERE {who} ORDER BY n",
            numbers,
        )
    _insert(
        env,
        "timebank.introduction",
        {
            **_between("p", "o"),
            "offer_id": "%(offer)s + o.n",
            "request_id": "%(request)s + p.n",
            "state": "(ARRAY['suggested', 'introduced', 'agreed', 'suggested'])[1 + mod(p.n / 20, 4)]",
            "introduced_on": "CASE WHEN mod(p.n / 20, 4) IN (1, 2) THEN CURRENT_DATE - mod(p.n, 30)::int END",
        },
        "FROM benchmark_person p JOIN benchmark_person o ON o.n = p.n + 1 AND o.bank = p.bank"
        " WHERE mod(p.n, 20) = 3 ORDER BY p.n",
        numbers,
    )


def _of_exchange(number, state, published):
    """The columns of an offer or a request of person `p`."""
    return {
        "scheme_id": "scheme_id",
        "company_id": "company_id",
        "partner_id": "partner_id",
        "member_id": "member_id",
        "kind": "'skill'",
        "skill_id": _one_of("skills", number),
        "description": f"'Number ' || {number}",
        "state": state,
        "published_on": published,
        "expires_on": f"{published} + 365",
    }


def _between(receiver, giver):
    """The columns of an introduction that people and their bank decide."""
    return {
        "giver_id": f"{giver}.partner_id",
        "receiver_id": f"{receiver}.partner_id",
        "scheme_id": f"{receiver}.scheme_id",
        "company_id": f"{receiver}.company_id",
        "skill_id": _one_of("skills", f"{receiver}.n"),
        "score": "60",
    }


def _add_what_is_to_come(env, numbers):
    """Three sessions of every bank in the next weeks, and in some one that should have been closed."""
    day = "(CURRENT_DATE + CASE j WHEN 0 THEN -3 ELSE j * 15 + mod(bank, 15)::int END)"
    session = "%(coming)s + bank * 4 + j"
    coming = "WHERE (j > 0 OR mod(bank, 10) = 1)"
    _insert(
        env,
        "timebank.session",
        {
            "id": session,
            "activity_id": "%(activity)s + bank * 5 + j",
            "state": "'open'",
            "helpers_wanted": "3",
            **_of_session("'Session ' || j || ' of bank ' || bank", day),
        },
        f"FROM benchmark_bank, generate_series(0, 3) j {coming}",
        numbers,
    )
    _insert(
        env,
        "timebank.attendance",
        {
            **_of_attendance(session, "%(activity)s + bank * 5 + j", f"{day} + time '10:00'"),
            "role": "CASE WHEN mod(n, 2) = 0 THEN 'helper' ELSE 'attendee' END",
            "state": "'signed_up'",
        },
        f"FROM benchmark_person, generate_series(0, 3) j {coming} AND mod(n + j, 20) = 7",
        numbers,
    )
    _count_attendance(env, numbers["coming"], numbers["coming"] + numbers["banks"] * 4)


def _of_session(name, day):
    return {
        "name": name,
        "scheme_id": "scheme_id",
        "company_id": "company_id",
        "coordinator_id": "%(coordinator)s",
        "tz": "'UTC'",
        "date": day,
        "start": f"{day} + time '10:00'",
        "stop": f"{day} + time '12:00'",
        "minutes": "120",
    }


def _of_attendance(session, activity, start):
    return {
        "session_id": session,
        "activity_id": activity,
        "partner_id": "partner_id",
        "scheme_id": "scheme_id",
        "company_id": "company_id",
        "start": start,
    }


def _count_attendance(env, first, stop):
    """The figures that a session keeps of its register."""
    env.cr.execute(
        """UPDATE timebank_session s
              SET helper_count = a.helpers, taken_count = a.attendees,
                  professional_count = 0, waiting_count = 0,
                  helper_shortage = CASE s.state WHEN 'open' THEN GREATEST(s.helpers_wanted - a.helpers, 0)
                                    ELSE 0 END
             FROM (SELECT s.id, count(*) FILTER (WHERE a.role = 'helper') AS helpers,
                          count(*) FILTER (WHERE a.role = 'attendee') AS attendees
                     FROM timebank_session s LEFT JOIN timebank_attendance a ON a.session_id = s.id
                    WHERE s.id >= %s AND s.id < %s GROUP BY s.id) a
            WHERE a.id = s.id""",
        [first, stop],
    )


# What was done in ten years


def _lay_history(env, numbers, rounds):
    """Everything that happened in these rounds, in the order of its references."""
    env.cr.execute("SELECT name, value FROM benchmark_number")
    numbers = {**numbers, **dict(env.cr.fetchall()), "start": rounds.start, "stop": rounds.stop}
    written = ("hours", "transfer", "session", "attendance", "redemption", "offer", "request", "introduction")
    with _without_indexes(env.cr, [f"timebank_{name}" for name in written]):
        env.cr.execute(ENTRIES, numbers)
        env.cr.execute(KEEN, numbers)
        env.cr.execute("ANALYZE entry")
        _add_sessions(env, numbers)
        _add_hours(env, numbers)
        _add_registers(env, numbers)
        _add_claims(env, numbers)
        _add_met_requests(env, numbers)
    env.cr.execute("DROP TABLE entry")


def _add_sessions(env, numbers):
    _insert(
        env,
        "timebank.session",
        {
            "id": "session_id",
            "activity_id": "activity_id",
            "state": "'done'",
            "closed_on": "session_day + time '13:00'",
            "closed_by_id": "%(coordinator)s",
            "grant_id": _grant("session_day"),
            **_of_session("'Session ' || k || ' of bank ' || bank", "session_day"),
        },
        "FROM entry WHERE convenes AND g IS NOT NULL ORDER BY session_day",
        numbers,
    )


def _add_hours(env, numbers):
    decided = "CASE WHEN state IN ('approved', 'reversed') THEN {} END"
    _insert(
        env,
        "timebank.hours",
        {
            "id": "COALESCE(%(entry)s + g, nextval('timebank_hours_id_seq'))",
            "scheme_id": "scheme_id",
            "company_id": "company_id",
            "partner_id": "partner_id",
            "role": "role",
            "receiver_id": "%(partner)s + receiver",
            "date": "day",
            "minutes": "minutes",
            "hours": "minutes / 60.0::float8",
            "category_id": _one_of("categories", "n + k"),
            "description": "'Help ' || COALESCE(g, 0)",
            "source": "CASE WHEN met THEN 'session' ELSE 'coordinator' END",
            "session_id": "CASE WHEN met THEN session_id END",
            "activity_id": "CASE WHEN met THEN activity_id END",
            "grant_id": _grant("day"),
            "state": "state",
            "refusal_reason": "CASE state WHEN 'refused' THEN 'Recorded already' END",
            "approver_id": decided.format("%(coordinator)s"),
            "approved_on": decided.format("day + time '18:00'"),
            "earns_credit": decided.format("earns"),
            "create_date": "day + time '17:00'",
        },
        "FROM entry ORDER BY day",
        numbers,
    )
    new = """h.scheme_id = ANY(%(schemes)s) AND h.earns_credit
        AND NOT EXISTS (SELECT FROM timebank_transfer t WHERE t.hours_id = h.id)"""
    _insert(
        env,
        "timebank.transfer",
        {
            **_of_transfer("h.date", "h.minutes"),
            "scheme_id": "h.scheme_id",
            "from_account_id": "COALESCE(r.account_id, p.operating_id)",
            "to_account_id": "p.account_id",
            "kind": "CASE WHEN h.receiver_id IS NULL THEN 'earn' ELSE 'exchange' END",
            "memo": "h.description",
            "hours_id": "h.id",
        },
        f"""FROM timebank_hours h JOIN benchmark_person p ON p.n = h.partner_id - %(partner)s
            LEFT JOIN benchmark_person r ON r.n = h.receiver_id - %(partner)s
           WHERE {new} ORDER BY h.date, h.id""",
        numbers,
    )
    _insert(
        env,
        "timebank.transfer",
        REVERSALS,
        """FROM timebank_hours h JOIN timebank_transfer t ON t.hours_id = h.id
           JOIN benchmark_bank b ON b.scheme_id = t.scheme_id
          WHERE h.state = 'reversed' AND NOT EXISTS (
                SELECT FROM timebank_transfer r WHERE r.reversal_of_id = t.id)""",
        numbers,
    )


def _add_registers(env, numbers):
    """Helpers, whose hours these are, and attendees, who earn credits in every tenth bank."""
    effect = "mod(n + 3 * k, 5) = 1 AND mod(bank, 10) = 0"
    _insert(
        env,
        "timebank.attendance",
        {
            **_of_attendance("session_id", "activity_id", "session_day + time '10:00'"),
            "role": "CASE WHEN met THEN 'helper' ELSE 'attendee' END",
            "state": "'attended'",
            "minutes": "minutes",
            "hours": "minutes / 60.0::float8",
            "hours_id": "CASE WHEN met THEN %(entry)s + g END",
            "settled_on": "session_day + time '13:00'",
            "settle_no": f"({effect})::int",
            "effect": f"CASE WHEN {effect} THEN 'credit' ELSE 'none' END",
            "effect_minutes": f"CASE WHEN {effect} THEN minutes ELSE 0 END",
        },
        "FROM entry WHERE g IS NOT NULL AND (met OR mod(n + 3 * k, 5) = 1) ORDER BY session_day",
        numbers,
    )
    _insert(
        env,
        "timebank.transfer",
        {
            **_of_transfer("s.date", "a.minutes"),
            "scheme_id": "a.scheme_id",
            "from_account_id": "p.operating_id",
            "to_account_id": "p.account_id",
            "kind": "'attend'",
            "memo": "s.name",
            "attendance_id": "a.id",
            "attendance_no": "a.settle_no",
        },
        """FROM timebank_attendance a JOIN timebank_session s ON s.id = a.session_id
           JOIN benchmark_person p ON p.n = a.partner_id - %(partner)s
          WHERE a.effect = 'credit' AND a.scheme_id = ANY(%(schemes)s)
            AND NOT EXISTS (SELECT FROM timebank_transfer t WHERE t.attendance_id = a.id)
          ORDER BY s.date""",
        numbers,
    )
    meetings, session = numbers["meetings"], numbers["session"]
    _count_attendance(env, session + numbers["start"] * meetings, session + numbers["stop"] * meetings)


def _add_claims(env, numbers):
    state = "CASE WHEN k < %(last)s THEN 'fulfilled' WHEN mod(n, 20) < 5 THEN 'requested' ELSE 'approved' END"
    _insert(
        env,
        "timebank.redemption",
        {
            "reward_id": "%(reward)s + bank * 5 + mod(n, 5)",
            "scheme_id": "scheme_id",
            "company_id": "company_id",
            "partner_id": "partner_id",
            "account_id": "account_id",
            "quantity": "1",
            "minutes": "30",
            "hours": "0.5",
            "state": state,
            "requested_on": "own_day",
            "approved_on": f"CASE WHEN {state} != 'requested' THEN own_day + time '18:00' END",
            "fulfilled_on": f"CASE WHEN {state} = 'fulfilled' THEN own_day + time '19:00' END",
            "collect_by": "own_day + 90",
            "create_date": "own_day + time '17:00'",
        },
        "FROM entry WHERE g IS NOT NULL AND mod(n + 3 * k, 10) = 5 ORDER BY own_day",
        numbers,
    )
    _insert(
        env,
        "timebank.transfer",
        {
            **_of_transfer("c.requested_on", "c.minutes"),
            "scheme_id": "c.scheme_id",
            "from_account_id": "c.account_id",
            "to_account_id": "p.operating_id",
            "kind": "'redeem'",
            "memo": "'Claim'",
            "redemption_id": "c.id",
        },
        """FROM timebank_redemption c JOIN benchmark_person p ON p.n = c.partner_id - %(partner)s
          WHERE c.scheme_id = ANY(%(schemes)s)
            AND NOT EXISTS (SELECT FROM timebank_transfer t WHERE t.redemption_id = c.id)
          ORDER BY c.requested_on""",
        numbers,
    )


def _add_met_requests(env, numbers):
    """Every fiftieth entry came about through an offer, a request and an introduction."""
    met = "g IS NOT NULL AND size > 1 AND mod(n + k, 50) = 0"
    _insert(
        env,
        "timebank.offer",
        {"id": "%(offer)s + %(people)s + g", **_of_exchange("g", "'closed'", "own_day - 30")},
        f"FROM entry WHERE {met} ORDER BY own_day",
        numbers,
    )
    pair = f"FROM entry o JOIN benchmark_person p ON p.n = o.first + mod(o.place + 1, o.size) WHERE {met}"
    pair = pair.replace("size >", "o.size >").replace("mod(n", "mod(o.n")
    columns = _of_exchange("o.g", "'met'", "o.own_day - 20")
    for name in ("scheme_id", "company_id", "partner_id", "member_id"):
        columns[name] = f"p.{name}"
    _insert(env, "timebank.request", {"id": "%(request)s + %(people)s + o.g", **columns}, pair, numbers)
    _insert(
        env,
        "timebank.introduction",
        {
            **_between("p", "o"),
            "offer_id": "%(offer)s + %(people)s + o.g",
            "request_id": "%(request)s + %(people)s + o.g",
            "state": "'done'",
            "introduced_on": "o.own_day - 10",
        },
        pair,
        numbers,
    )


def _grant(day):
    """SQL of the grant that time at a bank counts for on that day."""
    return f"CASE WHEN mod(bank, 4) = 0 THEN (%(grants)s)[1 + (CURRENT_DATE - {day}) / 365] END"


def _of_transfer(day, minutes):
    """The columns of a transfer, made now: a ledger is numbered in the order in which it is written."""
    return {
        "name": "p.code || '/' || lpad(nextval(p.numbers::regclass)::text, 6, '0')",
        "date": day,
        "minutes": minutes,
        "hours": f"{minutes} / 60.0::float8",
    }


# Writing


def _one_of(name, number):
    """SQL of one of the ids in the list `name`, in turns."""
    return f"(%({name})s)[1 + mod({number}, cardinality(%({name})s))::int]"


def _insert(env, model, columns, source, numbers):
    """Rows of `model` from SQL: `columns` are expressions over `source`; the rest has its default."""
    records = env[model].sudo()
    now = {"create_uid": "1", "write_uid": "1", "create_date": "now()", "write_date": "now()"}
    columns = {**(now if records._log_access else {}), **columns}
    names = [
        name
        for name, field in records._fields.items()
        if field.store and field.column_type and field.default and name not in columns
        and not field.company_dependent
    ]  # fmt: skip
    values = dict(numbers)
    blank = records.new({})
    computed = {
        name: blank[name]
        for name, field in records._fields.items()
        if field.store and field.required and field.compute and name not in columns
    }
    for name, value in {**computed, **records.default_get(names)}.items():
        if name in {*names, *computed} and (value is not False or records._fields[name].type == "boolean"):
            values[f"default_{name}"] = records._fields[name].convert_to_column_insert(value, records)
            columns[name] = f"%(default_{name})s"
    env.cr.execute(
        f"INSERT INTO {records._table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} {source}",
        values,
    )


@contextmanager
def _without_indexes(cr, tables):
    """Without the tables' plain indexes and foreign keys, which are put back and checked at the end."""
    cr.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid),
                  obj_description(indexrelid, 'pg_class')
             FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique""",
        [tables],
    )
    indexes = cr.fetchall()
    cr.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
             FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f'""",
        [tables],
    )
    keys = cr.fetchall()
    cr.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the transaction's end holds a table up
    for table, name, _definition in keys:
        cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition, _remark in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name, definition, remark in indexes:
        cr.execute(definition)
        if remark:
            cr.execute(f"COMMENT ON INDEX {name} IS %s", [remark])
    for table, name, definition in keys:
        cr.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
