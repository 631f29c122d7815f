from odoo import models

from ...tools.suppression import is_small
from ..common.words import say_day, say_hours, say_number
from .facts import FLOWS, Scope
from .timebank_measures_facts import Asked

#: So many movements stand in a statement by mail; the rest is on the member's page.
MOST_LINES = 60
#: So many stories stand in a mail to trustees.
MOST_STORIES = 2


class TimebankMailingContent(models.AbstractModel):
    """What the mails for each month or quarter say."""

    _name = "timebank.mailing.content"
    _description = "Content of Mails for Each Month or Quarter"

    # ------------------------------------------------------------
    # For coordinators: the month that was audited
    # ------------------------------------------------------------

    def _get_coordinators(self):
        """The month's figures, what its audit warns of, and what waits.

        No names, and nothing about fewer than five people: mails are passed on. The page has it all.
        """
        scheme, audit = self.scheme_id, self.scheme_id._get_audit_of(self.date_from)
        labels = audit._get_flow_labels()
        moved, _steps = self._get_evidence()._show_flows(Scope((scheme.id,), self.date_from, self.date_to))
        joined, left = (
            None if is_small(count, zero=False) else count
            for count in scheme._count_joined(self.date_from, self.date_to)
        )
        times = [(labels[flow], moved[None, flow]) for flow in FLOWS]
        times.append((self.env._("Outstanding at the end"), moved["outstanding"]))
        people = [(self.env._("New members"), joined), (self.env._("Members who left"), left)]
        return {
            "figures": [
                *((label, self._say_shown(minutes, say_hours)) for label, minutes in times),
                *((label, self._say_shown(count, say_number)) for label, count in people),
            ],
            "warnings": [warning._get_kind_label() for warning in audit.warning_ids.filtered("stands")],
            "waiting": self._get_waiting(),
        }

    def _get_evidence(self):
        return self.env["timebank.evidence"].with_context(timebank_hide_small=True, timebank_asked=Asked())

    def _get_waiting(self):
        """What waits for somebody today: pairs of words and a number in words, nothing for none."""
        scheme = self.scheme_id
        todos = self.env["mail.activity"].search_count(
            [("user_id", "in", self.partner_id.user_ids.ids), ("res_model", "=like", "timebank.%")]
        )
        waiting = [
            (self.env._("Hours to approve"), scheme.to_approve_count),
            (self.env._("Claims to decide about"), scheme.claims_to_approve_count),
            (self.env._("Applications to join"), scheme._count_applicants()),
            (self.env._("To-dos of yours"), todos),
        ]
        few = self.env._("fewer than five")
        return [
            (label, few if is_small(number) else say_number(self.env, number))
            for label, number in waiting
            if number
        ]

    # ------------------------------------------------------------
    # For trustees: a quarter beside the same a year before
    # ------------------------------------------------------------

    def _get_trustees(self):
        """Figures as for anybody outside: nothing about fewer than five people, and no names."""
        scope = Scope((self.scheme_id.id,), self.date_from, self.date_to)
        evidence = self._get_evidence()
        before = evidence._get_scope_before(scope, "year")
        found = []
        for one in (scope, before):
            given = self.env["timebank.volunteers"]._get_volunteers(one)
            figures = evidence._get_all(one)
            found.append(
                self._hide_beside(
                    evidence,
                    one,
                    {**figures, "volunteers": given["people"], "given_by_volunteers": given["minutes"]},
                )
            )
        people = [
            ("head_count", self.env._("People who took part")),
            ("giving_and_receiving", self.env._("Of them, gave and received")),
            ("sustained_people", self.env._("Stayed involved beside professionals")),
            ("volunteers", self.env._("Volunteers")),
        ]
        times = [
            ("given_by_volunteers", self.env._("Hours that volunteers gave")),
            ("issued_minutes", self.env._("Credits issued")),
            ("exchanged_minutes", self.env._("Credits exchanged")),
            ("returned_minutes", self.env._("Credits spent on rewards and courses")),
            ("outstanding_minutes", self.env._("Credits outstanding at the end")),
        ]
        rows = [(label, [self._say_shown(one[key], say_number) for one in found]) for key, label in people]
        rows += [(label, [self._say_shown(one[key], _say_hours) for one in found]) for key, label in times]
        return {
            "rows": rows,
            "before": self.env._("A year before"),
            "stories": self._find_stories()._show("trustees"),
        }

    def _find_stories(self):
        """The newest stories of these months that everybody in them lets trustees read."""
        # sudo: those who told them agreed to it
        stories = self.env["timebank.story"].sudo()
        stories = stories._get_tellable("trustees", self.scheme_id)
        stories = stories.filtered(lambda story: self.date_from <= story.told_on <= self.date_to)
        return stories.sorted(lambda story: (story.told_on, story.id), reverse=True)[:MOST_STORIES]

    def _hide_beside(self, evidence, scope, figures):
        """Without what two figures that are each large enough would tell about the few between them."""
        names = ("head_count", "giving_and_receiving", "volunteers")
        parts = [(name, "head_count") for name in names[1:]]
        shown = evidence._show(scope, {name: figures[name] for name in names}, parts=parts, zeros=False)
        if shown["volunteers"] is None:
            shown["given_by_volunteers"] = None
        return {**figures, **shown}

    def _say_shown(self, number, say):
        return self.env._("hidden") if number is None else say(self.env, number)

    # ------------------------------------------------------------
    # For members: their statement
    # ------------------------------------------------------------

    def _get_statement(self):
        """What moved on the member's account: rows of day, what, with whom, minutes in words."""
        member = self._get_told_members({self: self.partner_id}).get(self)
        account = member.account_id if member else self.env["timebank.account"]
        (statement,) = account._get_statements(self.date_from, self.date_to) if account else (None,)
        if not statement:
            return {"statement": None}
        env, lines = self.env, statement["lines"]
        return {
            "statement": {
                "first": say_day(env, self.date_from),
                "last": say_day(env, self.date_to),
                "opening": say_hours(env, statement["opening"]),
                "closing": say_hours(env, statement["closing"]),
                "came_in": say_hours(env, statement["came_in"]),
                "went_out": say_hours(env, statement["went_out"]),
                "given": say_hours(env, statement["given"]),
                "received": say_hours(env, statement["received"]),
                "rows": [
                    {
                        "day": say_day(env, row["line"].date),
                        "what": row["line"].transfer_id._get_words(),
                        "with": row["line"]._get_other_name(),
                        "moved": ("+" if row["line"].minutes > 0 else "")
                        + say_hours(env, row["line"].minutes),
                    }
                    for row in lines[:MOST_LINES]
                ],
                "more": max(len(lines) - MOST_LINES, 0),
            }
        }


def _say_hours(env, minutes):
    """Whole hours, as trustees look at them."""
    return say_hours(env, round(minutes / 60) * 60)
