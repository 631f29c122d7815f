from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.common.said_aloud import SaidAloud
from ..models.session.timebank_session_list import CARD_LENGTH
from ..tools import codes
from .guessing import TakesCodes
from .member_page import MemberPage, reads_form

KIOSK = "/timebank/kiosk/<string:token>"


class TimebankKiosk(TakesCodes, MemberPage, http.Controller):
    """Links that need no login: the tablet at the door, a place to take.

    Each stands for one record by a code that nobody can guess.
    """

    # The tablet at the door
    @http.route(KIOSK, type="http", auth="public", sitemap=False)
    def kiosk(self, token):
        session = self._find_kiosk(token)
        if not session:
            return self._link_ended()
        return self._keep_private(
            request.render("timebank_coproduction.kiosk_page", {"session": session, "token": token})
        )

    @http.route(KIOSK + "/find", type="jsonrpc", auth="public")
    def kiosk_find(self, token, text=""):
        session = self._find_kiosk(token)
        if not session:
            return self._ended()
        found = session._kiosk_find(text)
        if not found and len(codes.normalise(text)) == CARD_LENGTH:
            self._turn_down("card", scheme=session.scheme_id)
        return {"people": found}

    @http.route(KIOSK + "/move", type="jsonrpc", auth="public")
    def kiosk_move(self, token, key=None, way="in"):
        session = self._find_kiosk(token)
        if not session:
            return self._ended()
        if way not in ("in", "out") or not isinstance(key, (int, str)):
            return {"error": request.env._("We could not find you. Please ask at the desk.")}
        try:
            with request.env.cr.savepoint():
                return session._kiosk_move(key, way)
        except SaidAloud as sentence:
            return {"error": str(sentence)}
        except UserError:
            # What a coordinator may know about somebody is not for whoever stands at the door.
            return {"error": session._kiosk_sorry(key)}

    # A place on the waiting list
    @http.route(
        "/timebank/place/<string:code>", type="http", auth="public", methods=["GET", "POST"], sitemap=False
    )
    @reads_form()
    def place(self, code, **_form):
        """Shows the place that is kept; taking it needs a press, so that a mail scanner takes none."""
        # sudo: the code in the link, which only its person was sent, is the permission
        line = request.env["timebank.attendance"].sudo()._find_kept_place(code)
        if not line:
            return self._link_ended()
        message = ""
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    line.action_claim()
            except SaidAloud as sentence:
                message = str(sentence)
            except UserError:
                message = request.env._("That is not possible just now. Please see your coordinator.")
        values = {"line": line, "session": line.session_id, "message": message}
        return self._keep_private(self._render("place_page", values, company=line.company_id))

    def _find_kiosk(self, token):
        # sudo: the token, which ends with the session, is the permission
        return request.env["timebank.session"].sudo()._find_kiosk(token)

    def _ended(self):
        self._turn_down("link")
        return {"ended": True}
