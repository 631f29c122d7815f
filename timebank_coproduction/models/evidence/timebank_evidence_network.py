from odoo import models
from odoo.tools import SQL

from ...tools.intervals import wilson
from ...tools.network import measure
from ...tools.suppression import hide
from ..common.words import say_number
from . import facts

#: Of fewer, a share has its interval beside it.
FEW_FOR_SHARES = 30


class TimebankEvidence(models.AbstractModel):
    """Who gives to whom: both ways or one, and with how many partners."""

    _inherit = "timebank.evidence"

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
                    note=self._say_share(shown[key], people),
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

    def _show(self, scope, cells, **how):
        """Numbers with ``None`` for what the user may not see: see :func:`tools.suppression.hide`."""
        hidden = set() if self._sees_names(scope) else hide(cells, **how)
        return {key: None if key in hidden else value for key, value in cells.items()}

    def _say_share(self, part, whole, of=None):
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
        domain = [
            ("state", "=", "approved"),
            ("scheme_id", "in", scope.scheme_ids),
            ("date", ">=", scope.date_from),
            ("date", "<=", scope.date_to),
            *([("grant_id", "=", scope.grant_id)] if scope.grant_id else []),
            *([("project_id", "=", scope.project_id)] if scope.project_id else []),
        ]
        way = self._window(self.env._("Hours behind this"), "timebank_hours_action", domain)
        return [way] if way else []

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
        chart = self._draw_network(scope) if len(scope.scheme_ids) == 1 else None
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
                *([] if not chart else [self._get_way_to_picture(scope)]),
                *self._get_ways_to_hours(scope),
            ],
        }

    def _measure_network(self, scope):
        """The figures of who gave to whom: :class:`tools.network.Figures`."""
        query = SQL("SELECT DISTINCT giver_id, receiver_id, 0 FROM %s p", facts.arcs(scope))
        pairs = self.env.execute_query(query)
        return measure(self._fetch_people(scope), pairs)

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
                        note=self._say_share(found.mutual_arcs, arcs, self.env._("links")),
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

    def _say_decimal(self, number):
        """A number with one decimal, which a whole one goes without."""
        number = round(number, 1)
        if number == int(number):
            return say_number(self.env, int(number))
        return self.env["ir.qweb.field.float"].value_to_html(number, {"precision": 1})

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
                    "timebank_network": {
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
