"""What counts as evidence: who gave time, who received it, and who gave to whom. As queries.

Each is a sub-query for a ``FROM``, one row for each fact, within a :class:`Scope`. Days are
those of the bank's (or the session's) own clock, as they stand in the records.

given      an approved entry of hours, whoever gave it. What was refused or reversed didn't happen.
received   a person for whom time was given: the receiver of an entry, or an attendee who came to
           a session that is closed
taken      everybody of both, once for each fact: what head counts and reciprocity count
arcs       who gave to whom: an entry with its receiver, and in a session each helper's entry
           towards each attendee, over whom its minutes are spread so that they add up to it
"""

from typing import NamedTuple

from odoo.tools import SQL


class Scope(NamedTuple):
    """What a figure is about. Both days are within; empty means: no limit."""

    scheme_ids: tuple
    date_from: object = None
    date_to: object = None
    grant_id: int = None
    project_id: int = None


def _within(scope, scheme, date, project, grant):
    """The condition that rows are within a scope; the last four name their columns."""
    conditions = [SQL("%s = ANY(%s)", SQL(scheme), list(scope.scheme_ids))]
    if scope.date_from:
        conditions.append(SQL("%s >= %s", SQL(date), scope.date_from))
    if scope.date_to:
        conditions.append(SQL("%s <= %s", SQL(date), scope.date_to))
    if scope.project_id:
        conditions.append(SQL("%s = %s", SQL(project), scope.project_id))
    if scope.grant_id:
        conditions.append(SQL("%s = %s", SQL(grant), scope.grant_id))
    return SQL(" AND ").join(conditions)


def _of_hours(scope):
    return _within(scope, "h.scheme_id", "h.date", "h.project_id", "h.grant_id")


def _of_sessions(scope):
    return _within(scope, "s.scheme_id", "s.date", "s.project_id", "s.grant_id")


def given(scope):
    """Columns: id of the entry, scheme_id, date, partner_id, role, receiver_id, minutes, category_id,
    project_id, activity_id, session_id, grant_id."""
    return SQL(
        """(SELECT h.id, h.scheme_id, h.date, h.partner_id, h.role, h.receiver_id, h.minutes,
                   h.category_id, h.project_id, h.activity_id, h.session_id, h.grant_id
              FROM timebank_hours h
             WHERE h.state = 'approved' AND %s)""",
        _of_hours(scope),
    )


def attended(scope):
    """Columns: id of the register's line, scheme_id, date, partner_id, minutes, project_id, activity_id,
    session_id, grant_id."""
    return SQL(
        """(SELECT a.id, s.scheme_id, s.date, a.partner_id, a.minutes,
                   s.project_id, s.activity_id, s.id AS session_id, s.grant_id
              FROM timebank_session s
              JOIN timebank_attendance a
                ON a.session_id = s.id AND a.role = 'attendee' AND a.state = 'attended'
             WHERE s.state = 'done' AND %s)""",
        _of_sessions(scope),
    )


def is_organisation(scheme, partner):
    """Whether a receiver is an organisation: as a member, or as a contact that isn't one.

    Both name columns.
    """
    return SQL(
        """(SELECT COALESCE(m.role = 'organisation', p.is_company)
              FROM res_partner p
              LEFT JOIN timebank_member m ON m.partner_id = p.id AND m.scheme_id = %s
             WHERE p.id = %s)""",
        SQL(scheme),
        SQL(partner),
    )


def received(scope):
    """Columns: scheme_id, date, partner_id, minutes, project_id, activity_id, session_id, grant_id."""
    return SQL(
        """(SELECT g.scheme_id, g.date, g.receiver_id AS partner_id, g.minutes,
                   g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM %s g
             WHERE g.receiver_id IS NOT NULL AND NOT %s
             UNION ALL
            SELECT a.scheme_id, a.date, a.partner_id, a.minutes,
                   a.project_id, a.activity_id, a.session_id, a.grant_id
              FROM %s a)""",
        given(scope),
        is_organisation("g.scheme_id", "g.receiver_id"),
        attended(scope),
    )


def taken(scope):
    """Columns: scheme_id, date, partner_id, gave (or else received), minutes. People alone."""
    return SQL(
        """(SELECT g.scheme_id, g.date, g.partner_id, TRUE AS gave, g.minutes
              FROM %s g
             WHERE g.role IS DISTINCT FROM 'organisation'
             UNION ALL
            SELECT r.scheme_id, r.date, r.partner_id, FALSE, r.minutes
              FROM %s r)""",
        given(scope),
        received(scope),
    )


def arcs(scope):
    """Columns: id (of the entry, and of the register's line or 0), scheme_id, date, giver_id,
    receiver_id, minutes, project_id, activity_id, session_id, grant_id. People alone."""
    return SQL(
        """(SELECT g.id AS hours_id, 0 AS attendance_id, g.scheme_id, g.date, g.partner_id AS giver_id,
                   g.receiver_id, g.minutes, g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM %s g
             WHERE g.role IS DISTINCT FROM 'organisation'
               AND g.receiver_id IS NOT NULL AND NOT %s
             UNION ALL
            SELECT g.id, a.id, g.scheme_id, g.date, g.partner_id, a.partner_id,
                   g.minutes * ROW_NUMBER() OVER share / COUNT(*) OVER whole
                   - g.minutes * (ROW_NUMBER() OVER share - 1) / COUNT(*) OVER whole,
                   g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM %s g
              JOIN timebank_attendance a
                ON a.session_id = g.session_id AND a.role = 'attendee' AND a.state = 'attended'
               AND a.partner_id != g.partner_id
              JOIN timebank_session s ON s.id = g.session_id AND s.state = 'done'
             WHERE g.role IS DISTINCT FROM 'organisation' AND g.receiver_id IS NULL
            WINDOW whole AS (PARTITION BY g.id), share AS (PARTITION BY g.id ORDER BY a.id))""",
        given(scope),
        is_organisation("g.scheme_id", "g.receiver_id"),
        given(scope),
    )
