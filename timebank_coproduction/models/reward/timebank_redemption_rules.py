from functools import cache

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .timebank_redemption import STANDING


class TimebankRedemption(models.Model):
    """When claims can be requested, decided, handed over and cancelled.

    Each ``_get_refusals_to_<verb>`` returns a dict of record id → a sentence, for the
    claims that can't, in a constant number of queries.
    """

    _inherit = "timebank.redemption"

    can_request = fields.Boolean(compute="_compute_can")
    can_approve = fields.Boolean(compute="_compute_can")
    can_fulfil = fields.Boolean(compute="_compute_can")
    can_cancel = fields.Boolean(compute="_compute_can")

    def _compute_can(self):
        decide = self._get_refusals_to_decide()
        fulfil = self._get_refusals_to_fulfil()
        cancel = self._get_refusals_to_cancel()
        drafts = self.filtered(lambda claim: claim.state == "draft")
        strangers, me = drafts._get_refusals_to_run(), self.env.user.partner_id
        for claim in self:
            claim.can_request = claim in drafts and (
                # sudo: only whether the account may be spent from is told
                not claim._origin or not claim.sudo()._why_not_spend(me, claim.id in strangers)
            )
            claim.can_approve = claim.id not in decide
            claim.can_fulfil = claim.id not in fulfil
            claim.can_cancel = claim.id not in cancel

    def _get_refusals_by_step(self, *states, **own):
        """Claims that are at none of ``states``: dict of id → what is said of one at the step where it is.

        :param own: sentences in place of the usual ones, by state
        """
        sentences = {
            "draft": self.env._("“%s” has not been requested."),
            "requested": self.env._("“%s” has been requested already."),
            "approved": self.env._("“%s” was approved already."),
            "fulfilled": self.env._("“%s” was handed over already."),
            "refused": self.env._("“%s” was refused."),
            "cancelled": self.env._("“%s” was cancelled."),
            **own,
        }
        others = self.filtered(lambda claim: claim.state not in states)
        return {claim.id: sentences[claim.state] % claim.display_name for claim in others}

    # Requesting
    def _get_refusals_to_request(self):
        """Without stock and balance, which are known when they are taken."""
        requested = self.env._("“%s” has been requested already.")
        refusals = self._get_refusals_by_step(
            "draft", **dict.fromkeys(("approved", "fulfilled", "refused"), requested)
        )
        me, strangers = self.env.user.partner_id, (self - self.browse(refusals))._get_refusals_to_run()
        # sudo: the rules look at memberships and other claims, and reveal none.
        rest = (self - self.browse(refusals)).sudo()
        people = rest.partner_id | rest.account_id.partner_id
        people.fetch(["commercial_partner_id"])
        members = rest.env["timebank.member"]._find_in_banks(rest.scheme_id, people)
        given = rest._get_given_minutes()
        checks, wanted = self.env["timebank.check"], rest.reward_id.check_type_ids
        # by the banks' clocks, and not by the user's
        get_missing = cache(lambda day: checks._get_missing(wanted, people, day))
        for reward, claims in rest._by_reward().items():
            unavailable = reward._why_not_available()
            reasons = {}  # of each account and person: a batch repeats them
            for claim, terms in zip(claims, claims._get_columns("account_id", "partner_id"), strict=True):
                if terms not in reasons:
                    reasons[terms] = (
                        (not self.env.su and claim._why_not_spend(me, claim.id in strangers))
                        or unavailable
                        or claim._why_not_claimable(
                            claim._get_claimant(members), given, get_missing(claim.scheme_id._today())
                        )
                    )
                if reasons[terms]:
                    refusals[claim.id] = reasons[terms]
        return refusals | (rest - rest.browse(refusals))._get_refusals_by_limit(members)

    def _why_not_claimable(self, member, given, missing):
        """Why a member may not have this reward, which can be had today, paid from that account.

        :param member: the ``timebank.member`` who answers for the claim, or none
        :param dict given: (bank id, partner id) → approved minutes
        :param dict missing: partner id → the ``timebank.check.type`` that they don't hold
        :return: a sentence, or an empty string
        """
        self.ensure_one()
        reason = self._why_not_paid_here()
        if reason:
            return reason
        if not member:
            return self.env._(
                "%(person)s is not a member of %(bank)s: choose the account that pays.",
                person=self.partner_id.name,
                bank=self.scheme_id.name,
            )
        return member._why_not_taking_part() or self.reward_id._why_not_for(
            member,
            given.get((member.scheme_id.id, member.partner_id.id), 0),
            missing.get(member.partner_id.id, self.env["timebank.check.type"]),
        )

    def _why_not_spend(self, me, stranger):
        """Why the account that pays is not the user's to spend on whoever the claim is for.

        :param me: the partner of who claims
        :param bool stranger: whether they don't decide for the bank
        :return: a sentence, or an empty string
        """
        self.ensure_one()
        account = self.account_id
        if stranger:
            if not account._is_held_by(me):
                return self.env._("You can claim from your own account, or from a pot that you hold.")
            if not self._is_of_household(me | account.holder_ids):
                return self.env._(
                    "You can claim for yourself, your family, or those who share the pot. Ask your"
                    " coordinator to claim for somebody else."
                )
        elif account and self._is_of_household(me) and not account._is_held_by(me):
            return self.env._(
                "%(account)s is somebody else's account, and the claim is for you or your family:"
                " another coordinator has to make it. %(whom)s",
                account=account.name,
                whom=self.scheme_id._say_whom_to_ask(me),
            )
        return ""

    def _is_of_household(self, partners):
        """Whether the claim is for one of ``partners`` or for somebody under the same contact."""
        person = self.partner_id
        return person in partners or person.commercial_partner_id in partners.commercial_partner_id

    def _why_not_paid_here(self):
        account = self.account_id
        if not account:
            return self.env._(
                "%(person)s has no account in %(bank)s: choose the account that pays.",
                person=self.partner_id.name,
                bank=self.scheme_id.name,
            )
        if account.scheme_id != self.scheme_id:
            return self.env._(
                "%(account)s is in another time bank than “%(reward)s”.",
                account=account.name,
                reward=self.reward_id.name,
            )
        if account.kind not in ("member", "pot"):
            return self.env._("Rewards are paid by members and pots.")
        return account._why_not_movable()

    def _get_claimant(self, members):
        """The member whose claim it is: the person, or whoever pays for one who is not a member.

        :param dict members: as ``timebank.member._find_in_banks`` returns it
        """
        return (
            members.get((self.scheme_id.id, self.partner_id.id))
            or members.get((self.scheme_id.id, self.account_id.partner_id.id))
            or self.env["timebank.member"]
        )

    def _get_given_minutes(self):
        """Approved minutes by the ids of bank and giver, where a reward asks for them."""
        if not any(self.reward_id.mapped("min_given_minutes")):
            return {}
        asking = self.filtered("reward_id.min_given_minutes")
        groups = self.env["timebank.hours"]._read_group(
            [
                ("scheme_id", "in", asking.scheme_id.ids),
                ("partner_id", "in", (asking.partner_id | asking.account_id.partner_id).ids),
                ("state", "=", "approved"),
            ],
            ["scheme_id", "partner_id"],
            ["minutes:sum"],
        )
        return {(scheme.id, partner.id): minutes for scheme, partner, minutes in groups}

    # Deciding
    @api.model
    def _get_domain_to_decide(self, own=False):
        """What waits for a decision in the user's banks, as :meth:`_get_refusals_to_decide` has it.

        :param bool own: the user's own claims, on which another decides; without it, all the rest
        """
        me = self.env.user.partner_id.id
        theirs = Domain("partner_id", "=", me) | Domain("account_id", "any", [("partner_id", "=", me)])
        waiting = Domain("state", "=", "requested") & Domain("scheme_id.is_run_by_user", "=", True)
        return waiting & (theirs if own else ~theirs)

    def _get_refusals_to_decide(self):
        """Claims that don't wait for a decision, and those on which this user may not decide."""
        refusals = self._get_refusals_by_state("requested", self.env._("“%s” is not waiting for approval."))
        rest = self - self.browse(refusals)
        refusals |= rest._get_refusals_to_run()
        if self.env.su:
            return refusals
        me = self.env.user.partner_id
        # sudo: only whether the claim is the user's own is asked
        for claim in (rest - self.browse(refusals)).sudo():
            if me in (claim.partner_id | claim.account_id.partner_id):
                refusals[claim.id] = self.env._(
                    "“%(claim)s” is your own claim: another coordinator has to decide. %(whom)s",
                    claim=claim.display_name,
                    whom=claim.scheme_id._say_whom_to_ask(me),
                )
        return refusals

    def _get_refusals_to_undo(self):
        """Claims whose approval can't be taken back by this user, or not any more."""
        refusals = self._get_refusals_by_step(
            "approved", requested=self.env._("“%s” is not approved any more.")
        )
        refusals |= (self - self.browse(refusals))._get_refusals_to_run()
        refusals |= (self - self.browse(refusals))._get_refusals_to_take_back(
            lambda claim: (claim.approver_id, claim.approved_on)
        )
        # sudo: the user approved these; whether they were ordered or invoiced since is asked
        for claim in (self - self.browse(refusals)).sudo():
            if claim.ordered_on:
                refusals[claim.id] = self.env._("“%s” has been ordered already.", claim.display_name)
            elif claim.invoice_id.state == "posted":
                refusals[claim.id] = self.env._(
                    "The invoice for “%s” has been sent: cancel the claim instead.", claim.display_name
                )
        return refusals

    def _get_on_own_terms(self):
        """Claims for, or paid by, whoever set the reward's terms last: others decide on those."""
        # sudo: only who set the reward's terms last is asked
        claims = self.sudo()
        setters = claims.reward_id.terms_set_by_id.partner_id
        if not setters & (claims.partner_id | claims.account_id.partner_id):
            return self.browse()
        return claims.filtered(
            lambda claim: (
                claim.reward_id.terms_set_by_id.partner_id in claim.partner_id | claim.account_id.partner_id
            )
        )

    # Handing over, ordering and giving back
    def _get_refusals_to_fulfil(self):
        refusals = self._get_refusals_by_step(
            "approved", requested=self.env._("“%s” has to be approved before it is handed over.")
        )
        rest = self - self.browse(refusals)
        return refusals | rest._get_refusals_to_run()

    def _get_refusals_to_order(self):
        refusals = self._get_refusals_by_step("approved", requested=self.env._("“%s” is not approved."))
        refusals |= (self - self.browse(refusals))._get_refusals_to_run()
        # sudo: the user runs the bank; what is asked is the supplier, and whether it was told already
        for claim in (self - self.browse(refusals)).sudo():
            supplier = claim.reward_id.supplier_id
            if claim.ordered_on:
                refusals[claim.id] = self.env._("“%s” has been ordered already.", claim.display_name)
            elif not supplier:
                refusals[claim.id] = self.env._("“%s” has no supplier.", claim.reward_id.name)
            elif claim.scheme_id.supplier_order == "mail" and not supplier._get_mailable():
                refusals[claim.id] = self.env._("%s can't be reached by mail, to order by.", supplier.name)
        return refusals

    def _get_refusals_to_cancel(self):
        """By the member until it is ordered from a supplier, by the bank until it is handed over."""
        refusals = self._get_refusals_by_step(
            *("draft", "requested", "approved"),
            fulfilled=self.env._("“%s” was handed over: it can't be cancelled any more."),
            cancelled=self.env._("“%s” was cancelled already."),
        )
        rest = self - self.browse(refusals)
        strangers = rest._get_refusals_to_run()
        me = self.env.user.partner_id
        # sudo: only whether the claim is the user's own, and ordered, is asked
        for claim in rest.browse(strangers).sudo():
            account = claim.account_id
            if me not in (claim.partner_id | account.partner_id | account.holder_ids):
                refusals[claim.id] = strangers[claim.id]
            elif claim.ordered_on:
                refusals[claim.id] = self.env._(
                    "“%s” has been ordered from the supplier: ask your coordinator to cancel it.",
                    claim.display_name,
                )
        return refusals

    # How many of a reward one member may have in a period, however they are paid
    def _get_refusals_by_limit(self, members):
        """Claims beyond what one member may have, counting these in their order.

        A member has what is claimed for them, and what is paid from their account.
        Their memberships are touched, so that two claims at the same moment, whichever
        accounts they are paid from, can't both be the last.
        """
        if not any(self.reward_id.mapped("member_limit")):
            return {}
        limited = self.filtered("reward_id.member_limit")
        limited._touch_memberships(members)
        refusals, counts = {}, limited._get_standing_counts()
        for claim in limited:
            reward = claim.reward_id
            sides = {("for", claim.partner_id)}
            if claim.account_id.kind == "member":
                sides.add(("from", claim.account_id))
            had = max(counts.get((reward, side), 0) for side in sides)
            if had + claim.quantity > reward.member_limit:
                refusals[claim.id] = self.env._(
                    "%(person)s can have %(limit)s of “%(reward)s”, and has claimed %(had)s.",
                    person=claim.partner_id.name,
                    limit=reward.member_limit,
                    reward=reward.name,
                    had=had,
                )
                continue
            for side in sides:
                counts[reward, side] = counts.get((reward, side), 0) + claim.quantity
        return refusals

    def _touch_memberships(self, members):
        touched = {
            member.id
            for claim in self
            for partner in (claim.partner_id, claim.account_id.partner_id)
            if (member := members.get((claim.scheme_id.id, partner.id)))
        }
        self.env["timebank.member"].browse(touched)._touch_rows(SQL("state = state"))

    def _get_standing_counts(self):
        """How many each person has of these rewards in this period: for them, and from their account."""
        counts = {}
        self.flush_recordset()
        for reward in self.reward_id:
            since = reward._get_period_start()
            domain = [("reward_id", "=", reward.id), ("state", "in", STANDING)]
            if since:
                domain.append(("requested_on", ">=", since))
            mine = self.filtered(lambda claim, reward=reward: claim.reward_id == reward)
            for partner, quantity in self._read_group(
                [*domain, ("partner_id", "in", mine.partner_id.ids)], ["partner_id"], ["quantity:sum"]
            ):
                counts[reward, ("for", partner)] = quantity
            for account, quantity in self._read_group(
                [*domain, ("account_id", "in", mine.account_id.ids)], ["account_id"], ["quantity:sum"]
            ):
                counts[reward, ("from", account)] = quantity
        return counts
