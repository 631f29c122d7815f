from datetime import datetime, time, timedelta
from math import inf

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..common.verb import verb
from ..common.windows import open_form
from ..common.words import at_place, from_place, say_spoken
from .timebank_redemption import STANDING

#: How many rewards within reach are named; the others are counted.
MOST_NAMED = 3
#: Kinds that are listed where somebody asks what was had: services are no goods.
LISTED = ("goods", "voucher", "cash_like")


class TimebankMember(models.Model):
    """The claims that a member makes, and leaves behind."""

    _inherit = "timebank.member"

    reward_mails = fields.Boolean(
        "Mails about rewards",
        default=True,
        help="Claims about to end, and what becomes of them. The code to show for a claim always comes.",
    )

    def _get_mail_switches(self):
        return ["reward_mails", *super()._get_mail_switches()]

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

    def _get_affordable(self, most=inf):
        """What the member can have today: dict of ``count`` and of the cheapest ``named``, a list of
        dicts of ``name`` and ``price`` in words.

        :param most: for so many minutes, as for what they have without owing anything
        """
        self.ensure_one()
        within = [reward for reward, reason in self._get_catalogue() if not reason and reward.minutes <= most]
        cheapest = sorted(within, key=lambda reward: reward.minutes)[:MOST_NAMED]
        named = [{"name": reward.name, "price": reward._say_price()} for reward in cheapest]
        return {"count": len(within), "named": named}

    # ------------------------------------------------------------
    # What there is, and what of it the member can have
    # ------------------------------------------------------------

    def _get_catalogue(self):
        """The rewards of the member's bank: those that they can have today first, then the others.

        :return: list of (reward, why the member can't have it, or an empty string), the cheapest of both
            first; in a constant number of queries
        """
        self.ensure_one()
        rewards = self.env["timebank.reward"].search_fetch(
            [("scheme_id", "=", self.scheme_id.id), ("state", "=", "published")]
        )
        reasons = self._get_refusals_to_have(rewards)
        told = [(reward, reasons.get(reward.id, "")) for reward in rewards]
        return sorted(told, key=lambda one: (bool(one[1]), one[0].minutes))

    def _get_refusals_to_have(self, rewards):
        """Rewards of the member's bank that they can't have today: dict of reward id → a sentence.

        Whether another claim takes the last one at the same moment is known when one is made.
        """
        self.ensure_one()
        standing = self._why_not_taking_part()
        if standing:
            return dict.fromkeys(rewards.ids, standing)
        # sudo: the bank's policy decides, which members don't read; only sentences are told
        rewards = rewards.sudo()
        missing = (
            self.env["timebank.check"]
            ._get_missing(rewards.check_type_ids, self.partner_id, self.scheme_id._today())
            .get(self.partner_id.id, rewards.check_type_ids.browse())
        )
        given = self.given_minutes if any(rewards.mapped("min_given_minutes")) else 0
        had = self._get_had(rewards.filtered("member_limit"))
        most = max(self._get_paying_accounts().mapped("available_minutes"))
        reasons = {}
        for reward in rewards:
            reason = (
                reward._why_not_available()
                or reward._why_not_for(self, given, missing)
                or self._why_had_enough(reward, had.get(reward.id, 0))
                or self._why_too_dear(reward, most)
            )
            if reason:
                reasons[reward.id] = reason
        return reasons

    def _get_paying_accounts(self):
        """The accounts from which the member can pay: their own, and the pots that they hold."""
        self.ensure_one()
        pots = self._get_held_pots().filtered(lambda pot: pot.state == "open")
        return self.account_id | pots

    def _get_had(self, rewards):
        """How many of these rewards count against the member's limits: dict of reward id → how many.

        As when a claim is made, what is for them and what is paid from their account.
        """
        counts = {}
        for rewards_alike in rewards.grouped("limit_period").values():
            since = rewards_alike[0]._get_period_start()
            domain = [("reward_id", "in", rewards_alike.ids), ("state", "in", STANDING)]
            if since:
                domain.append(("requested_on", ">=", since))
            for side in (("partner_id", "=", self.partner_id.id), ("account_id", "=", self.account_id.id)):
                for reward, quantity in self.env["timebank.redemption"]._read_group(
                    [*domain, side], ["reward_id"], ["quantity:sum"]
                ):
                    counts[reward.id] = max(counts.get(reward.id, 0), quantity)
        return counts

    def _why_had_enough(self, reward, had):
        if not reward.member_limit or had < reward.member_limit:
            return ""
        return self.env._(
            "Each member can have %(limit)s of “%(reward)s”, and you have claimed %(had)s.",
            limit=reward.member_limit,
            reward=reward.name,
            had=had,
        )

    def _why_too_dear(self, reward, most):
        if reward.minutes <= most:
            return ""
        return self.env._("You need %s more.", say_spoken(self.env, reward.minutes - most))

    # ------------------------------------------------------------
    # Claims
    # ------------------------------------------------------------

    def _get_claims_domain(self):
        """Claims for the member, and those paid from their account or a pot that they hold."""
        self.ensure_one()
        person, own = self.partner_id.id, [("scheme_id", "=", self.scheme_id.id)]
        # the few accounts first, each kind by its index: PostgreSQL then finds the claims by theirs
        accounts = self.env["timebank.account"].search([*own, ("partner_id", "=", person)])
        accounts |= self._get_held_pots()
        return [*own, "|", ("partner_id", "=", person), ("account_id", "in", accounts.ids)]

    def _get_newest_claim_id(self):
        """The number of the newest claim for the member: what :meth:`_claim_once` takes as seen."""
        claims = self.env["timebank.redemption"].search(
            [("partner_id", "=", self.partner_id.id)], order="id desc", limit=1
        )
        return claims.id or 0

    def _claim_once(self, reward, account, quantity, since):
        """Claim a reward for this member, unless the same was claimed since: a form sent twice claims once.

        :param account: a ``timebank.account``: their own, or a pot that they hold
        :param int since: :meth:`_get_newest_claim_id` when the form was shown
        :return: the claim
        :raises UserError: why it can't be claimed
        """
        self.ensure_one()
        self._touch_rows(SQL("state = state"))  # of two at once the second sees what the first has done
        claims = self.env["timebank.redemption"]
        same = {
            "reward_id": reward.id,
            "partner_id": self.partner_id.id,
            "account_id": account.id,
            "quantity": quantity,
        }
        domain = [(name, "=", value) for name, value in same.items()]
        made = claims.search([*domain, ("id", ">", since), ("state", "!=", "draft")], limit=1)
        if made:
            return made
        claim = claims.create(same)
        claim.action_request()
        return claim

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

    # ------------------------------------------------------------
    # What they have had of goods, vouchers and cash-like rewards: facts, for whoever asks them
    # ------------------------------------------------------------

    def _get_benefits(self, date_from, date_to):
        """What was handed over for the member in a period, both days included.

        :return: list of dicts in the order of days: ``day`` (by the bank's clock), ``what``, ``kind`` in
            words, ``quantity``, ``minutes`` of credits and ``cash`` in the company's currency that were paid
            for it, ``own`` (whether from the member's own account)
        :raises AccessError: for whoever is neither the member nor runs the bank
        """
        self.ensure_one()
        self._check_sees_benefits()
        zone = self.scheme_id.tz
        kinds = dict(self.env["timebank.reward"]._fields["kind"]._description_selection(self.env))
        until = from_place(datetime.combine(date_to + timedelta(days=1), time()), zone)
        had = self.env["timebank.redemption"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("state", "=", "fulfilled"),
                ("reward_id.kind", "in", LISTED),
                ("fulfilled_on", ">=", from_place(datetime.combine(date_from, time()), zone)),
                ("fulfilled_on", "<", until),
            ],
            order="fulfilled_on, id",
        )
        return [
            {
                "day": at_place(claim.fulfilled_on, zone).date(),
                "what": claim.reward_id.name,
                "kind": kinds[claim.reward_id.kind],
                "quantity": claim.quantity,
                "minutes": claim.minutes,
                "cash": claim.cash_amount,
                "own": claim.account_id == self.account_id,
            }
            for claim in had
        ]

    def _check_sees_benefits(self):
        """:raises AccessError: for whoever is neither the member nor runs the bank"""
        if not self.env.su and not self._is_for_pages():
            raise AccessError(self.env._("What members have had is for them, and for who runs the bank."))
