"""Papers of this addon as PDF: overrides of private methods of Odoo's reports, which an upgrade of Odoo
may move: `_render_qweb_pdf_prepare_streams`, `_prepare_html`, `_run_wkhtmltopdf`, `_get_rendering_context`
and `_get_report`.
"""

import copy
from io import BytesIO

import lxml.html
from lxml import etree

from odoo import api, models

from ..models.common.odoo_private import prints_letterhead
from ..tools import paper
from ..tools.minutes import clock
from ..tools.paging import number_in

#: In the footer's file: shows the footer of the body that is printed, with the number of its page.
#: wkhtmltopdf asks for it with a query; Odoo numbers the bodies in their files' names.
FOOTER_SCRIPT = """
window.onload = function () {
    var given = {}, parts = document.location.search.substring(1).split("&");
    for (var i = 0; i < parts.length; i++) {
        var pair = parts[i].split("=");
        given[pair[0]] = decodeURIComponent(pair[1] || "");
    }
    var feet = document.getElementsByClassName("footer");
    var current = parseInt((given.webpage || "").split(".")[3]) || 0;
    for (var i = 0; i < feet.length; i++) feet[i].style.display = i === current ? "" : "none";
    var shown = {page_number: given.sitepage, page_count: given.sitepages};
    for (var name in shown) {
        var spans = document.getElementsByClassName(name);
        for (var i = 0; i < spans.length; i++) spans[i].textContent = shown[name];
    }
};
"""


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _get_timebank_engine(self):
        """What prints the addon's papers: "weasyprint" if it is there and wanted, else "wkhtmltopdf"."""
        # sudo: whoever prints may know by what
        wanted = self.env["ir.config_parameter"].sudo().get_param("timebank_coproduction.paper_engine")
        return "weasyprint" if wanted != "wkhtmltopdf" and paper.engine() else "wkhtmltopdf"

    @api.model
    def _find_timebank_paper(self, name):
        """The addon's paper that Odoo takes for a name, be it its external id; else an empty recordset."""
        try:
            # sudo: which papers there are is no secret; who may have one is asked next
            report = self.sudo()._get_report(name)
        except ValueError:
            return self.browse()
        return report.with_env(self.env) if report._is_timebank_paper() else self.browse()

    def _is_for_user(self):
        """Whether the user is in one of the groups that the paper is for, where it names any."""
        # sudo: which groups those are
        groups = self.sudo().group_ids
        return not groups or bool(groups & self.env.user.all_group_ids)

    def _can_print(self, docids, options):
        """Whether there is something to print, all of which the user can read.

        :param str docids: numbers of records, as in the paper's address
        :param dict options: of a dialog; the paper's model says in ``_ids_option`` which are such numbers
        """
        numbers = docids.split(",") if docids else []
        # sudo: which paper it is
        printed = self.env.get(f"report.{self.sudo().report_name}")
        chosen = options.get(getattr(printed, "_ids_option", None), [])
        numbers += chosen if isinstance(chosen, list) else [chosen]
        ids = {number_in(str(one)) for one in numbers} - {0}
        # sudo: on which model the paper is
        records = self.env[self.sudo().model].with_context(active_test=False)
        if not ids or len(ids) != len(set(map(str, numbers))) or not records.has_access("read"):
            return False
        return records.search_count([("id", "in", list(ids))]) == len(ids)

    def _is_timebank_paper(self):
        return (self.report_name or "").startswith("timebank_coproduction.")

    def report_action(self, docids, data=None, config=True):
        """A dialog that asked for one of the addon's papers closes once the paper is there."""
        action = super().report_action(docids, data=data, config=config)
        return {**action, "close_on_report_download": True} if self._is_timebank_paper() else action

    def _get_rendering_context(self, report, docids, data):
        if report._is_timebank_paper() and docids:
            # whichever way led here: what is shown may be read as superuser further on
            self.env[report.model].browse(docids).check_access("read")
        values = super()._get_rendering_context(report, docids, data)
        if report._is_timebank_paper():
            values.update(title=report.name, fit=paper.fit, clock=clock)
        return values

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """One document stays one: Odoo takes it apart by record and joins it again without its tags.

        It does so nevertheless where an administrator has copies kept as attachments. Of a record whose paper
        is kept, that one is handed out.
        """
        report = self._get_report(report_ref)
        # as whoever prints: Odoo hands out which paper it is as superuser
        kept = report._is_timebank_paper() and report.with_env(self.env)._find_kept_papers(res_ids)
        if kept:
            streams = {one: {"stream": BytesIO(paper), "attachment": None} for one, paper in kept.items()}
            rest = [one for one in res_ids if one not in kept]
            if rest:
                streams |= self._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=rest)
            return {one: streams[one] for one in [*res_ids, False] if one in streams}
        ours = report._is_timebank_paper() and not report.attachment
        if not ours or self._get_timebank_engine() != "weasyprint":
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        data = {"debug": False, **(data or {}), "report_type": "pdf"}
        html = self.with_context(debug=False)._render_qweb_html(report_ref, res_ids, data=data)[0]
        bodies = report._prepare_html(html)[0]
        content = self._run_wkhtmltopdf(
            bodies, report_ref=report_ref, landscape=self.env.context.get("landscape")
        )
        return {False: {"stream": BytesIO(content), "attachment": None}}

    def _find_kept_papers(self, ids):
        """By record's number, the papers that are kept of these."""
        # sudo: on which model the paper is
        records = self.env.get(self.sudo().model)
        if not ids or not hasattr(records, "_get_kept_paper"):
            return {}
        records = records.browse(ids)
        records.check_access("read")
        papers = {record.id: record._get_kept_paper() for record in records}
        return {one: paper for one, paper in papers.items() if paper}

    def _prepare_html(self, html, report_model=False):
        """A document for each article, with all that it needs: nothing is fetched when it is printed.

        A wkhtmltopdf without the patch that Odoo asks for takes a single document and prints no
        footers: there, the articles follow each other, each with its footer once, at its end.
        """
        if not self._is_timebank_paper():
            return super()._prepare_html(html, report_model=report_model)
        shell = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
        articles = shell.xpath("//main/div[@class='article']")
        shell.find(".//main").clear()
        ids = [
            int(article.get("data-oe-id", 0)) if article.get("data-oe-model") == report_model else None
            for article in articles
        ]
        if len(articles) == 1:
            shell.find("head/title").text = articles[0].find_class("about")[0].text_content()
        if self._get_timebank_engine() == "weasyprint":
            return [self._wrap(shell, [article]) for article in articles], ids, None, None, {}
        feet = [article.find_class("footer")[0] for article in articles]
        if not prints_letterhead():
            for article, foot in zip(articles, feet, strict=True):
                foot.find_class("pages")[0].drop_tree()
                article.append(foot)
            for article in articles[1:]:
                article.set("style", "page-break-before: always")
            return [self._wrap(shell, articles)], ids, None, None, {}
        for foot in feet:
            foot.getparent().remove(foot)
        bodies = [self._wrap(shell, [article]) for article in articles]
        return bodies, ids, None, self._wrap(shell, feet, FOOTER_SCRIPT), {}

    def _wrap(self, shell, nodes, script=None):
        """A document like the empty ``shell`` around these nodes, in their language."""
        page = copy.deepcopy(shell)
        page.set("lang", nodes[0].get("lang") or page.get("lang"))
        page.find(".//main").extend(nodes)
        if script:
            etree.SubElement(page.find("head"), "script").text = script
        return lxml.html.tostring(page, encoding="unicode", doctype="<!DOCTYPE html>")

    @api.model
    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        report = report_ref and self._get_report(report_ref)
        if not report or not report._is_timebank_paper() or self._get_timebank_engine() != "weasyprint":
            return super()._run_wkhtmltopdf(
                bodies,
                report_ref=report_ref,
                header=header,
                footer=footer,
                landscape=landscape,
                specific_paperformat_args=specific_paperformat_args,
                set_viewport_size=set_viewport_size,
            )
        return paper.pdf(bodies, report.get_paperformat()._get_page_style(landscape))
