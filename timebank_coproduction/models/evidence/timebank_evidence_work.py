from dateutil.relativedelta import relativedelta

from odoo import models

from ...tools.coproduction_form import JOINT_SHARE, SIDES, is_coproductive

#: So many categories have a colour of their own; the rest stand together.
MOST_CATEGORIES = 6
OTHER = "other"

#: What the forms are drawn as over time: the middle of the grid, the six around it, the two corners,
#: and activities of which nobody has said who plans them.
KINDS = ("full", "partly", "not", "unknown")
#: A form in which nothing was done.
NOTHING = {"minutes": 0, "activities": 0, "declared_otherwise": 0, "people": 0, "activity_ids": []}


class TimebankEvidence(models.AbstractModel):
    """What was done, and who planned and delivered it."""

    _inherit = "timebank.evidence"

    # ------------------------------------------------------------
    # What was done
    # ------------------------------------------------------------

    def _get_work(self, scope, before):
        """Hours given by month and category."""
        if not self.env["timebank.measures"]._get_involvement(scope)["givers"]:
            return None
        table = self._show_given(scope).work
        names = self._get_category_names(table.columns)
        steps = self._get_steps(scope)
        order = sorted(table.columns, key=lambda one: (one == OTHER, not one, -table.get(None, one)))
        return {
            "key": "work",
            "title": self.env._("What was done?"),
            "answer": self._say_most(table, names, order),
            "figures": [],
            "chart": {
                "type": "stacked",
                "unit": "hours",
                "labels": list(steps.values()),
                "series": self._make_series(table, steps, {one: names[one] for one in order}),
            },
            "table": {
                "head": [self._say_step(scope), *(names[one] for one in order), self.env._("Total")],
                "rows": [
                    *(self._make_hours_row(words, table, step, order) for step, words in steps.items()),
                    self._make_hours_row(self.env._("Whole period"), table, None, order),
                ],
                "sums": True,
            },
            "definition": self.env._(
                "Hours that people gave and that were approved, on the day they were given, by what kind"
                " of help"
                " it was. Time reversed later isn’t counted. It says how much time was given, not what"
                " came of it."
            ),
            "anchor": "time-given",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Hours by category"),
                    "timebank_hours_action",
                    self._get_people_hours_domain(scope),
                    {"group_by": ["category_id"]},
                )
            ),
        }

    def _say_most(self, table, names, order):
        whole = table.shown()
        if whole is None:
            return self.env._("The time given is hidden, because few people gave it.")
        none = table.shown(None, False) if False in order else 0
        if none and 2 * none > whole:
            return self.env._(
                "%(whole)s were given, of which %(none)s have no category.",
                whole=self._say_time(whole),
                none=self._say_time(none),
            )
        shown = [one for one in order if one not in (False, OTHER) and table.shown(None, one)]
        if not shown:
            return self.env._("%s were given.", self._say_time(whole))
        return self.env._(
            "%(whole)s were given. Most went to %(name)s: %(hours)s.",
            whole=self._say_time(whole),
            name=names[shown[0]],
            hours=self._say_time(table.shown(None, shown[0])),
        )

    def _read_work(self, scope):
        """Minutes by step and category, and how many people gave them; sums of people under None."""
        minutes, people = self.env["timebank.measures"]._get_work_by(scope, self._get_step(scope))
        by_category = {
            column: total for (row, column), total in minutes.items() if row is None and column is not None
        }
        minutes = {key: total for key, total in minutes.items() if None not in key}
        few = sorted(by_category, key=by_category.get, reverse=True)[MOST_CATEGORIES:]
        return self._join_columns(minutes, few), self._join_columns(people, few, most=True)

    def _join_columns(self, cells, few, most=False):
        """Columns that stand together as ``OTHER``: sums; or of people at least as many as in one of them."""
        joined = {}
        for (row, column), value in cells.items():
            key = (row, OTHER if column in few else column)
            joined[key] = max(joined.get(key, 0), value) if most else joined.get(key, 0) + value
        return joined

    def _get_category_names(self, keys):
        names = {OTHER: self.env._("All other"), False: self.env._("No category")}
        for category in self.env["timebank.category"].browse(key for key in keys if key and key != OTHER):
            names[category.id] = category.display_name
        return names

    def _make_series(self, table, steps, names):
        """Hours of each column by step; and what is hidden in a step, so that bars are as high as they have
        to be: hidden itself where the step's sum is, of which no bar may tell a part as the whole."""
        series, together = [], [0.0] * len(steps)
        for column, name in names.items():
            values = [self._draw_hours(table, step, column) for step in steps]
            together = [one + (value or 0) for one, value in zip(together, values, strict=True)]
            if any(values):
                series.append({"label": name, "values": values})
        wholes = [self._draw_hours(table, step, None) for step in steps]
        rest = [
            None if whole is None else max(round(whole - shown, 1), 0)
            for whole, shown in zip(wholes, together, strict=True)
        ]
        if None in rest or any(value >= 0.5 for value in rest):
            series.append(
                {"label": self.env._("Hidden, as few people gave it"), "values": rest, "rest": True}
            )
        return series

    def _draw_hours(self, table, row, column):
        minutes = table.shown(row, column) if (row, column) in table.cells else 0
        return None if minutes is None else round(minutes / 60, 1)

    def _make_hours_row(self, words, table, row, columns):
        return [
            words,
            *(
                self._say_cell(
                    table.shown(row, column) if (row, column) in table.cells else 0, self._say_hours
                )
                for column in (*columns, None)
            ),
        ]

    # ------------------------------------------------------------
    # Who planned and delivered it
    # ------------------------------------------------------------

    def _get_forms(self, scope, before):
        """The nine forms of co-production, with what was done in each."""
        measures = self.env["timebank.measures"]
        found = measures._get_forms(scope)
        cells = self._show_forms(scope, found)
        if not cells:
            return None
        share = self._show_share(scope, found)
        share_before = self._show_share(before, measures._get_forms(before))
        sides = self._get_sides()
        grid, rows = self._lay_out_forms(cells)
        return {
            "key": "forms",
            "title": self.env._("Who planned it, and who did it?"),
            "answer": self._say_together(share),
            "figures": [
                self._figure(
                    "coproductive",
                    self.env._("Planned or delivered together"),
                    share,
                    share_before,
                    say=self._say_percent,
                    note=self._say_whole(share, cells),
                    more_is_better=True,
                )
            ],
            "chart": {
                "type": "grid",
                "unit": "hours",
                "across": self.env._("Planned by"),
                "down": self.env._("Delivered by"),
                "labels": [sides[planned] for planned in SIDES],
                "rows": grid,
                "series": [],
            },
            "table": {
                "head": [
                    self.env._("Form"),
                    self.env._("Planned by"),
                    self.env._("Delivered by"),
                    self.env._("Time given"),
                    self.env._("Activities"),
                ],
                "rows": rows,
            },
            "definition": self.env._(
                "Who planned an activity is what it says of itself. Who delivered it is measured: jointly"
                " where"
                " people who aren’t professionals gave %(least)s to %(most)s of its hours in these days,"
                " else the side"
                " that gave more. Where it was declared otherwise, that is said beside it. In the two dashed"
                " cells one side did everything: that isn’t co-production. Time for no activity is in no"
                " cell."
                " It doesn’t say how much say anybody really had. (After Bovaird, 2007.)",
                least=self._say_percent(JOINT_SHARE),
                most=self._say_percent(1 - JOINT_SHARE),
            ),
            "anchor": "form-of-co-production",
            "actions": self._get_ways_to_activities(cells.values()),
        }

    def _lay_out_forms(self, cells):
        """The grid of the chart, line by line, and the rows of its table."""
        sides = self._get_sides()
        most = max((cell["minutes"] or 0 for cell in cells.values()), default=0)
        grid, rows = [], []
        for delivered in SIDES:
            line = []
            for planned in SIDES:
                cell = cells.get((planned, delivered), NOTHING)
                hours = "–" if cell["activities"] == 0 else self._say_cell(cell["minutes"], self._say_hours)
                words = {"name": self._name_form(planned, delivered), "hours": hours}
                words["activities"] = self._say_activities(cell)
                rows.append([words["name"], sides[planned], sides[delivered], hours, words["activities"]])
                line.append(
                    {
                        **words,
                        "share": (cell["minutes"] or 0) / (most or 1),
                        "coproductive": is_coproductive(planned, delivered),
                    }
                )
            grid.append({"label": sides[delivered], "cells": line})
        return grid, rows

    def _get_ways_to_activities(self, cells):
        activity_ids = {number for cell in cells for number in cell["activity_ids"]}
        return self._drop_nothing(
            self._window(
                self.env._("Activities behind this"),
                "timebank_activity_action",
                [("id", "in", sorted(activity_ids))],
            )
        )

    def _name_form(self, planned, delivered):
        forms = self.env["timebank.activity"]._fields["coproduction_form"]._description_selection(self.env)
        return dict(forms)[f"{planned}_{delivered}"]

    def _get_sides(self):
        return dict(self.env["timebank.activity"]._fields["planned_by"]._description_selection(self.env))

    def _say_count(self, activities):
        return self.env._("1 activity") if activities == 1 else self.env._("%s activities", activities)

    def _say_activities(self, cell):
        if cell["activities"] is None:
            return self._say_cell(None)
        if not cell["activities"]:
            return self.env._("none")
        words = self._say_count(cell["activities"])
        if not cell["declared_otherwise"]:
            return words
        return self.env._(
            "%(activities)s; declared otherwise: %(other)s",
            activities=words,
            other=cell["declared_otherwise"],
        )

    def _say_together(self, share):
        if share is None:
            return self.env._(
                "How much was planned or delivered together is hidden, or nothing was recorded."
            )
        return self.env._(
            "%s of the time in activities was planned or delivered together.", self._say_percent(share)
        )

    def _say_whole(self, share, cells):
        """What the share is of, and what isn't in it."""
        words = []
        known = [cell for key, cell in cells.items() if key]
        if share is not None and all(cell["minutes"] is not None for cell in known):
            words.append(
                self.env._(
                    "of %(hours)s in %(activities)s",
                    hours=self._say_hours(sum(cell["minutes"] for cell in known)),
                    activities=self._say_count(sum(cell["activities"] for cell in known)),
                )
            )
        if None in cells and cells[None]["minutes"]:
            words.append(
                self.env._(
                    "plus %s in activities that don’t say who plans them",
                    self._say_hours(cells[None]["minutes"]),
                )
            )
        return "; ".join(words)

    def _show_forms(self, scope, found):
        """By who planned and who delivered, and under None where nobody said, without what is small."""
        shown = self._show_given(scope).forms
        names = ("minutes", "activities", "declared_otherwise")
        return {
            key: cell | dict.fromkeys(names) if shown[key] is None else cell
            for key, cell in self._get_form_cells(found).items()
        }

    def _get_form_cells(self, found):
        """The cells of the grid by what they stand for: (planned by, delivered by), or None."""
        cells = {(cell["planned_by"], cell["delivered_by"]): cell for cell in found["cells"]}
        return {**cells, None: found["unknown"]} if found["unknown"]["activities"] else cells

    def _sum_forms(self, cells):
        """Minutes and people of each cell, and of those that are co-productive and of the rest.

        People of several cells are at least as many as in one of them.

        :return: minutes and people by key, and which are sums of which: key and keys
        """
        minutes = {key: cell["minutes"] for key, cell in cells.items()}
        people = {key: cell["people"] for key, cell in cells.items()}
        totals = []
        for name, wanted in (("good", True), ("rest", False)):
            keys = [key for key in cells if key and is_coproductive(*key) == wanted]
            if keys:
                minutes[name] = sum(minutes[key] for key in keys)
                people[name] = max(people[key] for key in keys)
                totals.append((name, keys))
        return minutes, people, totals

    def _show_share(self, scope, found):
        """How much of the minutes was planned or delivered together; None where hidden or nothing."""
        cells = {key: cell for key, cell in self._get_form_cells(found).items() if key}
        minutes, people, _totals = self._sum_forms(cells)
        sums = {key: minutes[key] for key in ("good", "rest") if key in minutes}
        if not sums:
            return None
        # a share tells of either side
        shown = self._show(
            scope,
            {**sums, "share": minutes.get("good", 0) / sum(sums.values())},
            {**{key: people[key] for key in sums}, "share": max(people.values())},
            derived={"share": list(sums)},
        )
        return shown["share"]

    def _get_forms_over_time(self, scope, before):
        """The same, measured anew in each month."""
        steps = self._get_steps(scope)
        found = self.env["timebank.measures"]._get_forms_by(scope, self._get_step(scope))
        if not found or len(steps) < 2:
            return None
        table = self._show_given(scope).forms_by
        names = {
            "full": self.env._("Both planned and both did it"),
            "partly": self.env._("Together in part"),
            "not": self.env._("One side alone"),
            "unknown": self.env._("Not said who planned it"),
        }
        order = [kind for kind in KINDS if kind in table.columns]
        return {
            "key": "forms_over_time",
            "title": self.env._("Is more of it done together?"),
            "answer": self._say_course(scope, steps),
            "figures": [],
            "chart": {
                "type": "stacked",
                "unit": "hours",
                "labels": list(steps.values()),
                "series": self._make_series(table, steps, {kind: names[kind] for kind in order}),
            },
            "table": {
                "head": [self._say_step(scope), *(names[kind] for kind in order), self.env._("Total")],
                "rows": [self._make_hours_row(words, table, step, order) for step, words in steps.items()],
            },
            "definition": self.env._(
                "How many of the hours in activities fell to which form, with delivery measured anew in each"
                " stretch of time: an activity can be one thing in May and another in June."
            ),
            "anchor": "form-of-co-production",
            "actions": self._get_ways_to_activities(
                cell for row in found for cell in (*row["cells"], row["unknown"])
            ),
        }

    def _sort_into_kinds(self, found):
        """Minutes of each step by kind, and how many people gave them, at least, also for sums: dicts by
        (step, kind).

        :param list found: what :meth:`timebank.measures._get_forms_by` returned
        """
        minutes, people = {}, {}
        for row in found:
            for cell in (*row["cells"], row["unknown"]):
                if cell["activities"]:
                    kind = self._get_kind(cell["planned_by"], cell["delivered_by"])
                    one = (row["start"], kind)
                    minutes[one] = minutes.get(one, 0) + cell["minutes"]
                    for key in (one, (row["start"], None), (None, kind), (None, None)):
                        people[key] = max(people.get(key, 0), cell["people"])
        return minutes, people

    def _get_kind(self, planned, delivered):
        if not planned:
            return "unknown"
        if planned == delivered == "jointly":
            return "full"
        return "partly" if is_coproductive(planned, delivered) else "not"

    def _say_course(self, scope, steps):
        """The first half of the period against the second."""
        middle = list(steps)[len(steps) // 2]
        halves = (
            scope._replace(date_to=middle - relativedelta(days=1)),
            scope._replace(date_from=middle),
        )
        measures = self.env["timebank.measures"]
        first, second = (self._show_share(half, measures._get_forms(half)) for half in halves)
        if first is None or second is None:
            return self.env._("Too few people gave time in activities for its course to be said.")
        return self.env._(
            "%(first)s of the time was planned or delivered together in the first half of the period,"
            " %(second)s in the second.",
            first=self._say_percent(first),
            second=self._say_percent(second),
        )

    # ------------------------------------------------------------
    # Where credits are used
    # ------------------------------------------------------------

    def _get_embedding(self, scope, before):
        """How many projects and teams use credits, and between whom time flows."""
        measures = self.env["timebank.measures"]
        found, found_before = measures._get_embedding(scope), measures._get_embedding(before)
        if not any(way["minutes"] for way in found["flows"].values()):
            return None
        ways = self._show_ways(found, self._show_given(scope))
        ways_before = self._show_ways(found_before, self._show_given(before, by_step=False))
        names = {
            "person_person": self.env._("A person for a person"),
            "person_agency": self.env._("A person for the organisation"),
            "agency_person": self.env._("An organisation for a person"),
            "agency_agency": self.env._("An organisation for another"),
        }
        return {
            "key": "embedding",
            "title": self.env._("Between whom does time flow?")
            if scope.project_id
            else self.env._("How much of our work uses credits?"),
            "answer": self._say_embedding(scope, found["projects"], ways, names),
            "figures": [
                self._figure(
                    key,
                    label,
                    found[key]["part"],
                    found_before[key]["part"],
                    note=self.env._("of %s", found[key]["people"]),
                    more_is_better=True,
                )
                for key, label in (
                    ("projects", self.env._("Projects that use credits")),
                    ("teams", self.env._("Teams that use credits")),
                )
                if found[key]["people"] and not scope.project_id
            ],
            "chart": {
                "type": "rows",
                "unit": "hours",
                "labels": list(names.values()),
                "series": [
                    {
                        "label": self.env._("Time given"),
                        "values": [None if ways[way] is None else round(ways[way] / 60, 1) for way in names],
                    }
                ],
            },
            "table": {
                "head": [
                    self.env._("Who gave time to whom"),
                    self.env._("This period"),
                    self.env._("The period before"),
                ],
                "rows": [
                    [
                        name,
                        self._say_cell(ways[way], self._say_hours),
                        self._say_cell(ways_before[way], self._say_hours),
                    ]
                    for way, name in names.items()
                ],
            },
            "definition": self.env._(
                "Projects of the banks’ companies, and how many of them had hours approved or people at a"
                " session"
                " in these days; a team is what one project manager has. The four ways say who gave time"
                " to whom:"
                " time without a receiver is for the organisation. It doesn’t say whether a project needed"
                " credits."
            ),
            "anchor": "where-credits-are-used",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Hours by project"),
                    "timebank_hours_action",
                    self._get_hours_domain(scope),
                    {"group_by": ["project_id"]},
                )
            ),
        }

    def _say_embedding(self, scope, projects, ways, names):
        """Of one project it says nothing how many others there are."""
        if not scope.project_id:
            return self.env._(
                "%(part)s of %(whole)s projects had time given or received.",
                part=projects["part"],
                whole=projects["people"],
            )
        most = max(ways, key=lambda way: ways[way] or 0)
        if None in ways.values():
            return self.env._("Some of it is hidden, as few people gave it.")
        return self.env._(
            "Most of it is %(way)s: %(time)s.",
            way=names[most][:1].lower() + names[most][1:],
            time=self._say_time(ways[most]),
        )

    def _show_ways(self, found, given):
        """Minutes of each way, without those that few gave; organisations are no people that would be told
        of."""
        return {way: flow["minutes"] for way, flow in found["flows"].items()} | given.ways
