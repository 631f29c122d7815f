from odoo import models

from ..common.verb import verb
from ..common.windows import open_form


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
