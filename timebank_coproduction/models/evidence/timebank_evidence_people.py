from odoo import models
from odoo.tools import SQL

from ...tools.suppression import hide
from .facts import given_by_people, received

#: Of one person: minutes given, attendances, and how often anything.
OF_ONE = SQL("f.partner_id, SUM(f.gave) AS gave, SUM(f.came) AS came, COUNT(*) AS facts")
#: Over such rows: all people, who gave, who came; minutes given, attendances, and how often anything.
COUNT_PEOPLE = SQL(
    """COUNT(DISTINCT partner_id), COUNT(DISTINCT partner_id) FILTER (WHERE gave > 0),
       COUNT(DISTINCT partner_id) FILTER (WHERE came > 0),
       COALESCE(SUM(gave), 0), COALESCE(SUM(came), 0), COALESCE(SUM(facts), 0)"""
)
#: Stands for all projects, or all grants.
TOTAL = "all"
#: So many projects and grants are drawn; the table has them all.
MOST_DRAWN = 12


class TimebankEvidence(models.AbstractModel):
    """Who takes part: people, how often, and where."""

    _inherit = "timebank.evidence"

    # ------------------------------------------------------------
    # Who takes part
    # ------------------------------------------------------------

    def _get_involvement(self, scope, before):
        by_step, total = self._read_involvement(scope)
        if not total["facts"]:
            return None
        _before_by_step, total_before = self._read_involvement(before)
        steps = self._get_steps(scope)
        shown = self._hide_rows(by_step, total, zeros=False)
        shown_before = self._hide_rows({}, total_before, zeros=True)
        people, whole, whole_before = self._say_people, shown[None], shown_before[None]
        answer = self.env._("The number of people who took part is too small to be shown.")
        if whole["people"] is not None:
            answer = self.env._(
                "%(people)s took part; they came %(times)s times to sessions, and gave %(hours)s.",
                people=people(whole["people"]),
                times=self._say_cell(whole["attendances"]),
                hours=self._say_cell(whole["minutes"], self._say_hours_given),
            )
        return {
            "key": "involvement",
            "title": self.env._("Who takes part?"),
            "answer": answer,
            "figures": [
                self._figure(
                    "head_count",
                    self.env._("People who gave or received time"),
                    whole["people"],
                    whole_before["people"],
                    note=self.env._("each counted once"),
                    more_is_better=True,
                ),
                self._figure(
                    "attendances",
                    self.env._("Attendances at sessions"),
                    whole["attendances"],
                    whole_before["attendances"],
                    note=self._say_n(whole["attendees"], whole["attendances"]),
                    more_is_better=True,
                ),
                self._figure(
                    "given",
                    self.env._("Time given"),
                    whole["minutes"],
                    whole_before["minutes"],
                    say=self._say_hours,
                    note=self._say_n(whole["givers"], whole["minutes"]),
                    more_is_better=True,
                ),
                *self._get_sustained_figures(scope, before),
            ],
            "chart": {
                "type": "bar",
                "unit": "people",
                "labels": list(steps.values()),
                "series": [
                    {
                        "label": self.env._("People who took part"),
                        "values": [shown.get(step, {"people": 0})["people"] for step in steps],
                    }
                ],
            },
            "table": {
                "head": [
                    self._say_step(scope),
                    self.env._("People"),
                    self.env._("Attendances"),
                    self.env._("Time given"),
                ],
                "rows": [
                    *(
                        self._make_row(words, shown.get(step, dict.fromkeys(whole, 0)))
                        for step, words in steps.items()
                    ),
                    self._make_row(self.env._("Whole period"), whole),
                ],
            },
            "definition": self.env._(
                "People are all who gave time that was approved, received some, or came to a session that is"
                " closed; each is counted once, also over several banks, and organisations aren’t counted."
                " Whoever comes in two months is counted in each of them, so months don’t add up to the period."
                " The figure says who took part, not how much it meant to them."
            ),
            "anchor": "head-count",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Hours behind this"), "timebank_hours_action", self._get_hours_domain(scope)
                ),
                self._window(
                    self.env._("Attendances behind this"),
                    "timebank_attendance_action",
                    self._get_attendance_domain(scope),
                ),
            ),
        }

    def _get_sustained_figures(self, scope, before):
        return []

    def _make_row(self, words, row):
        return [
            words,
            self._say_cell(row["people"]),
            self._say_cell(row["attendances"]),
            self._say_cell(row["minutes"], self._say_hours),
        ]

    def _read_involvement(self, scope):
        """How many people, how often and how long, by week, month or year, and over the whole period.

        :return: dict of date → figures, and the figures of the whole period
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT GROUPING(step), step, %s
                     FROM (SELECT date_trunc(%s, f.date)::date AS step, %s
                             FROM %s f
                            GROUP BY 1, f.partner_id) one
                    GROUP BY GROUPING SETS ((step), ())""",
                COUNT_PEOPLE,
                self._get_step(scope),
                OF_ONE,
                self._take_part(scope),
            )
        )
        found = {None if whole else day: self._name_counts(counts) for whole, day, *counts in rows}
        return found, found.pop(None)

    def _take_part(self, scope):
        """Each time that somebody gave (minutes), received or came, with date, project and grant."""
        return SQL(
            """(SELECT g.date, g.partner_id, g.project_id, g.grant_id, g.minutes AS gave, 0 AS came
                  FROM %s g
                 UNION ALL
                SELECT r.date, r.partner_id, r.project_id, r.grant_id, 0, r.came::int
                  FROM %s r)""",
            given_by_people(scope),
            received(scope),
        )

    def _name_counts(self, counts):
        names = ("people", "givers", "attendees", "minutes", "attendances", "facts")
        return dict(zip(names, map(int, counts), strict=True))

    def _hide_rows(self, rows, total, zeros):
        """The rows, and the total under None, without what is hidden: that is None.

        :param bool zeros: whether nobody tells something
        """
        everything = {**rows, None: total}
        if self._shows_small():
            return everything
        cells, people, totals = {}, {}, []
        for key, row in everything.items():
            cells |= {(key, name): row[name] for name in ("people", "attendances", "minutes")}
            people |= {(key, "attendances"): row["attendees"], (key, "minutes"): row["givers"]}
        if rows:
            totals = [((None, name), [(key, name) for key in rows]) for name in ("attendances", "minutes")]
        hidden = hide(cells, people, totals, zeros=zeros)
        return {
            key: row | {name: None for name in ("people", "attendances", "minutes") if (key, name) in hidden}
            for key, row in everything.items()
        }

    def _get_hours_domain(self, scope):
        return [("state", "=", "approved"), *self._get_scope_domain(scope)]

    def _get_attendance_domain(self, scope):
        return [
            ("role", "=", "attendee"),
            ("state", "=", "attended"),
            ("session_id.state", "=", "done"),
            *(
                (f"session_id.{name}", operator, value)
                for name, operator, value in self._get_scope_domain(scope)
            ),
        ]

    def _get_scope_domain(self, scope):
        domain = [
            ("scheme_id", "in", list(scope.scheme_ids)),
            ("date", ">=", scope.date_from),
            ("date", "<=", scope.date_to),
        ]
        if scope.project_id:
            domain.append(("project_id", "=", scope.project_id))
        if scope.grant_id:
            domain.append(("grant_id", "=", scope.grant_id))
        return domain

    # ------------------------------------------------------------
    # In which projects and grants
    # ------------------------------------------------------------

    def _get_places(self, scope, before):
        """Projects and grants, of which each has its people; nothing where there is only one."""
        names, shown = {}, {}
        for rows in self._read_places(scope).values():
            total = rows.pop(TOTAL)
            if len(rows) > 1:
                shown |= self._hide_rows(rows, total, zeros=False)
                del shown[None]
        if not shown:
            return None
        names = self._get_place_names(shown)
        order = sorted(shown, key=lambda key: (key[0] == "grant", -(shown[key]["people"] or 0), names[key]))
        drawn, most = order[:MOST_DRAWN], order[0]
        return {
            "key": "places",
            "title": self.env._("In which projects and grants do people take part?"),
            "answer": self.env._(
                "Most people took part in %(most)s: %(people)s.",
                most=names[most],
                people=self._say_cell(shown[most]["people"], self._say_people),
            ),
            "figures": [],
            "chart": {
                "type": "rows",
                "unit": "people",
                "labels": [names[key] for key in drawn],
                "series": [
                    {
                        "label": self.env._("People who took part"),
                        "values": [shown[key]["people"] for key in drawn],
                    }
                ],
            },
            "table": {
                "head": [
                    self.env._("Project or grant"),
                    self.env._("People"),
                    self.env._("Attendances"),
                    self.env._("Time given"),
                ],
                "rows": [self._make_row(names[key], shown[key]) for key in order],
            },
            "definition": self.env._(
                "As above, for each project and each grant that time falls to. Somebody who takes part in two"
                " projects is counted in both. Time that names no project stands under “no project”."
            ),
            "anchor": "head-count",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Hours by project"),
                    "timebank_hours_action",
                    self._get_hours_domain(scope),
                    {"group_by": ["project_id"]},
                )
            ),
        }

    def _read_places(self, scope):
        """:return: dict of ``project`` and ``grant`` → dict of (kind, id) → figures, with those of all"""
        rows = self.env.execute_query(
            SQL(
                """SELECT GROUPING(id), kind, id, %s
                     FROM (SELECT place.kind, place.id, %s
                             FROM %s f
                            CROSS JOIN LATERAL (VALUES ('project', f.project_id), ('grant', f.grant_id))
                                       place (kind, id)
                            GROUP BY 1, 2, f.partner_id) one
                    GROUP BY GROUPING SETS ((kind, id), (kind))""",
                COUNT_PEOPLE,
                OF_ONE,
                self._take_part(scope),
            )
        )
        found = {}
        for whole, kind, number, *counts in rows:
            key = TOTAL if whole else (kind, number)
            found.setdefault(kind, {})[key] = self._name_counts(counts)
        return found

    def _get_place_names(self, places):
        """What each project and grant is called."""
        models_of = {"project": "project.project", "grant": "timebank.grant"}
        nowhere = {"project": self.env._("No project"), "grant": self.env._("No grant")}
        names = {}
        for kind, model in models_of.items():
            ids = [number for one, number in places if one == kind and number]
            # sudo: the names of what the hours of these banks, which the user may read, say they were given for
            for record in self.env[model].sudo().browse(ids):
                names[kind, record.id] = record.display_name
            names[kind, None] = nowhere[kind]
        return names
