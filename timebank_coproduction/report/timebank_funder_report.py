import re
from base64 import b64encode
from math import ceil

from markupsafe import Markup

from odoo import models
from odoo.tools.misc import formatLang

from ..models.common.words import at_place, say_day
from ..models.evidence.timebank_funder_report_sending import Sending
from ..tools import chart_svg

PAPER = "timebank_coproduction.report_funder_report"
#: A table of so many columns and rows, at most, stands beside its chart.
BESIDE_COLUMNS, BESIDE_ROWS = 4, 14
#: How wide a chart is drawn with a table beside it, and alone.
NARROW, WIDE = 350, 640
#: A chart that takes the whole width.
WHOLE = "grid"
#: So many figures have room in one row, and so many at most.
LEAST_IN_ROW, MOST_IN_ROW = 3, 5


class TimebankFunderReport(models.Model):
    """How a report's content is laid out, on the page and on paper alike."""

    _inherit = "timebank.funder.report"

    def _make_pdf(self):
        """The paper as bytes."""
        # what is kept is a paper also where Odoo would make do with a page
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, _kind = reports._render_qweb_pdf(PAPER, self.ids)
        return content

    def _make_page(self):
        """The page as a file that needs nothing from a server, as bytes."""
        report = self.with_context(lang=self._get_lang())
        values = {
            "report": report,
            "content": report._lay_out(),
            "signatures": report._get_signatures(),
        }
        page = report.env["ir.qweb"]._render("timebank_coproduction.funder_report_alone", values)
        return (Markup("<!DOCTYPE html>\n") + page).encode()

    def _lay_out(self):
        """The content with its charts drawn and its figures in rows.

        :return: dict as ``_make_content`` returns it; each section has as well ``svg`` and ``image`` (the
            same for papers), ``alt``, ``beside`` (whether its table stands beside the chart), ``rows`` of
            figures, ``numeric`` (which columns are numbers), and ``name``, unique on the page
        """
        content = self._get_content()
        sections = [
            self._lay_out_section(number, section) for number, section in enumerate(content["sections"], 1)
        ]
        return {**content, "sections": sections}

    def _lay_out_section(self, number, section):
        chart, table, name = section["chart"], section["table"], f"s{number}-{section['key']}"
        figures = section["figures"] or []
        in_row = len(figures) if len(figures) <= MOST_IN_ROW else ceil(len(figures) / 2)
        whole = not chart or chart["type"] == WHOLE
        beside = bool(
            not whole and table and len(table["head"]) <= BESIDE_COLUMNS and len(table["rows"]) <= BESIDE_ROWS
        )
        svg = chart_svg.draw(
            chart,
            section["title"],
            self._describe(section),
            key=name,
            say=lambda value: formatLang(self.env, value, digits=0 if value == int(value) else 1),
            hidden=self.env._("hidden"),
            width=NARROW if beside else WIDE,
        )
        return {
            **section,
            "name": name,
            "svg": Markup(svg),  # noqa: S704 (every word in it is escaped by what draws it)
            "image": svg and f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}",
            "alt": f"{section['title']} {self._describe(section)}".strip(),
            "beside": beside,
            "rows": [
                [*row, *[None] * (LEAST_IN_ROW - len(row))]
                for row in (figures[at : at + in_row] for at in range(0, len(figures), in_row or 1))
            ],
            "numeric": self._find_numeric(table),
        }

    def _describe(self, section):
        """What a chart shows, for who doesn't see it; its table has the figures."""
        return section["answer"] or ""

    def _find_numeric(self, table):
        """Which columns of a table stand to the right: those of numbers alone, in whatever unit."""
        if not table or not table["rows"]:
            return []
        hidden = self.env._("hidden")

        def is_number(cell):
            return bool(re.search(r"\d", cell)) and not re.search(r"[^\W\d_]{2}", cell)

        columns = [[str(cell) for cell in column] for column in zip(*table["rows"], strict=True)]
        said = [[cell for cell in column if cell not in ("", "–", hidden)] for column in columns]
        return [
            place > 0 and (all(map(is_number, cells)) if cells else hidden in column)
            for place, (column, cells) in enumerate(zip(columns, said, strict=True))
        ]

    def _get_signatures(self):
        """Who signed it, as sentences."""
        # sudo: who signed stands on what they signed
        report = self.sudo()
        zone = self.env.user.tz
        sent_by, sent_on = report.sent_by, report.sent_on
        sending = self.env.context.get("timebank_sending")
        if isinstance(sending, Sending) and not sent_on:
            sent_by, sent_on = sending.user.with_env(report.env), sending.moment
        signed = [
            (self.env._("Drafted by %(who)s"), report.drafted_by, report.create_date),
            (self.env._("checked by %(who)s on %(day)s"), report.checked_by, report.checked_on),
            (self.env._("agreed by %(who)s on %(day)s"), report.agreed_by, report.agreed_on),
            (self.env._("sent by %(who)s on %(day)s"), sent_by, sent_on),
        ]
        return [
            words % {"who": who.name, "day": say_day(self.env, at_place(moment, zone).date(), "d MMMM y")}
            for words, who, moment in signed
            if who and moment
        ]
