import tempfile

from werkzeug.wsgi import FileWrapper

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

from ..tools.minutes import LARGEST
from .private import private_headers


class Records(http.Controller):
    """The records of what was billed to a grant, as they were asked for in the dialog."""

    @http.route(
        f"/timebank/records/<int(max={LARGEST}):asked_id>",
        type="http",
        auth="user",
        methods=["GET"],
        sitemap=False,
    )
    def download(self, asked_id):
        """The zip, from a file of its own that goes when it was sent: it may be large."""
        companies = request.env.user.company_ids
        asked = request.env["timebank.records.pack"].with_context(allowed_company_ids=companies.ids)
        if not asked.has_access("read"):
            raise request.not_found()
        asked = asked.search([("id", "=", asked_id), ("create_uid", "=", request.env.uid)])
        if not asked:
            raise request.not_found()
        target = tempfile.TemporaryFile()  # noqa: SIM115 (closed once it was sent)
        try:
            pack = asked._hand_out(target)
        except (AccessError, UserError) as error:
            target.close()
            raise request.not_found() from error
        except BaseException:
            target.close()
            raise
        length = target.tell()
        target.seek(0)
        name = request.env._(
            "Records of %(grant)s, %(first)s to %(last)s.zip",
            grant=pack.get_grant_name(),
            first=str(pack.date_from),
            last=str(pack.date_to),
        )
        headers = [
            *private_headers("application/zip"),
            ("Content-Length", str(length)),
            ("Content-Disposition", content_disposition(name)),
        ]
        response = http.Response(FileWrapper(target, 1 << 16), headers=headers, direct_passthrough=True)
        response.call_on_close(target.close)
        return response
