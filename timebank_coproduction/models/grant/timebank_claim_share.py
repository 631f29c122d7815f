from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..common.personal import THROUGH


class Standing(NamedTuple):
    """How a claim stands on one grant, in company currency: what the grant pays of it (``cost``), what is
    ``matched`` there, what still awaits a bill (``open``), and how much more can be matched (``room``).
    """

    cost: float = 0.0
    matched: float = 0.0
    open: float = 0.0
    room: float = 0.0


def claim_parts(table):
    """Each claim once for every grant that pays for it, in SQL, by the names that ``table`` would have.

    A claim that several grants share is there with each one's part; any other as it is.

    :param str table: what the query calls it
    :return: a table of the claims' own columns that queries over grants need, and ``share_id``
    """
    columns = SQL("r.id, r.scheme_id, r.company_id, r.reward_id, r.state, r.approved_on, r.minutes")
    return SQL(
        """(SELECT %(columns)s, r.grant_id, r.cost_amount, r.billing_done, NULL::int AS share_id,
                   TRUE AS is_first
              FROM timebank_redemption r
             WHERE NOT EXISTS (SELECT FROM timebank_claim_share s WHERE s.redemption_id = r.id)
            UNION ALL
            SELECT %(columns)s, s.grant_id, s.amount, r.billing_done OR s.billing_done, s.id,
                   s.grant_id = r.grant_id
              FROM timebank_claim_share s JOIN timebank_redemption r ON r.id = s.redemption_id) %(table)s""",
        columns=columns,
        table=SQL.identifier(table),
    )


class TimebankClaimShare(models.Model):
    """What one of several grants pays of a claim that they share.

    The split is stated in per cent or as amounts; the claim's first grant pays the rest, so that
    the parts are the claim's cost to the penny. Made by the claim's verb alone.
    """

    _name = "timebank.claim.share"
    _description = "Grant's Part of a Claim"
    _inherit = ["timebank.protected"]
    _order = "redemption_id, id"
    _allow_sudo_commands = False
    _personal_fields = {
        "redemption_id": THROUGH,
    }

    redemption_id = fields.Many2one(
        "timebank.redemption", string="Claim", required=True, readonly=True, ondelete="cascade", index=True
    )
    grant_id = fields.Many2one(
        "timebank.grant", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="redemption_id.company_id")
    currency_id = fields.Many2one(related="redemption_id.currency_id")
    percent = fields.Float("Per cent", readonly=True, help="As stated; 0 for an amount, or the rest.")
    is_rest = fields.Boolean("The rest", readonly=True, help="This grant pays what the others don't.")
    amount = fields.Monetary("Part", readonly=True)
    billing_done = fields.Boolean(
        "Nothing more to bill", readonly=True, default=False, help="No further bill of this part is expected."
    )
    stated = fields.Char(compute="_compute_stated")

    _once = models.UniqueIndex("(redemption_id, grant_id)", "A grant has one part of a claim.")
    _positive = models.Constraint("CHECK (amount >= 0)", "A part of a claim is zero or more.")

    @api.depends("percent", "is_rest", "amount")
    @api.depends_context("lang")
    def _compute_stated(self):
        for share in self:
            if share.is_rest:
                share.stated = self.env._("the rest")
            else:
                share.stated = f"{share.percent:g} %" if share.percent else self.env._("an amount")

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            raise AccessError(self.env._("Use “Share between grants” on the claim."))
        return super().create(vals_list)

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_only_in_verb(self):
        if not self._is_in_verb():
            raise AccessError(self.env._("Use “Charge to a grant” on the claim to undo its split."))

    def _say(self):
        """“Harbour 60 %, £7.20”."""
        return ", ".join(
            f"{share.grant_id.name} ({share.stated}): {share.currency_id.format(share.amount)}"
            for share in self
        )
