from odoo import fields, models

from ..common.personal import OURS


class TimebankTransfer(models.Model):
    """The move that brought a transfer in."""

    _inherit = "timebank.transfer"
    _personal_fields = {
        "migration_id": OURS,
    }

    migration_id = fields.Many2one(
        "timebank.migration", "Moved in by", readonly=True, ondelete="restrict", index="btree_not_null"
    )

    @property
    def _sealed_columns(self):
        return super()._sealed_columns | {"migration_id"}
