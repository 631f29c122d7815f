"""Ten times the time banks of the United Kingdom, made by PostgreSQL in minutes.

1,080 banks of five projects each, 50,000 people and 2.6 million hours over ten years, with the sessions,
registers, claims, offers, requests, introductions and transfers that belong to them. The
rows go through the real tables: the ledger's triggers move the balances, every constraint
holds, and the ledger check finds nothing.

The history comes in rounds of ten weeks, in each of which everybody gives time once, a fifth of
them in a session of at most fifteen helpers and as many attendees. So
there are two databases with the same banks and people: `SHORT` has the last year alone,
`WHOLE` all ten, and what takes longer in the second grows with history. Both are kept, and
made anew when these files, the month or Odoo changes; the addon in them is brought up to date.
"""

import hashlib
from datetime import date, timedelta
from pathlib import Path

from odoo.fields import Command

from dev import databases, postgres, settings, templates
from dev.console import Stop, step
from dev.lock import only_one

from . import harness
from .movement_history import lay_history
from .movement_rows import between, count_attendance, insert, of_attendance, of_exchange, of_session, one_of

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
    made_by = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("movement*.py")))
    what = f"{made_by} {templates.template()} {date.today():%Y-%m}"
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
                lay_history(env, numbers, rounds)
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
        "project": _make_projects(env, schemes, users[ALL]),
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


def _make_projects(env, schemes, manager):
    """Five for each bank, as it has five activities: the first of their ids, which follow each other."""
    projects = env["project.project"].create(
        [
            {
                "name": f"Project {number} of {scheme.name}",
                "company_id": scheme.company_id.id,
                "user_id": manager.id,
            }
            for scheme in schemes
            for number in range(5)
        ]
    )
    first = projects.ids[0]
    assert projects.ids == [*range(first, first + len(projects))]
    for place, scheme in enumerate(schemes):
        scheme.project_ids = projects[place * 5 : place * 5 + 5]
    return first


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
    insert(
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
    insert(
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
    insert(
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
    insert(
        env,
        "timebank.check",
        {
            "partner_id": "partner_id",
            "type_id": one_of("checks", "n / 5"),
            "issued_on": "CURRENT_DATE - 100 - mod(n, 900)::int",
            "expires_on": "CURRENT_DATE + 900 - mod(n, 900)::int",
        },
        "FROM benchmark_person WHERE mod(n, 5) = 0 ORDER BY n",
        numbers,
    )


def _add_supply(env, numbers):
    """Activities, rewards, offers, requests and the introductions between them."""
    insert(
        env,
        "timebank.activity",
        {
            "id": "%(activity)s + bank * 5 + j",
            "name": "'Activity ' || j || ' of bank ' || bank",
            "scheme_id": "scheme_id",
            "company_id": "company_id",
            "project_id": "%(project)s + bank * 5 + j",
            "state": "'running'",
            "planned_by": "(ARRAY['jointly', 'professionals', 'community'])[1 + mod(bank + j, 3)]",
            "attendee_effect": "CASE WHEN mod(bank, 10) = 0 THEN 'credit' ELSE 'none' END",
        },
        "FROM benchmark_bank, generate_series(0, 4) j",
        numbers,
    )
    insert(
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
        insert(
            env,
            f"timebank.{model}",
            {"id": f"%({name})s + n", **of_exchange("n", "'published'", "CURRENT_DATE - mod(n, 60)::int")},
            f"FROM benchmark_person WHERE {who} ORDER BY n",
            numbers,
        )
    insert(
        env,
        "timebank.introduction",
        {
            **between("p", "o"),
            "offer_id": "%(offer)s + o.n",
            "request_id": "%(request)s + p.n",
            "state": "(ARRAY['suggested', 'introduced', 'agreed', 'suggested'])[1 + mod(p.n / 20, 4)]",
            "introduced_on": "CASE WHEN mod(p.n / 20, 4) IN (1, 2) THEN CURRENT_DATE - mod(p.n, 30)::int END",
        },
        "FROM benchmark_person p JOIN benchmark_person o ON o.n = p.n + 1 AND o.bank = p.bank"
        " WHERE mod(p.n, 20) = 3 ORDER BY p.n",
        numbers,
    )


def _add_what_is_to_come(env, numbers):
    """Three sessions of every bank in the next weeks, and in some one that should have been closed."""
    day = "(CURRENT_DATE + CASE j WHEN 0 THEN -3 ELSE j * 15 + mod(bank, 15)::int END)"
    session = "%(coming)s + bank * 4 + j"
    coming = "WHERE (j > 0 OR mod(bank, 10) = 1)"
    insert(
        env,
        "timebank.session",
        {
            "id": session,
            "activity_id": "%(activity)s + bank * 5 + j",
            "project_id": "%(project)s + bank * 5 + j",
            "state": "'open'",
            "helpers_wanted": "3",
            **of_session("'Session ' || j || ' of bank ' || bank", day),
        },
        f"FROM benchmark_bank, generate_series(0, 3) j {coming}",
        numbers,
    )
    insert(
        env,
        "timebank.attendance",
        {
            **of_attendance(session, "%(activity)s + bank * 5 + j", f"{day} + time '10:00'"),
            "role": "CASE WHEN mod(n, 2) = 0 THEN 'helper' ELSE 'attendee' END",
            "state": "'signed_up'",
        },
        f"FROM benchmark_person, generate_series(0, 3) j {coming} AND mod(n + j, 20) = 7",
        numbers,
    )
    count_attendance(env, numbers["coming"], numbers["coming"] + numbers["banks"] * 4)
