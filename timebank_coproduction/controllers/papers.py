import json

from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.web.controllers.report import ReportController

#: What each of the addon's papers can be had as.
CONVERTERS = ("pdf", "html")


class Papers(ReportController):
    """The addon's papers by their addresses: what isn't there and what isn't theirs is not found alike."""

    @http.route()
    def report_routes(self, reportname, docids=None, converter=None, **data):
        report = request.env["ir.actions.report"]._find_timebank_paper(reportname)
        if not report:
            return super().report_routes(reportname, docids=docids, converter=converter, **data)
        if converter not in CONVERTERS:
            raise NotFound()
        if not report._is_for_user():
            raise Forbidden()
        try:
            options = json.loads(data.get("options") or "{}")
            context = json.loads(data.get("context") or "{}")
        except ValueError as error:
            raise BadRequest() from error
        if not isinstance(options, dict) or not isinstance(context, dict):
            raise BadRequest()
        if not report._can_print(docids, options):
            raise NotFound()
        try:
            return super().report_routes(reportname, docids=docids, converter=converter, **data)
        except AccessError as error:
            raise Forbidden() from error
        except UserError as error:
            raise BadRequest(str(error)) from error
        except (ValueError, TypeError) as error:  # of what was typed into the address
            raise BadRequest() from error
