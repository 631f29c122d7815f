"""What everybody did in rounds of the movement: hours, sessions, registers, claims, and requests met."""

from .movement_rows import (
    between,
    count_attendance,
    insert,
    of_attendance,
    of_exchange,
    of_session,
    one_of,
    without_indexes,
)

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

#: The project of an activity: they are numbered alike.
PROJECT = "%(project)s + activity_id - %(activity)s"

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


def lay_history(env, numbers, rounds):
    """Everything that happened in these rounds, in the order of its references."""
    env.cr.execute("SELECT name, value FROM benchmark_number")
    numbers = {**numbers, **dict(env.cr.fetchall()), "start": rounds.start, "stop": rounds.stop}
    written = ("hours", "transfer", "session", "attendance", "redemption", "offer", "request", "introduction")
    with without_indexes(env.cr, [f"timebank_{name}" for name in written]):
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
    insert(
        env,
        "timebank.session",
        {
            "id": "session_id",
            "activity_id": "activity_id",
            "project_id": PROJECT,
            "state": "'done'",
            "closed_on": "session_day + time '13:00'",
            "closed_by_id": "%(coordinator)s",
            "grant_id": _grant("session_day"),
            **of_session("'Session ' || k || ' of bank ' || bank", "session_day"),
        },
        "FROM entry WHERE convenes AND g IS NOT NULL ORDER BY session_day",
        numbers,
    )


def _add_hours(env, numbers):
    decided = "CASE WHEN state IN ('approved', 'reversed') THEN {} END"
    insert(
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
            "category_id": one_of("categories", "n + k"),
            "description": "'Help ' || COALESCE(g, 0)",
            "source": "CASE WHEN met THEN 'session' ELSE 'coordinator' END",
            "session_id": "CASE WHEN met THEN session_id END",
            "activity_id": "CASE WHEN met THEN activity_id END",
            # a third of what isn't given in a session is for no project
            "project_id": f"CASE WHEN met THEN {PROJECT}"
            " WHEN mod(n + k, 3) > 0 THEN %(project)s + bank * 5 + mod(n + k, 5) END",
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
    insert(
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
    insert(
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
    insert(
        env,
        "timebank.attendance",
        {
            **of_attendance("session_id", "activity_id", "session_day + time '10:00'"),
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
    insert(
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
    count_attendance(env, session + numbers["start"] * meetings, session + numbers["stop"] * meetings)


def _add_claims(env, numbers):
    state = "CASE WHEN k < %(last)s THEN 'fulfilled' WHEN mod(n, 20) < 5 THEN 'requested' ELSE 'approved' END"
    insert(
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
    insert(
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
    insert(
        env,
        "timebank.offer",
        {"id": "%(offer)s + %(people)s + g", **of_exchange("g", "'closed'", "own_day - 30")},
        f"FROM entry WHERE {met} ORDER BY own_day",
        numbers,
    )
    pair = f"FROM entry o JOIN benchmark_person p ON p.n = o.first + mod(o.place + 1, o.size) WHERE {met}"
    pair = pair.replace("size >", "o.size >").replace("mod(n", "mod(o.n")
    columns = of_exchange("o.g", "'met'", "o.own_day - 20")
    for name in ("scheme_id", "company_id", "partner_id", "member_id"):
        columns[name] = f"p.{name}"
    insert(env, "timebank.request", {"id": "%(request)s + %(people)s + o.g", **columns}, pair, numbers)
    insert(
        env,
        "timebank.introduction",
        {
            **between("p", "o"),
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
