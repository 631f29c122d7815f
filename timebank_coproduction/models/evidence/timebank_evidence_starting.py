from math import inf

from odoo import models
from odoo.tools import SQL

from ...tools.intervals import median_wait, survival
from ...tools.suppression import FEW
from ..common.words import say_number
from . import facts

#: How long after joining the chart of first steps looks, in days.
AFTER_DAYS = (7, 14, 30, 60, 90, 180, 365)


class TimebankEvidence(models.AbstractModel):
    """How what people have with each other begins: new links, and the first steps of who joins."""

    _inherit = "timebank.evidence"

    # ------------------------------------------------------------
    # New links
    # ------------------------------------------------------------

    def _get_new_partners(self, scope, before):
        links, whole = self._count_new_links(scope)
        if not whole[0]:
            return None
        _links_before, whole_before = self._count_new_links(before)
        steps = self._get_steps(scope)
        cells = {step: links.get(step, (0, 0))[0] for step in steps} | {None: whole[0]}
        people = {step: links.get(step, (0, 0))[1] for step in steps} | {None: whole[1]}
        shown = self._show(scope, cells, people=people, totals=[(None, list(steps))], zeros=False)
        shown_before = self._show(before, {None: whole_before[0]}, people={None: whole_before[1]})
        answer = self.env._("Too few people were part of it for this to be shown.")
        if shown[None] is not None:
            answer = self.env._(
                "%s times somebody gave to a person whom they had never given to before.",
                say_number(self.env, shown[None]),
            )
        return {
            "key": "new_links",
            "title": self.env._("Do people get to know new people?"),
            "answer": answer,
            "figures": [
                self._figure(
                    "new_links",
                    self.env._("New links"),
                    shown[None],
                    shown_before[None],
                    note=self.env._("among %s people", say_number(self.env, whole[1]))
                    if shown[None] is not None
                    else "",
                    more_is_better=True,
                )
            ],
            "chart": {
                "type": "bar",
                "unit": "",
                "labels": list(steps.values()),
                "series": [{"label": self.env._("New links"), "values": [shown[step] for step in steps]}],
            },
            "table": {
                "head": [self._say_step(scope), self.env._("New links")],
                "rows": [
                    *([words, self._say_cell(shown[step])] for step, words in steps.items()),
                    [self.env._("Whole period"), self._say_cell(shown[None])],
                ],
            },
            "definition": self.env._(
                "A link is new on the day on which one person gave to another for the first time, in a session or by"
                " an entry, since the bank’s books begin and within what is asked about. Each direction counts for"
                " itself. In a bank’s first months nearly all links are new."
            ),
            "anchor": "new-links",
            "actions": self._get_ways_to_hours(scope),
        }

    def _count_new_links(self, scope):
        """New links and the people in them, by week, month or year, and in the whole period.

        :return: dict of date → (links, people), and (links, people)
        """
        rows = self.env.execute_query(
            SQL(
                """WITH new AS (SELECT date_trunc(%s, p.date)::date AS step, p.giver_id, p.receiver_id
                                  FROM %s p
                                 WHERE p.date >= %s),
                        people AS (SELECT step, giver_id AS partner_id FROM new
                                    UNION ALL SELECT step, receiver_id FROM new),
                        counted AS (SELECT GROUPING(step) AS whole, step, COUNT(DISTINCT partner_id) AS people,
                                           COUNT(*) / 2 AS links
                                      FROM people
                                     GROUP BY GROUPING SETS ((step), ()))
                   SELECT whole, step, links, people FROM counted""",
                self._get_step(scope),
                facts.first_pairs(scope.of_all_time()),
                scope.date_from,
            )
        )
        by_step = {step: (links, people) for whole, step, links, people in rows if not whole}
        return by_step, next((links, people) for whole, _step, links, people in rows if whole)

    # ------------------------------------------------------------
    # First steps
    # ------------------------------------------------------------

    def _get_first_steps(self, scope, before):
        if scope.grant_id or scope.project_id:
            return None  # joining is joining the bank
        found = self._get_waits(scope)
        joined = len(found["first"])
        if not joined:
            return None
        found_before = self._get_waits(before)
        shown = self._show(
            scope, {"joined": joined, "started": len(found["next"])}, parts=[("started", "joined")]
        )
        names = {
            "first": self.env._("From joining to the first exchange"),
            "next": self.env._("From the first to the second"),
            "second": self.env._("From joining to the second"),
        }
        medians = {key: self._get_median(scope, waits) for key, waits in found.items()}
        answer = self.env._("Too few people joined for this to be shown.")
        if medians["first"] is not None:
            answer = (
                self.env._("Fewer than half of those who joined have had an exchange yet.")
                if medians["first"] == inf
                else self.env._(
                    "Half of those who joined had their first exchange within %s.",
                    self._say_days_long(medians["first"]),
                )
            )
        labels = [self.env._("1 day") if days == 1 else self.env._("%s days", days) for days in AFTER_DAYS]
        series = [
            {"label": label, "values": self._get_reached(scope, found[key])}
            for key, label in (
                ("first", self.env._("First exchange")),
                ("second", self.env._("Second exchange")),
            )
        ]
        return {
            "key": "first_steps",
            "title": self.env._("How soon do people start, and come back?"),
            "answer": answer,
            "figures": [
                self._get_wait_figure(
                    scope, key, name, medians[key], self._get_median(before, found_before[key]), found[key]
                )
                for key, name in names.items()
            ],
            "chart": {"type": "line", "unit": "percent", "labels": labels, "series": series}
            if medians["first"] is not None
            else None,
            "table": {
                "head": [self.env._("Within"), *(one["label"] for one in series)],
                "rows": [
                    [label, *(self._say_reached(one["values"][row]) for one in series)]
                    for row, label in enumerate(labels)
                ],
            }
            if medians["first"] is not None
            else None,
            "definition": self.env._(
                "Of the members who joined in these days (organisations aside), after how many days half had an exchange:"
                " a day on which they gave or received, and the second is the next such day. Who has none yet"
                " is counted as waiting until the period’s end, or until they left (Kaplan and Meier’s method), and not"
                " left out. It is about the whole bank; why somebody hasn’t started it can’t tell."
            ),
            "anchor": "first-steps",
            "actions": self._get_ways_to_joined(scope, shown),
        }

    def _get_waits(self, scope):
        """How long who joined in a period waited until its end.

        :return: dict of ``first``, ``next`` and ``second`` → list of (days, whether the wait is over)
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT m.joined_on, LEAST(m.left_on, %(until)s) AS until,
                          (array_agg(d.date ORDER BY d.date) FILTER (WHERE d.date IS NOT NULL))[1:2] AS days
                     FROM timebank_member m
                     JOIN res_partner p ON p.id = m.partner_id
                     LEFT JOIN (SELECT DISTINCT t.scheme_id, t.partner_id, t.date FROM %(taken)s t) d
                       ON d.scheme_id = m.scheme_id AND d.partner_id = m.partner_id AND d.date >= m.joined_on
                    WHERE m.scheme_id = ANY(%(banks)s) AND m.joined_on BETWEEN %(first)s AND %(until)s
                      AND m.role IS DISTINCT FROM 'organisation' AND p.is_company IS NOT TRUE
                    GROUP BY m.id""",
                until=scope.date_to,
                first=scope.date_from,
                banks=list(scope.scheme_ids),
                taken=facts.taken(scope.of_banks()),
            )
        )
        waits = {"first": [], "next": [], "second": []}
        for joined, until, days in rows:
            first, second = [*(days or []), None, None][:2]
            until = max(until, second or first or joined)
            waits["first"].append((((first or until) - joined).days, bool(first)))
            waits["second"].append((((second or until) - joined).days, bool(second)))
            if first:
                waits["next"].append((((second or until) - first).days, bool(second)))
        return waits

    def _get_median(self, scope, waits):
        """Days after which half of the waits are over; ``inf`` while fewer are, None where it isn't shown."""
        shown = self._show(scope, {"waits": len(waits)})
        if not waits or shown["waits"] is None:
            return None
        median = median_wait(waits)
        return inf if median is None else median

    def _get_wait_figure(self, scope, key, name, median, before, waits):
        known = median not in (None, inf) and before not in (None, inf)
        over = sum(is_over for _days, is_over in waits)
        shown = self._show(scope, {"all": len(waits), "over": over}, parts=[("over", "all")])
        note = ""
        if None not in shown.values():
            note = self.env._("median of %(all)s, of whom %(over)s are there", **shown)
        elif shown["all"] is not None:
            note = self.env._("median of %s", shown["all"])
        return self._figure(
            key,
            name,
            median,
            before if known else None,
            say=self._say_days_long,
            note=note,
            more_is_better=False,
        )

    def _say_days_long(self, days):
        if days == inf:
            return self.env._("fewer than half yet")
        return self.env._("1 day") if days == 1 else self.env._("%s days", say_number(self.env, days))

    def _get_reached(self, scope, waits):
        """Per cent for whom a wait is over after each of ``AFTER_DAYS``.

        None where nobody is watched so long, and where it would tell of fewer than five people: who started
        since the number before it, or who hasn't.
        """
        if self._get_median(scope, waits) is None:
            return [None] * len(AFTER_DAYS)
        steps, longest, sees_all = (
            survival(waits),
            max(days for days, _over in waits),
            self._sees_names(scope),
        )
        reached, last = [], 0
        for days in AFTER_DAYS:
            waiting = next((share for length, share in reversed(steps) if length <= days), 1)
            started = round(len(waits) * (1 - waiting))
            if days > longest and waiting:
                reached.append(None)
            elif sees_all or min(started - last, len(waits) - started) >= FEW:
                reached.append(round(100 * (1 - waiting)))
                last = started
            else:
                reached.append(None)
        return reached

    def _say_reached(self, percent):
        return self.env._("not shown") if percent is None else self.env._("%s %%", percent)

    def _get_ways_to_joined(self, scope, shown):
        domain = [
            ("scheme_id", "in", scope.scheme_ids),
            ("joined_on", ">=", scope.date_from),
            ("joined_on", "<=", scope.date_to),
            ("role", "!=", "organisation"),
        ]
        way = shown["joined"] is not None and self._window(
            self.env._("Who joined"), "timebank_member_action", domain
        )
        return [way] if way else []
