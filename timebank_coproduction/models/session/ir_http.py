from werkzeug.exceptions import abort

from odoo import SUPERUSER_ID, models
from odoo.http import request

from .timebank_tablet_visit import IDLE_MINUTES

#: What the tablet's browser holds while a member has their pages open, for addresses below this path alone.
COOKIE, COOKIE_PATH = "timebank_visit", "/timebank"
#: Where it is said that a visit is over.
OVER = "/timebank/tablet/over"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_timebank_member(cls):
        """With card and PIN on the tablet, the pages of one membership, whoever is signed in otherwise.

        What is done then has the rights of the member's own login of the portal, and no others.
        """
        cookie = request.httprequest.cookies.get(COOKIE)
        if not cookie:
            return super()._auth_method_timebank_member()
        visit = request.env(user=SUPERUSER_ID)["timebank.tablet.visit"]._find_open(cookie)
        if not visit:
            abort(request.redirect(OVER, code=303))
        user = visit.member_id._get_tablet_user()
        request.update_env(user=user.id)
        request.update_context(**user.context_get(), timebank_only_member=visit.member_id.id)
        return None

    @classmethod
    def _post_dispatch(cls, response):
        """A visit goes on from each page, and a page that nobody leaves is left by itself."""
        result = super()._post_dispatch(response)
        cookie = request.httprequest.cookies.get(COOKIE)
        if cookie and request.env.context.get("timebank_only_member"):
            visits = request.env(user=SUPERUSER_ID)["timebank.tablet.visit"]
            cls._set_visit(response, visits._renew(cookie))
            response.headers["Refresh"] = f"{IDLE_MINUTES * 60}; url={OVER}"
        return result

    @classmethod
    def _set_visit(cls, response, cookie):
        """Give a visit to the browser; an empty text takes it away."""
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=None if cookie else 0,
            expires=None,
            path=COOKIE_PATH,
            secure=request.httprequest.is_secure,
            httponly=True,
            samesite="Strict",
        )
