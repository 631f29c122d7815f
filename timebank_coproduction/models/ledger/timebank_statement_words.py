from odoo import models


class TimebankTransfer(models.Model):
    """A transfer in the words of a statement on paper."""

    _inherit = "timebank.transfer"

    def _get_words(self):
        """What the credits moved for, in the language of the environment."""
        self.ensure_one()
        if self.kind == "reversal":
            return self.env._(
                "%(number)s put back: %(reason)s",
                number=self.reversal_of_id.name,
                reason=self.memo,
            )
        if self.memo:
            return self.memo
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]


class TimebankStatementLine(models.Model):
    _inherit = "timebank.statement.line"

    def _get_other_name(self):
        """Who is on the other side: a person, a pot, or the bank itself."""
        self.ensure_one()
        other = self.other_account_id
        return self.scheme_id.name if other.kind == "operating" else other.name
