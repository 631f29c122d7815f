from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_timebank_member(cls):
        """Who opens a member's pages has signed in. A subject adds another way to prove who one is."""
        cls._auth_method_user()
