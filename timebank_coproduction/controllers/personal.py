import re

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..tools.minutes import LARGEST
from .private import private_headers


class PersonalPages(http.Controller):
    """All that is held about a member, as a page and as a zip: for themselves, and for who runs the bank."""

    @http.route("/timebank/personal/me", type="http", auth="user", methods=["GET"], sitemap=False)
    def show_own(self):
        """Their own: of the first bank that they belong to, which answers for all."""
        person = request.env.user.partner_id
        own = self._members().search([("partner_id", "=", person.id)], limit=1)
        if not own:
            raise request.not_found()
        return self._make(own.id, self._page)

    @http.route(
        f"/timebank/personal/<int(max={LARGEST}):member_id>",
        type="http",
        auth="user",
        methods=["GET"],
        sitemap=False,
    )
    def show(self, member_id):
        return self._make(member_id, self._page)

    @http.route(
        f"/timebank/personal/<int(max={LARGEST}):member_id>/zip",
        type="http",
        auth="user",
        methods=["GET"],
        sitemap=False,
    )
    def download(self, member_id):
        return self._make(member_id, self._parcel)

    def _members(self):
        """Those of all companies that the user works in: an address names none."""
        companies = request.env.user.company_ids
        return request.env["timebank.member"].with_context(allowed_company_ids=companies.ids)

    def _make(self, member_id, answer):
        """What ``answer`` makes of the copy; who may not read the member isn't told that there is one."""
        member = self._members().search([("id", "=", member_id)])
        if not member:
            raise request.not_found()
        try:
            return answer(member, *member._make_copy())
        except AccessError as error:
            raise request.not_found() from error
        except UserError as refusal:
            values = {"sentence": str(refusal), "lang": (request.env.lang or "en_GB").replace("_", "-")}
            page = request.env["ir.qweb"]._render("timebank_coproduction.personal_refusal", values)
            headers = private_headers("text/html; charset=utf-8")
            return request.make_response(f"<!DOCTYPE html>{page}", headers, status=403)

    def _page(self, member, copy, data):
        page = copy.page(data, {"zip": f"/timebank/personal/{member.id}/zip"})
        return request.make_response(page, private_headers("text/html; charset=utf-8"))

    def _parcel(self, member, copy, data):
        name = re.sub(r"[^\w-]+", "_", member.name or "").strip("_") or str(member.id)
        headers = private_headers("application/zip")
        headers.append(("Content-Disposition", content_disposition(f"{name}.zip")))
        return request.make_response(copy.parcel(data), headers)
