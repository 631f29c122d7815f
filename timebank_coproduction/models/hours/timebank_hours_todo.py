from odoo import api, fields, models

from ...tools.minutes import clock


class TimebankHours(models.Model):
    """One to-do for the responsible coordinator per batch handed in, closed by the decision."""

    _inherit = "timebank.hours"

    todo_id = fields.Many2one("mail.activity", readonly=True, copy=False, index="btree_not_null")

    def _ask_for_decision(self):
        """Put one activity for each coordinator on the first of the entries they are to decide on."""
        if not self:
            return
        # sudo: members hand in entries without being able to give anybody a task.
        for coordinator, entries in self.sudo().grouped(lambda entry: entry._get_responsible()).items():
            if not coordinator:
                continue
            total = clock(sum(entries.mapped("minutes")))
            todo = entries[0].activity_schedule(
                "timebank_coproduction.mail_activity_approve",
                summary=self.env._("%(count)s to approve, %(time)s hours", count=len(entries), time=total),
                user_id=coordinator.id,
            )
            entries._through_door().write({"todo_id": todo.id})

    def _get_responsible(self):
        """The coordinator who is asked: the project's manager if they are one, else the bank's first
        who did not take part in it."""
        self.ensure_one()
        coordinators = self.scheme_id.coordinator_ids.filtered(
            lambda user: user.partner_id not in (self.partner_id, self.receiver_id)
        )
        return (self.project_id.user_id & coordinators) or coordinators[:1]

    def _close_todos(self):
        """Mark as done the to-dos of which nothing is left to decide."""
        # sudo: a decision closes the to-do, whoever of the coordinators had been asked.
        todos = self.sudo().todo_id
        if not todos:
            return
        self.flush_recordset(["state"])
        open_todos = self.sudo()._read_group(
            [("todo_id", "in", todos.ids), ("state", "=", "submitted")], ["todo_id"]
        )
        # sudo: the to-dos of the entries decided on just now
        done = todos - self.env["mail.activity"].sudo().union(*[todo for (todo,) in open_todos])
        done.with_user(self.env.user).sudo().action_feedback()

    @api.autovacuum
    def _gc_todos(self):
        """Close what two decisions at the same moment may each have left to the other."""
        self.search([("todo_id.active", "=", True), ("state", "!=", "submitted")])._close_todos()
