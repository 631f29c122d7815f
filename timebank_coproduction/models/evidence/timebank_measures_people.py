from datetime import timedelta

import numpy as np
from dateutil.relativedelta import relativedelta
from scipy.sparse import coo_array

from odoo import models
from odoo.tools import SQL

from ...tools.intervals import median_wait
from ...tools.network import join, measure, number, split
from . import facts

#: After how many months without support somebody is looked for.
LATER_MONTHS = (3, 6, 12)


class TimebankMeasures(models.AbstractModel):
    """Who takes part: how many, how lastingly, how soon, with whom, and whether it outlasts support."""

    _inherit = "timebank.measures"

    def _get_people(self, scope):
        """Who gave or received in the period: list of (contact id, whether they gave, or received)."""
        return self._query(
            SQL(
                """SELECT f.partner_id, BOOL_OR(f.gave), BOOL_OR(NOT f.gave)
                     FROM (SELECT DISTINCT scheme_id, partner_id, gave FROM %s t) f
                     %s
                    WHERE %s
                    GROUP BY f.partner_id ORDER BY f.partner_id""",
                facts.touched(scope),
                facts.join_who("f.scheme_id", "f.partner_id"),
                facts.WAS_PERSON,
            )
        )

    def _get_involvement(self, scope, people=None):
        """How many took part, and how.

        :param people: as :meth:`_get_people` returns it, where it has been asked before
        :return: dict of ``people`` (head count); of those ``both`` (gave and received), ``only_giving``,
            ``only_receiving``; ``givers``, ``receivers``; ``minutes`` and ``entries`` that people gave;
            ``attendances`` of how many ``attendees``; and ``reciprocity``, the share that did both, as
            :meth:`_get_share` returns it
        """
        people = self._get_people(scope) if people is None else people
        both = sum(gave and got for _partner, gave, got in people)
        givers = sum(gave for _partner, gave, _got in people)
        receivers = sum(got for _partner, _gave, got in people)
        [[minutes, entries]] = self._query(
            SQL("SELECT COALESCE(SUM(minutes), 0), COUNT(*) FROM %s g", facts.given_by_people(scope))
        )
        [[attendances, attendees]] = self._query(
            SQL("SELECT COUNT(*), COUNT(DISTINCT partner_id) FROM %s a", facts.attended(scope))
        )
        return {
            "people": len(people),
            "both": both,
            "only_giving": givers - both,
            "only_receiving": receivers - both,
            "givers": givers,
            "receivers": receivers,
            "minutes": minutes,
            "entries": entries,
            "attendances": attendances,
            "attendees": attendees,
            "reciprocity": self._get_share(both, len(people)),
        }

    def _get_involvement_by(self, scope, step):
        """For each step: ``people``, ``givers``, ``receivers``, ``both``, ``minutes`` (given by people) and
        ``attendances`` of how many ``attendees``."""
        first = self._get_step_sql(step)
        return self._query_dicts(
            SQL(
                """SELECT p.start, COUNT(*) AS people, COUNT(*) FILTER (WHERE gave) AS givers,
                          COUNT(*) FILTER (WHERE got) AS receivers,
                          COUNT(*) FILTER (WHERE gave AND got) AS both,
                          COALESCE(SUM(p.minutes), 0)::bigint AS minutes,
                          COALESCE(MIN(came.attendances), 0) AS attendances,
                          COALESCE(MIN(came.attendees), 0) AS attendees
                     FROM (SELECT %(first)s AS start, partner_id,
                                  BOOL_OR(gave) AS gave, BOOL_OR(NOT gave) AS got,
                                  SUM(minutes) FILTER (WHERE gave) AS minutes
                             FROM %(taken)s t GROUP BY start, partner_id) p
                     LEFT JOIN (SELECT %(first)s AS start, COUNT(*) AS attendances,
                                       COUNT(DISTINCT partner_id) AS attendees
                                  FROM %(attended)s a GROUP BY start) came ON came.start = p.start
                    GROUP BY p.start ORDER BY p.start""",
                first=first,
                taken=facts.taken(scope),
                attended=facts.attended(scope),
            )
        )

    def _get_thresholds(self, scope):
        """From how many minutes in how many months somebody's involvement is sustained: dict of
        ``minimum_minutes`` and ``minimum_months``. The grant's own; else the banks', of several the
        strictest, so that nobody counts who wouldn't at their own."""
        # sudo: the thresholds are printed with the figure
        owners = (
            self.env["timebank.grant"].sudo().browse(scope.grant_id)
            if scope.grant_id
            else self.env["timebank.scheme"].sudo().browse(scope.scheme_ids)
        )
        return {
            "minimum_minutes": max(owners.mapped("sustained_minutes"), default=0),
            "minimum_months": max(owners.mapped("sustained_months"), default=0),
        }

    def _get_sustained(self, scope):
        """Time that beneficiaries gave where a professional gave time as well: in the same session, or for
        an entry without one in the same activity on the same day.

        :return: dict of ``minutes`` by how many ``beneficiaries``; how many ``people`` of them are
            sustained (at least ``minimum_minutes`` in at least ``minimum_months`` different months of the
            period); and both thresholds
        """
        thresholds = self._get_thresholds(scope)
        [[people, minutes, beneficiaries]] = self._query(
            SQL(
                """WITH professionals AS MATERIALIZED (SELECT * FROM %(professionals)s p)
                   SELECT COUNT(*) FILTER (WHERE minutes >= %(minutes)s AND months >= %(months)s),
                          COALESCE(SUM(minutes), 0)::bigint, COUNT(*)
                     FROM (SELECT partner_id, SUM(minutes) AS minutes,
                                  COUNT(DISTINCT date_trunc('month', date::timestamp)) AS months
                             FROM %(given)s g
                            WHERE role = 'beneficiary' AND %(is_beside)s
                            GROUP BY partner_id) p""",
                professionals=facts.professionals(scope),
                is_beside=facts.is_beside("g", SQL("professionals")),
                given=facts.given_by_people(scope),
                minutes=thresholds["minimum_minutes"],
                months=thresholds["minimum_months"],
            )
        )
        return {"people": people, "minutes": minutes, "beneficiaries": beneficiaries, **thresholds}

    def _get_speed(self, scope):
        """How soon who joined in the period gave or received for the first time since, and after that for
        the second, until the period's end. Who has not yet, or left, counts for as long as they waited.
        It is the banks' own: a grant or project that is asked for doesn't change it.

        :return: dict of ``first`` and ``second``, each with ``median_days`` (``None`` while fewer than half
            have), ``people`` who waited, for how many of them it has ``ended``, and the ``waits``: pairs
            of days and whether it ended
        """
        scope = scope.of_banks()
        rows = self._query(
            SQL(
                """WITH joined AS MATERIALIZED (
                       SELECT whose.scheme_id, whose.partner_id, whose.joined_on,
                              LEAST(whose.left_on, %(last)s) AS until
                         FROM timebank_member whose
                         JOIN res_partner who ON who.id = whose.partner_id
                        WHERE whose.scheme_id = ANY(%(schemes)s) AND whose.state != 'applicant'
                          AND %(is_person)s
                          AND whose.joined_on <= %(last)s
                          AND whose.joined_on >= COALESCE(%(first)s::date, whose.joined_on))
                   SELECT j.joined_on, j.until, did.days[1], did.days[2]
                     FROM joined j
                     LEFT JOIN (SELECT t.scheme_id, t.partner_id, ARRAY_AGG(t.date ORDER BY t.date) AS days
                                  FROM %(touched)s t
                                  JOIN joined USING (scheme_id, partner_id)
                                 WHERE t.date >= joined.joined_on
                                 GROUP BY t.scheme_id, t.partner_id) did USING (scheme_id, partner_id)""",
                first=scope.date_from or None,
                last=self._get_last_day(scope),
                schemes=list(scope.scheme_ids),
                touched=facts.touched(scope),
                is_person=facts.IS_PERSON,
            )
        )
        first = [(((one or until) - joined).days, bool(one)) for joined, until, one, _two in rows]
        second = [
            (((two or max(until, one)) - one).days, bool(two)) for _joined, until, one, two in rows if one
        ]
        return {key: self._say_wait(waits) for key, waits in (("first", first), ("second", second))}

    def _say_wait(self, waits):
        return {
            "median_days": median_wait(waits),
            "people": len(waits),
            "ended": sum(ended for _days, ended in waits),
            "waits": waits,
        }

    def _get_resilience(self, scope, later=LATER_MONTHS):
        """Of the people whose support had ended so many months before the period's end: who still gave or
        received something in the month of the calendar that lies so much after that end.

        Support of somebody in several of these banks ended when the last of it did. A grant or project
        that is asked for says whose support is looked at (who ever took part in it), not what they did since.

        :return: list of dicts, one for each of ``later``: ``months``; ``ended``, how many people; of them
            ``left`` and ``forgotten`` by the period's end, who are told apart; and of the rest what
            :meth:`_get_share` returns: ``people``, ``part`` who still did, ``share``, ``interval``
        """
        last = self._get_last_day(scope)
        ended = self._get_support_ended(scope, last)
        moved = self._get_months_moved([partner_id for partner_id, *_rest in ended], scope, last)
        result = []
        for months in later:
            there = [row for row in ended if row[1] + relativedelta(months=months) <= last]
            still = [row for row in there if row[2] == "member"]
            part = sum(
                (partner_id, (day + relativedelta(months=months)).replace(day=1)) in moved
                for partner_id, day, _state in still
            )
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

    def _get_months_moved(self, partner_ids, scope, last):
        """In which months these people gave or received: pairs of contact id and first day of the month."""
        if not partner_ids:
            return set()
        return set(
            self._query(
                SQL(
                    "SELECT DISTINCT partner_id, %s FROM %s t WHERE partner_id = ANY(%s)",
                    self._get_step_sql("month"),
                    facts.taken(scope.of_banks().of_all_time()._replace(date_to=last)),
                    partner_ids,
                )
            )
        )

    # ------------------------------------------------------------
    # Who gives to whom
    # ------------------------------------------------------------

    def _get_network(self, scope, people=None):
        """The figures of the network of all who took part: an arc from A to B where A gave time to B.

        :param people: as :meth:`_get_people` returns it, where it has been asked before
        :return: dict of what :class:`tools.network.Figures` says
        """
        people = self._get_people(scope) if people is None else people
        ids = np.array([partner_id for partner_id, *_rest in people], dtype=np.int64)
        keys, _days = self._get_pairs(scope)
        return measure(ids, *split(keys))._asdict()

    def _get_new_arcs_by(self, scope, step):
        """For each step: ``arcs``, how many there were from one person to another; ``new``, of how many of
        them it was the first time ever at these banks, whichever grant or project that was for; and how
        many ``people`` the new ones connect."""
        keys, days = self._get_pairs(scope)
        period = (keys, days) if scope == scope.of_banks() else self._get_pairs(scope.of_banks())
        order = np.lexsort(period[::-1])
        known, place = np.unique(period[0][order], return_index=True)
        first = _first_of(
            step, period[1][order][place]
        )  # of each two people: when they first met in the period
        met_before = self._get_met_before(scope, known)
        starts = _first_of(step, days)
        result = []
        for start in np.unique(starts):
            arcs = np.unique(keys[starts == start])
            at = np.searchsorted(known, arcs)
            new = arcs[(first[at] == start) & ~met_before[at]]
            people = len(np.unique(np.concatenate(split(new))))
            result.append({"start": start.item(), "arcs": len(arcs), "new": len(new), "people": people})
        return result

    def _get_met_before(self, scope, known):
        """Of which two people, as sorted keys, one had given to the other before the scope's first day.

        Who helped and who came are multiplied as matrices: there is no list of all pairs that ever were.
        """
        if not scope.date_from or not len(known):
            return np.zeros(len(known), dtype=bool)
        earlier = scope.of_banks()._replace(date_from=None, date_to=scope.date_from - timedelta(days=1))
        givers, receivers = split(known)
        place, ids = number(givers, receivers)
        direct, (by_session, helpers, _day), (session, attendees) = self._read_arcs(earlier)
        place_of_session, sessions = number(by_session, session)

        def matrix(rows, columns, shape):
            return coo_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape).tocsr()

        def among(*people):
            """Which of these are all among the known people."""
            return np.all([np.isin(some, ids) for some in people], axis=0)

        count, asked = len(ids), among(*direct[:2])
        met = matrix(place[direct[0][asked]], place[direct[1][asked]], (count, count))
        helped, came = among(helpers), among(attendees)
        helped = matrix(place[helpers[helped]], place_of_session[by_session[helped]], (count, len(sessions)))
        came = matrix(place_of_session[session[came]], place[attendees[came]], (len(sessions), count))
        met = (met + helped @ came).tocsr()
        return np.asarray(met[place[givers], place[receivers]]).ravel() > 0

    def _get_pairs(self, scope):
        """Who gave to whom on which day, as often as it happened: two arrays, of a key for each two people,
        which ``split`` takes apart, and of days.

        Sessions come as who helped and who came, since there are many times as many pairs.
        """
        direct, helped, came = self._read_arcs(scope)
        came = came[:, np.argsort(came[0], kind="stable")]
        begin, end = (np.searchsorted(came[0], helped[0], side) for side in ("left", "right"))
        count = end - begin
        at = np.arange(count.sum()) + np.repeat(begin - np.cumsum(count) + count, count)
        givers, receivers = np.repeat(helped[1], count), came[1][at]
        others = givers != receivers
        keys = np.concatenate((join(*direct[:2]), join(givers, receivers)[others]))
        return keys, np.concatenate((direct[2], np.repeat(helped[2], count)[others])).astype("datetime64[D]")

    def _read_arcs(self, scope):
        """What arcs are made of: givers, receivers, days; sessions, helpers, days; sessions, attendees."""
        return (
            self._query_numbers(facts.direct(scope), "partner_id", "receiver_id", "date"),
            self._query_numbers(facts.helped(scope), "session_id", "partner_id", "date"),
            self._query_numbers(facts.came(scope), "session_id", "partner_id"),
        )

    def _query_numbers(self, rows, *columns):
        """An array for each of these columns of ids and days, as PostgreSQL keeps them: there are many."""
        parts = [SQL("date - DATE '1970-01-01'") if column == "date" else SQL(column) for column in columns]
        query = SQL(
            "SELECT %s FROM %s r",
            SQL(", ").join(SQL("STRING_AGG(int4send(%s), '')", part) for part in parts),
            rows,
        )
        [row] = self._query(query)
        return np.array([np.frombuffer(column or b"", dtype=">i4") for column in row], dtype=np.int64)


def _first_of(step, days):
    """The first day of the step that each of these days lies in."""
    if step == "week":
        return days - (days.astype(np.int64) + 3) % 7  # the first of January 1970 was a Thursday
    if step == "quarter":
        months = days.astype("datetime64[M]")
        return (months - months.astype(np.int64) % 3).astype("datetime64[D]")
    return days.astype({"month": "datetime64[M]", "year": "datetime64[Y]"}[step]).astype("datetime64[D]")
