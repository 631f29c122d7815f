from odoo import models
from odoo.exceptions import AccessError, UserError

from ...tools import distribution
from ..common.verb import flag, record_id, text, verb
from ..common.words import say_day


class TimebankRedemption(models.Model):
    """Claims moved to another grant together with the bills that are matched with them."""

    _inherit = "timebank.redemption"

    @verb(grant=record_id("timebank.grant"), reason=text(), late=flag(), beyond_budget=flag())
    def action_recharge(self, grant, reason, late=False, beyond_budget=False):
        """Charge claims and what bills pay for them to another grant, both or neither.

        The bills' analytic distributions are rewritten as far as the matches go, with the user's own
        rights on the books, and the matches are made anew.

        :param grant: id of the ``timebank.grant`` that pays from now on
        :param str reason: why; kept with the claims, the bills and the grants
        :param bool late: go on where a period that is signed has them: the next reconciliations take
            it up as late entries
        :param bool beyond_budget: allow it although the grant has not enough left
        :raises UserError: without a reason, in a signed or locked period, for a shared claim, beyond
            the budget, or where a bill can't be split to the penny
        """
        grants = self.env["timebank.grant"]
        grants._check_finance()
        reason = self._require_reason(reason, self.env._("Say why they are charged to another grant."))
        grant = grants.browse(grant)
        grant.check_access("read")
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        claims._refuse_unless_standing()
        claims._lock_matched()
        sentence = claims._why_not_recharge(grant.sudo(), late)
        if sentence:
            raise UserError(sentence)
        (claims.grant_id | grant.sudo())._mark_committed()
        need = sum(claim.matched_amount + claim._get_open_cost(claim.matched_amount) for claim in claims)
        beyond = claims._refuse_beyond({grant: need}, beyond_budget)
        kept = {claim: claim._prepare_recharge() for claim in claims}
        before, bills = {claim: claim.grant_id for claim in claims}, claims.match_ids.move_line_id.move_id
        claims._move_bills(grant)
        claims._in_verb().write(
            {"grant_id": grant.id, **({"budget_override_reason": reason} if beyond else {})}
        )
        for claim, was in kept.items():
            claim._match_anew(grant, was)
        for claim in claims:
            claim._tell_recharged(before[claim], grant, reason)
        for bill in bills:
            names = ", ".join(
                claim._say_named() for claim in claims if bill in claim.match_ids.move_line_id.move_id
            )
            bill._message_log(
                body=self.env._(
                    "Re-charged to %(grant)s with what it pays for (%(claims)s). %(reason)s",
                    grant=grant.name,
                    claims=names,
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
            )
        (grants.union(*before.values()) | grant)._refresh_figures()
        return True

    def _why_not_recharge(self, grant, late):
        """:return: a sentence where these claims and their bills can't be charged to ``grant``"""
        if grant.state != "open" or grant.company_id not in self.company_id:
            return self.env._("“%s” can't pay for this: it is not open here.", grant.name)
        for claim in self:
            if claim.grant_id == grant and not claim.is_shared:
                return self.env._(
                    "“%(claim)s” is charged to %(grant)s already.", claim=claim.display_name, grant=grant.name
                )
        if not late:
            for signed in self._find_signed(grant):
                return self.env._(
                    "“%(grant)s” was reconciled and signed up to %(day)s: tick “Take it up late”, and its"
                    " next reconciliation takes up what changes.",
                    grant=signed.grant_id.name,
                    day=say_day(self.env, signed.date_to),
                )
        return self._why_not_take_along(grant)

    def _why_not_take_along(self, grant):
        """:return: a sentence where these claims' bills can't go along to any grant, or not to ``grant``"""
        for claim in self:
            if claim.is_shared:
                return self.env._(
                    "“%s” is shared between grants: undo its matches, charge it to one grant, and match"
                    " it again.",
                    claim.display_name,
                )
            if "prepaid" in claim.match_ids.mapped("found_by"):
                return self.env._(
                    "“%s” used what its grant has paid for in advance: undo that match first.",
                    claim.display_name,
                )
        return self._why_not_rewrite(grant)

    def _find_signed(self, grant):
        """The signed reconciliations, of the grants that give and take, that these or their bills are in."""
        signed = self.env["timebank.reconciliation"]
        for claim in self:
            days = {claim._get_day(), *claim.match_ids.move_line_id.mapped("date")} - {False}
            papers = signed.search(
                [("grant_id", "in", (claim.grant_id | grant).ids), ("state", "!=", "draft")]
            )
            signed |= papers.filtered(
                lambda paper, days=days: any(paper.date_from <= day <= paper.date_to for day in days)
            )
        return signed

    def _why_not_rewrite(self, grant):
        """:return: a sentence where the bills can't be charged to another analytic account by this user"""
        lines = self.match_ids.bill_line_id
        for line in lines:
            if line.status == "changed":
                return self.env._(
                    "%s has changed since it was matched: undo its match, and match it again.",
                    line.display_name,
                )
        items = (lines.move_line_id | self._get_tax_items()).with_env(self.env(su=False))
        try:
            items.check_access("write")
        except AccessError:
            return self.env._(
                "A bill is charged to another grant by whoever may enter bills: ask for Odoo's"
                " “Invoicing” right, or somebody who has it."
            )
        for move in items.move_id:
            locks = move._get_violated_lock_dates(move.date, False)
            if locks:
                return self.env._(
                    "The books are locked up to %(day)s, and %(bill)s is dated %(date)s: book what moves"
                    " with a journal entry of today, or ask your accountant to lift the lock.",
                    day=say_day(self.env, locks[-1][0]),
                    bill=move.display_name,
                    date=say_day(self.env, move.date),
                )
        new = grant.analytic_account_id
        for item in items.sudo():  # sudo: which plans the accounts beside the grant's are of
            old = item.distribution_analytic_account_ids & self.grant_id.analytic_account_id
            others = item.distribution_analytic_account_ids.browse(
                set().union(*(distribution.beside(item.analytic_distribution, one.id) for one in old))
            )
            if new.root_plan_id in others.root_plan_id:
                return self.env._(
                    "%(bill)s carries another account of the plan “%(plan)s” beside its grant: change its"
                    " distribution in Odoo.",
                    bill=item.move_id.display_name,
                    plan=new.root_plan_id.name,
                )
        return ""

    # ------------------------------------------------------------
    # The bills
    # ------------------------------------------------------------

    def _get_tax_items(self):
        """The tax lines that are part of what these claims' bill lines cost their grants."""
        items = self.match_ids.move_line_id
        return items.move_id.line_ids.filtered(
            lambda tax: (
                tax.tax_line_id
                and tax.distribution_analytic_account_ids & self.grant_id.analytic_account_id
                and any(tax._is_timebank_tax_of(item) for item in items)
            )
        )

    def _move_bills(self, grant):
        """Undo these claims' matches, and charge what they paid with to ``grant``, by the user's own rights.

        :raises UserError: where a bill can't be split so that exactly that much moves
        """
        # sudo: what the books charge to each is read whole, as for a match
        grants, matches = self.grant_id | grant.sudo(), self.match_ids
        items, rewritten = matches.move_line_id, self._prepare_distributions(grant)
        wanted = {
            item: sum(group.mapped("amount")) for item, group in matches.grouped("move_line_id").items()
        }
        before = grants._get_charged(items)
        matches._undo()
        for item, vals in rewritten.items():
            item.with_env(self.env(su=False)).write({"analytic_distribution": vals})
        after = grants._get_charged(items)
        for item, amount in wanted.items():
            key = (grant.id, item.id)
            if grant.company_currency_id.compare_amounts(after.get(key, 0) - before.get(key, 0), amount):
                raise UserError(
                    self.env._(
                        "%(bill)s can't be split so that exactly %(amount)s of it moves: give that part a"
                        " line of its own in Odoo first.",
                        bill=item.move_id.display_name,
                        amount=grant.company_currency_id.format(amount),
                    )
                )
        # what else is matched with these lines stays matched with what is left of them
        # sudo: matches of these lines, whoever's claims they pay for
        others = self.env["timebank.reward.match"].sudo().search([("move_line_id", "in", items.ids)])
        others._update_rows(
            {
                match.id: {"charged_amount": after.get((match.grant_id.id, match.move_line_id.id), 0)}
                for match in others
            }
        )
        self.env["timebank.bill.line"]._follow_books(grants)

    def _prepare_distributions(self, grant):
        """What each bill line and tax line carries once these claims are another grant's: dict of
        ``account.move.line`` → distribution.
        """
        # sudo: the grant's analytic account, which the bills carry from then on
        new, taxes = grant.sudo().analytic_account_id.id, self._get_tax_items()
        digits = self.env["decimal.precision"].precision_get("Percentage Analytic")
        written = {}

        def rewrite(item, old, fraction):
            carried = written.get(item, item.analytic_distribution)
            written[item] = distribution.replace(carried, old.id, new, fraction, digits)

        for line, matches in self.match_ids.grouped("bill_line_id").items():
            old, item, amount = (
                line.grant_id.analytic_account_id,
                line.move_line_id,
                sum(matches.mapped("amount")),
            )
            whole = line.currency_id.compare_amounts(amount, line.share_amount) == 0
            fraction = 1 if whole else amount / line.share_amount
            for tax in taxes:
                if tax._is_timebank_tax_of(item):
                    part = tax._get_timebank_part(item, old)
                    rewrite(tax, old, part if whole else part * fraction)
            rewrite(item, old, fraction)
        return written

    # ------------------------------------------------------------
    # The matches, as they were
    # ------------------------------------------------------------

    def _prepare_recharge(self):
        """What the matches of this claim were, and whether more was expected."""
        self.ensure_one()
        return {
            "done": self.billing_done,
            "tolerance": self.tolerance_amount,
            "matches": [
                {
                    "item": match.move_line_id,
                    "amount": match.amount,
                    "found_by": match.found_by,
                    "difference_reason": match.difference_reason,
                    "note": match.note,
                }
                for match in self.match_ids.sorted("id")
            ],
        }

    def _match_anew(self, grant, was):
        """Match this claim on ``grant`` with what it was matched with.

        :param dict was: as `_prepare_recharge` has it
        """
        lines = self.env["timebank.bill.line"].sudo()  # sudo: the lines of a grant that finance matches on
        if self.currency_id.compare_amounts(self.tolerance_amount, was["tolerance"]) < 0:
            self._in_verb().write({"tolerance_amount": was["tolerance"]})
        for match in was["matches"]:
            line = lines.search([("grant_id", "=", grant.id), ("move_line_id", "=", match["item"].id)])
            self.env["timebank.reward.match"]._match(
                [(self, line, match["amount"], match["found_by"])], match["difference_reason"], match["note"]
            )
        if was["done"]:
            self._set_billing_done(True)

    def _tell_recharged(self, before, grant, reason):
        self._note_with_grants(
            before | grant,
            self.env._(
                "Re-charged from %(old)s to %(new)s, with bills over %(amount)s. %(reason)s",
                old=before.name or self.env._("own funds"),
                new=grant.name,
                amount=self.currency_id.format(self.matched_amount),
                reason=reason,
            ),
        )
