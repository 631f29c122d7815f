from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.session.timebank_session_list import CARD_LENGTH
from ..tools import codes
from ..tools.minutes import LARGEST


class TimebankKiosk(http.Controller):
    """Links that need no login: the tablet at the door, a place to take, mails to stop.

    Each stands for one record by a code that nobody can guess; wrong ones are counted
    by address, and an address with too many has to wait.
    """

    # The tablet at the door
    @http.route("/timebank/kiosk/<string:token>", type="http", auth="public", sitemap=False)
    def kiosk(self, token):
        session = self._find_kiosk(token)
        if not session:
            return self._not_found()
        response = request.render("timebank_coproduction.kiosk_page", {"session": session, "token": token})
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    @http.route("/timebank/kiosk/<string:token>/find", type="jsonrpc", auth="public")
    def kiosk_find(self, token, text=""):
        session = self._find_kiosk(token)
        if not session:
            return {"ended": True}
        found = session._kiosk_find(text)
        if not found and len(codes.normalise(text)) == CARD_LENGTH:
            self._count("card", "unknown", session.scheme_id)
        return {"people": found}

    @http.route("/timebank/kiosk/<string:token>/move", type="jsonrpc", auth="public")
    def kiosk_move(self, token, key=None, way="in"):
        session = self._find_kiosk(token)
        if not session:
            return {"ended": True}
        if way not in ("in", "out") or not isinstance(key, (int, str)):
            return {"error": request.env._("We could not find you. Please ask at the desk.")}
        try:
            with request.env.cr.savepoint():
                return session._kiosk_move(key, way)
        except UserError as error:
            return {"error": str(error)}

    # A place on the waiting list
    @http.route(
        "/timebank/place/<string:code>", type="http", auth="public", methods=["GET", "POST"], sitemap=False
    )
    def place(self, code, **_form):
        """Shows the place that is kept; taking it needs a press, so that a mail scanner takes none."""
        # sudo: the code in the link, which only its person was sent, is the permission
        line = self._find("link", lambda: request.env["timebank.attendance"].sudo()._find_kept_place(code))
        if not line:
            return self._not_found()
        message = ""
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    line.action_claim()
            except UserError as error:
                message = str(error)
        return request.render("timebank_coproduction.place_page", {"line": line, "message": message})

    # The one opt-out
    @http.route(
        f"/timebank/mails/<int(max={LARGEST}):member_id>/<string:code>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
    )
    def mails(self, member_id, code, **form):
        """Mails about sessions, off or on again."""
        # sudo: the code in the link, which only its person was sent, is the permission
        member = self._find(
            "link", lambda: request.env["timebank.member"].sudo()._find_by_opt_out(member_id, code)
        )
        if not member:
            return self._not_found()
        if request.httprequest.method == "POST":
            member.session_mails = form.get("mails") == "on"
        return request.render("timebank_coproduction.mails_page", {"member": member})

    # Guessing is limited
    def _find_kiosk(self, token):
        # sudo: the token, which ends with the session, is the permission
        return self._find("link", lambda: request.env["timebank.session"].sudo()._find_kiosk(token))

    def _find(self, what, find):
        """What a link stands for, unless its address has tried too many wrong ones."""
        attempts = request.env["timebank.code.attempt"]
        if attempts._is_blocked(self._source()):
            return None
        found = find()
        if not found:
            self._count(what, "unknown")
        return found

    def _count(self, what, outcome, scheme=None):
        request.env["timebank.code.attempt"]._note_attempt(what, self._source(), outcome, scheme)

    def _source(self):
        return request.httprequest.remote_addr or "?"

    def _not_found(self):
        response = request.render("timebank_coproduction.link_ended_page", {})
        response.status_code = 404
        return response
