from odoo import models
from odoo.tools import SQL

from ...tools.coproduction_form import JOINT_SHARE, SIDES, is_coproductive
from ...tools.suppression import Table, hide
from .facts import given_by_people

#: So many categories have a colour of their own; the rest stand together.
MOST_CATEGORIES = 6
OTHER = "other"

#: What the forms are drawn as over time: the middle of the grid, the six around it, the two corners,
#: and activities of which nobody has said who plans them.
CLASSES = ("full", "partly", "not", "unknown")


class TimebankEvidence(models.AbstractModel):
    """What was done, and who planned and delivered it."""

    _inherit = "timebank.evidence"

    # ------------------------------------------------------------
    # What was done
    # ------------------------------------------------------------

    def _get_work(self, scope, before):
        """Hours given by month and category."""
        minutes, people = self._read_work(scope)
        if not minutes:
            return None
        table = self._hide_table(minutes, people)
        names = self._get_category_names(table.columns)
        steps = self._get_steps(scope)
        order = sorted(table.columns, key=lambda one: (one == OTHER, -table.get(None, one)))
        whole, most = table.shown(), order[0]
        return {
            "key": "work",
            "title": self.env._("What was done?"),
            "answer": self._say_most(names[most], table.shown(None, most), whole),
            "figures": [],
            "chart": {
                "type": "stacked",
                "unit": "hours",
                "labels": list(steps.values()),
                "series": [
                    {
                        "label": names[one],
                        "values": [self._draw_hours(table, step, one) for step in steps],
                    }
                    for one in order
                ],
            },
            "table": {
                "head": [self._say_step(scope), *(names[one] for one in order), self.env._("Together")],
                "rows": [
                    *(self._make_hours_row(words, table, step, order) for step, words in steps.items()),
                    self._make_hours_row(self.env._("Whole period"), table, None, order),
                ],
            },
            "definition": self.env._(
                "Hours that people gave and that were approved, on the day they were given, by what kind of help"
                " it was. Time reversed later isn’t counted. It says how much time was given, not what came of it."
            ),
            "anchor": "time-given",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Hours by category"),
                    "timebank_hours_action",
                    self._get_hours_domain(scope),
                    {"group_by": ["category_id"]},
                )
            ),
        }

    def _say_most(self, name, minutes, whole):
        if whole is None:
            return self.env._("The time given is hidden, as it is about few people.")
        if minutes is None:
            return self.env._("%s were given.", self._say_hours_given(whole))
        return self.env._(
            "%(whole)s were given, most of them for %(name)s: %(hours)s.",
            whole=self._say_hours_given(whole),
            name=name,
            hours=self._say_hours_given(minutes),
        )

    def _read_work(self, scope):
        """Minutes by step and category, and how many people gave them; sums of people under None."""
        rows = self.env.execute_query(
            SQL(
                """SELECT GROUPING(step), GROUPING(category_id), step, category_id, SUM(minutes),
                          COUNT(DISTINCT partner_id)
                     FROM (SELECT date_trunc(%s, g.date)::date AS step, g.category_id, g.partner_id,
                                  SUM(g.minutes) AS minutes
                             FROM %s g
                            GROUP BY 1, 2, 3) one
                    GROUP BY CUBE (step, category_id)""",
                self._get_step(scope),
                given_by_people(scope),
            )
        )
        minutes, people, by_category = {}, {}, {}
        for all_steps, all_categories, step, category, total, count in rows:
            key = (None if all_steps else step, None if all_categories else category or False)
            people[key] = count
            if None not in key:
                minutes[key] = int(total)
                by_category[key[1]] = by_category.get(key[1], 0) + int(total)
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

    def _hide_table(self, cells, people):
        """What is shown of a table with its sums: all of it to who may see small numbers."""
        return Table(cells, people, zeros=False, few=0 if self._shows_small() else 5)

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
        cells = self._read_forms(scope)
        if not cells:
            return None
        shown, share = self._hide_forms(cells)
        _shown_before, share_before = self._hide_forms(self._read_forms(before))
        sides = {key: words.lower() for key, words in self._get_sides().items()}
        forms = dict(
            self.env["timebank.activity"]._fields["coproduction_form"]._description_selection(self.env)
        )
        hours = sum(cell["minutes"] or 0 for cell in shown.values())
        grid, rows = [], []
        for delivered in SIDES:
            line = []
            for planned in SIDES:
                cell = shown.get((planned, delivered), {"minutes": 0, "activities": 0, "declared": {}})
                name = forms[f"{planned}_{delivered}"]
                line.append(
                    {
                        "name": name,
                        "hours": self._say_cell(cell["minutes"], self._say_hours),
                        "activities": self._say_activities(cell, sides),
                        "share": (cell["minutes"] or 0) / (hours or 1),
                        "coproductive": is_coproductive(planned, delivered),
                    }
                )
                rows.append(
                    [
                        name,
                        sides[planned],
                        sides[delivered],
                        self._say_cell(cell["minutes"], self._say_hours),
                        self._say_activities(cell, sides),
                    ]
                )
            grid.append({"label": self._get_sides()[delivered], "cells": line})
        return {
            "key": "forms",
            "title": self.env._("Who planned it, and who did it?"),
            "answer": self._say_share(share),
            "figures": [
                self._figure(
                    "coproductive",
                    self.env._("Time in co-productive activities"),
                    share,
                    share_before,
                    say=self._say_percent,
                    note=self._say_unknown(shown),
                    more_is_better=True,
                )
            ],
            "chart": {
                "type": "grid",
                "unit": "hours",
                "across": self.env._("Planned by →"),
                "down": self.env._("Delivered by ↓"),
                "labels": [self._get_sides()[planned] for planned in SIDES],
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
                "After Bovaird (2007). Who planned an activity is what its coordinator says. Who delivered it is"
                " measured: jointly where both sides gave from %(least)s to %(most)s of its hours in the period, else"
                " whoever gave more. Dashed frames aren’t co-production. Activities without hours aren’t in it."
                " The form says who had a part, not how good it was.",
                least=self._say_percent(JOINT_SHARE),
                most=self._say_percent(1 - JOINT_SHARE),
            ),
            "anchor": "form-of-co-production",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Activities"),
                    "timebank_activity_action",
                    [
                        (
                            "hours_ids",
                            "any",
                            [("activity_id", "!=", False), *self._get_hours_domain(scope)],
                        )
                    ],
                )
            ),
        }

    def _say_activities(self, cell, sides):
        if cell["minutes"] is None:
            return self._say_cell(None)
        if not cell["activities"]:
            return "–"
        words = (
            self.env._("1 activity")
            if cell["activities"] == 1
            else self.env._("%s activities", cell["activities"])
        )
        for declared, count in cell["declared"].items():
            words += self.env._("; %(count)s declared as by %(side)s", count=count, side=sides[declared])
        return words

    def _say_share(self, share):
        if share is None:
            return self.env._("How much of it was co-productive is hidden, as it is about few people.")
        return self.env._(
            "%s of the time in activities was planned or delivered together.", self._say_percent(share)
        )

    def _say_unknown(self, shown):
        unknown = [cell["minutes"] for (planned, _delivered), cell in shown.items() if not planned]
        if not unknown or None in unknown:
            return ""
        return self.env._(
            "besides, %s in activities that don’t say who plans them", self._say_hours(sum(unknown))
        )

    def _get_sides(self):
        return dict(self.env["timebank.activity"]._fields["planned_by"]._description_selection(self.env))

    def _read_forms(self, scope, step=None):
        """Minutes, people and activities by who planned and who delivered, as measured.

        :param step: measured anew in each ``week``, ``month`` or ``year``
        :return: dict of (planned_by or None, delivered_by) → ``minutes, people, activities`` and
            ``declared``: how many of them say that another side delivers; with a step, of (date, both)
        """
        rows = self.env.execute_query(
            SQL(
                """WITH part AS MATERIALIZED (
                       SELECT %s AS step, g.activity_id, g.partner_id, SUM(g.minutes) AS minutes,
                              COALESCE(SUM(g.minutes) FILTER (WHERE g.role = 'professional'), 0) AS professional
                         FROM %s g
                        WHERE g.activity_id IS NOT NULL
                        GROUP BY 1, 2, 3),
                   measured AS (
                       SELECT step, activity_id,
                              CASE WHEN professional < %s * whole THEN 'community'
                                   WHEN whole - professional < %s * whole THEN 'professionals'
                                   ELSE 'jointly' END AS delivered_by
                         FROM (SELECT step, activity_id, SUM(minutes)::float8 AS whole,
                                      SUM(professional)::float8 AS professional
                                 FROM part GROUP BY 1, 2) sums)
                   SELECT GROUPING(a.delivered_by), step, a.planned_by, m.delivered_by, a.delivered_by,
                          SUM(minutes), COUNT(DISTINCT partner_id), COUNT(DISTINCT activity_id)
                     FROM part
                     JOIN measured m USING (step, activity_id)
                     JOIN timebank_activity a ON a.id = activity_id
                    GROUP BY GROUPING SETS ((step, a.planned_by, m.delivered_by),
                                            (step, a.planned_by, m.delivered_by, a.delivered_by))""",
                SQL("date_trunc(%s, g.date)::date", step) if step else SQL("DATE '1970-01-01'"),
                given_by_people(scope),
                SQL("%s::float8", JOINT_SHARE),
                SQL("%s::float8", JOINT_SHARE),
            )
        )
        found = {}
        for whole, day, planned, delivered, declared, minutes, people, activities in sorted(
            rows, key=lambda row: -row[0]
        ):
            key = (day, planned, delivered) if step else (planned, delivered)
            if whole:
                found[key] = {
                    "minutes": int(minutes),
                    "people": people,
                    "activities": activities,
                    "declared": {},
                }
            elif declared and declared != delivered:
                found[key]["declared"][declared] = activities
        return found

    def _hide_forms(self, cells):
        """The cells without what is hidden, and the share of co-productive time; None where hidden."""
        known = {key: cell for key, cell in cells.items() if key[0]}
        whole = sum(cell["minutes"] for cell in known.values())
        good = [key for key in known if is_coproductive(*key)]
        share = sum(known[key]["minutes"] for key in good) / whole if whole else None
        if self._shows_small() or not known:
            return cells, share
        minutes = {key: cell["minutes"] for key, cell in cells.items()}
        people = {key: cell["people"] for key, cell in cells.items()}
        most = max(people[key] for key in known)
        minutes |= {"known": whole, "good": sum(minutes[key] for key in good)}
        people |= {"known": most, "good": max((people[key] for key in good), default=0)}
        minutes["rest"] = whole - minutes["good"]
        people["rest"] = max((people[key] for key in known if key not in good), default=0)
        hidden = hide(
            minutes,
            people,
            totals=[
                ("known", ["good", "rest"]),
                ("good", good),
                ("rest", [key for key in known if key not in good]),
            ],
            derived={"share": ["good", "known"]},
            zeros=False,
        )
        shown = {key: cell | {"minutes": None} if key in hidden else cell for key, cell in cells.items()}
        return shown, None if "share" in hidden else share

    def _get_forms_over_time(self, scope, before):
        """The same, measured anew in each month."""
        cells = self._read_forms(scope, self._get_step(scope))
        steps = self._get_steps(scope)
        if not cells or len(steps) < 2:
            return None
        minutes, people = {}, {}
        for (day, planned, delivered), cell in cells.items():
            one = (day, self._get_class(planned, delivered))
            minutes[one] = minutes.get(one, 0) + cell["minutes"]
            for key in (one, (day, None), (None, one[1]), (None, None)):
                people[key] = max(people.get(key, 0), cell["people"])
        table = self._hide_table(minutes, people)
        names = {
            "full": self.env._("Full co-production: both planned, both did it"),
            "partly": self.env._("Together in part"),
            "not": self.env._("One side alone"),
            "unknown": self.env._("Not said who planned it"),
        }
        order = [one for one in CLASSES if one in table.columns]
        return {
            "key": "forms_over_time",
            "title": self.env._("Is more of it done together?"),
            "answer": self._say_course(table, steps),
            "figures": [],
            "chart": {
                "type": "stacked",
                "unit": "hours",
                "labels": list(steps.values()),
                "series": [
                    {"label": names[one], "values": [self._draw_hours(table, step, one) for step in steps]}
                    for one in order
                ],
            },
            "table": {
                "head": [self._say_step(scope), *(names[one] for one in order), self.env._("Together")],
                "rows": [self._make_hours_row(words, table, step, order) for step, words in steps.items()],
            },
            "definition": self.env._(
                "Of each month’s hours in activities, how many fell to which form, with the delivery measured"
                " anew in that month: an activity can be one thing in May and another in June."
            ),
            "anchor": "form-of-co-production",
            "actions": [],
        }

    def _get_class(self, planned, delivered):
        if not planned:
            return "unknown"
        if planned == delivered == "jointly":
            return "full"
        return "partly" if is_coproductive(planned, delivered) else "not"

    def _say_course(self, table, steps):
        """The first half of the period against the second."""
        days = [day for day in steps if (day, None) in table.cells]
        halves = []
        for half in (days[: len(days) // 2], days[len(days) // 2 :]):
            whole = sum(table.get(day, None) for day in half)
            together = sum(
                table.get(day, one) for day in half for one in ("full", "partly") if one in table.columns
            )
            halves.append(together / whole if whole else None)
        hidden = not self._shows_small() and table.hidden
        if hidden or None in halves:
            return self.env._("The chart shows how the forms change; small numbers are left out.")
        return self.env._(
            "%(first)s of the time was planned or delivered together in the first half of the period,"
            " %(second)s in the second.",
            first=self._say_percent(halves[0]),
            second=self._say_percent(halves[1]),
        )
