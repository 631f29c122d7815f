from odoo import fields, models

from ..common.personal import NAMED, OURS


class TimebankErasure(models.Model):
    """That somebody was forgotten: when, why, by whom, and how much was erased. Never who it was."""

    _name = "timebank.erasure"
    _description = "Erasure"
    _inherit = ["timebank.protected"]
    _order = "id desc"
    _rec_name = "reason"
    _allow_sudo_commands = False
    _personal_fields = {
        "user_id": NAMED,
        "reason": OURS,
        "erased": OURS,
    }

    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    date = fields.Date("Erased on", required=True, readonly=True, default=fields.Date.context_today)
    user_id = fields.Many2one("res.users", string="By", readonly=True, help="Empty: by the bank's rule.")
    reason = fields.Char(required=True, readonly=True)
    with_contact = fields.Boolean(
        "Contact too", readonly=True, help="Otherwise others rely on it, and it stays as it is."
    )
    erased = fields.Text("What was erased", readonly=True)

    def _note_erased(self, scheme, reason, counts, with_contact, by_rule):
        """Note that something was erased, in words that don't say whose it was.

        :param dict counts: model or kind → how many
        """
        models_of = self.env["ir.model"]
        lines = []
        for name, count in counts.items():
            label = models_of._get(name).name if name in self.env else name.capitalize()
            lines.append(f"{label}: {count}")
        # sudo: the verb was allowed; nobody writes here by hand
        return (
            self.sudo()
            ._in_verb()
            .create(
                {
                    "scheme_id": scheme.id,
                    "reason": reason,
                    "with_contact": with_contact,
                    "user_id": False if by_rule else self.env.uid,
                    "erased": "\n".join(lines),
                }
            )
        )
