from odoo import http
from odoo.http import request

from .guessing import TakesCodes
from .member_page import MemberPage, sent_by_all, shown_to_all


class SupplierPage(TakesCodes, MemberPage, http.Controller):
    """Where a supplier hands a reward over, without a login: the member's code is the key."""

    @shown_to_all("/timebank/claim")
    def ask(self, **_query):
        return self._render_step("ask")

    @http.route("/timebank/claim/<string:code>", type="http", auth="public", methods=["GET"], sitemap=False)
    def show(self, code, **_query):
        """What a QR opens: what the claim is for."""
        return self._show(code)

    @sent_by_all("/timebank/claim/look")
    def look(self, code="", **_query):
        """What was typed, as a QR would have opened it."""
        return self._show(code)

    @sent_by_all("/timebank/claim/confirm")
    def confirm(self, code="", **_query):
        """Hand over, once."""
        claim, page = self._find(code)
        if page:
            return page
        values = claim._prepare_page()
        claim._confirm_on_page()
        return self._render_step("done", company=claim.company_id, **values)

    def _show(self, code):
        claim, page = self._find(code)
        return page or self._render_step(
            "show", company=claim.company_id, code=claim.code, **claim._prepare_page()
        )

    def _find(self, code):
        """The claim that can be handed over, or the page that says no, which never says why."""
        # sudo: suppliers have no login; the code that a member showed them is their right. Other codes are
        # for bills to quote: who reads them hands nothing over.
        claim = request.env["timebank.redemption"].sudo()._find_by_code(code)._get_by_code()
        outcome = claim._get_code_outcome()
        if outcome == "accepted":
            attempts = request.env["timebank.code.attempt"]
            attempts._note_attempt("claim", self._source(), outcome, claim.scheme_id)
            return claim, None
        status = self._turn_down("claim", outcome, claim.scheme_id)
        return None, self._render_step("no", status=status)

    def _render_step(self, step, status=None, company=None, **values):
        """In the light shell, whichever members' pages stand in: it has a script of its own."""
        values.update(step=step, base="/timebank/claim", shell="lean")
        response = self._render("supplier_page", values, status=status, company=company)
        return self._keep_private(response)
