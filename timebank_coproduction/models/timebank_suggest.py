from odoo import models


class TimebankRequest(models.Model):
    """The offers that fit a request."""

    _inherit = "timebank.request"

    def suggest(self, limit=10):
        """The published offers that fit this request, best first. Nothing is written.

        :param int limit: how many at most
        :return: list of dicts ``offer_id``, ``request_id``, ``partner_id``, ``name`` of
            the person, ``score`` (0 to 100) and ``reasons`` (a list of words)
        :raises AccessError: for whoever doesn't coordinate the bank
        """
        self.ensure_one()
        self.check_access("read")
        matchmaker = self.env["timebank.matchmaker"]
        matchmaker._check_broker(self.scheme_id)
        found = matchmaker._suggest(self, "timebank.offer", limit)
        return matchmaker._describe([(self, offer, points) for offer, points in found], "offer")

    def action_suggest(self):
        """Keep the ten best offers as suggested introductions, and show them."""
        rows = [row for request in self for row in request.suggest(10)]
        return self.env["timebank.introduction"]._suggest(rows, self)


class TimebankOffer(models.Model):
    """The requests that an offer fits."""

    _inherit = "timebank.offer"

    def suggest(self, limit=10):
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
        return matchmaker._describe([(request, self, points) for request, points in found], "request")

    def action_suggest(self):
        """Keep the ten best requests as suggested introductions, and show them."""
        rows = [row for offer in self for row in offer.suggest(10)]
        return self.env["timebank.introduction"]._suggest(rows, self)


class TimebankMatchmaker(models.AbstractModel):
    _inherit = "timebank.matchmaker"

    def _describe(self, pairs, naming):
        """What ``suggest`` returns about pairs, in a constant number of queries.

        :param pairs: list of (request, offer, points)
        :param naming: ``partner_id`` and ``name`` are those of the ``offer`` or ``request``
        """
        # Records that are fetched together: reading the first reads them all.
        # sudo: the caller checked who is asking
        together = {
            model: {
                record.id: record
                for record in self.env[model].sudo().browse({pair[side].id for pair in pairs})
            }
            for side, model in enumerate(("timebank.request", "timebank.offer"))
        }
        partners = self.env["res.partner"].sudo()
        for records in together.values():
            partners = partners.union(*(record.partner_id for record in records.values()))
        partners.fetch(["name", "zip", "is_company", "partner_latitude", "partner_longitude"])
        rows = []
        for request, offer, points in pairs:
            request = together["timebank.request"][request.id]
            offer = together["timebank.offer"][offer.id]
            partner = (offer if naming == "offer" else request).partner_id
            rows.append(
                {
                    "offer_id": offer.id,
                    "request_id": request.id,
                    "partner_id": partner.id,
                    "name": partner.name,
                    "score": round(points, 1),
                    "reasons": self._explain(request, offer),
                }
            )
        return rows
