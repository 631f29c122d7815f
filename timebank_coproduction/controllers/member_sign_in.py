import secrets

from odoo import http
from odoo.exceptions import AccessDenied
from odoo.http import request

from ..models.common.odoo_private import after_signing_in
from ..models.member.timebank_sign_in import MINUTES, MOST_FROM_SOURCE, read_address
from .member_page import Form, MemberPage, sent_by_all, shown_to_all

#: What the session of a browser holds that asked for a link.
BROWSER = "timebank_sign_in"


class MemberSignIn(MemberPage, http.Controller):
    """A link by mail, which signs a member in who asked for it in this browser."""

    @shown_to_all("/timebank/sign-in")
    def ask(self, **_other):
        return self._why_not() or self._show(Form())

    @sent_by_all("/timebank/sign-in")
    def send(self, **typed):
        """The answer is the same, and takes as long, whether or not the address is somebody's."""
        if elsewhere := self._why_not():
            return elsewhere
        form = Form(typed)
        address = read_address(form.shows("email"))
        if not address:
            form.refuse("email", request.env._("Give your mail address, such as ann@example.org."))
            return self._show(form)
        source = request.httprequest.remote_addr
        if request.env["timebank.pace"]._count("sign in from", source, MINUTES) > MOST_FROM_SOURCE:
            form.refuse(
                None, request.env._("Many links were asked for from here. Please wait a quarter of an hour.")
            )
            return self._show(form, 429)
        if not request.session.get(BROWSER):
            request.session[BROWSER] = secrets.token_urlsafe(32)
        request.env["timebank.sign.in"]._ask(address, request.session[BROWSER], source)
        return request.redirect("/timebank/sign-in/sent", code=303)

    @shown_to_all("/timebank/sign-in/sent")
    def sent(self, **_other):
        return self._why_not() or self._render("member_sign_in_sent", {"minutes": MINUTES})

    @shown_to_all("/timebank/sign-in/<string:token>")
    def show(self, token, **_other):
        """A button: what follows links in mails to look at them signs nobody in."""
        if elsewhere := self._why_not():
            return elsewhere
        users = self._find_users(token)
        return self._render("member_sign_in_button", {"who": users.name}) if users else self._turn_away()

    @sent_by_all("/timebank/sign-in/<string:token>")
    def enter(self, token, **_other):
        if elsewhere := self._why_not():
            return elsewhere
        users, browser = self._find_users(token), request.session.get(BROWSER)
        if not users:
            return self._turn_away()
        credential = {"type": "timebank_link", "login": users.login, "token": token, "browser": browser}
        try:
            signed_in = request.session.authenticate(request.env, credential)
        except AccessDenied:
            return self._turn_away()
        request.session.pop(BROWSER, None)
        return request.redirect(after_signing_in(signed_in["uid"], "/timebank"), code=303)

    def _why_not(self):
        """A redirection for who is signed in, or where no bank lets members in so; else nothing."""
        if request.session.uid:
            return request.redirect("/timebank", code=303)
        if not request.env["timebank.sign.in"]._is_on():
            return request.redirect("/web/login?redirect=/timebank", code=303)
        return None

    def _find_users(self, token):
        """Whom a link signs in at this moment in this browser: one, or none."""
        return request.env["timebank.sign.in"]._find(token, request.session.get(BROWSER))._get_users()

    def _turn_away(self):
        """The same for a link that never was, was used, is too old, or was asked for elsewhere."""
        return self._render("member_sign_in_failed", {"minutes": MINUTES}, status=404)

    def _show(self, form, status=None):
        return self._render("member_sign_in", {"form": form, "minutes": MINUTES}, status=status)
