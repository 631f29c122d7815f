from math import inf

from odoo import api, models
from odoo.tools import SQL

from ...tools.intervals import median_wait, survival, wilson
from ...tools.network import measure
from ...tools.suppression import FEW, hide
from ..common.verb import verb
from ..common.words import say_number
from . import facts
from .timebank_evidence import FILTERS

#: Of fewer, a share has its interval beside it.
FEW_FOR_SHARES = 30

#: How long after joining the chart of first steps looks, in days.
AFTER_DAYS = (7, 14, 30, 60, 90, 180, 365)


class TimebankEvidence(models.AbstractModel):
    """Who gives to whom: both ways or one, with how many partners, and how it begins."""

    _inherit = "timebank.evidence"

    @api.model
    @verb(filters=FILTERS)
    def get_network(self, filters):
        """The page *Who gives to whom*, in one call: of one bank.

        :param dict filters: as for :meth:`get_page`; of several banks the first is shown. ``small`` shows
            names and hours to who runs the bank
        :return: as for :meth:`get_page`; the one section has the picture as its ``chart``
        :raises AccessError: for who has no role, or names what they can't ask about
        """
        self._check_role()
        bank = self._get_chosen(self._get_banks(), filters.get("scheme_ids"))[:1]
        return self._make_page({**filters, "scheme_ids": bank.ids}, ("_get_network",))

    # ------------------------------------------------------------
    # Both ways or one
    # ------------------------------------------------------------

    def _get_reciprocity(self, scope, before):
        counts, counts_before = self._count_both_ways(scope), self._count_both_ways(before)
        if not counts["people"]:
            return None
        shown, shown_before = (
            self._show_parts(of, found) for of, found in ((scope, counts), (before, counts_before))
        )
        people = shown["people"]
        names = {
            "giving_and_receiving": self.env._("Gave and received"),
            "only_giving": self.env._("Only gave"),
            "only_receiving": self.env._("Only received"),
        }
        answer = self.env._("Too few people took part for this to be shown.")
        if shown["giving_and_receiving"] is not None:
            answer = self.env._(
                "%(both)s of the %(people)s people who took part both gave and received (%(share)s).",
                both=say_number(self.env, shown["giving_and_receiving"]),
                people=say_number(self.env, people),
                share=self._say_percent(shown["giving_and_receiving"] / people),
            )
        elif people is not None:
            answer = self.env._(
                "%s people took part; how many of them both gave and received stays hidden.",
                say_number(self.env, people),
            )
        return {
            "key": "reciprocity",
            "title": self.env._("Do people both give and receive?"),
            "answer": answer,
            "figures": [
                self._figure(
                    key,
                    name,
                    shown[key],
                    shown_before[key],
                    note=self._say_share_of(shown[key], people),
                    more_is_better=True if key == "giving_and_receiving" else None,
                )
                for key, name in names.items()
            ],
            "chart": {
                "type": "doughnut",
                "unit": "people",
                "labels": list(names.values()),
                "series": [{"label": self.env._("People"), "values": [shown[key] for key in names]}],
            },
            "table": {
                "head": ["", self.env._("This period"), self.env._("The period before")],
                "rows": [
                    [name, self._say_cell(shown[key]), self._say_cell(shown_before[key])]
                    for key, name in [*names.items(), ("people", self.env._("All who took part"))]
                ],
            },
            "definition": self.env._(
                "Of the people who gave or received any time in these days, how many did both. Giving is time that was"
                " approved; receiving is being named as the one it was given to, or coming to a session that is"
                " closed. Whoever gave before these days and received within them counts as only receiving; what"
                " people do for each other without logging it isn’t seen."
            ),
            "anchor": "reciprocity",
            "actions": self._get_ways_to_hours(scope),
        }

    def _count_both_ways(self, scope):
        """How many people did both, only gave, only received, and all."""
        query = SQL(
            """SELECT COUNT(*) FILTER (WHERE gave AND received), COUNT(*) FILTER (WHERE NOT received),
                      COUNT(*) FILTER (WHERE NOT gave), COUNT(*)
                 FROM (SELECT bool_or(t.gave) AS gave, bool_or(NOT t.gave) AS received
                         FROM %s t
                        GROUP BY t.partner_id) one""",
            facts.taken(scope),
        )
        keys = ("giving_and_receiving", "only_giving", "only_receiving", "people")
        ((*counts,),) = self.env.execute_query(query)
        return dict(zip(keys, counts, strict=True))

    def _show_parts(self, scope, counts):
        parts = [key for key in counts if key != "people"]
        return self._show(scope, counts, totals=[("people", parts)])

    def _sees_names(self, scope):
        """Whether names, and what concerns single people, are for the user to see."""
        banks = self.env["timebank.scheme"].browse(scope.scheme_ids)
        return self._shows_small() and banks._run_by_user() == banks

    def _show(self, scope, cells, **how):
        """Numbers with ``None`` for what the user may not see: see :func:`tools.suppression.hide`."""
        hidden = set() if self._sees_names(scope) else hide(cells, **how)
        return {key: None if key in hidden else value for key, value in cells.items()}

    def _say_share_of(self, part, whole, of=None):
        """What a share is of, and how far it can be trusted where it is of few."""
        if part is None or not whole:
            return ""
        of = of or self.env._("people")
        share = {"share": self._say_percent(part / whole), "whole": say_number(self.env, whole), "of": of}
        if whole >= FEW_FOR_SHARES:
            return self.env._("%(share)s of %(whole)s %(of)s", **share)
        low, high = wilson(part, whole)
        return self.env._(
            "%(share)s of %(whole)s %(of)s; 95 %% interval %(low)s to %(high)s",
            **share,
            low=self._say_percent(low),
            high=self._say_percent(high),
        )

    def _get_ways_to_hours(self, scope):
        return self._drop_nothing(
            self._window(
                self.env._("Hours behind this"), "timebank_hours_action", self._get_hours_domain(scope)
            ),
            self._window(
                self.env._("Attendances behind this"),
                "timebank_attendance_action",
                self._get_attendance_domain(scope),
            ),
        )

    # ------------------------------------------------------------
    # The network
    # ------------------------------------------------------------

    def _get_network(self, scope, before):
        found = self._measure_network(scope)
        if not found.people:
            return None
        shown, shown_before = self._show_network(scope, found), {}
        if (found_before := self._measure_network(before)).people:
            shown_before = self._show_network(before, found_before)
        answer = self.env._("Too few people took part for this to be shown.")
        if shown["partners_mean"] is not None:
            answer = self.env._(
                "People had %(mean)s partners on average, half of them %(median)s or more.",
                mean=self._say_decimal(shown["partners_mean"]),
                median=self._say_decimal(shown["partners_median"]),
            )
            if shown["arc_reciprocity"] is not None:
                answer += " " + self.env._(
                    "%s of the links go both ways.", self._say_percent(shown["arc_reciprocity"])
                )
        chart = (
            self.env["timebank.network"]._draw(scope, self._sees_names(scope))
            if len(scope.scheme_ids) == 1
            else None
        )
        return {
            "key": "network",
            "title": self.env._("Who gives to whom?"),
            "answer": answer,
            "figures": self._get_network_figures(shown, shown_before, found),
            "chart": chart,
            "table": self._get_network_table(chart, shown, shown_before),
            "definition": self.env._(
                "Everybody who took part in these days is a dot, also without a partner. A link goes from who gave"
                " to who received: from an entry’s giver to its receiver, and in a session from each helper to each"
                " attendee. Density is links of all that there could be, n (n − 1). A bridge is somebody without whom"
                " others would no longer be connected to the rest. Groups are people who exchange more with each other than"
                " with others (Louvain’s method, by minutes). A link tells nothing about how much it meant."
            ),
            "anchor": "network",
            "actions": [
                *([self._get_way_to_picture(scope)] if chart else []),
                *self._get_ways_to_hours(scope),
            ],
        }

    def _measure_network(self, scope):
        """The figures of who gave to whom: :class:`tools.network.Figures`."""
        pairs = self.env.execute_query(SQL("SELECT giver_id, receiver_id, 0 FROM %s p", facts.pairs(scope)))
        return measure(self.env["timebank.network"]._fetch_people(scope), pairs)

    def _show_network(self, scope, found):
        """The figures by name, without what tells of few."""
        counts = {
            "people": found.people,
            "isolated": len(found.isolated),
            "bridges": len(found.bridges),
            "largest_strong_part": found.largest_strong_part,
        }
        shown = self._show(
            scope, counts, parts=[(key, "people") for key in counts if key not in ("people", "bridges")]
        )
        others = ("partners_mean", "partners_median", "density", "arc_reciprocity", "arcs", "parts")
        few = shown["people"] is None
        return {**shown, **{key: None if few else getattr(found, key) for key in others}}

    def _get_network_figures(self, shown, before, found):
        def figure(key, label, **how):
            return self._figure(key, label, shown[key], before.get(key), **how)

        people = self.env._("of %s people", say_number(self.env, found.people)) if shown["people"] else ""
        arcs = shown["arcs"]
        return [
            figure(
                "partners_mean",
                self.env._("Partners of a person, on average"),
                say=self._say_decimal,
                note=people,
                more_is_better=True,
            ),
            figure(
                "density",
                self.env._("Density"),
                say=lambda share: self.env._("%s %%", self._say_decimal(100 * share)),
                note=self.env._("%s links", say_number(self.env, arcs)) if arcs is not None else "",
            ),
            *(
                [
                    figure(
                        "arc_reciprocity",
                        self.env._("Links that go both ways"),
                        say=self._say_percent,
                        note=self._say_share_of(found.mutual_arcs, arcs, self.env._("links")),
                        more_is_better=True,
                    )
                ]
                if found.arcs
                else []
            ),
            figure(
                "largest_strong_part",
                self.env._("Largest circle"),
                note=self.env._("people who all reach each other along links"),
                more_is_better=True,
            ),
            figure("bridges", self.env._("Bridges"), note=self.env._("people who alone connect others")),
            figure("isolated", self.env._("Without a partner"), note=people, more_is_better=False),
        ]

    def _get_network_table(self, chart, shown, before):
        """The same as the picture: a row for each person, or for each group where there are no names."""
        if chart and chart["named"]:
            return self._get_people_table(chart)
        if chart:
            return {
                "head": [self.env._("Group"), self.env._("People")],
                "rows": [[group["name"], group["people"]] for group in chart["groups"]],
            }
        names = {
            "people": self.env._("People"),
            "arcs": self.env._("Links"),
            "parts": self.env._("Parts without a link between them"),
            "largest_strong_part": self.env._("Largest circle"),
            "bridges": self.env._("Bridges"),
            "isolated": self.env._("Without a partner"),
        }
        return {
            "head": ["", self.env._("This period"), self.env._("The period before")],
            "rows": [
                [
                    name,
                    self._say_cell(shown[key]),
                    self._say_cell(before[key]) if before else self.env._("nobody"),
                ]
                for key, name in names.items()
            ],
        }

    def _get_people_table(self, chart):
        return {
            "head": [
                self.env._("Person"),
                self.env._("Group"),
                self.env._("Gave to"),
                self.env._("Received from"),
                self.env._("Hours given"),
                self.env._("Hours received"),
                self.env._("Connects others"),
            ],
            "rows": [node.pop("row") for node in chart["nodes"]],
        }

    def _get_way_to_picture(self, scope):
        return {
            "label": self.env._("The picture on a page of its own"),
            "action": {
                "xml_id": "timebank_coproduction.timebank_network_action",
                "context": {
                    "timebank_evidence": {
                        "period": "own",
                        "date_from": str(scope.date_from),
                        "date_to": str(scope.date_to),
                        "scheme_ids": list(scope.scheme_ids),
                        "grant_id": scope.grant_id or False,
                        "project_id": scope.project_id or False,
                    }
                },
            },
        }

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
        if shown["joined"] is None:
            return []
        return self._drop_nothing(
            self._window(self.env._("Who joined"), "timebank_member_action", domain),
        )
