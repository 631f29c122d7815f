from odoo import fields, models


class TimebankOffer(models.Model):
    """What somebody can do for others, or would lend."""

    _name = "timebank.offer"
    _description = "Offer"
    _inherit = ["timebank.exchange.mixin"]
    _reminder_template = "timebank_coproduction.mail_template_offer_expires"

    introduction_ids = fields.One2many("timebank.introduction", "offer_id", string="Introductions")
    introduction_count = fields.Integer(compute="_compute_introduction_count")

    _live = models.Index("(scheme_id, kind, skill_id) WHERE state = 'published'")

    def _compute_introduction_count(self):
        counts = dict(
            self.env["timebank.introduction"]._read_group(
                [("offer_id", "in", self.ids)], ["offer_id"], ["__count"]
            )
        )
        for offer in self:
            offer.introduction_count = counts.get(offer._origin, 0)
