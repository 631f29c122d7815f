from odoo import api, models
from odoo.exceptions import UserError

from ..common.verb import verb
from ..common.windows import ask
from ..common.words import say_day

TODO = "timebank_coproduction.mail_activity_report_next"


class TimebankStorySent(models.AbstractModel):
    """Where a story was used and sent, for which it is kept: who takes it back is told, and who sent it has a
    to-do.

    A part of ``timebank.story``.
    """

    _name = "timebank.story.sent"
    _description = "What Was Sent with a Story"
    _inherit = ["timebank.reasoned"]
    _verbs_to_confirm = frozenset({"action_withdraw"})

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unsaid(self):
        """What people said of its telling, and where it was told, isn't for those to remove who told it on.

        Whoever is forgotten, and what the bank has kept for long enough, goes all the same.
        """
        if self._is_in_verb():
            return
        for story in self.sudo():  # sudo: whether there is anything to keep
            if story.consent_ids.filtered(lambda one: not one.is_refusal) or story.used_ids:
                raise UserError(
                    self.env._(
                        "What was agreed to of “%s”, and where it was used, is kept: use “They take it back”"
                        " instead of deleting it.",
                        story.name,
                    )
                )

    def _note_used(self, use, where):
        """Note that these stories were used today, for who told them to see.

        :param str where: such as a report, in words
        """
        # sudo: whoever uses a story may not change it; it says where it was used
        self.env["timebank.story.used"].sudo().create(
            [
                {"story_id": story.id, "use": use, "used_where": where, "used_on": story.scheme_id._today()}
                for story in self.sudo()
            ]
        )

    @verb()
    def action_ask_withdraw(self):
        """:return: the dialog that says what taking these stories back does, and asks whether it is meant"""
        self.check_access("write")
        return ask(self, "action_withdraw", self.env._("They take it back"))

    def _explain(self, verb):
        """What ends with it, and where it was used."""
        if verb != "action_withdraw":
            return ""
        lines = [self.env._("It isn’t told any more, from this moment on.")]
        if self._find_sent():
            lines.append(
                self.env._(
                    "Reports have been sent with it: their paper and workbook aren’t handed out any more,"
                    " until there is a new version. Who sent them gets a to-do to tell the funder."
                )
            )
        if self.used_ids:
            lines.append(self.env._("Where it was used:"))
            lines += [f"– {used.used_where}, {say_day(self.env, used.used_on)}" for used in self.used_ids]
        return "\n".join(lines)

    def _find_sent(self):
        """The reports that were sent with one of these stories in them, and in whose place none has been."""
        # sudo: only which they are; whoever takes a story back need not read them
        reports = self.env["timebank.funder.report"].sudo()
        sent = reports.search([("state", "=", "sent"), ("story_ids", "in", self.ids)])
        return sent.filtered(
            lambda report: (
                "sent" not in report.later_ids.mapped("state")
                and any(part["story"] in self.ids for part in report._get_kept_stories())
            )
        )

    def _ask_to_tell_funders(self):
        """A to-do on each report that was sent with one of these: which story it was isn't said."""
        for report in self._find_sent():
            user = self._find_sender(report)
            if not user:
                continue
            whom = report.funder_id.name or report.applied_to
            report.activity_schedule(
                TODO,
                summary=self.env._("A story in the report to %s was taken back: tell the funder", whom)
                if whom
                else self.env._("A story in this report was taken back: tell who has it"),
                note=self.env._(
                    "Its paper and workbook aren’t handed out any more. A new version, without the story,"
                    " takes their place."
                ),
                user_id=user.id,
            )

    def _find_sender(self, report):
        """Who sent it, or drafted it; else who runs the bank: whoever of them still reads it."""
        candidates = [*report.sent_by, *report.drafted_by, *self[:1]._get_broker()]
        for user in candidates:
            if user.active and not user.share and report.with_user(user).has_access("read"):
                return user
        return self.env["res.users"]
