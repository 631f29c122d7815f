import io
import re
from urllib.parse import quote as url_quote

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from odoo import models

from ..models.common.verb import verb
from ..models.common.windows import hand_out
from ..tools.chart_svg import COLOURS
from .timebank_funder_report import get_units, say_counted
from .timebank_reconciliation_xlsx import A4

#: Kinds of charts that a workbook has of its own, by ours.
NATIVE = {
    "bar": {"type": "column"},
    "stacked": {"type": "column", "subtype": "stacked"},
    "rows": {"type": "bar"},
    "doughnut": {"type": "bar"},
    "line": {"type": "line"},
    "radar": {"type": "radar", "subtype": "with_markers"},
}
#: Of what a chart shows, what can be added up: people can't, as somebody stands in several bars.
ADDED_UP = ("hours", "money")
#: What no name of a sheet may have in it, and how long it may be.
NOT_IN_NAMES, LONGEST_NAME = re.compile(r"[\[\]:*?/\\']"), 31
WIDEST = 60
#: A number with its sign and its per cent, in whatever language; an interval, which may be a share's.
NUMBER = r"[-+\N{MINUS SIGN}]?\d(?:[^()A-Za-z]*\d)?(?: %)?"
INTERVAL = re.compile(rf"(?:({NUMBER}) \()?({NUMBER}) [^\W\d_]+ ({NUMBER})(\)?)")
#: A count with what it counts: one word.
COUNT = re.compile(rf"({NUMBER}) ([^\W\d_]{{2,}})")
#: Tables in which words are people's own: there, a number is one only where nothing else stands.
IN_OWN_WORDS = frozenset({"plan", "budget", "beside"})


class TimebankFunderReport(models.Model):
    """The report as a workbook: a sheet for each section, with the figures behind its chart."""

    _inherit = "timebank.funder.report"

    @verb(single=True)
    def action_export_xlsx(self):
        """:return: an action that downloads the workbook: as it was sent, or as it is today"""
        self.ensure_one()
        if self.state == "sent":
            self._refuse_altered()
            self._refuse_ended_files()
            name = url_quote(self.xlsx_name, safe="")
            return hand_out(f"/web/content/{self._name}/{self.id}/xlsx_shown/{name}?download=true")
        # nothing is kept of what isn't sent yet: a story in it may be taken back
        return hand_out(f"/timebank/report/preview/{self.id}/xlsx")

    def _make_workbook(self):
        """The workbook as bytes. Numbers are numbers, and what adds up does so by formula; text is written as
        text, whatever it begins with."""
        content, buffer = self._get_content(), io.BytesIO()
        book = xlsxwriter.Workbook(
            buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        book.set_properties({"title": self.display_name, "company": content["organisation"]})
        writer = _Writer(book, content, self.env)
        writer.write_cover(self._get_cover(content))
        taken = {writer.cover.lower(), writer.behind_charts.lower()}
        for section in content["sections"]:
            writer.write_section(section, self._name_sheet(section["title"], taken))
        writer.write_behind_charts()
        book.close()
        return buffer.getvalue()

    def _get_cover(self, content):
        """Rows of a label and what it is."""
        rows = [
            (self.env._("Organisation"), content["organisation"]),
            (self.env._("Time banks"), ", ".join(content["banks"])),
            (self.env._("Funder"), content["funder"]),
            (self.env._("Grant"), content["grant"]),
            (self.env._("Reference"), content["reference"]),
            (self.env._("Period"), content["days"]),
            (self.env._("Figures of"), content["made_on_text"]),
            (self.env._("Version"), str(content["version"])),
            *((self.env._("Signed"), words) for words in self._get_signatures()),
            (self.env._("Hash of the figures"), self.content_hash or self.env._("A draft: not kept yet")),
        ]
        return content["title"], [(label, words) for label, words in rows if words]

    def _name_sheet(self, title, taken):
        """A name that a workbook allows and that isn't taken."""
        base = NOT_IN_NAMES.sub("", title).strip()[:LONGEST_NAME] or self.env._("Section")
        name, number = base, 1
        while name.lower() in taken:
            number += 1
            name = f"{base[: LONGEST_NAME - 4]} {number}"
        taken.add(name.lower())
        return name


def _with_plain_spaces(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


class _Block:
    """Where the numbers of a chart stand, and how they are shown."""

    def __init__(self, row, chart, title, totals):
        self.chart, self.title = chart, title
        #: What the section's own table says of all: by the series' label, as it is written there.
        self.totals = totals
        #: The first and the last row of numbers, below the title and the heads of columns.
        self.first, self.last = row + 2, row + 1 + len(chart["labels"])
        self.adds = chart["unit"] in ADDED_UP and len(chart["labels"]) > 1
        #: The row at which the next one begins.
        self.after = self.last + (3 if self.adds else 2)
        values = [value for one in chart["series"] for value in one["values"] if value is not None]
        whole = all(value == int(value) for value in values)
        self.pattern = "#,##0.00" if chart["unit"] == "money" else "#,##0" if whole else "#,##0.0"


def _find_totals(table):
    """What a table's last row says, by the heads of its columns, where that row is of the whole."""
    if not table or not table.get("sums"):
        return {}
    return dict(zip(table["head"], table["rows"][-1], strict=True))


class _Writer:
    """Writes sheets of one workbook."""

    def __init__(self, book, content, env):
        self.book = book
        self.cover = NOT_IN_NAMES.sub("", env._("Cover"))[:LONGEST_NAME]
        self.hidden, self.total = env._("hidden"), env._("Total")
        self.lead = env._("In the words of %s", content["organisation"])
        self.env = env
        # what charts draw, until it is written onto the last sheet, below its heading
        self.behind_charts = NOT_IN_NAMES.sub("", env._("Behind the charts"))[:LONGEST_NAME]
        self.blocks, self.next_row = [], 3
        self.about_charts = env._(
            "The charts on the other sheets are drawn from these numbers. Sums and shares are formulas."
        )
        self.thousands, self.point, self.symbol = map(_with_plain_spaces, content["signs"])
        self.formats = {
            "title": book.add_format({"bold": True, "font_size": 16}),
            "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEEEEE", "text_wrap": True}),
            "bold": book.add_format({"bold": True}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "muted": book.add_format({"text_wrap": True, "valign": "top", "font_color": "#59636a"}),
        }

    def _format(self, pattern, total=False):
        key = (pattern, total)
        if key not in self.formats:
            look = {"bold": True, "top": 1} if total else {}
            self.formats[key] = self.book.add_format({"num_format": pattern, **look})
        return self.formats[key]

    def _read(self, cell):
        """A number as it is written in the report, and the pattern that shows it so; or None, None."""
        words = _with_plain_spaces(str(cell)).strip()
        words = words.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")  # which Odoo writes after a minus of money
        unit, money = "", False
        if self.symbol and self.symbol in words:
            words, money = words.replace(self.symbol, "").strip(), True
        for end in (" h", " %"):
            if words.endswith(end):
                words, unit = words.removesuffix(end), f'"{end}"'
        if self.thousands:
            words = words.replace(self.thousands, "")
        words, is_change = words.replace("\N{MINUS SIGN}", "-"), words[:1] in ("+", "\N{MINUS SIGN}")
        words = re.sub(r"^-\s+", "-", words)
        if not re.fullmatch(rf"[-+]?\d+(?:{re.escape(self.point)}\d+)?", words):
            return None, None
        whole, _point, part = words.partition(self.point)
        pattern = "#,##0" + (f".{'0' * len(part)}" if part else "")
        look = pattern + unit
        if money:
            look = f"{pattern};[Red]-{pattern}"
        elif is_change:
            look = f"+{look};\N{MINUS SIGN}{look};{look}"
        return float(f"{whole}.{part or 0}"), look

    def _read_count(self, cell):
        """A number, also where what it counts stands behind it, and its pattern; or None, None."""
        number, pattern = self._read(cell)
        if number is not None:
            return number, pattern
        count = COUNT.fullmatch(_with_plain_spaces(str(cell)).strip())
        number, pattern = self._read(count[1]) if count else (None, None)
        return (None, None) if number is None else (number, f'{pattern}" {count[2]}"')

    def _read_interval(self, cell):
        """The words for a share (or None), the lower and the upper end of its interval; an empty list for a
        cell that has none."""
        found = INTERVAL.fullmatch(_with_plain_spaces(str(cell)).strip())
        if not found or bool(found[1]) != bool(found[4]):
            return []
        return [found[1], found[2], found[3]] if all(map(self._is_number, (found[2], found[3]))) else []

    def _is_number(self, words):
        return self._read(words)[0] is not None

    def _spread(self, table):
        """The table with the ends of intervals in columns of their own, as all that is read by machines.

        :return: a table like it
        """
        rows, head = [[] for _row in table["rows"]], []
        for column, name in enumerate(table["head"]):
            cells = [row[column] for row in table["rows"]]
            ends = [self._read_interval(cell) for cell in cells]
            has_own = any(one and one[0] is None for one in ends)
            if not any(ends):
                head.append(name)
                for row, cell in zip(rows, cells, strict=True):
                    row.append(cell)
                continue
            between = [self.env._("%s, from", name), self.env._("%s, to", name)]
            head += between if has_own else [name, *between]
            for row, cell, one in zip(rows, cells, ends, strict=True):
                if has_own:
                    row += one[1:] if one else [cell, ""]
                else:
                    row += one or [cell, "", ""]
        return {**table, "head": head, "rows": rows}

    def _put(self, sheet, row, column, cell, total=False, own=False):
        number, pattern = (self._read if own else self._read_count)(cell)
        if number is None:
            sheet.write_string(row, column, str(cell or ""), self.formats["bold" if total else "text"])
        else:
            sheet.write_number(row, column, number, self._format(pattern, total))

    def write_cover(self, cover):
        title, rows = cover
        sheet = self._add_sheet(self.cover, [26, WIDEST])
        sheet.write_string(0, 0, title, self.formats["title"])
        for row, (label, words) in enumerate(rows, start=2):
            sheet.write_string(row, 0, label, self.formats["bold"])
            sheet.write_string(row, 1, words, self.formats["text"])

    def write_section(self, section, name):
        own_words = section["key"] in IN_OWN_WORDS
        table = section["table"] or {"head": [], "rows": []}
        if not own_words:
            table = self._spread(table)
        lengths = [len(str(head)) for head in table["head"]]
        widths = [34, *(min(max(length + 2, 14), 34) for length in lengths[1:])]
        sheet = self._add_sheet(name, widths if len(widths) > 1 else [34, WIDEST, 30])
        sheet.write_string(0, 0, section["title"], self.formats["title"])
        row = 1
        own = section.get("text") or ""
        if own and section["answer"]:
            own = f"{self.lead}:\n{own}"
        for words in (section["answer"], own):
            if words:
                sheet.merge_range(row, 0, row, max(len(widths) - 1, 2), "", self.formats["text"])
                sheet.write_string(row, 0, words, self.formats["text"])
                sheet.set_row(row, 15 * (1 + len(words) // 80 + words.count("\n")))
                row += 1
        for part in section.get("parts") or []:
            sheet.write_string(row, 0, part["title"], self.formats["bold"])
            sheet.write_string(row, 1, part["text"], self.formats["text"])
            row += 1
            if part.get("words"):
                sheet.write_string(row, 0, self.lead, self.formats["muted"])
                sheet.write_string(row, 1, part["words"], self.formats["text"])
                row += 1
        row = self._write_figures(sheet, row + 1, section["figures"] or [])
        row = self._write_table(sheet, row, table, own_words)
        self._write_chart(sheet, row, section)
        if section["definition"]:
            sheet.write_comment(0, 0, section["definition"], {"x_scale": 3, "y_scale": 2})

    def _write_figures(self, sheet, row, figures):
        for figure in figures:
            sheet.write_string(row, 0, figure["label"], self.formats["bold"])
            if figure["value"] is None:
                sheet.write_string(row, 1, self.hidden)
            else:
                self._put(sheet, row, 1, figure["value"])
            beside = "; ".join(filter(None, (figure.get("note"), figure.get("change"))))
            if beside:
                sheet.write_string(row, 2, beside, self.formats["muted"])
            row += 1
        return row + bool(figures)

    def _write_table(self, sheet, row, table, own_words):
        """The table; its last row adds up by formula where the report says that it is a sum."""
        if not table["rows"]:
            return row
        sheet.write_row(row, 0, [str(head) for head in table["head"]], self.formats["head"])
        first = row + 1
        for number, cells in enumerate(table["rows"]):
            row += 1
            is_sum = table.get("sums") and number == len(table["rows"]) - 1
            for column, cell in enumerate(cells):
                value, pattern = self._read(cell)
                if is_sum and value is not None and self._adds_up(table, column, value):
                    added = f"=SUM({xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(row - 1, column)})"
                    sheet.write_formula(row, column, added, self._format(pattern, True), value)
                else:
                    self._put(sheet, row, column, cell, is_sum, own_words or not column)
        return row + 2

    def _adds_up(self, table, column, value):
        """Whether the rows above the last one are its sum: not where some of them are hidden."""
        above = [self._read(row[column])[0] or 0 for row in table["rows"][:-1]]
        return abs(sum(above) - value) < 0.005

    def _write_chart(self, sheet, row, section):
        """The chart, drawn from numbers that stand on a sheet of their own."""
        chart, title = section["chart"], section["title"]
        if not chart or chart["type"] not in NATIVE or not chart["series"]:
            return
        series, labels = chart["series"], chart["labels"]
        block = _Block(self.next_row, chart, section["title"], _find_totals(section["table"]))
        self.blocks.append(block)
        self.next_row = block.after
        name, first, last = self.behind_charts, block.first, block.last
        drawn = self.book.add_chart(dict(NATIVE[chart["type"]]))
        for column, one in enumerate(series, start=1):
            colour = "#c9ced6" if one.get("rest") else COLOURS[(column - 1) % len(COLOURS)]
            drawn.add_series(
                {
                    "name": one["label"],
                    "categories": f"='{name}'!{xl_range_abs(first, 0, last, 0)}",
                    "values": f"='{name}'!{xl_range_abs(first, column, last, column)}",
                    "fill": {"color": colour},
                    "line": {"color": colour},
                }
            )
        drawn.set_title({"name": title, "overlay": False})
        drawn.set_legend({"position": "bottom"} if len(series) > 1 else {"none": True})
        counted = {"name": say_counted(self.env, chart, self.symbol)}
        if chart["type"] in ("rows", "doughnut"):
            drawn.set_y_axis({"reverse": True})
            drawn.set_x_axis(counted)
        elif chart["type"] != "radar":
            drawn.set_y_axis(counted)
        tall = max(300, 80 + 22 * len(labels)) if chart["type"] in ("rows", "doughnut") else 300
        drawn.set_size({"width": 640, "height": 400 if chart["type"] == "radar" else tall})
        sheet.insert_chart(row, 0, drawn, {"description": title})

    def write_behind_charts(self):
        """The last sheet: what the charts of all others draw, with sums and shares by formula."""
        if not self.blocks:
            return
        sheet = self._add_sheet(self.behind_charts, [34, 16, 16, 16, 16, 16, 16])
        sheet.write_string(0, 0, self.behind_charts, self.formats["title"])
        sheet.write_string(1, 0, self.about_charts, self.formats["bold"])
        for block in self.blocks:
            self._write_block(sheet, block)

    def _write_block(self, sheet, block):
        """The numbers of one chart, under its section's title; sums of what adds up, shares of one series."""
        series, labels, pattern = block.chart["series"], block.chart["labels"], block.pattern
        first, last = block.first, block.last
        sheet.write_string(first - 2, 0, block.title, self.formats["bold"])
        unit = get_units(self.env, self.symbol).get(block.chart["unit"], "")
        heads = [unit[:1].upper() + unit[1:], *(one["label"] for one in series)]
        sheet.write_row(first - 1, 0, heads, self.formats["head"])
        for place, label in enumerate(labels):
            sheet.write_string(first + place, 0, str(label))
            for column, one in enumerate(series, start=1):
                value = one["values"][place]
                if value is None:
                    sheet.write_string(first + place, column, self.hidden)
                else:
                    sheet.write_number(first + place, column, value, self._format(pattern))
        if not block.adds:
            return
        sheet.write_string(last + 1, 0, self.total, self.formats["bold"])
        for column, one in enumerate(series, start=1):
            self._write_total(sheet, block, column, one)
        values = series[0]["values"]
        if len(series) > 1 or None in values or not sum(values):
            return
        sheet.write_string(first - 1, 2, "%", self.formats["head"])
        for place, value in enumerate(values):
            whole = xl_rowcol_to_cell(last + 1, 1, True, True)
            part = f"={xl_rowcol_to_cell(first + place, 1)}/{whole}"
            sheet.write_formula(first + place, 2, part, self._format("0.0%"), value / sum(values))

    def _write_total(self, sheet, block, column, one):
        """A live sum where all parts are shown; else what the section's table says of the whole."""
        row = block.last + 1
        if None in one["values"]:
            self._put(sheet, row, column, block.totals.get(one["label"], self.hidden), total=True)
            return
        area = f"{xl_rowcol_to_cell(block.first, column)}:{xl_rowcol_to_cell(block.last, column)}"
        total = round(sum(one["values"]), 2)
        sheet.write_formula(row, column, f"=SUM({area})", self._format(block.pattern, True), total)

    def _add_sheet(self, name, widths):
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet
