from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from dateutil.relativedelta import relativedelta
from scipy.sparse import coo_array

from odoo import models
from odoo.tools import SQL

from ...tools.arrays import add_up, begins, count_different, different, join, number, number_steps, split
from ...tools.intervals import median_wait
from ...tools.network import measure
from . import facts
from .timebank_measures_facts import Taken

#: After how many months without support somebody is looked for.
LATER_MONTHS = (3, 6, 12)


class People(NamedTuple):
    """Contact ids, each once and in order, and whether they gave, and received: arrays."""

    ids: np.ndarray
    gave: np.ndarray
    got: np.ndarray


class TimebankMeasures(models.AbstractModel):
    """Who takes part: how many, who stays involved, how soon, with whom, and whether it outlasts support."""

    _inherit = "timebank.measures"

    def _get_people(self, scope):
        """Who gave or received in the period: :class:`People`."""
        taken = self._read_taken(scope)
        place, ids = number(taken.partner_id)
        gave, got = np.zeros(len(ids), dtype=bool), np.zeros(len(ids), dtype=bool)
        gave[place[taken.partner_id[taken.gave]]] = True
        got[place[taken.partner_id[~taken.gave]]] = True
        return People(ids, gave, got)

    def _get_involvement(self, scope):
        """How many took part, and how.

        :return: dict of ``people`` (head count); of those ``both`` (gave and received), ``only_giving``,
            ``only_receiving``; ``givers``, ``receivers``; ``minutes`` that people gave; and
            ``attendances`` of how many ``attendees``
        """
        taken = self._read_taken(scope)
        [found] = self._count_involvement(taken, np.zeros(len(taken.date), dtype=np.int64), 1)
        givers, receivers, both = found["givers"], found["receivers"], found["both"]
        return {
            **found,
            "only_giving": givers - both,
            "only_receiving": receivers - both,
        }

    def _get_involvement_by(self, scope, step):
        """For each step: ``people``, ``givers``, ``receivers``, ``both``, ``minutes`` (given
        by people) and ``attendances`` of how many ``attendees``."""
        taken = self._read_taken(scope)
        starts, step_of = number_steps(step, taken.date)
        found = self._count_involvement(taken, step_of, len(starts))
        return [{"start": start, **counted} for start, counted in zip(starts.tolist(), found, strict=True)]

    def _get_involvement_in(self, scope, field):
        """For each project (``project_id``) or grant (``grant_id``), and without any (``None``), what
        :meth:`_get_involvement_by` returns for a step: dict of id → dict."""
        taken = self._read_taken(scope)
        place, ids = number(getattr(taken, field))
        found = self._count_involvement(taken, place[getattr(taken, field)], len(ids))
        return {one or None: counted for one, counted in zip(ids.tolist(), found, strict=True)}

    def _count_involvement(self, taken, groups, size):
        """What is counted of each group of rows.

        :param taken: :class:`Taken`
        :param groups: the number of each row's group, from 0: an array
        :param int size: how many groups there are
        :return: list of dicts
        """
        pairs = join(groups, taken.partner_id)
        gave, got, came = (different(pairs[rows]) for rows in (taken.gave, ~taken.gave, taken.came))
        both = np.intersect1d(gave, got, assume_unique=True)
        givers, receivers, both, attendees = (
            np.bincount(split(people)[0], minlength=size) for people in (gave, got, both, came)
        )
        counted = {
            "people": givers + receivers - both,
            "both": both,
            "givers": givers,
            "receivers": receivers,
            "minutes": add_up(groups[taken.gave], taken.minutes[taken.gave], size),
            "attendances": np.bincount(groups[taken.came], minlength=size),
            "attendees": attendees,
        }
        columns = zip(*(column.tolist() for column in counted.values()), strict=True)
        return [dict(zip(counted, row, strict=True)) for row in columns]

    def _get_work_by(self, scope, step):
        """What people gave by step and category.

        :return: minutes, and how many people gave them, by pairs of the first day of the step and the
            category's id (False without one); ``None`` for either in both stands for all of them
        """
        taken = self._read_taken(scope)
        given = Taken(*(column[taken.gave] for column in taken))
        starts, step_of = number_steps(step, given.date)
        place, categories = number(given.category_id)
        category_of = place[given.category_id]
        starts, categories = starts.tolist(), [category or False for category in categories.tolist()]
        minutes, people = {}, {}
        for rows, columns, row_of, column_of in (
            (starts, categories, step_of, category_of),
            (starts, [None], step_of, 0),
            ([None], categories, 0, category_of),
            ([None], [None], 0, 0),
        ):
            cells = np.zeros(len(given.minutes), dtype=np.int64) + row_of * len(columns) + column_of
            keys = [(row, column) for row in rows for column in columns]
            counts = count_different(cells, given.partner_id, len(keys)).tolist()
            sums = add_up(cells, given.minutes, len(keys)).tolist()
            for key, count, total in zip(keys, counts, sums, strict=True):
                if count:
                    people[key], minutes[key] = count, total
        return minutes, people

    def _get_roles(self, scope):
        """What people gave by the role in which they gave it: rows of role, how many people, minutes."""
        return self._query(
            SQL(
                """SELECT role, COUNT(DISTINCT partner_id), SUM(minutes)::bigint
                     FROM %s g GROUP BY role ORDER BY role""",
                facts.given_by_people(scope),
            )
        )

    def _get_newcomers(self, scope):
        """Who took part for the first time: dict of ``people``; of them ``back`` had taken part in these
        banks before, whatever for, ``new`` hadn't; of these ``again`` did in two months or more."""
        earlier = scope.of_banks_before()
        [[people, back, again]] = self._query(
            SQL(
                """SELECT COUNT(*), COUNT(known.partner_id),
                          COUNT(*) FILTER (WHERE known.partner_id IS NULL AND p.months > 1)
                     FROM (SELECT partner_id, COUNT(DISTINCT date_trunc('month', date::timestamp)) AS months
                             FROM %s t GROUP BY partner_id) p
                     LEFT JOIN (SELECT DISTINCT partner_id FROM %s t) known
                       ON known.partner_id = p.partner_id""",
                facts.taken(scope),
                facts.taken(earlier),
            )
        )
        return {"people": people, "new": people - back, "back": back, "again": again}

    def _get_thresholds(self, scope):
        """From how many minutes in how many months somebody's involvement is sustained: dict of
        ``minimum_minutes`` and ``minimum_months``. The grant's own where it has any; else the banks', of
        several the strictest, so that nobody counts who wouldn't at their own."""
        # sudo: the thresholds are printed with the figure
        grant = self.env["timebank.grant"].sudo().browse(scope.grant_id or ())
        banks = self.env["timebank.scheme"].sudo().browse(scope.scheme_ids)
        return {
            name: grant[field] or max(banks.mapped(field), default=0)
            for name, field in (
                ("minimum_minutes", "sustained_minutes"),
                ("minimum_months", "sustained_months"),
            )
        }

    def _get_sustained(self, scope):
        """Time that beneficiaries gave where a professional gave time as well: in the same session, or for
        an entry without one in the same activity on the same day.

        :return: dict of ``minutes`` by how many ``beneficiaries``; how many ``people`` of them are
            sustained (at least ``minimum_minutes`` in at least ``minimum_months`` different months of the
            period); and both thresholds
        """
        ids, minutes, lasting = self._find_beneficiaries(scope)
        return {
            "people": int(lasting.sum()),
            "minutes": int(minutes.sum()),
            "beneficiaries": len(ids),
            **self._get_thresholds(scope),
        }

    def _find_beneficiaries(self, scope):
        """Who is counted there: their contacts' ids, the minutes of each, and who is sustained; arrays."""
        return self._remember(("beneficiaries", scope), lambda: self._count_beneficiaries(scope))

    def _count_beneficiaries(self, scope):
        thresholds = self._get_thresholds(scope)
        entries = self._read_entries(scope)
        by_beneficiaries = ~entries.by_agency & entries.are_in_role("beneficiary")
        rows = np.flatnonzero(by_beneficiaries & self._are_beside(scope, entries))
        place, ids = number(entries.partner_id[rows])
        person = place[entries.partner_id[rows]]
        minutes = add_up(person, entries.minutes[rows], len(ids))
        months = entries.date[rows].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        number_of = count_different(person, months - months.min(initial=0), len(ids))
        lasting = (minutes >= thresholds["minimum_minutes"]) & (number_of >= thresholds["minimum_months"])
        return ids, minutes, lasting

    def _are_beside(self, scope, entries):
        """Which entries were given where a professional gave time as well, whichever grant or project that
        was for: an array of bool."""
        all_entries = self._read_entries(scope.of_banks())
        theirs = all_entries.are_in_role("professional")
        earliest = all_entries.date.min(initial=0)

        def there(of, rows=slice(None)):
            return join(of.activity_id[rows], of.date[rows] - earliest)

        return np.where(
            entries.session_id > 0,
            np.isin(entries.session_id, all_entries.session_id[theirs]),
            (entries.activity_id > 0) & np.isin(there(entries), there(all_entries, theirs)),
        )

    def _get_speed(self, scope):
        """How soon who joined in the period gave or received for the first time since, and after that for
        the second, until the period's end. Who has not yet, or left, counts for as long as they waited.
        It is the banks' own: a grant or project that is asked for doesn't change it.

        :return: dict of ``first`` and ``second``, each with ``median_days`` (``None`` while fewer than half
            have); how many ``memberships`` were waited in and in how many of them it is ``over``; how many
            ``people`` that were, each once over several banks, and for how many of them it has ``ended``
            anywhere; and the ``waits``: days, whether it ended, and whose it is
        """
        first, second = [], []
        for _scheme, partner_id, joined, until, _member, one, two in self._find_first_steps(scope):
            first.append((((one or until) - joined).days, bool(one), partner_id))
            if one:
                second.append((((two or max(until, one)) - one).days, bool(two), partner_id))
        return {key: self._say_wait(waits) for key, waits in (("first", first), ("second", second))}

    def _find_first_steps(self, scope):
        """A row for each who joined: their bank, who, the day on which they joined, until when they are
        waited for, their membership, and the days of their first and second exchange since, or ``None``."""
        scope = scope.of_banks()
        rows = self._query(
            SQL(
                """SELECT whose.scheme_id, whose.partner_id, whose.joined_on, LEAST(whose.left_on, %(last)s),
                          whose.id
                     FROM timebank_member whose
                     JOIN res_partner who ON who.id = whose.partner_id
                    WHERE whose.scheme_id = ANY(%(schemes)s) AND whose.state != 'applicant'
                      AND %(is_person)s
                      AND whose.joined_on <= %(last)s
                      AND whose.joined_on >= COALESCE(%(first)s::date, whose.joined_on)""",
                first=scope.date_from or None,
                last=self._get_last_day(scope),
                schemes=list(scope.scheme_ids),
                is_person=facts.IS_PERSON,
            )
        )
        days_of = self._get_first_days(scope, [row[:3] for row in rows])
        return [(*row, *(*days, None, None)[:2]) for row, days in zip(rows, days_of, strict=True)]

    def _get_first_days(self, scope, joined):
        """For each bank, person and day, the first two days since on which they gave or received there, as
        far as there are any."""
        taken = self._read_taken(scope)
        asked = join(*(np.array([row[place] for row in joined], dtype=np.int64) for place in (0, 1)))
        keys = join(taken.scheme_id, taken.partner_id)
        theirs = np.isin(keys, asked)
        keys, days = keys[theirs], taken.date[theirs]
        order = np.lexsort((days, keys))
        keys, days = keys[order], days[order].tolist()
        begin, end = (np.searchsorted(keys, asked, side) for side in ("left", "right"))
        found = []
        for start, stop, (_scheme, _partner, day) in zip(begin.tolist(), end.tolist(), joined, strict=True):
            since = bisect_left(days, day, start, stop)
            found.append(days[since : min(since + 2, stop)])
        return found

    def _say_wait(self, waits):
        return {
            "median_days": median_wait([(days, ended) for days, ended, _partner in waits]),
            "memberships": len(waits),
            "over": sum(ended for _days, ended, _partner in waits),
            "people": len({partner_id for *_wait, partner_id in waits}),
            "ended": len({partner_id for _days, ended, partner_id in waits if ended}),
            "waits": waits,
        }

    def _get_resilience(self, scope, later=LATER_MONTHS):
        """Of the people whose support had ended so many months before the period's end: who still gave or
        received something in the month of the calendar that lies so much after that end. Who has that month
        still before them, or in it, at the period's end is left out: nothing can be told of them yet.

        Support of somebody in several of these banks ended when the last of it did. A grant or project
        that is asked for says whose support is looked at (who ever took part in it), not what they did since.

        :return: list of dicts, one for each of ``later``: ``months``; ``ended``, how many people; of them
            ``left`` and ``forgotten`` by the period's end, who are told apart; and of the rest what
            :meth:`_get_share` returns: ``people``, ``part`` who still did, ``share``, ``interval``
        """
        last = self._get_last_day(scope)
        ended = self._get_support_ended(scope, last)
        month_of = self._get_months_after(ended, last, later)
        moved = self._get_months_moved(
            scope, {(partner_id, month) for (partner_id, _months), month in month_of.items()}
        )
        result = []
        for months in later:
            there = [row for row in ended if (row[0], months) in month_of]
            still = [row for row in there if row[2] == "member"]
            part = sum((partner_id, month_of[partner_id, months]) in moved for partner_id, *_rest in still)
            result.append(
                {
                    "months": months,
                    "ended": len(there),
                    "left": sum(state == "left" for *_row, state in there),
                    "forgotten": sum(state == "forgotten" for *_row, state in there),
                    **self._get_share(part, len(still)),
                }
            )
        return result

    def _get_months_after(self, ended, last, later):
        """Which months are looked at, of those that are over: dict of contact id and number of months →
        first day.

        :param ended: rows of :meth:`_get_support_ended`
        """
        ended = [(partner_id, day.replace(day=1)) for partner_id, day, _state in ended]
        over = {}
        for first in {first for _partner, first in ended}:
            after = [(months, first + relativedelta(months=months)) for months in later]
            over[first] = [(months, month) for months, month in after if _end_of_month(month) <= last]
        return {(partner_id, months): month for partner_id, first in ended for months, month in over[first]}

    def _get_support_ended(self, scope, last):
        """Rows of contact id, the day on which support ended, and ``member``, ``left`` or ``forgotten``."""
        rows = self._query(
            SQL(
                """SELECT whose.partner_id, MAX(whose.supported_until),
                          CASE WHEN BOOL_OR(NOT (%(gone)s)) THEN 'member'
                               WHEN BOOL_OR(COALESCE(whose.forgotten_on <= %(last)s, FALSE)) THEN 'forgotten'
                               ELSE 'left' END
                     FROM timebank_member whose
                     JOIN res_partner who ON who.id = whose.partner_id
                    WHERE whose.scheme_id = ANY(%(schemes)s) AND whose.state != 'applicant'
                      AND %(is_person)s
                    GROUP BY whose.partner_id
                   HAVING MAX(whose.supported_until) <= %(last)s
                      AND NOT BOOL_OR(whose.supported_from IS NOT NULL AND whose.supported_until IS NULL)
                    ORDER BY whose.partner_id""",
                gone=SQL(
                    """COALESCE(whose.left_on <= %(last)s, whose.state = 'left')
                       OR COALESCE(whose.forgotten_on <= %(last)s, FALSE)""",
                    last=last,
                ),
                last=last,
                schemes=list(scope.scheme_ids),
                is_person=facts.IS_PERSON,
            )
        )
        if not (scope.grant_id or scope.project_id) or not rows:
            return rows
        among = {
            partner_id
            for (partner_id,) in self._query(
                SQL(
                    "SELECT DISTINCT partner_id FROM %s t WHERE partner_id = ANY(%s)",
                    facts.taken(scope.of_all_time()),
                    [row[0] for row in rows],
                )
            )
        }
        return [row for row in rows if row[0] in among]

    def _get_months_moved(self, scope, asked):
        """Of some people and whole months (pairs of contact id and first day), those in which they gave or
        received. The period before asks many of the same: they are remembered."""
        known = self._remember(("months moved", scope.scheme_ids), dict)
        missing = sorted(asked - known.keys())
        if missing:
            known.update(dict.fromkeys(missing, False))
            # A look at each, as they are spread over all years: what is found first will do. An index has
            # when somebody's sessions began, which the clock of the bank moves by less than a day.
            always = scope.of_banks()._replace(date_from=None, date_to=None)
            within = SQL("fact.date >= asked.month AND fact.date < asked.after")
            rows = self._query(
                SQL(
                    """SELECT asked.partner_id, asked.month
                         FROM (SELECT partner_id, month, (month + INTERVAL '1 month')::date AS after
                                 FROM UNNEST(%(people)s::int[], %(months)s::date[]) pair (partner_id, month)
                              ) asked
                        WHERE EXISTS (SELECT FROM %(given)s fact
                                       WHERE fact.partner_id = asked.partner_id AND %(within)s)
                           OR EXISTS (SELECT FROM %(given_to)s fact
                                       WHERE fact.receiver_id = asked.partner_id AND %(within)s
                                         AND %(is_person)s)
                           OR EXISTS (SELECT FROM %(attended)s fact
                                       WHERE fact.partner_id = asked.partner_id AND %(within)s
                                         AND fact.start >= asked.month - 1
                                         AND fact.start < asked.after + 1)""",
                    people=[partner_id for partner_id, _month in missing],
                    months=[month for _partner, month in missing],
                    given=facts.given_by_people(always),
                    given_to=facts.given(always),
                    is_person=facts.is_person("fact.scheme_id", "fact.receiver_id"),
                    attended=facts.attended(always),
                    within=within,
                )
            )
            known.update(dict.fromkeys(rows, True))
        return {pair for pair in asked if known[pair]}

    # ------------------------------------------------------------
    # Who gives to whom
    # ------------------------------------------------------------

    def _get_network(self, scope):
        """The figures of the network of all who took part: an arc from A to B where A gave time to B.

        :return: dict of what :class:`tools.network.Figures` says
        """
        keys, _days = self._get_pairs(scope)
        return measure(self._get_people(scope).ids, *split(keys))._asdict()

    def _get_new_arcs_by(self, scope, step):
        """For each step: ``arcs``, how many there were from one person to another; ``new``, of how many of
        them it was the first time ever at these banks, whichever grant or project that was for; and how
        many ``people`` the new ones connect."""
        arcs, days = self._sort_pairs(*self._get_pairs(scope))
        period, period_days = arcs, days
        if scope != scope.of_banks():
            period, period_days = self._sort_pairs(*self._get_pairs(scope.of_banks()))
        # of each two people: the day on which they first met in the period
        known, first = (column[begins(period)] for column in (period, period_days))
        met_before = self._get_met_before(scope, known)
        starts, step_of = number_steps(step, days)
        once = begins(arcs, step_of)
        arcs, step_of, days = arcs[once], step_of[once], days[once]
        at = np.searchsorted(known, arcs)
        new = (first[at] == days) & ~met_before[at]
        people = count_different(np.tile(step_of[new], 2), np.concatenate(split(arcs[new])), len(starts))
        return [
            {"start": start, "arcs": of_step, "new": new_ones, "people": count}
            for start, of_step, new_ones, count in zip(
                starts.tolist(),
                np.bincount(step_of, minlength=len(starts)).tolist(),
                np.bincount(step_of[new], minlength=len(starts)).tolist(),
                people.tolist(),
                strict=True,
            )
        ]

    def _sort_pairs(self, keys, days):
        """The same, each two people in a row, by day."""
        if not len(keys):
            return keys, days
        givers, receivers = split(keys)
        place, ids = number(givers, receivers)
        day = (days - days.min()).astype(np.int64)
        span = int(day.max()) + 1
        rows = np.sort((place[givers] * len(ids) + place[receivers]) * span + day)  # faster than two columns
        ways = rows // span
        return join(ids[ways // len(ids)], ids[ways % len(ids)]), days.min() + rows % span

    def _get_met_before(self, scope, known):
        """Of which two people, as sorted keys, one had given to the other before the scope's first day.

        Who helped and who came are multiplied as matrices: there is no list of all pairs that ever were.
        """
        if not scope.date_from or not len(known):
            return np.zeros(len(known), dtype=bool)
        earlier = scope.of_banks_before()
        givers, receivers = split(known)
        place, ids = number(givers, receivers)
        direct, helped, came = self._read_earlier_arcs(earlier, ids)
        direct, helped, came = (
            direct[:, np.isin(direct, ids).all(axis=0)],
            helped[:, np.isin(helped[0], ids)],
            came[:, np.isin(came[1], ids)],
        )
        place_of_session, sessions = number(helped[1], came[0])

        def matrix(rows, columns, shape):
            return coo_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape).tocsr()

        count = len(ids)
        met = matrix(*place[direct], (count, count))
        helpers = matrix(place[helped[0]], place_of_session[helped[1]], (count, len(sessions)))
        attendees = matrix(place_of_session[came[0]], place[came[1]], (len(sessions), count))
        met = (met + helpers @ attendees).tocsr()
        return np.asarray(met[place[givers], place[receivers]]).ravel() > 0

    def _read_earlier_arcs(self, scope, people):
        """Of all that was before, no more than who gave to whom, who helped in which session, and who came to
        which: three arrays of two columns. What isn't about these people is left to the caller."""
        # who is a person at one bank, and an organisation at another; companies are no people at any
        schemes, members = split(self._read_organisations(scope))
        both = np.isin(members, people)
        organisations = [schemes[both].tolist(), members[both].tolist()]

        def is_person(scheme, partner):
            if not both.any():
                return SQL("TRUE")
            key = SQL("(%s, %s)", SQL(scheme), SQL(partner))
            return SQL("%s NOT IN (SELECT UNNEST(%s::int[]), UNNEST(%s::int[]))", key, *organisations)

        scope = self._without_banks_if_all(scope)
        partners, others = self._query_pairs(
            SQL(
                """(SELECT g.* FROM %s g
                     WHERE g.role IS DISTINCT FROM 'organisation'
                       AND (g.receiver_id IS NOT NULL OR g.session_id IS NOT NULL)
                       AND (g.receiver_id IS NULL OR %s))""",
                facts.given(scope),
                is_person("g.scheme_id", "g.receiver_id"),
            ),
            "partner_id",
            "COALESCE(receiver_id, -session_id)",
        )
        came = self._query_pairs(
            SQL(
                "(SELECT a.* FROM %s a WHERE %s)",
                facts.attended_by_anybody(scope),
                is_person("a.scheme_id", "a.partner_id"),
            ),
            "session_id",
            "partner_id",
        )
        direct = others > 0
        return (
            np.stack((partners[direct], others[direct])),
            np.stack((partners[~direct], -others[~direct])),
            came,
        )

    def _get_pairs(self, scope):
        """Who gave to whom on which day, as often as it happened: two arrays, of a key for each two people,
        which ``split`` takes apart, and of days.

        Sessions come as who helped and who came, since there are many times as many pairs.
        """
        direct, helped, came = self._read_arcs(scope)
        row, at, _place = self._pair(helped, came)
        givers, receivers = helped.partner_id[row], came.partner_id[at]
        others = givers != receivers
        keys = np.concatenate((join(direct.partner_id, direct.other_id), join(givers, receivers)[others]))
        days = np.concatenate((direct.date, helped.date[row][others]))
        return keys, days.astype("datetime64[D]")

    def _get_links(self, scope):
        """Rows of who gave to whom, and how many minutes, as :func:`facts.arcs` has them."""
        direct, helped, came = self._read_arcs(scope)
        row, at, place = self._pair(helped, came)
        givers, receivers = helped.partner_id[row], came.partner_id[at]
        own = givers == receivers
        own_place = np.full(len(helped.partner_id), len(came.partner_id))  # who hasn't come: after all others
        own_place[row[own]] = place[own]
        count = np.bincount(row[~own], minlength=len(helped.partner_id))
        row, place, of = row[~own], (place - (own_place[row] < place))[~own], count[row[~own]]
        minutes = helped.minutes[row]
        shares = minutes * (place + 1) // of - minutes * place // of
        return np.concatenate(
            (
                np.stack((direct.partner_id, direct.other_id, direct.minutes), axis=1),
                np.stack((givers[~own], receivers[~own], shares), axis=1),
            )
        )

    def _pair(self, helped, came):
        """Each helper with each who came: of which row of ``helped``, which of ``came``, and the how manieth
        in that session; arrays."""
        begin, end = (np.searchsorted(came.session_id, helped.other_id, side) for side in ("left", "right"))
        count = end - begin
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.repeat(np.arange(len(count)), count), np.repeat(begin, count) + place, place


def _end_of_month(day):
    return day + relativedelta(day=31)
