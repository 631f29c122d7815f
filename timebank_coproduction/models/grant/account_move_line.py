from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def unlink(self):
        """A bill line that is deleted gives its claims back, and the grant's chatter says so."""
        # sudo: whoever keeps the books may delete a draft's lines without knowing of the matches.
        lines = self.env["timebank.bill.line"].sudo().search([("move_line_id", "in", self.ids)])
        matched = lines.filtered("match_ids")
        for line in matched:
            line.grant_id._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._("%s was deleted: its claims are open again.", line.display_name),
            )
        matched.match_ids._undo()
        return super().unlink()
