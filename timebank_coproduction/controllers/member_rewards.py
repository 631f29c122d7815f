from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import file_open

from ..models.common.words import say_day, say_spoken
from ..models.reward.timebank_redemption import LARGEST_CLAIM
from ..tools.minutes import LARGEST
from ..tools.paging import PAGE, number_in, page_of, paging_of
from .member_page import Form, MemberPage, sent, shown, shown_to_all

REWARD = f"/rewards/<int(max={LARGEST}):reward_id>"
CLAIM = f"/rewards/claims/<int(max={LARGEST}):claim_id>"


class MemberRewards(MemberPage, http.Controller):
    """What a member can have for their credits, and what they have claimed."""

    # ------------------------------------------------------------
    # The catalogue
    # ------------------------------------------------------------

    @shown("/rewards", on_tablet=True)
    def rewards(self, member, page=None):
        catalogue, paging = page_of(member._get_catalogue(), page)
        standing = member._say_standing()
        values = {
            "standing": standing,
            "balance": say_spoken(member.env, member.balance_minutes),
            "in_advance": "" if standing else self._say_advance(member),
            "within": [self._describe(reward) for reward, reason in catalogue if not reason],
            "beyond": [self._describe(reward, reason) for reward, reason in catalogue if reason],
            "claims": request.env["timebank.redemption"].search_count(member._get_claims_domain(), limit=1),
            "paging": paging,
        }
        return self._render("member_rewards", values, member, "rewards")

    def _say_advance(self, member):
        """What they can spend beyond what they have, or nothing."""
        minutes = member.account_id.available_minutes - max(member.balance_minutes, 0)
        return say_spoken(member.env, minutes) if minutes > 0 else ""

    @shown(REWARD, on_tablet=True)
    def reward(self, member, reward_id):
        reward = self._find_reward(member, reward_id)
        return self._show_reward(member, reward, Form(quantity="1")) if reward else self._not_found()

    @shown(REWARD + "/check", on_tablet=True)
    def check_claim(self, member, reward_id, quantity="1", account_id=""):
        """What it comes to, before it is claimed: a page to which one can go back."""
        reward = self._find_reward(member, reward_id)
        if not reward:
            return self._not_found()
        form = Form({"quantity": quantity, "account_id": account_id})
        number, account = self._read(member, form)
        if not form:
            return self._show_reward(member, reward, form)
        return self._confirm(member, reward, account, number, form, member._get_newest_claim_id())

    @sent(REWARD + "/claim", on_tablet=True)
    def claim_it(self, member, reward_id, quantity="", account_id="", since=""):
        reward = self._find_reward(member, reward_id)
        if not reward:
            return self._not_found()
        form = Form({"quantity": quantity, "account_id": account_id})
        number, account = self._read(member, form)
        seen = number_in(since)
        made = []
        if form and form.carry_out(
            lambda: made.append(member._claim_once(reward, account, number, seen)), "quantity"
        ):
            return self._go(member, f"/rewards/claims/{made[0].id}", done="claimed")
        return self._show_reward(member, reward, form)

    def _show_reward(self, member, reward, form):
        reason = member._get_refusals_to_have(reward).get(reward.id, "")
        accounts = self._get_accounts(member)
        values = {
            "form": form,
            "reward": self._describe(reward, reason),
            "description": reward.description,
            "terms": self._say_terms(reward),
            # which is for who is signed in alone; and whether there is one, not the picture
            "has_picture": not self._is_on_tablet() and bool(reward.with_context(bin_size=True).image_128),
            "accounts": [(account.id, self._say_account(member, account)) for account in accounts],
        }
        return self._render("member_reward", values, member, "rewards")

    def _confirm(self, member, reward, account, quantity, form, since):
        minutes, money = reward.minutes * quantity, reward.cash_price * quantity
        values = {
            "form": form,
            "reward": self._describe(reward),
            "quantity": quantity,
            "account": account,
            "price": say_spoken(member.env, minutes),
            "cash": money and reward.currency_id.format(money),
            "payer": self._say_account(member, account),
            "left": say_spoken(member.env, abs(account.balance_minutes - minutes)),
            "owes": account.balance_minutes < minutes,
            "needs_approval": reward.approval == "manual",
            "since": since,
        }
        return self._render("member_claim_check", values, member, "rewards")

    def _read(self, member, form):
        """How many, and from which account; refusals are kept."""
        env, accounts = request.env, self._get_accounts(member)

        def read_quantity(words):
            number = number_in(words.strip())
            if not 1 <= number <= LARGEST_CLAIM:
                raise UserError(env._("Say how many: a number from 1 to 1,000."))
            return number

        def read_account(words):
            account = accounts.filtered(lambda one: str(one.id) == words) if words else member.account_id
            if not account:
                raise UserError(env._("Choose who pays."))
            return account

        return form.take("quantity", read_quantity), form.take("account_id", read_account)

    def _get_accounts(self, member):
        """From what can be paid: on the tablet, not from what belongs to several."""
        return member.account_id if self._is_on_tablet() else member._get_paying_accounts()

    def _find_reward(self, member, reward_id):
        return request.env["timebank.reward"].search(
            [
                ("id", "=", reward_id),
                ("scheme_id", "=", member.scheme_id.id),
                ("state", "=", "published"),
            ]
        )

    def _describe(self, reward, reason=""):
        return {
            "id": reward.id,
            "name": reward.name,
            "price": reward._say_price(),
            "hours": say_spoken(reward.env, reward.minutes) if reward.minutes else "",
            "cash": reward.cash_price and reward.currency_id.format(reward.cash_price),
            "notice": reward.notice,
            "reason": reason,
        }

    def _say_terms(self, reward):
        """What holds for it, each in a sentence."""
        env = reward.env
        how = {
            "collected": env._("You collect it from the time bank."),
            "attended": env._("You come along to it."),
            "posted": env._("It is posted to you."),
            "code": env._("You get a code to show to whoever hands it over."),
        }
        terms = [how[reward.fulfilment]]
        if reward.approval == "manual":
            terms.append(env._("A coordinator has to approve it first."))
        terms.append(env._("It is good for %s days after it is approved.", reward.collect_days))
        if reward.available_until:
            terms.append(env._("It can be claimed until %s.", say_day(env, reward.available_until)))
        if reward.has_stock and reward.stock:
            terms.append(env._("There are %s left.", reward.stock))
        if reward.member_limit:
            periods = {
                "ever": env._("Each member can have %s.", reward.member_limit),
                "year": env._("Each member can have %s a year.", reward.member_limit),
                "month": env._("Each member can have %s a month.", reward.member_limit),
                "week": env._("Each member can have %s a week.", reward.member_limit),
            }
            terms.append(periods[reward.limit_period])
        if reward.check_type_ids:
            terms.append(env._("You need: %s.", ", ".join(reward.check_type_ids.mapped("name"))))
        if reward.min_given_minutes:
            terms.append(
                env._("It is for those who have given %s or more.", say_spoken(env, reward.min_given_minutes))
            )
        return terms

    def _say_account(self, member, account):
        env = request.env
        has = say_spoken(env, account.balance_minutes)
        if account == member.account_id:
            return env._("My own credits (%s)", has)
        return env._("%(pot)s (%(hours)s)", pot=account.name, hours=has)

    # ------------------------------------------------------------
    # Claims
    # ------------------------------------------------------------

    @shown_to_all("/timebank/worker.js")
    def worker(self):
        """What shows a claim that was opened where there is no network; it is for ``/timebank/`` alone."""
        with file_open("timebank_coproduction/static/src/member/worker.js", "rb") as script:
            content = script.read()
        headers = [("Content-Type", "text/javascript; charset=utf-8"), ("Cache-Control", "no-cache")]
        return request.make_response(content, headers)

    @shown("/rewards/claims", on_tablet=True)
    def show_claims(self, member, page=None):
        claims, domain = request.env["timebank.redemption"], member._get_claims_domain()
        paging = paging_of(claims.search_count(domain), page)
        found = claims.search(domain, offset=paging["skipped"], limit=PAGE)
        values = {"claims": [self._describe_claim(claim) for claim in found], "paging": paging}
        return self._render("member_claims", values, member, "rewards")

    @shown(CLAIM, on_tablet=True)
    def show_claim(self, member, claim_id, done=None):
        claim = self._find_claim(member, claim_id)
        if not claim:
            return self._not_found()
        env, approved = request.env, claim.state == "approved"
        # sudo: the code is for whose claim it is, who need not have a login of the portal alone
        shown = claim.sudo()
        said = {
            "claimed": env._("You have claimed it."),
            "cancelled": env._("It is cancelled. Your credits are back."),
        }
        values = {
            "said": said.get(done),
            "claim": self._describe_claim(claim),
            "cash": claim._say_cash(),
            "code": shown.code if approved else "",
            "qr": shown.code_qr if approved and shown.code else "",
            "until": say_day(env, claim.collect_by) if approved and claim.collect_by else "",
            "can_cancel": claim.can_cancel,
        }
        return self._render("member_claim", values, member, "rewards")

    @shown(CLAIM + "/cancel", on_tablet=True)
    def ask_to_cancel(self, member, claim_id):
        claim = self._find_claim(member, claim_id)
        return self._show_cancelling(member, claim, Form()) if claim else self._not_found()

    @sent(CLAIM + "/cancel", on_tablet=True)
    def cancel(self, member, claim_id, reason=""):
        claim = self._find_claim(member, claim_id)
        if not claim:
            return self._not_found()
        form = Form({"reason": reason[:200]})
        if claim.state == "cancelled":  # the button was pressed twice
            return self._go(member, f"/rewards/claims/{claim.id}", done="cancelled")
        words = form.shows("reason").strip() or request.env._("Not wanted any more")
        if form.carry_out(lambda: claim.action_cancel(words)):
            return self._go(member, f"/rewards/claims/{claim.id}", done="cancelled")
        return self._show_cancelling(member, claim, form)

    def _show_cancelling(self, member, claim, form):
        values = {"form": form, "claim": self._describe_claim(claim), "can_cancel": claim.can_cancel}
        return self._render("member_claim_cancel", values, member, "rewards")

    def _find_claim(self, member, claim_id):
        return request.env["timebank.redemption"].search(
            [("id", "=", claim_id), *member._get_claims_domain()]
        )

    def _describe_claim(self, claim):
        state, words = claim._say_state()
        # sudo: what they claimed is named to them after it has left the catalogue
        name = claim.sudo().reward_id.name
        return {
            "id": claim.id,
            "name": f"{claim.quantity} × {name}" if claim.quantity > 1 else name,
            "price": say_spoken(claim.env, claim.minutes),
            "on": say_day(claim.env, claim.requested_on or claim.create_date.date()),
            "state": state,
            "words": words,
            "payer": claim.account_id.name if claim.account_id.kind == "pot" else "",
        }
