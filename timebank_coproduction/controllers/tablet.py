from odoo import http
from odoo.http import request

from ..models.session.ir_http import COOKIE, OVER
from ..models.session.timebank_pin_lock import FIRST_MINUTES, MOST_WRONG
from ..models.session.timebank_tablet_visit import IDLE_MINUTES
from .guessing import TakesCodes
from .kiosk import KIOSK
from .member_page import Form, MemberPage, sent, sent_by_all, shown, shown_to_all

#: After how many seconds the page that asks for card and PIN gives way to the door's.
ASKING_SECONDS = 90


class Tablet(TakesCodes, MemberPage, http.Controller):
    """With card and PIN from the door's tablet to one's own pages, and back."""

    @http.route(KIOSK + "/mine", type="http", auth="public", methods=["GET"], sitemap=False)
    def ask(self, token):
        session = self._find_session(token)
        return self._ask(session, token, Form()) if session else self._link_ended()

    @sent_by_all(KIOSK + "/mine")
    def enter(self, token, card="", pin="", **_other):
        session = self._find_session(token)
        if not session:
            return self._link_ended()
        if request.session.uid:
            return self._ask(session, token, Form(), 400)
        member, key = request.env["timebank.tablet.visit"]._begin(session, card, pin, self._source())
        if not member:
            form = Form({"card": card[:40]})
            form.refuse(
                "pin", request.env._("That card and that PIN don't fit. Try again, or ask at the desk.")
            )
            status = self._turn_down("card", scheme=session.scheme_id)
            return self._ask(session, token, form, 400 if status == 404 else status)
        response = request.redirect(f"/timebank/{member.id}", code=303)
        request.env["ir.http"]._set_visit(response, key)
        return self._keep_private(response)

    @sent_by_all(KIOSK + "/sign-out")
    def sign_out(self, token, **_other):
        """Nobody stays signed in to Odoo where members use the tablet."""
        if not self._find_session(token):
            return self._link_ended()
        request.session.logout(keep_db=True)
        return request.redirect(f"/timebank/kiosk/{token}/mine", code=303)

    @sent_by_all("/timebank/tablet/done")
    def done(self, **_other):
        """The end of a visit, and of what the browser keeps of it; back to the door's page."""
        visit = self._find_visit()
        visit._end()
        return self._leave(request.redirect(self._get_door(visit) or OVER, code=303))

    @shown_to_all(OVER)
    def over(self, **_other):
        values = {"door": self._get_door(self._find_visit()), "minutes": IDLE_MINUTES}
        return self._leave(self._render("tablet_over", values))

    # The PIN, on the pages
    @shown("/me/pin", on_tablet=True)
    def pin(self, member, done=None):
        if not member.uses_cards or member._is_with_deputy():
            return self._not_found()
        return self._show_pin(member, Form(), request.env._("You have a new PIN.") if done else None)

    @sent("/me/pin", on_tablet=True)
    def change_pin(self, member, old="", pin="", again=""):
        if not member.uses_cards or member._is_with_deputy():
            return self._not_found()
        form = Form()
        if self._is_on_tablet() and not member._is_pin(old, **self._get_place()):
            form.refuse("old", request.env._("That is not your PIN."))
        if form and form.carry_out(lambda: member._change_pin(pin, again), "pin"):
            if self._is_on_tablet():  # which a new PIN ends
                return request.redirect(OVER, code=303)
            return self._go(member, "/me/pin", done="pin")
        return self._show_pin(member, form)

    def _show_pin(self, member, form, said=None):
        values = {"form": form, "said": said, "has_pin": member.has_pin}
        return self._render("member_pin", values, member, "me")

    # What these have in common
    def _ask(self, session, token, form, status=200):
        values = {
            "session": session,
            "token": token,
            "form": form,
            "signed_in": bool(request.session.uid),
            "door": f"/timebank/kiosk/{token}",
            "most_wrong": MOST_WRONG,
            "minutes": FIRST_MINUTES,
        }
        response = request.render("timebank_coproduction.tablet_ask", values, lazy=False)
        response = request.make_response(response, status=status)
        response.headers["Refresh"] = f"{ASKING_SECONDS}; url=/timebank/kiosk/{token}"
        return self._keep_private(response)

    def _find_session(self, token):
        # sudo: the token, which ends with the session, is the permission
        session = request.env["timebank.session"].sudo()._find_kiosk(token)
        return session if session.scheme_id.card_sign_in else session.browse()

    def _find_visit(self):
        # sudo: the key in the browser is the permission to end it
        visits = request.env["timebank.tablet.visit"].sudo()
        return visits._find(request.httprequest.cookies.get(COOKIE) or "")

    def _get_place(self):
        """Where the PIN of the visit that goes on is tried."""
        visit = self._find_visit()
        return visit._get_place(visit.session_id, self._source())

    def _get_door(self, visit):
        """The address of the door's page on whose tablet it is, while there is one."""
        token = visit.session_id.kiosk_token
        return f"/timebank/kiosk/{token}" if token and visit._is_of_tablet() else ""

    def _leave(self, response):
        request.env["ir.http"]._set_visit(response, "")
        response.headers["Clear-Site-Data"] = '"cache"'
        return self._keep_private(response)
