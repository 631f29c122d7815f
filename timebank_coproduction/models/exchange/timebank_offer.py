from odoo import api, fields, models

from ..common.figures import figures_over
from ..common.verb import verb, whole
from .timebank_exchange_mixin import BEST_SHOWN


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
        for offer, count in figures_over(self, self.env["timebank.introduction"], "offer_id"):
            offer.introduction_count = count

    # ------------------------------------------------------------
    # The requests that an offer fits.
    # ------------------------------------------------------------

    @api.readonly
    @verb(single=True, limit=whole(least=1, most=1000))
    def suggest(self, limit=BEST_SHOWN):
        """The open requests that this offer fits, best first. Nothing is written.

        :param int limit: how many at most
        :return: as :meth:`timebank.request.suggest`, with the asking person's name
        :raises AccessError: for whoever doesn't coordinate the bank
        """
        self.ensure_one()
        self.check_access("read")
        matchmaker = self.env["timebank.matchmaker"]
        matchmaker._check_broker(self.scheme_id)
        found = matchmaker._suggest(self, "timebank.request", limit)
        return matchmaker._describe_facts(found, "request")

    @verb()
    def action_suggest(self):
        """Keep the best requests as suggested introductions, and show them."""
        rows = [row for offer in self for row in offer.suggest()]
        return self.env["timebank.introduction"]._suggest(rows, self)
