"""What counts as evidence: who gave time, who received it, who gave to whom, what moved. As queries.

Each is a sub-query for a ``FROM``, one row for each fact, within a :class:`Scope`. Days are
those of the bank's (or the session's) own clock, as they stand in the records.

given      an approved entry of hours, whoever gave it. What was refused or reversed didn't happen.
attended   a person who came to take part in a session that is closed
received   a person for whom time was given: the receiver of an entry, or who attended
taken      everybody of given and received, once for each fact: what head counts and reciprocity count
arcs       who gave to whom: an entry with its receiver, and in a session each helper's entry
           towards each attendee, over whom its minutes are spread so that they add up to it
moved      a transfer of the ledger; a reversal is the negative of what it reverses, on its own day

Organisations (who take part as such, and contacts that are companies) are no people: they are in
``given``, ``moved`` and ``balances`` alone.

Where rows are joined, so are the tables: no sub-query is asked for each row, as a year of a movement
has hundreds of thousands of them.
"""

from datetime import timedelta
from typing import NamedTuple

from odoo.tools import SQL


class Scope(NamedTuple):
    """What a figure is about. Both days are within; empty means: no limit, and so does ``None`` for banks."""

    scheme_ids: tuple
    date_from: object = None
    date_to: object = None
    grant_id: int = None
    project_id: int = None

    def of_all_time(self):
        """The same until the period's end, however long ago."""
        return self._replace(date_from=None)

    def of_banks(self):
        """The same banks and period, whichever grant or project."""
        return self._replace(grant_id=None, project_id=None)

    def is_within(self, wider):
        """Whether all that it is about is what ``wider`` is about too, of the same banks."""
        return (
            self.scheme_ids == wider.scheme_ids
            and (not wider.date_from or bool(self.date_from) and self.date_from >= wider.date_from)
            and (not wider.date_to or bool(self.date_to) and self.date_to <= wider.date_to)
            and wider.grant_id in (None, self.grant_id)
            and wider.project_id in (None, self.project_id)
        )

    def of_banks_before(self):
        """All that the same banks had before the period, whichever grant or project."""
        return self.of_banks()._replace(date_from=None, date_to=self.date_from - timedelta(days=1))


#: What a transfer is for those who watch a bank: issued left the bank's own account, returned came back
#: to it, the rest went between others. What settles balances (openings, adjustments) is none of the five.
FLOWS = ("issued", "exchanged", "returned", "given", "expired")


def _within(scope, scheme, date, project, grant):
    """The condition that rows are within a scope; the last four name their columns."""
    conditions = [SQL("TRUE")]
    if scope.scheme_ids is not None:
        conditions.append(SQL("%s = ANY(%s)", SQL(scheme), list(scope.scheme_ids)))
    if scope.date_from:
        conditions.append(SQL("%s >= %s", SQL(date), scope.date_from))
    if scope.date_to:
        conditions.append(SQL("%s <= %s", SQL(date), scope.date_to))
    if scope.project_id:
        conditions.append(SQL("%s = %s", SQL(project), scope.project_id))
    if scope.grant_id:
        conditions.append(SQL("%s = %s", SQL(grant), scope.grant_id))
    return SQL(" AND ").join(conditions)


def given(scope):
    """Columns: id of the entry, scheme_id, date, partner_id, role, receiver_id, minutes, category_id,
    project_id, activity_id, session_id, grant_id."""
    return SQL(
        """(SELECT h.id, h.scheme_id, h.date, h.partner_id, h.role, h.receiver_id, h.minutes,
                   h.category_id, h.project_id, h.activity_id, h.session_id, h.grant_id
              FROM timebank_hours h
             WHERE h.state = 'approved' AND %s)""",
        _within(scope, "h.scheme_id", "h.date", "h.project_id", "h.grant_id"),
    )


def given_by_people(scope):
    """As :func:`given`, without what organisations gave: as what they gave it stands on the entry."""
    return SQL(
        "(SELECT g.* FROM %s g WHERE g.role IS DISTINCT FROM 'organisation' AND %s)",
        given(scope),
        is_no_company("g.partner_id"),
    )


def professionals(scope):
    """Columns: session_id, activity_id, date. Where a professional gave time, each once."""
    return SQL(
        "(SELECT DISTINCT session_id, activity_id, date FROM %s g WHERE role = 'professional')",
        given(scope.of_banks()),
    )


def is_beside(fact, where):
    """Whether time was given beside a professional: in the same session, or without one in the same activity
    on the same day.

    :param fact: what the rows are called that are asked
    :param where: :func:`professionals`, or what these are called
    """
    return SQL(
        """(%(fact)s.session_id IS NOT NULL AND %(fact)s.session_id IN (
                   SELECT session_id FROM %(where)s w WHERE session_id IS NOT NULL)
            OR %(fact)s.session_id IS NULL AND %(fact)s.activity_id IS NOT NULL
               AND (%(fact)s.activity_id, %(fact)s.date) IN (
                   SELECT activity_id, date FROM %(where)s w WHERE activity_id IS NOT NULL))""",
        fact=SQL(fact),
        where=where,
    )


def attended(scope):
    """Columns: id of the register's line, scheme_id, date, start, partner_id, minutes, project_id,
    activity_id, session_id, grant_id. People alone."""
    return SQL(
        "(SELECT a.* FROM %s a WHERE %s)",
        attended_by_anybody(scope),
        is_person("a.scheme_id", "a.partner_id"),
    )


def attended_by_anybody(scope):
    """As :func:`attended`, with organisations."""
    return SQL(
        """(SELECT a.id, s.scheme_id, s.date, a.start, a.partner_id, a.minutes,
                   s.project_id, s.activity_id, s.id AS session_id, s.grant_id
              FROM timebank_session s
              JOIN timebank_attendance a
                ON a.session_id = s.id AND a.role = 'attendee' AND a.state = 'attended'
             WHERE s.state = 'done' AND %s)""",
        _within(scope, "s.scheme_id", "s.date", "s.project_id", "s.grant_id"),
    )


def is_no_company(partner):
    """Whether a contact (a column) is a person. It is the few that are none who are looked up."""
    return SQL("NOT EXISTS (SELECT FROM res_partner who WHERE who.id = %s AND who.is_company)", SQL(partner))


def is_person(scheme, partner):
    """Whether somebody, in the bank ``scheme`` (two columns), is no organisation."""
    return SQL(
        """%(no_company)s
           AND NOT EXISTS (SELECT FROM timebank_member whose
                            WHERE whose.partner_id = %(partner)s AND whose.scheme_id = %(scheme)s
                              AND whose.role = 'organisation')""",
        no_company=is_no_company(partner),
        partner=SQL(partner),
        scheme=SQL(scheme),
    )


#: The same of a bank's member ``whose``, perhaps, and the contact ``who``, where these are joined already.
IS_PERSON = SQL("(whose.role = 'organisation' OR who.is_company) IS NOT TRUE")


def received(scope):
    """Columns: scheme_id, date, partner_id, minutes, project_id, activity_id, session_id, grant_id, and
    came: whether they attended, rather than being the receiver of an entry. People alone."""
    return SQL(
        """(SELECT g.scheme_id, g.date, g.receiver_id AS partner_id, g.minutes,
                   g.project_id, g.activity_id, g.session_id, g.grant_id, FALSE AS came
              FROM %s g
             WHERE g.receiver_id IS NOT NULL AND %s
             UNION ALL
            SELECT a.scheme_id, a.date, a.partner_id, a.minutes,
                   a.project_id, a.activity_id, a.session_id, a.grant_id, TRUE
              FROM %s a)""",
        given(scope),
        is_person("g.scheme_id", "g.receiver_id"),
        attended(scope),
    )


def taken(scope):
    """Columns: scheme_id, date, partner_id, gave, or came, or else received otherwise; minutes,
    category_id (of what was given), project_id, grant_id. People alone."""
    return SQL(
        """(SELECT g.scheme_id, g.date, g.partner_id, TRUE AS gave, FALSE AS came, g.minutes,
                   g.category_id, g.project_id, g.grant_id
              FROM %s g
             UNION ALL
            SELECT r.scheme_id, r.date, r.partner_id, FALSE, r.came, r.minutes,
                   NULL::int, r.project_id, r.grant_id
              FROM %s r)""",
        given_by_people(scope),
        received(scope),
    )


def arcs(scope):
    """Columns: hours_id, attendance_id (the register's line, or 0), scheme_id, date, giver_id,
    receiver_id, role (of the giver), minutes, category_id, project_id, activity_id, session_id, grant_id.
    People alone.

    Who came to a session is numbered once, whoever helped there; a helper who came as well is left out of
    their own count.
    """
    return SQL(
        """(SELECT d.id AS hours_id, 0 AS attendance_id, d.scheme_id, d.date, d.partner_id AS giver_id,
                   d.receiver_id, d.role, d.minutes, d.category_id, d.project_id, d.activity_id,
                   d.session_id, d.grant_id
              FROM %(given)s d
             WHERE d.receiver_id IS NOT NULL
             UNION ALL
            SELECT g.id, came.id, g.scheme_id, g.date, g.partner_id,
                   came.partner_id, g.role,
                   g.minutes * share.place / share.of - g.minutes * (share.place - 1) / share.of,
                   g.category_id, g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM (SELECT g.*, own.id AS own_id,
                           (own.role = 'attendee' AND own.state = 'attended'
                            AND whose.role IS DISTINCT FROM 'organisation') IS TRUE AS came_too
                      FROM %(given)s g
                      -- on unique keys, so that they are left out where nobody asks for minutes
                      LEFT JOIN timebank_attendance own
                        ON own.session_id = g.session_id AND own.partner_id = g.partner_id
                      LEFT JOIN timebank_member whose
                        ON whose.scheme_id = g.scheme_id AND whose.partner_id = g.partner_id
                     WHERE g.receiver_id IS NULL
                    OFFSET 0) g  -- found once for each helper, and not for each two people
              JOIN (SELECT a.id, a.session_id, a.partner_id,
                           (ROW_NUMBER() OVER (PARTITION BY a.session_id ORDER BY a.id))::int AS place,
                           (COUNT(*) OVER (PARTITION BY a.session_id))::int AS of
                      FROM %(came)s a) came
                ON came.session_id = g.session_id AND came.partner_id != g.partner_id
             CROSS JOIN LATERAL (
                   SELECT came.place - (g.came_too AND g.own_id < came.id)::int AS place,
                          came.of - g.came_too::int AS of) share)""",
        given=given_to_people(scope),
        came=came(scope),
    )


def given_to_people(scope):
    """As :func:`given`, between people: what has a receiver is an arc by itself; what has none was given in a
    session, to whoever :func:`came`. So the arcs of sessions are there without all their pairs, of which
    there are many times as many."""
    return SQL(
        "(SELECT g.* FROM %s g WHERE (g.receiver_id IS NOT NULL OR g.session_id IS NOT NULL) AND %s)",
        given_by_people(scope),
        is_person("g.scheme_id", "g.receiver_id"),
    )


def came(scope):
    """Columns: as :func:`attended`. Who came to the sessions of :func:`given_to_people`, whichever grant or
    project the time was for."""
    return attended(scope.of_banks())


def flow_of(kind, source, target, operating):
    """What a transfer is, one of ``FLOWS`` or NULL; the arguments name the columns of its kind, of both its
    accounts and of its bank's operating account."""
    return SQL(
        """CASE WHEN %(kind)s IN ('earn', 'attend', 'voucher_issue') AND %(source)s = %(bank)s THEN 'issued'
                WHEN %(kind)s IN ('redeem', 'attend', 'voucher_return') AND %(target)s = %(bank)s
                THEN 'returned'
                WHEN %(kind)s = 'exchange' THEN 'exchanged'
                WHEN %(kind)s = 'gift' THEN 'given'
                WHEN %(kind)s = 'expiry' THEN 'expired' END""",
        kind=SQL(kind),
        source=SQL(source),
        target=SQL(target),
        bank=SQL(operating),
    )


def _of_original(column):
    """A column of the transfer ``t``, or of the one that it reverses."""
    return SQL(
        """CASE WHEN t.reversal_of_id IS NULL THEN t.%(column)s
                ELSE (SELECT o.%(column)s FROM timebank_transfer o WHERE o.id = t.reversal_of_id) END""",
        column=SQL.identifier(column),
    )


def moved(scope):
    """Columns: id of the transfer, scheme_id, date, kind and flow (one of ``FLOWS``, or NULL) and
    both accounts of what was reversed where it is a reversal, minutes (below zero then), reversed (whether it
    is one), hours_id, attendance_id, redemption_id, and of those category_id, role (of the giver),
    project_id, activity_id, session_id, grant_id.

    What made a transfer is joined on unique keys, whether there is any or not: PostgreSQL leaves out what a
    question doesn't need. What was reversed is looked up, as few are.
    """
    return SQL(
        """(SELECT m.*, %s AS flow
              FROM (SELECT t.id, t.scheme_id, bank.operating_account_id, t.date,
                           %s AS kind,
                           CASE WHEN t.reversal_of_id IS NULL THEN t.from_account_id ELSE t.to_account_id END
                               AS from_account_id,
                           CASE WHEN t.reversal_of_id IS NULL THEN t.to_account_id ELSE t.from_account_id END
                               AS to_account_id,
                           CASE WHEN t.reversal_of_id IS NULL THEN t.minutes ELSE -t.minutes END AS minutes,
                           t.reversal_of_id IS NOT NULL AS reversed,
                           h.id AS hours_id, a.id AS attendance_id, c.id AS redemption_id,
                           h.category_id, h.role,
                           COALESCE(h.project_id, s.project_id) AS project_id,
                           COALESCE(h.activity_id, s.activity_id) AS activity_id,
                           COALESCE(h.session_id, s.id) AS session_id,
                           COALESCE(h.grant_id, s.grant_id, c.grant_id) AS grant_id
                      FROM timebank_transfer t
                      LEFT JOIN timebank_scheme bank ON bank.id = t.scheme_id
                      LEFT JOIN timebank_hours h ON h.id = %s
                      LEFT JOIN timebank_attendance a ON a.id = %s
                      LEFT JOIN timebank_session s ON s.id = a.session_id
                      LEFT JOIN timebank_redemption c ON c.id = %s) m
             WHERE %s)""",
        flow_of("m.kind", "m.from_account_id", "m.to_account_id", "m.operating_account_id"),
        *map(_of_original, ("kind", "hours_id", "attendance_id", "redemption_id")),
        _within(scope, "m.scheme_id", "m.date", "m.project_id", "m.grant_id"),
    )


def members(scope):
    """Columns: id, scheme_id, partner_id, joined_on. People who take part in a bank at the end of the scope's
    last day, by the days on which they joined and left."""
    return SQL(
        """(SELECT whose.id, whose.scheme_id, whose.partner_id, whose.joined_on
              FROM timebank_member whose
              JOIN res_partner who ON who.id = whose.partner_id
             WHERE whose.scheme_id = ANY(%(schemes)s) AND whose.state != 'applicant' AND %(is_person)s
               AND whose.joined_on <= %(last)s
               AND COALESCE(whose.left_on > %(last)s, whose.state != 'left')
               AND COALESCE(whose.forgotten_on > %(last)s, TRUE))""",
        schemes=list(scope.scheme_ids),
        is_person=IS_PERSON,
        last=scope.date_to,
    )


def balances(scope):
    """Columns: account_id, scheme_id, kind, partner_id, minutes. What was on each account at the end of the
    scope's last day: what is there now, without what :func:`moved_after` since."""
    return SQL(
        """(SELECT b.account_id, b.scheme_id, b.kind, b.partner_id,
                   b.minutes - COALESCE(later.minutes, 0) AS minutes
              FROM %s b
              LEFT JOIN (SELECT side.account_id, SUM(side.minutes) AS minutes
                           FROM %s t
                          CROSS JOIN LATERAL (VALUES (t.to_account_id, t.minutes),
                                                     (t.from_account_id, -t.minutes))
                                     side (account_id, minutes)
                          GROUP BY side.account_id) later ON later.account_id = b.account_id)""",
        balances_now(scope),
        moved_after(scope),
    )


def balances_now(scope):
    """As :func:`balances`, at this moment."""
    return SQL(
        """(SELECT a.id AS account_id, a.scheme_id, a.kind, a.partner_id,
                   a.balance_minutes + COALESCE(tail.minutes, 0) AS minutes
              FROM timebank_account a
              LEFT JOIN (SELECT account_id, SUM(minutes) AS minutes
                           FROM timebank_account_tail GROUP BY account_id) tail ON tail.account_id = a.id
             WHERE a.scheme_id = ANY(%s))""",
        list(scope.scheme_ids),
    )


def moved_after(scope):
    """Columns: from_account_id, to_account_id, minutes. Every transfer after the scope's last day."""
    return SQL(
        """(SELECT from_account_id, to_account_id, minutes FROM timebank_transfer
             WHERE scheme_id = ANY(%s) AND date > %s)""",
        list(scope.scheme_ids),
        scope.date_to,
    )


def held(scope):
    """Columns as those of :func:`balances`: what is on the accounts of people."""
    return SQL(
        "(SELECT b.* FROM %s b WHERE b.kind = 'member' AND %s)",
        balances(scope),
        is_person("b.scheme_id", "b.partner_id"),
    )


def holders(scope):
    """Columns: scheme_id, partner_id, minutes, place (who has most is the first), count (of the bank's
    holders). People who have more than nothing on their accounts in a bank."""
    return SQL(
        """(SELECT scheme_id, partner_id, minutes, COUNT(*) OVER (PARTITION BY scheme_id) AS count,
                   ROW_NUMBER() OVER (PARTITION BY scheme_id ORDER BY minutes DESC, partner_id) AS place
              FROM (SELECT b.scheme_id, b.partner_id, SUM(b.minutes) AS minutes
                      FROM %s b GROUP BY b.scheme_id, b.partner_id) whole
             WHERE minutes > 0)""",
        held(scope),
    )
