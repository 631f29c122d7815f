from odoo import http
from odoo.http import request

from ..tools.minutes import LARGEST
from .guessing import TakesCodes
from .member_page import MemberPage, reads_form

MAILS = f"/timebank/mails/<int(max={LARGEST}):member_id>"


class TimebankMails(TakesCodes, MemberPage, http.Controller):
    """What the link at the foot of a mail to a member leads to: mails of its kind, off or on again."""

    # Without the token of a form, since programs for mail press the button too (RFC 8058): the code in the
    # address, which nobody can guess, is the permission. What only opens the link changes nothing.
    @http.route(
        [f"{MAILS}/<string:switch>/<string:code>", f"{MAILS}/<string:code>"],
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        sitemap=False,
    )
    @reads_form()
    def mails(self, member_id, code, switch="session_mails", **form):
        """Mails of a kind; the address without one stands in older mails, about sessions."""
        # sudo: the code in the link, which only its person was sent, is the permission
        members = request.env["timebank.member"].sudo()
        member = members._find_by_stop_code(member_id, switch, code)
        if not member:
            return self._link_ended()
        if request.httprequest.method == "POST":
            member._switch_mails(switch, on=form.get("mails") == "on")
        field = member._fields[switch]
        values = {
            "bank": member.scheme_id.name,
            "kind": field._description_string(request.env),
            "about": field._description_help(request.env),
            "wanted": member[switch],
            "others": member._has_login() and f"/timebank/{member.id}/me/seen",
        }
        return self._keep_private(self._render("mails_page", values, company=member.company_id))
