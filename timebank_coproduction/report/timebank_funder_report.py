import re
from base64 import b64encode
from math import ceil

from markupsafe import Markup

from odoo import models
from odoo.tools.misc import formatLang

from ..models.common.words import at_place, say_day
from ..models.evidence.timebank_funder_report_sending import ANEW, Sending
from ..tools import chart_svg

PAPER = "timebank_coproduction.report_funder_report"
#: A table of so many columns and rows, at most, stands beside its chart.
BESIDE_COLUMNS, BESIDE_ROWS = 4, 14
#: With more columns than these a table is too wide for a phone.
WIDE_TABLE = 3
#: A table of numbers with more columns than these is turned, where its rows are fewer.
MANY_COLUMNS = 6
#: So many letters have room beside each other on paper; and in a first column that stays in one line.
MOST_LETTERS, MOST_FIRST = 80, 28
#: How wide a chart is drawn with a table beside it, and alone.
NARROW, WIDE = 350, 640
#: A chart that takes the whole width.
WHOLE = "grid"
#: So many figures have room in one row, and so many at most.
LEAST_IN_ROW, MOST_IN_ROW = 3, 5


def get_units(env, currency):
    """What numbers of a chart count, by its unit.

    :param str currency: the sign of the report's money
    """
    return {
        "hours": env._("hours"),
        "people": env._("people"),
        "money": env._("amounts in %s", currency),
        "percent": env._("per cent"),
        "points": env._("score, from 0 to 4"),
        "ten": env._("mean, from 0 to 10"),
    }


def say_counted(env, chart, currency):
    """What a chart counts, in words; an empty text of one that says so in each of its parts."""
    if not chart or not chart.get("series"):
        return ""
    unit, series = get_units(env, currency).get(chart.get("unit"), ""), chart["series"]
    name = len(series) == 1 and series[0]["label"]
    if name and unit and chart["unit"] != "people":
        return env._("%(what)s (%(unit)s)", what=name, unit=unit)
    words = name or unit
    return words[:1].upper() + words[1:]


class TimebankFunderReport(models.Model):
    """How a report's content is laid out, on the page and on paper alike."""

    _inherit = "timebank.funder.report"

    def _make_pdf(self):
        """The paper as bytes, made from what the report says."""
        # what is kept is a paper also where Odoo would make do with a page
        reports = ANEW.put_on(self.env["ir.actions.report"].with_context(force_report_rendering=True))
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
            same for papers), ``alt``, ``caption`` (what its chart counts), ``beside`` (whether its table
            stands beside the chart), ``rows`` of figures, ``numeric`` (which columns are numbers),
            ``widths`` of many columns on paper and ``small`` (whether in small letters), ``wide`` (whether
            its table is too wide for a phone), ``many`` (whether it needs the whole page), ``mixed``
            (whether anything but own words stands in it), and ``name``, unique on the page; and ``lead``,
            which says whose own words are
        """
        content = self._get_content()
        sections = [
            self._lay_out_section(number, section) for number, section in enumerate(content["sections"], 1)
        ]
        lead = self.env._("In the words of %s", content["organisation"])
        return {**content, "lead": lead, "sections": sections}

    def _lay_out_section(self, number, section):
        chart, name = section["chart"], f"s{number}-{section['key']}"
        table = self._turn(section["table"])
        widths, small = self._share_width(table)
        figures = section["figures"] or []
        in_row = len(figures) if len(figures) <= MOST_IN_ROW else ceil(len(figures) / 2)
        whole = not chart or chart["type"] == WHOLE
        beside = bool(
            not whole and table and len(table["head"]) <= BESIDE_COLUMNS and len(table["rows"]) <= BESIDE_ROWS
        )
        decimals = 2 if chart and chart.get("unit") == "money" else 1
        svg = chart_svg.draw(
            chart,
            section["title"],
            self._describe(section),
            key=name,
            say=lambda value: formatLang(self.env, value, digits=0 if value == int(value) else decimals),
            hidden=self.env._("hidden"),
            width=NARROW if beside else WIDE,
        )
        return {
            **section,
            "table": table,
            "widths": widths,
            "small": small,
            "name": name,
            "svg": Markup(svg),  # noqa: S704 (every word in it is escaped by what draws it)
            "image": svg and f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}",
            "alt": f"{section['title']} {self._describe(section)}".strip(),
            "caption": svg and say_counted(self.env, chart, self.currency_id.symbol),
            "beside": beside,
            "rows": [
                [*row, *[None] * (LEAST_IN_ROW - len(row))]
                for row in (figures[at : at + in_row] for at in range(0, len(figures), in_row or 1))
            ],
            "numeric": self._find_numeric(table),
            "wide": bool(table and len(table["head"]) > WIDE_TABLE),
            "many": bool(table and len(table["head"]) > MANY_COLUMNS),
            # in whose words it is goes without saying where nothing else stands there
            "mixed": bool(section["answer"] or figures or chart or table),
        }

    def _describe(self, section):
        """What a chart shows, for who doesn't see it; its table has the figures."""
        return section["answer"] or ""

    def _turn(self, table):
        """A table of many columns of numbers and few rows with its rows as columns; any other as it is."""
        if not table or not len(table["rows"]) < MANY_COLUMNS < len(table["head"]):
            return table
        if not all(self._find_numeric(table)[1:]):
            return table
        head, *rows = map(list, zip(table["head"], *table["rows"], strict=True))
        return {"head": ["", *head[1:]], "rows": rows}

    def _share_width(self, table):
        """How wide on paper each of many columns of numbers is, in percent: as its longest word needs it.

        :return: list, empty where columns find it by themselves; and whether letters have to be small
        """
        if not table or len(table["head"]) <= BESIDE_COLUMNS or not all(self._find_numeric(table)[1:]):
            return [], False
        columns = [
            [str(cell) for cell in column] for column in zip(table["head"], *table["rows"], strict=True)
        ]
        first = min(max(map(len, columns[0])), MOST_FIRST)
        letters = [first, *(max(map(len, [*head.split(), *cells])) for head, *cells in columns[1:])]
        room = [2 + count for count in letters]
        return [round(100 * one / sum(room), 1) for one in room], sum(room) > MOST_LETTERS

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
        zone = self._get_zone()
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
