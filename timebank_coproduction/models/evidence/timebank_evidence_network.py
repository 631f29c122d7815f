from math import inf

from odoo import api, models

from ...tools.intervals import survival
from ...tools.network import count_bridges, measure
from ...tools.suppression import FEW
from ..common.verb import verb
from ..common.words import say_number, say_percent
from .timebank_evidence import FILTERS

#: How long after joining the chart of first steps looks, in days.
AFTER_DAYS = (7, 14, 30, 60, 90, 180, 365)

#: The page of the picture alone.
PICTURE = "timebank_coproduction.timebank_network_action"


class TimebankEvidence(models.AbstractModel):
    """Who gives to whom: both ways or one, with how many partners, and how it begins."""

    _inherit = "timebank.evidence"

    @api.model
    @api.readonly
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
        page = self._make_page({**filters, "scheme_ids": bank.ids}, ("_get_network",))
        for section in page["sections"]:
            section["actions"] = [way for way in section["actions"] if way["action"]["xml_id"] != PICTURE]
        return page

    def _say_share_of(self, share, what):
        """What a share is of, and how far it can be trusted where it is of few.

        :param dict share: as :meth:`timebank.measures._get_share` returns it
        :param str what: what there are so many of
        """
        if share["share"] is None:
            return ""
        words = {
            "share": self._say_percent(share["share"]),
            "whole": say_number(self.env, share["people"]),
            "what": what,
        }
        if not share["interval"]:
            return self.env._("%(share)s of %(whole)s %(what)s", **words)
        low, high = map(self._say_percent, share["interval"])
        return self.env._(
            "%(share)s of %(whole)s %(what)s; 95 %% interval %(low)s to %(high)s", **words, low=low, high=high
        )

    def _get_ways_to_facts(self, scope, hours=None):
        """The windows of the entries and the attendances; ``hours``: which entries, rather than all."""
        return self._drop_nothing(
            self._window(
                self.env._("Hours behind this"),
                "timebank_hours_action",
                hours or self._get_hours_domain(scope),
            ),
            self._window(
                self.env._("Attendances behind this"),
                "timebank_attendance_action",
                self._get_attendance_domain(scope),
            ),
        )

    # ------------------------------------------------------------
    # Both ways or one
    # ------------------------------------------------------------

    def _get_reciprocity(self, scope, before):
        if not len(self.env["timebank.measures"]._get_people(scope).ids):
            return None
        parts = {
            "giving_and_receiving": self.env._("Gave and received"),
            "only_giving": self.env._("Only gave"),
            "only_receiving": self.env._("Only received"),
        }
        shown, shown_before = self._show_both_ways(scope), self._show_both_ways(before)
        return {
            "key": "reciprocity",
            "title": self.env._("Do people both give and receive?"),
            "answer": self._say_reciprocity(shown),
            "figures": [
                self._figure(
                    key,
                    name,
                    shown[key],
                    shown_before[key],
                    note=self._say_part_of(shown[key], shown["people"]),
                    more_is_better=True if key == "giving_and_receiving" else None,
                )
                for key, name in parts.items()
            ],
            "chart": {
                "type": "doughnut",
                "unit": "people",
                "labels": list(parts.values()),
                "series": [{"label": self.env._("People"), "values": [shown[key] for key in parts]}],
            },
            "table": {
                "head": [self.env._("Figure"), self.env._("This period"), self.env._("The period before")],
                "rows": [
                    [name, self._say_cell(shown[key]), self._say_cell(shown_before[key])]
                    for key, name in [*parts.items(), ("people", self.env._("All who took part"))]
                ],
            },
            "definition": self.env._(
                "Of the people who gave or received any time in these days, how many did both. Giving is"
                " time that was approved; receiving is being named as the one it was given to, or coming to a"
                " session that is closed. Whoever gave before these days and received within them counts as"
                " only receiving; what people do for each other without logging it isn’t seen."
            ),
            "anchor": "giving-and-receiving",
            "actions": self._get_ways_to_facts(scope),
        }

    def _show_both_ways(self, scope):
        """How many people did both, only gave, only received, and all, without what tells of few."""
        found = self.env["timebank.measures"]._get_involvement(scope)
        parts = {
            "giving_and_receiving": found["both"],
            "only_giving": found["only_giving"],
            "only_receiving": found["only_receiving"],
        }
        return self._show(scope, {**parts, "people": found["people"]}, totals=[("people", list(parts))])

    def _say_reciprocity(self, shown):
        both, people = shown["giving_and_receiving"], shown["people"]
        if people is None:
            return self.env._("Too few people took part for this to be shown.")
        if both is None:
            return self.env._(
                "%s people took part; how many of them both gave and received is hidden.",
                say_number(self.env, people),
            )
        return self.env._(
            "%(both)s of the %(people)s people who took part both gave and received (%(share)s).",
            both=say_number(self.env, both),
            people=say_number(self.env, people),
            share=self._say_percent(both / people),
        )

    def _say_part_of(self, part, people):
        if part is None or people is None:
            return ""
        share = self.env["timebank.measures"]._get_share(part, people)
        return self._say_share_of(share, self.env._("people"))

    # ------------------------------------------------------------
    # The network
    # ------------------------------------------------------------

    def _get_network(self, scope, before):
        links = chart = None
        if len(scope.scheme_ids) == 1:
            links = self.env["timebank.network"]._connect(scope)
        found = self._measure_network(scope, links)
        if not found["people"]:
            return None
        shown, shown_before = self._show_network(scope, found), {}
        if links:
            chart = self.env["timebank.network"]._draw(
                scope, links, self._sees_names(scope), shown["bridges"] is not None
            )
        if chart and not chart["named"] and not chart["edges"]:
            chart = None  # dots without names or links say nothing
        found_before = self._measure_network(before)
        if found_before["people"]:
            shown_before = self._show_network(before, found_before)
        return {
            "key": "network",
            "has_links": bool(shown["arcs"] or shown["partners_median"] or (chart and chart["edges"])),
            "title": self.env._("Who gives to whom?"),
            "answer": self._say_network(shown),
            "hint": self._say_where_picture(scope),
            "figures": self._get_network_figures(shown, shown_before),
            "chart": chart,
            "table": self._get_network_table(chart, shown, shown_before),
            "definition": self.env._(
                "Everybody who took part in these days is a dot, also without a partner. A link goes from who"
                " gave to who received: from an entry’s giver to its receiver, and in a session from each"
                " helper to each attendee. Between n people there could be n (n − 1). In a"
                " circle everybody reaches everybody along links. A bridge is somebody without whom others"
                " would no longer be connected to the rest. Groups are people who exchange more with each"
                " other than with others (Louvain’s method, by minutes). How much a link meant it can’t tell."
            ),
            "anchor": "who-gives-to-whom",
            "actions": [
                *([self._get_way_to_picture(scope)] if chart else []),
                *self._get_ways_to_facts(scope),
            ],
        }

    def _measure_network(self, scope, links=None):
        """The figures by name, as :meth:`timebank.measures._get_network` has them.

        :param links: of one bank, whose bridges are found as well: in its picture anybody can see them
        """
        if links is None:
            found = self.env["timebank.measures"]._get_network(scope)
        else:
            found = {**measure(*links[:3])._asdict(), "bridges": count_bridges(links)}
        return {**found, "isolated": found["people"] - found["linked"]}

    def _show_network(self, scope, found):
        """The figures by name, without what tells of few."""
        keys = ("people", "isolated", "largest_strong_part", "partners_per_person", "partners_median")
        keys += ("density", "arc_reciprocity", "arcs", "bridges")
        about = dict.fromkeys(("partners_per_person", "partners_median", "density", "arcs"), found["linked"])
        values, totals = {key: found.get(key) for key in keys}, []
        outside = found["linked"] - found["largest_strong_part"]
        if outside > 0:  # who has partners, and isn't in the largest circle
            values["outside"] = outside
            totals = [("people", ["isolated", "largest_strong_part", "outside"])]
        shown = self._show(
            scope,
            values,
            {**about, "arc_reciprocity": found["mutual_people"]},
            totals=totals,
            parts=[("isolated", "people"), ("largest_strong_part", "people")],
            unseen=["outside"],
            # with all links, those of a person tell how many go both ways
            derived={"density": ["arc_reciprocity"], "arcs": ["arc_reciprocity"]},
        )
        share = None
        if shown["arc_reciprocity"] is not None:
            share = self.env["timebank.measures"]._get_share(found["mutual_arcs"], found["arcs"])
        return {**shown, "mutual": share, "has_arcs": bool(found["arcs"])}

    def _say_where_picture(self, scope):
        """There is a picture of one bank alone."""
        return "" if len(scope.scheme_ids) == 1 else self.env._("Choose one time bank to see its picture.")

    def _say_network(self, shown):
        if shown["partners_per_person"] is None:
            return self.env._("Too few people were part of it for this to be shown.")
        words = {name: self._say_rounded(shown[f"partners_{name}"]) for name in ("per_person", "median")}
        if shown["partners_median"]:
            said = self.env._(
                "On average, people exchanged time with %(per_person)s others, and half of them with"
                " %(median)s or more.",
                **words,
            )
        else:  # half of them with nobody or more says nothing
            said = self.env._("On average, people exchanged time with %(per_person)s others.", **words)
        if shown["arc_reciprocity"] is None:
            return said
        return self.env._(
            "%(said)s %(share)s of these links go both ways.",
            said=said,
            share=self._say_percent(shown["arc_reciprocity"]),
        )

    def _say_rounded(self, number):
        return self._say_decimal(round(number, 1))

    def _get_network_figures(self, shown, before):
        def figure(key, label, **how):
            if shown[key] is None:
                how["note"] = ""
            return self._figure(key, label, shown[key], before.get(key), **how)

        people, arcs = shown["people"], shown["arcs"]
        of_all = "" if people is None else self.env._("of %s people", say_number(self.env, people))
        figures = [
            figure(
                "partners_per_person",
                self.env._("Partners of a person, on average"),
                say=self._say_rounded,
                note=of_all,
                more_is_better=True,
            ),
            figure(
                "density",
                self.env._("Possible links that exist (density)"),
                say=self._say_percent_finely,
                note=""
                if arcs is None
                else self.env._(
                    "%s links; 100 %% would be everybody giving to everybody", say_number(self.env, arcs)
                ),
            ),
            figure(
                "arc_reciprocity",
                self.env._("Links that go both ways"),
                say=self._say_percent,
                note=self._say_share_of(shown["mutual"], self.env._("links")) if shown["mutual"] else "",
                more_is_better=True,
            ),
            figure(
                "largest_strong_part",
                self.env._("Largest circle in which everybody reaches everybody"),
                note=of_all,
                more_is_better=True,
            ),
            figure("isolated", self.env._("Without a partner"), note=of_all, more_is_better=False),
        ]
        if shown["bridges"] is not None:
            figures.append(figure("bridges", self.env._("Bridges"), note=of_all))
        return [one for one in figures if one["key"] != "arc_reciprocity" or shown["has_arcs"]]

    def _get_network_table(self, chart, shown, before):
        """The same as the picture: a row for each person, or for each group where there are no names."""
        if chart and chart["named"]:
            return {
                "head": [
                    self.env._("Person"),
                    self.env._("Group"),
                    self.env._("Gave to"),
                    self.env._("Received from"),
                    self.env._("Hours to partners"),
                    self.env._("Hours from partners"),
                    self.env._("Connects to the rest"),
                ],
                "rows": [node.pop("row") for node in chart["nodes"]],
            }
        if chart:
            return {
                "head": [self.env._("Group"), self.env._("People")],
                "rows": [[group["name"], group["people"]] for group in chart["groups"]],
            }
        names = {
            "people": self.env._("People"),
            "arcs": self.env._("Links"),
            "largest_strong_part": self.env._("Largest circle"),
            "isolated": self.env._("Without a partner"),
        }
        return {
            "head": [self.env._("Figure"), self.env._("This period"), self.env._("The period before")],
            "rows": [
                [name, self._say_cell(shown[key]), self._say_cell(before.get(key, 0))]
                for key, name in names.items()
            ],
        }

    def _get_way_to_picture(self, scope):
        asked = {
            "period": "own",
            "date_from": str(scope.date_from),
            "date_to": str(scope.date_to),
            "scheme_ids": list(scope.scheme_ids),
            "grant_id": scope.grant_id or False,
            "project_id": scope.project_id or False,
        }
        return {
            "label": self.env._("The picture on a page of its own"),
            "action": {
                "xml_id": PICTURE,
                "context": {"timebank_evidence": asked},
            },
        }

    # ------------------------------------------------------------
    # New links
    # ------------------------------------------------------------

    def _get_new_links(self, scope, _before):
        links, whole = self._count_new_links(scope)
        if not whole["new"]:
            return None
        steps = self._get_steps(scope)
        cells = {step: links.get(step, {"new": 0, "people": 0}) for step in steps}
        cells[None] = whole
        shown = self._show(
            scope,
            {step: cell["new"] for step, cell in cells.items()},
            {step: cell["people"] for step, cell in cells.items()},
            totals=[(None, list(steps))],
            zeros=False,
        )
        if shown[None] is None:
            answer = self.env._("Too few people were part of it for this to be shown.")
        else:
            answer = self.env._(
                "%s times somebody gave to a person whom they had never given to before.",
                say_number(self.env, shown[None]),
            )
        name = self.env._("New links")
        return {
            "key": "new_links",
            "title": self.env._("Do people get to know new people?"),
            "answer": answer,
            "figures": [
                self._figure(
                    "new_links",
                    name,
                    shown[None],
                    note=self.env._("each direction counts for itself"),
                )
            ],
            "chart": {
                "type": "bar",
                "unit": "",
                "labels": list(steps.values()),
                "series": [{"label": name, "values": [shown[step] for step in steps]}],
            },
            "table": {
                "head": [self._say_step(scope), name],
                "rows": [
                    *([words, self._say_cell(shown[step])] for step, words in steps.items()),
                    [self.env._("Whole period"), self._say_cell(shown[None])],
                ],
            },
            "definition": self.env._(
                "A link is new on the day on which one person gave to another for the first time ever in"
                " these time banks, in a session or by an entry. In a bank’s first months nearly all links"
                " are new. Whether people go on seeing each other it can’t tell."
            ),
            "anchor": "who-gives-to-whom",
            "actions": self._get_ways_to_facts(scope),
        }

    def _count_new_links(self, scope):
        """New links and about how many people they are: by week, month or year, and in the whole period."""
        rows = self.env["timebank.measures"]._get_new_arcs_by(scope, self._get_step(scope))
        whole = {
            "new": sum(row["new"] for row in rows),
            "people": max((row["people"] for row in rows), default=0),  # at least so many
        }
        return {row["start"]: row for row in rows}, whole

    # ------------------------------------------------------------
    # First steps
    # ------------------------------------------------------------

    def _get_first_steps(self, scope, before):
        if scope.grant_id or scope.project_id:
            return None  # who joins, joins the bank
        speed = self.env["timebank.measures"]._get_speed(scope)
        if not speed["first"]["people"]:
            return None
        speed_before = self.env["timebank.measures"]._get_speed(before)
        names = {
            "first": self.env._("From joining to the first exchange"),
            "second": self.env._("From the first to the second"),
        }
        median = self._get_median(scope, speed["first"])
        if median is None:
            answer = self.env._("Too few people joined, or have started, for this to be shown.")
        elif median == inf:
            answer = self.env._("Fewer than half of those who joined have had an exchange yet.")
        else:
            answer = self.env._(
                "Half of those who joined had their first exchange within %s.", self._say_wait(median)
            )
        labels = [self.env._("%s days", days) for days in AFTER_DAYS]
        reached = {key: self._get_reached(scope, speed[key]) for key in names}
        most = max(len(AFTER_DAYS) - values.count(None) for values in reached.values())
        return {
            "key": "first_steps",
            "title": self.env._("How soon do people start, and come back?"),
            "answer": answer,
            "figures": [
                self._get_wait_figure(
                    scope, key, name, speed[key], self._get_median(before, speed_before[key])
                )
                for key, name in names.items()
            ],
            "chart": {
                "type": "line",
                "unit": "percent",
                "labels": labels,
                "series": [{"label": name, "values": reached[key]} for key, name in names.items()],
            }
            if most > 1  # one point is no line
            else None,
            "table": {
                "head": [self.env._("Within"), *names.values()],
                "rows": [
                    [label, *(self._say_reached(scope, values[row]) for values in reached.values())]
                    for row, label in enumerate(labels)
                ],
            }
            if most
            else None,
            "definition": self.env._(
                "Of the members who joined in these days (organisations aside): after how many days half of"
                " them had given or received for the first time, and after that for the second. Who has not"
                " yet is counted as waiting until the period’s end, or until they left (Kaplan and Meier’s"
                " method), and not left out. It is about the whole bank. Why somebody hasn’t started it"
                " can’t tell."
            ),
            "anchor": "speed-of-the-bank",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Who joined"), "timebank_member_action", self._get_joined_domain(scope)
                )
            ),
        }

    def _get_joined_domain(self, scope):
        return [
            ("scheme_id", "in", list(scope.scheme_ids)),
            ("joined_on", ">=", scope.date_from),
            ("joined_on", "<=", scope.date_to),
            ("role", "!=", "organisation"),
            ("partner_id.is_company", "=", False),
            ("state", "!=", "applicant"),
        ]

    def _get_median(self, scope, wait):
        """Days after which half of the waits are over; ``inf`` while fewer are, None where it isn't shown.

        It is about those whose wait is over; that fewer than half have ended theirs, about all.
        """
        about = wait["people"] if wait["median_days"] is None else wait["ended"]  # each once
        if not wait["people"] or self._show(scope, {"people": about})["people"] is None:
            return None
        return inf if wait["median_days"] is None else wait["median_days"]

    def _get_wait_figure(self, scope, key, name, wait, before):
        median = self._get_median(scope, wait)
        known = inf not in (median, before)
        people = self._show(
            scope, {"people": wait["people"], "ended": wait["ended"]}, parts=[("ended", "people")]
        )
        note = ""
        if wait["memberships"] != wait["people"]:  # both numbers would tell how many are in several banks
            if None not in people.values():
                note = self.env._(
                    "median of %(memberships)s memberships, for %(over)s of which it is over",
                    memberships=wait["memberships"],
                    over=wait["over"],
                )
        elif None not in people.values():
            note = self.env._("median of %(people)s, for %(ended)s of whom it is over", **people)
        elif people["people"] is not None:
            note = self.env._("median of %s", people["people"])
        return self._figure(
            f"days_to_{key}",
            name,
            median,
            before if known else None,
            say=self._say_wait,
            note=note,
            more_is_better=False,
        )

    def _say_wait(self, days):
        if days == inf:
            return self.env._("fewer than half yet")
        return self.env._("1 day") if days == 1 else self.env._("%s days", self._say_rounded(days))

    def _get_reached(self, scope, wait):
        """Per cent for whom a wait is over after each of ``AFTER_DAYS``.

        None where nobody is watched so long, and where it would tell of fewer than five people: who started
        since the number before it, or who hasn't. Over several banks one person can have started, and
        wait, more than once.
        """
        if self._get_median(scope, wait) is None:
            return [None] * len(AFTER_DAYS)
        waits, memberships = wait["waits"], wait["memberships"]
        steps = survival([(length, ended) for length, ended, _partner in waits])
        longest = max(length for length, *_rest in waits)
        sees_all, reached, last, after = self._sees_names(scope), [], 0, -1
        for days in AFTER_DAYS:
            waiting = next((share for length, share in reversed(steps) if length <= days), 1)
            started = round(memberships * (1 - waiting))
            since = {partner for length, ended, partner in waits if ended and after < length <= days}
            still = {partner for length, ended, partner in waits if not ended or length > days}
            fewest = min(started - last, memberships - started, len(since), len(still))
            if (days <= longest or not waiting) and (sees_all or fewest >= FEW):
                reached.append(round(100 * (1 - waiting)))
                last, after = started, days
            else:
                reached.append(None)
        return reached

    def _say_reached(self, scope, percent):
        if percent is not None:
            return say_percent(self.env, percent)
        # from who sees all nothing is hidden: nobody is watched so long yet
        return self.env._("too early to say") if self._sees_names(scope) else self._say_cell(None)
