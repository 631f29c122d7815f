from odoo import models

from ..common.words import say_day, say_hours, say_number
from .facts import FLOWS, Scope

#: So many movements stand in a statement by mail; the rest is on the member's page.
MOST_LINES = 60


class TimebankMailingContent(models.AbstractModel):
    """What the mails for each month or quarter say."""

    _name = "timebank.mailing.content"
    _description = "Content of Mails for Each Month or Quarter"

    # ------------------------------------------------------------
    # For coordinators: the month that was audited
    # ------------------------------------------------------------

    def _get_coordinators(self):
        """The month's figures, its warnings, and what waits; no names, as mails are passed on."""
        scheme, audit = self.scheme_id, self.scheme_id._get_audit_of(self.date_from)
        labels = audit._get_flow_labels()
        joined, left = scheme._count_joined(self.date_from, self.date_to)
        figures = [(labels[flow], say_hours(self.env, audit[f"{flow}_minutes"])) for flow in FLOWS]
        return {
            "figures": [
                *figures,
                (self.env._("Outstanding at the end"), say_hours(self.env, audit.outstanding_minutes)),
                (self.env._("New members"), say_number(self.env, joined)),
                (self.env._("Members who left"), say_number(self.env, left)),
            ],
            "warnings": audit.warning_ids.mapped("sentence"),
            "waiting": self._get_waiting(),
        }

    def _get_waiting(self):
        """What waits for somebody today: pairs of words and a number, nothing for none."""
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
        return [(label, say_number(self.env, number)) for label, number in waiting if number]

    # ------------------------------------------------------------
    # For trustees: a quarter beside the same a year before
    # ------------------------------------------------------------

    def _get_trustees(self):
        """Figures as for anybody outside: nothing about fewer than five people, and no names."""
        scope = Scope((self.scheme_id.id,), self.date_from, self.date_to)
        evidence = self.env["timebank.evidence"].with_context(timebank_hide_small=True)
        before = evidence._get_scope_before(scope, "year")
        measures = evidence.env["timebank.measures"]
        found = []
        for one in (scope, before):
            given = self.env["timebank.volunteers"]._get_volunteers(one)
            figures = measures._get_all(one)
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
            ("sustained_people", self.env._("Lastingly involved beside professionals")),
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
        }

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
