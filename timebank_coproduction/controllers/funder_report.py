from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

from ..report.timebank_reconciliation_xlsx import MIMETYPES
from ..tools.minutes import LARGEST
from .guessing import TakesCodes
from .member_page import MemberPage
from .private import private_headers


class FunderReport(TakesCodes, MemberPage, http.Controller):
    """A report as a page: for who has a link to it that works, and before it is sent for who may read it."""

    # Not read-only: that a link was opened is counted.
    @http.route("/timebank/report/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def report(self, token, **_query):
        """What was sent; a link that has ended or never was leads nowhere, and doesn't say which."""
        link = request.env["timebank.funder.report.link"]._find(token)
        if not link:
            return self._link_ended()
        link._note_opened()
        return self._show_report(link.report_id, f"/timebank/report/{token}")

    @http.route(
        "/timebank/report/<string:token>/<any(pdf,xlsx,html):kind>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def report_file(self, token, kind, **_query):
        """Paper or workbook, as they were sent; or the page of the same, to keep once the link has ended."""
        link = request.env["timebank.funder.report.link"]._find(token)
        report = link.report_id
        if not link or report._find_altered() or report._get_ended_stories():
            return self._link_ended()
        content = report._make_page() if kind == "html" else report._read_kept(kind)
        mimetype = MIMETYPES.get(kind, "text/html; charset=utf-8")
        return self._keep_private(self._attach(f"{report._get_file_name()}.{kind}", content, mimetype))

    @http.route(
        f"/timebank/report/preview/<int(max={LARGEST}):report_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def report_preview(self, report_id, **_query):
        """The page as the funder will see it, for who may read the report."""
        report = request.env["timebank.funder.report"].browse(report_id)
        try:
            report.check_access("read")
            # sudo: what it says, with small numbers hidden, is for whoever may read it
            return self._show_report(report.sudo(), "")
        except (AccessError, MissingError):
            return self._not_found()

    @http.route(
        f"/timebank/report/preview/<int(max={LARGEST}):report_id>/xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def report_workbook(self, report_id, **_query):
        """The workbook of what isn't sent yet, for who may read the report."""
        report = request.env["timebank.funder.report"].browse(report_id)
        try:
            report.check_access("read")
            name, content = f"{report._get_file_name()}.xlsx", report._make_workbook()
        except (AccessError, MissingError):
            return self._not_found()
        return self._keep_private(self._attach(name, content, MIMETYPES["xlsx"]))

    def _attach(self, name, content, mimetype):
        """A file to be saved, and not to be looked at in the browser."""
        headers = [*private_headers(mimetype), ("Content-Disposition", content_disposition(name))]
        return request.make_response(content, headers)

    def _show_report(self, report, address):
        """The page, in the language of who reads it and in the light shell.

        :param str address: of the link, below which the files are; none before it was sent
        """
        lang = report._get_lang()
        request.update_context(lang=lang)
        report = report.with_context(lang=lang)
        altered = report.state != "draft" and report._find_altered()
        if altered and address:
            return self._link_ended()
        values = {
            "report": report,
            "content": report._lay_out(),
            "signatures": report._get_signatures(),
            "address": address,
            "later": report.later_ids.filtered(lambda one: one.state == "sent"),
            "altered": altered,
            "shell": "lean",
        }
        page = self._render("funder_report_page", values, company=report.company_id)
        return self._keep_private(page)
