from odoo import http
from odoo.http import request

from ..models.common.words import say_hours
from .member_page import MemberPage, shown, shown_to_all


class MemberHome(MemberPage, http.Controller):
    """Where members begin: which bank, and what there is and waits in it."""

    @shown_to_all("/timebank")
    def begin(self):
        """The pages of the user's only bank, or the list to choose from; the way in for everybody else."""
        if not request.session.uid:
            return request.redirect("/timebank/sign-in")
        members = request.env["timebank.member"]._get_own_for_pages()
        if len(members) == 1:
            return request.redirect(f"/timebank/{members[0].id}")
        return self._show_banks(members)

    @http.route("/timebank/banks", type="http", auth="user", methods=["GET"], readonly=True, sitemap=False)
    def banks(self):
        return self._show_banks(request.env["timebank.member"]._get_own_for_pages())

    def _show_banks(self, members):
        shut = request.env["timebank.deputy"]._say_shut()
        return self._render("member_banks", {"members": members, "shut": shut, "say_hours": say_hours})

    @shown_to_all("/timebank/sign-out")
    def sign_out(self):
        """By an address of these pages, where what they keep in a browser is forgotten on the way."""
        return request.redirect("/web/session/logout?redirect=/web/login", code=303)

    @shown("", on_tablet=True, for_applicants=True)
    def home(self, member, done=None):
        values = {
            "first_name": member._first_name(),
            "home": member._get_home(),
            "show_balance": member.state != "applicant",
            "say_hours": say_hours,
            "balance": say_hours(member.env, member.balance_minutes),
            "in_words": member._say_balance(),
        }
        return self._render("member_home", values, member, "home")
