from odoo import http
from odoo.http import request

from ..models.common.words import say_day
from ..tools import codes
from ..tools.minutes import LARGEST
from .guessing import TakesCodes
from .member_page import MemberPage, reads_form

MODELS = {"timebank_offer": "timebank.offer", "timebank_request": "timebank.request"}


class TimebankRenew(TakesCodes, MemberPage, http.Controller):
    """One click in the reminder keeps an offer or a request."""

    @http.route(
        f"/timebank/renew/<string:table>/<int(max={LARGEST}):record_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    @reads_form()
    def renew(self, table, record_id, token, **_post):
        """Show the button; the post renews. A mail scanner that follows links changes nothing."""
        record = self._find(table, record_id, token)
        status = None if record else self._turn_down("link")
        done = bool(record) and request.httprequest.method == "POST"
        if done:
            record.action_renew()
        values = {
            "done": done,
            "what": record.skill_id.name,
            "lasts_until": record.expires_on and say_day(request.env, record.expires_on),
        }
        return self._keep_private(
            self._render("renew_page", values, status=status, company=record.company_id)
        )

    def _find(self, table, record_id, token):
        """The record that the link was made for, or an empty one."""
        if table not in MODELS:
            raise request.not_found()
        # sudo: the token in the link, made by this database, is the permission.
        record = request.env[MODELS[table]].sudo().browse(record_id).exists()
        if record and codes.is_same(record._get_renew_token(), token):
            if not record._get_refusals_to_publish(("published", "paused", "expired")):
                return record
        return record.browse()
