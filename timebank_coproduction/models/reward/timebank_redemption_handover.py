from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import codes, qr


class TimebankRedemption(models.Model):
    """Handing over by a code that the member shows, on the supplier's own phone."""

    _inherit = "timebank.redemption"

    code_url = fields.Char(compute="_compute_code_url")
    code_qr = fields.Html("QR", compute="_compute_code_url", sanitize=False)

    @api.depends("code")
    def _compute_code_url(self):
        """What the member shows: a QR that opens the supplier's page with the code."""
        for claim in self:
            url = f"{claim.get_base_url()}/timebank/claim/{claim.code}" if claim.code else False
            claim.code_url = url
            claim.code_qr = url and Markup(qr.svg(url))

    def _prepare_approvals(self, approver):
        vals_by_id, refusals = super()._prepare_approvals(approver)
        for claim in self.browse(vals_by_id)._get_by_code():
            vals_by_id[claim.id]["code"] = codes.new(codes.CLAIM_LENGTH)
        return vals_by_id, refusals

    def _follow_approval(self):
        """Whoever pays gets the code by mail."""
        result = super()._follow_approval()
        self._get_by_code()._send("timebank_coproduction.mail_template_claim_code")
        return result

    def _send(self, template):
        """Mail whoever pays for these claims, where there is an address.

        :return: the claims for which a mail goes out
        """
        # sudo: the mail goes out by the bank's rule, whoever set it off.
        claims = self.sudo().filtered(lambda claim: claim._get_payer().email)
        if claims:
            self.env.ref(template).sudo().send_mail_batch(claims.ids)
        return claims.with_env(self.env)

    def _get_payer(self):
        """The person to write to: whose account pays, or for whom a pot does."""
        self.ensure_one()
        return self.account_id.partner_id or self.partner_id

    def _get_by_code(self):
        """Those of these claims that are handed over by code."""
        # sudo: the reward's own rule decides, whoever approves.
        rewards = self.sudo().reward_id.filtered(lambda reward: reward.fulfilment == "code")
        return self.sudo().filtered(lambda claim: claim.reward_id in rewards) if rewards else self.browse()

    @api.model
    def fulfil_by_code(self, code):
        """Hand over the approved claim that a member showed the code of. For coordinators.

        :return: the claim
        :raises UserError: no such code, used, too late, cancelled, or of another bank
        """
        # sudo: whether the user may see the claim is answered below, in a sentence.
        claim = self.sudo()._find_by_code(code).with_env(self.env)
        outcome = claim._get_code_outcome()
        if outcome != "unknown" and claim._get_refusals_to_run():
            outcome = "elsewhere"
        if outcome != "accepted":
            raise UserError(self._get_code_sentences()[outcome])
        claim.action_fulfil()
        return claim

    def _get_code_sentences(self):
        """What staff are told about a code; suppliers only hear that it can't be used."""
        return {
            "unknown": self.env._("There is no claim with this code: check what was typed."),
            "elsewhere": self.env._("This code belongs to another time bank."),
            "used": self.env._("This code was used already: the reward has been handed over."),
            "expired": self.env._("This code is too late: hand the claim over by hand if that is all right."),
            "ended": self.env._("This claim was cancelled, so its code can't be used."),
        }

    @api.private
    def _find_by_code(self, code):
        code = codes.normalise(code)
        return self.search([("code", "=", code)]) if code else self.browse()

    def _get_code_outcome(self):
        """What using the code of this claim (or of none) comes to, in a ``timebank.code.attempt``'s words."""
        # sudo: only what the code comes to is told
        claim = self.sudo()
        if not claim:
            return "unknown"
        if claim.state == "fulfilled":
            return "used"
        if claim.state != "approved":
            return "ended"
        if claim.collect_by and claim.collect_by < fields.Date.context_today(claim):
            return "expired"
        return "accepted"

    @api.private
    def _confirm_on_page(self):
        """Hand over once, from the supplier's page. Waits for whoever confirms at the same moment."""
        self.ensure_one()
        self.env.cr.execute(SQL("SELECT 1 FROM timebank_redemption WHERE id = %s FOR UPDATE", self.id))
        self._fulfil(self.env["res.users"])
        self._note(self.env._("Handed over with the member's code"))

    def _prepare_page(self):
        """All that a supplier's page may show of a claim."""
        self.ensure_one()
        return {
            "reward": self.reward_id.name,
            "quantity": self.quantity,
            "first_name": (self.partner_id.name or "").split(" ")[0],
            "bank": self.scheme_id.name,
            "cash": self.cash_amount if self.cash_state == "till" else 0,
            "currency": self.currency_id,
        }
