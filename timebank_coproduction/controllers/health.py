from odoo import http
from odoo.http import request


class Health(http.Controller):
    """For a monitor: whether jobs run and no alarm is open. No names, no figures: anybody may ask."""

    @http.route(
        "/timebank/health",
        type="http",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
        sitemap=False,
    )
    def health(self):
        well = request.env["timebank.health"]._is_well()
        return request.make_json_response(
            {"status": "ok" if well else "degraded"},
            headers=[("Cache-Control", "no-store")],
            status=200 if well else 503,
        )
