from datetime import datetime, time, timedelta

from odoo import models
from odoo.exceptions import AccessError

from ..common.words import at_place, from_place

#: What is listed: services are no goods.
LISTED = ("goods", "voucher", "cash_like")


class TimebankMember(models.Model):
    """What members have had of goods, vouchers and cash-like rewards: facts, for whoever asks them."""

    _inherit = "timebank.member"

    def _get_benefits(self, date_from, date_to):
        """What was handed over for these members in a period, both days included.

        :return: dict of member → list of dicts in the order of days: ``day`` (by the bank's clocks),
            ``what``, ``kind`` in words, ``quantity``, ``minutes`` of credits and ``cash`` in the company's
            currency that were paid for it, ``own`` (whether from the member's own account)
        :raises AccessError: for whoever is neither the member nor runs the bank
        """
        if not self.env.su and not all(member._is_for_pages() for member in self):
            raise AccessError(self.env._("What members have had is for them, and for who runs the bank."))
        claims = self.env["timebank.redemption"]
        kinds = dict(self.env["timebank.reward"]._fields["kind"]._description_selection(self.env))
        found = {}
        for member in self:
            zone = member.scheme_id.tz
            had = claims.search(
                [
                    ("scheme_id", "=", member.scheme_id.id),
                    ("partner_id", "=", member.partner_id.id),
                    ("state", "=", "fulfilled"),
                    ("reward_id.kind", "in", LISTED),
                    ("fulfilled_on", ">=", from_place(datetime.combine(date_from, time()), zone)),
                    (
                        "fulfilled_on",
                        "<",
                        from_place(datetime.combine(date_to + timedelta(days=1), time()), zone),
                    ),
                ],
                order="fulfilled_on, id",
            )
            found[member] = [
                {
                    "day": at_place(claim.fulfilled_on, zone).date(),
                    "what": claim.reward_id.name,
                    "kind": kinds[claim.reward_id.kind],
                    "quantity": claim.quantity,
                    "minutes": claim.minutes,
                    "cash": claim.cash_amount,
                    "own": claim.account_id == member.account_id,
                }
                for claim in had
            ]
        return found
