from odoo import api, fields, models


class TimebankRedemption(models.Model):
    """One to-do for the coordinator per batch requested, closed by the decision."""

    _inherit = "timebank.redemption"

    todo_id = fields.Many2one("mail.activity", readonly=True, copy=False, index="btree_not_null")

    def _ask_for_decision(self):
        """Put one activity for each bank and coordinator on the first claim of the batch."""
        # sudo: members claim without being able to give anybody a task.
        for coordinator, claims in self.sudo().grouped(lambda claim: claim._get_responsible()).items():
            if not coordinator:
                continue
            todo = claims[0].activity_schedule(
                "timebank_coproduction.mail_activity_claim",
                summary=self.env._("%s claims to approve", len(claims)) if len(claims) > 1 else False,
                user_id=coordinator.id,
            )
            claims._through_door().write({"todo_id": todo.id})

    def _get_responsible(self):
        """The bank's first coordinator who did not claim it."""
        self.ensure_one()
        concerned = self.partner_id | self.account_id.partner_id
        return self.scheme_id.coordinator_ids.filtered(lambda user: user.partner_id not in concerned)[:1]

    def _close_todos(self):
        """Mark as done the to-dos of which nothing is left to decide."""
        # sudo: a decision closes the to-do, whoever of the coordinators had been asked.
        todos = self.sudo().todo_id
        if not todos:
            return
        self.flush_recordset(["state"])
        waiting = self.sudo()._read_group(
            [("todo_id", "in", todos.ids), ("state", "=", "requested")], ["todo_id"]
        )
        done = todos - todos.browse([todo.id for (todo,) in waiting])
        # sudo: the to-dos of the claims decided on just now, whoever's they are
        done.with_user(self.env.user).sudo().action_feedback()

    @api.autovacuum
    def _gc_todos(self):
        """Close what two decisions at the same moment may each have left to the other."""
        self.search([("todo_id.active", "=", True), ("state", "!=", "requested")])._close_todos()
