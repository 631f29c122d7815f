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
        return matchmaker._describe_facts(found, "offer")

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
        return matchmaker._describe_facts(found, "request")

    def action_suggest(self):
        """Keep the ten best requests as suggested introductions, and show them."""
        rows = [row for offer in self for row in offer.suggest(10)]
        return self.env["timebank.introduction"]._suggest(rows, self)
