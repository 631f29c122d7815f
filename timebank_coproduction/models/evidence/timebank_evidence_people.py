from functools import cache

from odoo import fields, models

from ..common.words import say_number
from .timebank_evidence_words import TOTAL

#: So many projects and grants are drawn; the table has them all.
MOST_DRAWN = 12
#: What a row of people says: people, how often they came, minutes that they gave.
COLUMNS = ("people", "attendances", "minutes")


class TimebankEvidence(models.AbstractModel):
    """Who takes part: people, how often, where, and who stays involved."""

    _inherit = "timebank.evidence"

    # ------------------------------------------------------------
    # Who takes part
    # ------------------------------------------------------------

    def _get_involvement(self, scope, before):
        measures = self.env["timebank.measures"]
        whole, whole_before = measures._get_involvement(scope), measures._get_involvement(before)
        if not whole["people"]:
            return None
        shown = self._show_involvement(scope)
        sustained = self._show_sustained(scope, whole, self._show_given(scope))
        counted = self._show_numbers(scope, whole)
        steps, together = self._get_steps(scope), shown[TOTAL]
        nothing = dict.fromkeys(COLUMNS, 0)
        return {
            "key": "involvement",
            "title": self.env._("Who takes part?"),
            "answer": self._say_involvement(together, counted["givers"], sustained),
            "figures": self._get_involvement_figures(together, sustained, counted, before, whole_before),
            "chart": {
                "type": "bar",
                "unit": "people",
                "labels": list(steps.values()),
                "series": [
                    {
                        "label": self.env._("People who took part"),
                        "values": [shown.get(step, nothing)["people"] for step in steps],
                    }
                ],
            },
            "table": {
                "head": [self._say_step(scope), *self._get_column_names()],
                "rows": self._make_rows(
                    [
                        *((words, shown.get(step, nothing)) for step, words in steps.items()),
                        (self.env._("Whole period"), together),
                    ]
                ),
            },
            "definition": self.env._(
                "People are all who gave time that was approved, received some, or came to a session whose"
                " register is closed; each is counted once, also over several banks, and organisations"
                " aren’t."
                " Whoever comes in two months counts in both, so months don’t add up to the period. Somebody"
                " we support stayed involved if they gave at least %(hours)s beside professionals, in at"
                " least %(months)s. Neither says how much it meant to them.",
                hours=self._say_time(sustained["minimum_minutes"]),
                months=self._say_different_months(sustained["minimum_months"]),
            ),
            "anchor": "who-takes-part",
            "actions": self._get_ways_to_facts(scope, self._get_people_hours_domain(scope)),
        }

    def _get_involvement_figures(self, together, sustained, counted, before, whole_before):
        """What is shown of these days, beside the same of those before.

        :param dict counted: how many people each figure is about
        """
        shown_before = self._show_rows(before, {TOTAL: whole_before})[TOTAL]
        given_before = self._show_given(before, by_step=False)
        sustained_before = self._show_sustained(before, whole_before, given_before)
        return [
            self._figure(
                "head_count",
                self.env._("People who gave or received time"),
                together["people"],
                shown_before["people"],
                note=self.env._("each counted once"),
                more_is_better=True,
            ),
            self._figure(
                "attendances",
                self.env._("Attendances at sessions"),
                together["attendances"],
                shown_before["attendances"],
                note=self._say_n(counted["attendees"], together["attendances"]),
                more_is_better=True,
            ),
            self._figure(
                "given_by_people",
                self.env._("Time given"),
                together["minutes"],
                given_before.whole,
                say=self._say_hours,
                note=self._say_n(counted["givers"], together["minutes"]),
                more_is_better=True,
            ),
            self._figure(
                "sustained_people",
                self.env._("People we support who stayed involved"),
                sustained["people"],
                sustained_before["people"],
                note=self._say_thresholds(sustained),
                more_is_better=True,
            ),
            self._figure(
                "sustained_minutes",
                self.env._("Time that people we support gave beside professionals"),
                sustained["minutes"],
                sustained_before["minutes"],
                say=self._say_hours,
                note=self._say_n(sustained["beneficiaries"], sustained["minutes"]),
                more_is_better=True,
            ),
        ]

    def _say_involvement(self, together, givers, sustained):
        """How many took part, and how many of them gave how much: those who only received gave nothing."""
        if together["people"] is None:
            return self.env._("How many people took part is hidden, because they are few.")
        people = self._say_people(together["people"])
        if together["minutes"] is None:
            return self.env._("%s took part.", people)
        time = self._say_time(together["minutes"])
        if not givers:  # how many gave is hidden, or nobody did
            said = self.env._("%(people)s took part. Time given: %(time)s.", people=people, time=time)
        elif givers == together["people"]:
            said = self.env._("%(people)s took part and gave %(time)s.", people=people, time=time)
        else:
            said = self.env._(
                "%(people)s took part; %(givers)s of them gave %(time)s.",
                people=people,
                givers=say_number(self.env, givers),
                time=time,
            )
        if not sustained["people"]:
            return said
        lasting = self.env._("%s of the people we support stayed involved.", sustained["people"])
        return f"{said} {lasting}"

    def _show_involvement(self, scope):
        """Who took part by step, and under ``TOTAL`` in the whole period, without what is small: dicts of
        :data:`COLUMNS`."""
        measures = self.env["timebank.measures"]
        by_step = {row["start"]: row for row in measures._get_involvement_by(scope, self._get_step(scope))}
        shown = self._show_rows(scope, {**by_step, TOTAL: measures._get_involvement(scope)})
        # the same sums stand below what was done: what is hidden there would be worked out from here
        work = self._show_given(scope).work
        for step, row in shown.items():
            key = (None if step == TOTAL else step, None)
            row["minutes"] = work.shown(*key) if key in work.cells else 0
        return shown

    def _show_sustained(self, scope, whole, given):
        """Sustained involvement, without what is small: nor are few told of by the rest of all who took part,
        or of all time.

        :param dict whole: what :meth:`timebank.measures._get_involvement` returned
        :param given: what :meth:`_show_given` did
        """
        found = self.env["timebank.measures"]._get_sustained(scope)
        shown = self._show(
            scope,
            {
                "people": found["people"],
                "beneficiaries": found["beneficiaries"],
                "head_count": whole["people"],
            },
            parts=[
                ("people", "head_count"),
                ("beneficiaries", "head_count"),
                ("people", "beneficiaries"),
            ],
            keep=["head_count", "people"],
        )
        names = ("people", "beneficiaries")
        return {**found, **{key: shown[key] for key in names}, "minutes": given.beside}

    def _show_numbers(self, scope, whole):
        """How many gave and how many attended, ``None`` where all who took part less these are few.

        Who gave are those who did both and who only gave: with them the reader knows who only received.
        """
        attendees = self._show(
            scope,
            {"attendees": whole["attendees"], "people": whole["people"]},
            parts=[("attendees", "people")],
            keep=["people"],
        )["attendees"]
        ways = self._show_both_ways(scope)
        return {"attendees": attendees, "givers": None if None in ways.values() else whole["givers"]}

    def _say_thresholds(self, sustained):
        return self.env._(
            "at least %(hours)s beside professionals, in at least %(months)s",
            hours=self._say_time(sustained["minimum_minutes"]),
            months=self._say_different_months(sustained["minimum_months"]),
        )

    def _say_different_months(self, months):
        return self.env._("1 month") if months == 1 else self.env._("%s different months", months)

    def _get_column_names(self):
        return [self.env._("People"), self.env._("Attendances"), self.env._("Time given")]

    def _make_rows(self, rows):
        """Rows of a table, of (words, dict with :data:`COLUMNS`); each number is put into words once."""
        say = cache(self._say_cell)
        return [
            [words, say(row["people"]), say(row["attendances"]), say(row["minutes"], self._say_hours)]
            for words, row in rows
        ]

    def _show_rows(self, scope, rows):
        """Rows of people without what is small; attendances and minutes add up to those of ``TOTAL``.

        :param dict rows: key → dict with :data:`COLUMNS`, ``givers`` and ``attendees``
        :return: the same, with :data:`COLUMNS` alone
        """
        keys = [key for key in rows if key != TOTAL]
        shown = self._show(
            scope,
            {(key, name): row[name] for key, row in rows.items() for name in COLUMNS},
            {
                (key, name): row[about]
                for key, row in rows.items()
                for name, about in (("attendances", "attendees"), ("minutes", "givers"))
            },
            totals=[((TOTAL, name), [(key, name) for key in keys]) for name in COLUMNS[1:] if keys],
            zeros=[(TOTAL, "people")],
        )
        return {key: {name: shown[key, name] for name in COLUMNS} for key in rows}

    def _get_hours_domain(self, scope):
        return [("state", "=", "approved"), *self._get_scope_domain(scope)]

    def _get_people_hours_domain(self, scope):
        """Without what organisations gave: as :func:`given_by_people`."""
        return [
            *self._get_hours_domain(scope),
            ("role", "!=", "organisation"),
            ("partner_id.is_company", "=", False),
        ]

    def _get_people_domain(self, scope):
        """Without those who are organisations at these banks."""
        # sudo: which they are, of banks that the user may ask about
        members = self.env["timebank.member"].sudo()
        asked = [("scheme_id", "in", list(scope.scheme_ids)), ("role", "=", "organisation")]
        organisations = members.search(asked).partner_id
        return [("partner_id.is_company", "=", False), ("partner_id", "not in", organisations.ids)]

    def _get_attendance_domain(self, scope):
        return [
            ("role", "=", "attendee"),
            ("state", "=", "attended"),
            ("session_id.state", "=", "done"),
            *self._get_people_domain(scope),
            *((f"session_id.{name}", *rest) for name, *rest in self._get_scope_domain(scope)),
        ]

    def _get_scope_domain(self, scope):
        domain = [
            ("scheme_id", "in", list(scope.scheme_ids)),
            ("date", ">=", fields.Date.to_string(scope.date_from)),
            ("date", "<=", fields.Date.to_string(scope.date_to)),
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
        shown = {}
        for rows in self._read_places(scope).values():
            if len(rows) > 2:
                shown |= self._show_rows(scope, rows)
                del shown[TOTAL]
        if not shown:
            return None
        names = self._get_place_names(shown)
        order = sorted(
            shown, key=lambda key: (key[0] == "grant", not key[1], -(shown[key]["people"] or 0), names[key])
        )
        kinds = {"project": self.env._("Projects"), "grant": self.env._("Grants")}
        drawn, most = order[:MOST_DRAWN], order[0]
        return {
            "key": "places",
            "title": self.env._("In which projects and grants?"),
            "answer": self.env._(
                "Most people took part in %(most)s: %(people)s.",
                most=names[most],
                people=self._say_cell(shown[most]["people"], self._say_people),
            ),
            "figures": [],
            "chart": {
                "type": "rows",
                "unit": "people",
                "stacked": True,
                "labels": [names[key] for key in drawn],
                "series": [
                    {
                        "label": words,
                        "values": [shown[key]["people"] if key[0] == kind else 0 for key in drawn],
                    }
                    for kind, words in kinds.items()
                    if any(key[0] == kind for key in drawn)
                ],
            },
            "table": {
                "head": [self.env._("Project or grant"), *self._get_column_names()],
                "rows": self._make_rows((names[key], shown[key]) for key in order),
            },
            "definition": self.env._(
                "As above, for each project and each grant that the time falls to. Somebody who takes part"
                " in two"
                " projects is counted in both; an hour belongs to one grant at most. What names no project"
                " stands"
                " under “No project”."
            ),
            "anchor": "who-takes-part",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Hours by project"),
                    "timebank_hours_action",
                    self._get_people_hours_domain(scope),
                    {"group_by": ["project_id"]},
                )
            ),
        }

    def _read_places(self, scope):
        """:return: dict of ``project`` and ``grant`` → dict of (kind, id) → figures, with those of all"""
        measures = self.env["timebank.measures"]
        whole = measures._get_involvement(scope)
        return {
            kind: {
                **{
                    (kind, number): row
                    for number, row in measures._get_involvement_in(scope, f"{kind}_id").items()
                },
                TOTAL: whole,
            }
            for kind in ("project", "grant")
        }

    def _get_place_names(self, places):
        """What each project and grant is called."""
        names = {("project", None): self.env._("No project"), ("grant", None): self.env._("No grant")}
        for kind, model in (("project", "project.project"), ("grant", "timebank.grant")):
            ids = [number for one, number in places if one == kind and number]
            # sudo: the names of what hours, which the user may read, say they were given for; nothing else of
            # so many is read
            for record in self.env[model].sudo().with_context(prefetch_fields=False).browse(ids):
                names[kind, record.id] = record.display_name
        return names

    # ------------------------------------------------------------
    # After support ended
    # ------------------------------------------------------------

    def _get_resilience(self, scope, before):
        measures = self.env["timebank.measures"]
        found = measures._get_resilience(scope)
        if not any(row["ended"] for row in found):
            return None
        rows = [self._show_resilience(scope, row) for row in found]
        rows_before = {
            row["months"]: self._show_resilience(before, row) for row in measures._get_resilience(before)
        }
        first = rows[0]
        return {
            "key": "resilience",
            "title": self.env._("Do people stay on after their support has ended?"),
            "answer": self._say_resilience(first),
            "figures": [
                self._figure(
                    f"resilience_{row['months']}",
                    self.env._("%s months later", row["months"]),
                    row["share"],
                    rows_before[row["months"]]["share"],
                    say=self._say_percent,
                    note=self._say_resilient(row),
                    more_is_better=True,
                )
                for row in rows
                if row["ended"] != 0
            ],
            "chart": {
                "type": "bar",
                "unit": "percent",
                "labels": [self.env._("%s months later", row["months"]) for row in rows],
                "series": [
                    {
                        "label": self.env._("Still give or receive"),
                        "values": [
                            None if row["share"] is None else round(100 * row["share"]) for row in rows
                        ],
                    }
                ],
            },
            "table": {
                "head": [
                    self.env._("After"),
                    self.env._("Support ended for"),
                    self.env._("Left since"),
                    self.env._("Data erased since"),
                    self.env._("Still members"),
                    self.env._("Of them still active"),
                ],
                "rows": [
                    [
                        self.env._("%s months", row["months"]),
                        *(
                            self._say_cell(row[name])
                            for name in ("ended", "left", "forgotten", "people", "part")
                        ),
                    ]
                    for row in rows
                ],
            },
            "definition": self.env._(
                "Of the people whose support ended at least so many months before the period’s end and who"
                " are still members, those who gave or received something in the month that long afterwards."
                " People whose month isn’t over yet are left out until it is. Those who left, or had their"
                " data erased, are shown apart and not counted as lost. Where people are few, how far the"
                " share can be trusted stands beside it. It doesn’t say whether support ended too early."
            ),
            "anchor": "after-support-ended",
            "actions": self._drop_nothing(
                self._window(
                    self.env._("Members whose support ended"),
                    "timebank_member_action",
                    [
                        ("scheme_id", "in", list(scope.scheme_ids)),
                        ("supported_until", "<=", fields.Date.to_string(scope.date_to)),
                    ],
                )
            ),
        }

    def _show_resilience(self, scope, row):
        """One length of time, without what is small; nobody in it at all is no secret."""
        if not row["ended"]:
            return row
        counts = {name: row[name] for name in ("ended", "left", "forgotten", "people", "part")}
        shown = self._show(
            scope,
            {**counts, "share": row["share"]},
            {"share": row["people"]},
            totals=[("ended", ["left", "forgotten", "people"])],
            parts=[("part", "people")],
            derived={"share": ["part", "people"]},
            keep=["people", "part"],
        )
        return {**row, **shown}

    def _say_resilience(self, row):
        if row["people"] == 0:
            return self.env._("Nobody whose support has ended is still a member.")
        if row["share"] is None:
            return self.env._("How many stayed on is hidden, because they are few.")
        return self.env._(
            "%(months)s months after our support ended, %(part)s of the %(people)s who are still members gave"
            " or received something.",
            people=self._say_people(row["people"]),
            part=self._say_cell(row["part"]),
            months=row["months"],
        )

    def _say_resilient(self, row):
        if row["share"] is None:
            return ""
        words = self.env._(
            "%(part)s of %(people)s", part=self._say_cell(row["part"]), people=self._say_people(row["people"])
        )
        if row["interval"]:
            low, high = row["interval"]
            words += self.env._(
                "; with few people, between %(low)s and %(high)s",
                low=self._say_percent(low),
                high=self._say_percent(high),
            )
        return words
