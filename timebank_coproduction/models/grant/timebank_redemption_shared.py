from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.shares import split_by
from ..common.verb import flag, many, named, number, record_id, text, verb
from ..reward.timebank_reward import STAFF
from .timebank_claim_share import Standing


class TimebankRedemption(models.Model):
    """A claim that several grants pay for together, each its stated part."""

    _inherit = "timebank.redemption"

    share_ids = fields.One2many(
        "timebank.claim.share",
        "redemption_id",
        string="Shared between grants",
        readonly=True,
        copy=False,
        groups=STAFF,
    )
    is_shared = fields.Boolean("Shared", compute="_compute_is_shared", groups=STAFF)

    @api.depends("share_ids")
    def _compute_is_shared(self):
        for claim in self:
            claim.is_shared = bool(claim.share_ids)

    @verb(
        parts=many(named(grant=record_id("timebank.grant"), percent=number(0, 100), amount=number(least=0))),
        reason=text(),
        beyond_budget=flag(),
    )
    def action_share(self, parts, reason, beyond_budget=False):
        """Have several grants pay for these claims, each a stated part of every one.

        :param list parts: dicts of ``grant`` (its id), and ``percent`` or ``amount`` (of one claim, in
            company currency); one with neither pays the rest, to the penny
        :param str reason: why; kept with the claims and the grants
        :param bool beyond_budget: allow it although a grant has not enough left
        :raises UserError: without a reason, for a split that doesn't add up, once matched with a bill,
            beyond a grant's budget, or where a grant is not open
        """
        grants = self.env["timebank.grant"]
        grants._check_finance()
        reason = self._require_reason(reason, self.env._("Say why the claim is shared."))
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        claims._refuse_unless_standing()
        claims._refuse_matched()
        parts = self._read_parts(parts)
        paying = grants.union(*[part["grant"] for part in parts])
        (claims._get_grants() | paying.sudo())._mark_committed()
        for claim in claims:
            amounts = claim._split_cost(claim.cost_amount, parts)
            before = claim._get_parts()
            more = {grant: amount - before.get(grant, 0) for grant, amount in amounts.items()}
            beyond = claim._refuse_beyond(more, beyond_budget)
            claim.share_ids._in_verb().unlink()
            claim._in_verb().write(
                {
                    "grant_id": next(part["grant"].id for part in parts if part["is_rest"]),
                    **({"budget_override_reason": reason} if beyond else {}),
                }
            )
            shares = claim.share_ids._in_verb().create(
                [
                    {
                        "redemption_id": claim.id,
                        "grant_id": part["grant"].id,
                        "percent": part["percent"],
                        "is_rest": part["is_rest"],
                        "amount": amounts[part["grant"]],
                    }
                    for part in parts
                ]
            )
            claim._note_with_grants(
                paying, self.env._("Shared: %(parts)s. %(reason)s", parts=shares._say(), reason=reason)
            )
        claims._get_grants()._refresh_figures()
        return True

    def _read_parts(self, rows):
        """The parts as stated, checked: dicts of ``grant``, ``percent``, ``amount`` and ``is_rest``."""
        grants = self.env["timebank.grant"]
        parts = [
            {
                "grant": grants.browse(row["grant"]),
                "percent": row.get("percent") or 0,
                "amount": row.get("amount") or 0,
                "is_rest": not (row.get("percent") or row.get("amount")),
            }
            for row in rows
        ]
        named_grants = grants.union(*[part["grant"] for part in parts]) if parts else grants
        if len(named_grants) < 2 or len(named_grants) < len(parts):
            raise UserError(self.env._("Name two or more grants, each once."))
        for part in parts:
            if part["percent"] and part["amount"]:
                raise UserError(
                    self.env._("Give per cent or an amount of “%s”, not both.", part["grant"].name)
                )
        if sum(part["is_rest"] for part in parts) != 1:
            raise UserError(
                self.env._("Leave exactly one grant without per cent and amount: it pays the rest.")
            )
        named_grants.check_access("read")
        for grant in named_grants:
            if grant.state != "open" or grant.company_id not in self.company_id:
                raise UserError(self.env._("“%s” can't pay for this: it is not open here.", grant.name))
        return parts

    def _split_cost(self, cost, parts):
        """What each grant pays of a cost: dict of grant → amount, the rest to the penny.

        :raises UserError: where the parts leave nothing for one of them
        """
        self.ensure_one()
        currency, amounts = self.currency_id, {}
        for part in parts:
            stated = cost * part["percent"] / 100 if part["percent"] else part["amount"]
            amounts[part["grant"]] = currency.round(stated)
        rest = currency.round(cost - sum(amounts.values()))
        amounts[next(part["grant"] for part in parts if part["is_rest"])] = rest
        for grant, amount in amounts.items():
            if currency.compare_amounts(amount, 0) <= 0:
                raise UserError(
                    self.env._(
                        "Of “%(claim)s”, which costs %(cost)s, this split leaves nothing for “%(grant)s”.",
                        claim=self.display_name,
                        cost=currency.format(cost),
                        grant=grant.name,
                    )
                )
        return amounts

    def _prepare_shares(self, cost):
        """What each share becomes where the claim costs ``cost``: dict of share → amount."""
        self.ensure_one()
        shares = self.share_ids
        if not shares:
            return {}
        parts = [
            {
                "grant": share.grant_id,
                "percent": share.percent,
                "amount": 0 if share.percent or share.is_rest else share.amount,
                "is_rest": share.is_rest,
            }
            for share in shares
        ]
        amounts = self._split_cost(cost, parts)
        return {share: amounts[share.grant_id] for share in shares}

    # ------------------------------------------------------------
    # What each grant has to do with a claim, shared or not
    # ------------------------------------------------------------

    def _get_grants(self):
        """The grants that pay for these claims."""
        return self.grant_id | self.share_ids.grant_id

    def _get_parts(self):
        """What each grant pays of this claim: dict of grant → amount, empty on own funds."""
        self.ensure_one()
        if self.share_ids:
            return {share.grant_id: share.amount for share in self.share_ids}
        return {self.grant_id: self.cost_amount} if self.grant_id else {}

    def _get_standings(self, grant):
        """How these claims stand on one grant: dict of record id → :class:`Standing`.

        Those that it doesn't pay for are not in it.
        """
        shares = self.env["timebank.claim.share"].search(
            [("grant_id", "=", grant.id), ("redemption_id", "in", self.ids)]
        )
        matched = (
            dict(
                self.env["timebank.reward.match"]._read_group(
                    [("grant_id", "=", grant.id), ("redemption_id", "in", shares.redemption_id.ids)],
                    ["redemption_id"],
                    ["amount:sum"],
                )
            )
            if shares
            else {}
        )
        standings = {}
        for share in shares:
            claim, currency = share.redemption_id, share.currency_id
            paid = matched.get(claim, 0.0)
            awaits = claim._awaits_bill() and not share.billing_done
            whole = claim.cost_amount + claim.tolerance_amount - claim.matched_amount
            standings[claim.id] = Standing(
                share.amount,
                paid,
                currency.round(max(share.amount - paid, 0)) if awaits else 0,
                min(share.amount + claim.tolerance_amount - paid, whole),
            )
        for claim in self:
            if claim.id not in standings and claim.grant_id == grant:
                cost, paid = claim.cost_amount, claim.matched_amount
                standings[claim.id] = Standing(
                    cost, paid, claim._get_open_cost(paid), cost + claim.tolerance_amount - paid
                )
        return standings

    def _share_out(self, item, amount):
        """What of a bill line pays for each grant's part: pairs as `timebank.reward.match` matches them.

        In proportion to what of the line each grant is charged and is still to match.

        :param item: the ``account.move.line``
        """
        self.ensure_one()
        lines = {}
        for grant in self._get_grants():
            # sudo: only which grants the line is charged to; the line itself is asked for below
            if grant.sudo().analytic_account_id in item.sudo().distribution_analytic_account_ids:
                lines[grant] = self.env["timebank.bill.line"]._get_charged_line(grant, item)
        if not lines:  # its sentence says what to do
            self.env["timebank.bill.line"]._get_charged_line(self.grant_id, item)
        minor = self.grant_id._get_to_minor_units()
        # sudo: the sums of lines that finance matches
        weights = [abs(minor(line.sudo().open_amount)) for line in lines.values()]
        if not any(weights):
            weights = [1] * len(lines)
        unit = 10**self.currency_id.decimal_places
        shares = split_by(minor(amount), weights)
        return [
            (self, line, share / unit, "hand")
            for line, share in zip(lines.values(), shares, strict=True)
            if share
        ]

    def _say_part(self, name, cost):
        """The claim's name, with how much of its cost one grant pays where several do."""
        if not self.share_ids:
            return name
        part = self.env._(
            "%(part)s of %(whole)s",
            part=self.currency_id.format(cost),
            whole=self.currency_id.format(self.cost_amount),
        )
        return ", ".join(filter(None, (name, part)))

    def _note_with_grants(self, grants, sentence):
        """Write what was done into the claim's chatter, and into its grants', by the claim's name."""
        self.ensure_one()
        self._note(sentence)
        for grant in grants.sudo():  # sudo: a line of history; the verb asked who may
            grant._message_log(
                body=f"{self._say_with_initials()}, {self.bill_reference or self.id}: {sentence}",
                author_id=self.env.user.partner_id.id,
            )

    def _refuse_matched(self):
        """:raises UserError: for claims that bills are matched with"""
        for claim in self:
            if claim.match_ids:
                raise UserError(
                    self.env._(
                        "“%s” is matched with a bill: undo the match first, or take the bill along with"
                        " “Re-charge with its bills”.",
                        claim.display_name,
                    )
                )

    def _refuse_beyond(self, more, allowed):
        """Whether a grant has less left than this takes more of it.

        :param dict more: grant → amount
        :raises UserError: where one has, unless ``allowed``
        """
        for grant, amount in more.items():
            # sudo: what is left of a grant that finance charges
            currency, left = grant.company_currency_id, grant.sudo()._get_left_now()
            if currency.compare_amounts(amount, 0) <= 0 or currency.compare_amounts(amount, left) <= 0:
                continue
            if not allowed:
                raise UserError(
                    self.env._(
                        "“%(grant)s” has %(left)s left, and this takes %(more)s more."
                        " Tick “Beyond the budget” to allow it all the same.",
                        grant=grant.name,
                        left=currency.format(max(left, 0)),
                        more=currency.format(amount),
                    )
                )
            return True
        return False
