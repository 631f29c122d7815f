from datetime import date
from io import BytesIO
from typing import NamedTuple

import numpy as np
from psycopg2 import extensions

from odoo import models
from odoo.tools import SQL

from ...tools.arrays import begins, join, number, read_copied, read_copied_pairs
from ..member.timebank_member import ROLES
from . import facts


class Asked(dict):
    """What has been asked for one page, which writes nothing in between, with the answers: several of its
    figures rest on the same rows. In the context as ``timebank_asked``; no two are alike."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


def days_since_1970(day):
    return (day - date(1970, 1, 1)).days


#: The roles in which people give, as whole numbers from 1; 0 without one.
NUMBERED_ROLES = [value for value, _label in ROLES]


class Entries(NamedTuple):
    """Approved entries of hours, a row for each: arrays. Without a receiver, session, activity, category,
    project, grant or role: 0."""

    scheme_id: np.ndarray
    partner_id: np.ndarray
    receiver_id: np.ndarray
    session_id: np.ndarray
    activity_id: np.ndarray
    role: np.ndarray  # its place in NUMBERED_ROLES, from 1
    date: np.ndarray
    minutes: np.ndarray
    category_id: np.ndarray
    project_id: np.ndarray
    grant_id: np.ndarray
    by_agency: np.ndarray  # an organisation gave it, or somebody for one
    to_person: np.ndarray  # the receiver is a person

    def are_in_role(self, role):
        """Which of them were given in a role: an array of bool."""
        return self.role == NUMBERED_ROLES.index(role) + 1


class Attended(NamedTuple):
    """People who came to sessions, a row for each, in the order of sessions and of the lines of their
    registers: arrays."""

    scheme_id: np.ndarray
    partner_id: np.ndarray
    session_id: np.ndarray
    date: np.ndarray
    minutes: np.ndarray
    project_id: np.ndarray
    grant_id: np.ndarray


class Taken(NamedTuple):
    """Who gave, received or came, a row for each time: arrays. Without a category, project or grant: 0."""

    scheme_id: np.ndarray
    partner_id: np.ndarray
    gave: np.ndarray
    came: np.ndarray
    date: np.ndarray
    minutes: np.ndarray
    category_id: np.ndarray
    project_id: np.ndarray
    grant_id: np.ndarray


class Given(NamedTuple):
    """Entries, a row for each: who gave, to whom or in which session, days since 1970, minutes: arrays."""

    partner_id: np.ndarray
    other_id: np.ndarray
    date: np.ndarray
    minutes: np.ndarray


class Came(NamedTuple):
    """Who came to which session, in the order of sessions and of the lines of their registers: arrays."""

    session_id: np.ndarray
    partner_id: np.ndarray


class TimebankMeasuresFacts(models.AbstractModel):
    """The rows on which most figures rest, as ``facts.py`` says what counts: each is read once for a page.

    Whoever reads them has asked :meth:`timebank.measures._check_readable` first.
    """

    _name = "timebank.measures.facts"
    _description = "Rows behind Figures"

    # ------------------------------------------------------------
    # Asking the database
    # ------------------------------------------------------------

    def _query(self, query):
        """Rows, after what is still to be written has been."""
        return self._remember((query.code, repr(query.params)), lambda: self._execute(query))

    def _query_dicts(self, query):
        self._prepare_query()
        return self.env.execute_query_dict(query)

    def _query_numbers(self, rows, *columns):
        """An array for each of these columns of whole numbers, as PostgreSQL keeps them: there are many.

        ``date`` is read as days since 1970.
        """
        columns = ["date - DATE '1970-01-01'" if column == "date" else column for column in columns]
        cells = SQL(", ").join(
            SQL("(%s)::int4", column if isinstance(column, SQL) else SQL(column)) for column in columns
        )
        return read_copied(self._copy(SQL("SELECT %s FROM %s r", cells, rows)), len(columns))

    def _query_pairs(self, rows, one, other):
        """As :meth:`_query_numbers` for two columns of millions of rows: all are sent as one array of both in
        each number, as it is less to add a number to an array than to send a row."""
        pair = SQL("((%s)::int8 << 32) | ((%s)::int8 & 4294967295)", SQL(one), SQL(other))
        return read_copied_pairs(self._copy(SQL("SELECT ARRAY_AGG(%s) FROM %s r", pair, rows)))

    def _copy(self, query):
        """What PostgreSQL sends for a query, in its binary format."""
        copied = SQL("COPY (%s) TO STDOUT (FORMAT binary)", query)
        self._prepare_query()
        sent = BytesIO()
        # as where Odoo itself copies: its process for many connections would ask for what copying can't
        callback = extensions.get_wait_callback()
        extensions.set_wait_callback(None)
        try:
            self.env.cr.copy_expert(self.env.cr.mogrify(copied), sent)
        finally:
            extensions.set_wait_callback(callback)
        return sent.getbuffer()

    def _execute(self, query):
        self._prepare_query()
        return self.env.execute_query(query)

    def _remember(self, key, ask):
        """What ``ask`` returns; within one page it is asked once for each key."""
        asked = self._get_asked()
        if asked is None:
            return ask()
        if key not in asked:
            asked[key] = ask()
        return asked[key]

    def _get_asked(self):
        asked = self.env.context.get("timebank_asked")
        return asked if isinstance(asked, Asked) else None

    def _remember_rows(self, name, scope, read):
        """The same for rows of a scope; those of a wider one that has been read are taken out of it.

        :param read: a function that returns rows with a ``date``, ``grant_id`` and ``project_id``: arrays
        """

        def cut_or_read():
            for wider, rows in (self._get_asked() or {}).items():
                if wider[0] == name and scope.is_within(wider[1]):
                    kept = self._are_within(scope, rows)
                    return type(rows)(*(column[kept] for column in rows))
            return read()

        return self._remember((name, scope), cut_or_read)

    def _without_banks_if_all(self, scope):
        """The same scope; of all the banks that there are, none need be looked for in each row."""
        if scope.scheme_ids is None:
            return scope
        [[others]] = self._query(
            SQL("SELECT EXISTS (SELECT FROM timebank_scheme WHERE id != ALL(%s))", list(scope.scheme_ids))
        )
        return scope if others else scope._replace(scheme_ids=None)

    def _are_within(self, scope, rows):
        """Which rows of the same banks are of the scope's days, grant and project: an array of bool."""
        kept = np.ones(len(rows.date), dtype=bool)
        if scope.date_from:
            kept &= rows.date >= days_since_1970(scope.date_from)
        if scope.date_to:
            kept &= rows.date <= days_since_1970(scope.date_to)
        if scope.grant_id:
            kept &= rows.grant_id == scope.grant_id
        if scope.project_id:
            kept &= rows.project_id == scope.project_id
        return kept

    def _prepare_query(self):
        self.env.flush_all()
        # To compile questions of so many expressions takes PostgreSQL longer than to answer them; what a year
        # has is sorted and counted in memory.
        self.env.cr.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")

    # ------------------------------------------------------------
    # What was given, and who came
    # ------------------------------------------------------------

    def _read_entries(self, scope):
        """What was given, also by organisations, as :func:`facts.given`: :class:`Entries`."""

        def read():
            columns = self._query_numbers(
                facts.given(self._without_banks_if_all(scope)),
                "scheme_id",
                "partner_id",
                "COALESCE(receiver_id, 0)",
                "COALESCE(session_id, 0)",
                "COALESCE(activity_id, 0)",
                SQL("COALESCE(ARRAY_POSITION(%s, role), 0)", NUMBERED_ROLES),
                "date",
                "minutes",
                "COALESCE(category_id, 0)",
                "COALESCE(project_id, 0)",
                "COALESCE(grant_id, 0)",
            )
            entries = Entries(*columns, by_agency=None, to_person=None)
            of_person = self._are_people(scope, entries.scheme_id, entries.receiver_id)
            return entries._replace(
                by_agency=entries.are_in_role("organisation") | ~self._are_no_companies(entries.partner_id),
                to_person=(entries.receiver_id > 0) & of_person,
            )

        return self._remember_rows("entries", scope, read)

    def _read_attended(self, scope):
        """Who came, as :func:`facts.attended`: :class:`Attended`."""

        def read():
            columns = self._query_numbers(
                facts.attended_by_anybody(self._without_banks_if_all(scope)),
                "scheme_id",
                "partner_id",
                "session_id",
                "date",
                "minutes",
                "COALESCE(project_id, 0)",
                "COALESCE(grant_id, 0)",
                "id",
            )
            columns = columns[:, self._are_people(scope, *columns[:2])]
            attended, lines = Attended(*columns[:-1]), columns[-1]
            order = np.lexsort((lines, attended.session_id))
            return Attended(*(column[order] for column in attended))

        return self._remember_rows("attended", scope, read)

    def _are_no_companies(self, partner_ids):
        """Which of some contacts are people, as :func:`facts.is_no_company`: an array of bool."""
        companies = self._remember(
            ("companies",),
            lambda: self._query_numbers(SQL("(SELECT id FROM res_partner WHERE is_company)"), "id")[0],
        )
        return ~np.isin(partner_ids, companies)

    def _are_people(self, scope, scheme_ids, partner_ids):
        """Which of some contacts are people at these banks, as :func:`facts.is_person`: an array of bool."""
        organisations = self._read_organisations(scope)
        return self._are_no_companies(partner_ids) & ~np.isin(join(scheme_ids, partner_ids), organisations)

    def _read_organisations(self, scope):
        """Members who are organisations, whatever their contact is: an array of keys of bank and contact."""
        return self._remember(
            ("organisations", scope.scheme_ids),
            lambda: join(
                *self._query_numbers(
                    SQL(
                        """(SELECT scheme_id, partner_id FROM timebank_member
                             WHERE role = 'organisation' AND scheme_id = ANY(%s))""",
                        list(scope.scheme_ids),
                    ),
                    "scheme_id",
                    "partner_id",
                )
            ),
        )

    def _read_taken(self, scope):
        """Who gave, received or came, as :func:`facts.taken`: :class:`Taken`, a row for each time."""

        def read():
            entries, attended = self._read_entries(scope), self._read_attended(scope)
            gave, got = ~entries.by_agency, entries.to_person
            count, of_got, of_came = np.count_nonzero(gave), np.count_nonzero(got), len(attended.date)

            def gather(field):
                column = getattr(entries, field)
                return np.concatenate((column[gave], column[got], getattr(attended, field)))

            nothing = np.zeros(of_got + of_came, dtype=np.int64)
            return Taken(
                scheme_id=gather("scheme_id"),
                partner_id=np.concatenate(
                    (entries.partner_id[gave], entries.receiver_id[got], attended.partner_id)
                ),
                gave=np.arange(count + of_got + of_came) < count,
                came=np.arange(count + of_got + of_came) >= count + of_got,
                date=gather("date").astype("datetime64[D]"),
                minutes=gather("minutes"),
                category_id=np.concatenate((entries.category_id[gave], nothing)),
                project_id=gather("project_id"),
                grant_id=gather("grant_id"),
            )

        return self._remember(("taken", scope), read)

    def _read_arcs(self, scope):
        """What arcs are made of, as :func:`facts.arcs`: :class:`Given` to a receiver, and in a session; and
        :class:`Came`."""

        def read():
            entries, attended = self._read_entries(scope), self._read_attended(scope.of_banks())
            by_people = ~entries.by_agency
            direct = by_people & entries.to_person
            helped = by_people & (entries.receiver_id == 0) & (entries.session_id > 0)
            return (
                *(
                    Given(
                        entries.partner_id[rows],
                        other_id[rows],
                        entries.date[rows],
                        entries.minutes[rows],
                    )
                    for rows, other_id in ((direct, entries.receiver_id), (helped, entries.session_id))
                ),
                Came(attended.session_id, attended.partner_id),
            )

        return self._remember(("arcs", scope), read)

    def _are_for_agency(self, scope):
        """Which of the entries were given to an agency: to an organisation; or to the bank, where neither a
        receiver is named nor anybody else came to its session. An array of bool."""
        entries, attended = self._read_entries(scope), self._read_attended(scope.of_banks())
        begin = np.flatnonzero(begins(attended.session_id))
        place, sessions = number(attended.session_id, entries.session_id)
        first, last = np.zeros((2, len(sessions) or 1), dtype=np.int64)
        if len(begin):
            at = place[attended.session_id[begin]]
            first[at] = np.minimum.reduceat(attended.partner_id, begin)
            last[at] = np.maximum.reduceat(attended.partner_id, begin)
        own = place[entries.session_id]
        # of 0, without a session, nobody came
        others = (last[own] > 0) & ((first[own] != entries.partner_id) | (last[own] != entries.partner_id))
        return np.where(entries.receiver_id > 0, ~entries.to_person, ~others)
