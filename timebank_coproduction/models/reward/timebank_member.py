from odoo import fields, models

from ..common.verb import verb
from ..common.windows import open_form

#: How many rewards within reach are named; the others are counted.
MOST_NAMED = 3


class TimebankMember(models.Model):
    """The claims that a member makes, and leaves behind."""

    _inherit = "timebank.member"

    @verb(single=True)
    def action_claim(self):
        """:return: the action of a new claim for this member"""
        self.ensure_one()
        context = {
            "default_partner_id": self.partner_id.id,
            "default_account_id": self.account_id.id,
            "timebank_bank": self.scheme_id.id,
        }
        return open_form(self.env["timebank.redemption"], name=self.env._("New claim"), context=context)

    def _get_affordable(self):
        """What the member's credits buy today: dict of ``count`` and of the cheapest ``named``, a list of
        dicts of ``name`` and ``price`` in words.

        The limits of each member's claims are known when one is made.
        """
        self.ensure_one()
        if self._why_not_taking_part() or self.scheme_id.sudo()._why_closed():  # sudo: whether it is open
            return {"count": 0, "named": []}
        domain = [
            ("scheme_id", "=", self.scheme_id.id),
            ("state", "=", "published"),
            ("minutes", "<=", self.account_id.available_minutes),
        ]
        # sudo: whether each can be had today, by the bank's policy; only what is in the catalogue is told
        rewards = self.env["timebank.reward"].search(domain, order="minutes, sequence, id").sudo()
        missing = (
            self.env["timebank.check"]
            ._get_missing(rewards.check_type_ids, self.partner_id, fields.Date.context_today(self))
            .get(self.partner_id.id, rewards.check_type_ids.browse())
        )
        given = self.given_minutes if any(rewards.mapped("min_given_minutes")) else 0
        within = rewards.filtered(
            lambda one: not one._why_not_available() and not one._why_not_for(self, given, missing)
        )
        named = [{"name": one.name, "price": one._say_price()} for one in within[:MOST_NAMED]]
        return {"count": len(within), "named": named}

    # Leaving
    def _get_open_claims(self):
        """Claims that these members pay for, or that are for them, and are not handed over."""
        return self.env["timebank.redemption"].search(
            [
                ("scheme_id", "in", self.scheme_id.ids),
                ("state", "in", ("draft", "requested", "approved")),
                "|",
                ("partner_id", "in", self.partner_id.ids),
                ("account_id", "in", self.account_id.ids),
            ]
        )

    def _get_open_matters(self, day):
        matters = super()._get_open_matters(day)
        claims = self._get_open_claims()
        if claims:
            matters.append(
                (
                    self.env._("Rewards not handed over: %s", ", ".join(claims.mapped("display_name"))),
                    self.env._(
                        "Cancelled, with the credits back first. Hand them over before, if they are due."
                    ),
                )
            )
        return matters

    def _get_minutes_coming_back(self):
        mine = self._get_open_claims().filtered(
            lambda claim: claim.state != "draft" and claim.account_id == self.account_id
        )
        return super()._get_minutes_coming_back() + sum(mine.mapped("minutes"))

    def _settle(self, day, reason):
        claims = self._get_open_claims()
        drafts = claims.filtered(lambda claim: claim.state == "draft")
        drafts.unlink()
        if claims - drafts:
            (claims - drafts).action_cancel(reason or self.env._("Has left the time bank"))
        return super()._settle(day, reason)
