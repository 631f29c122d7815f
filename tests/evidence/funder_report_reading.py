"""What a report says where it is read: on its page, on paper, in its workbook."""

import io
import re
import subprocess

import openpyxl
from lxml import html


def plain(text):
    """In one line, without the sign that keeps a minus and its money together."""
    return " ".join(str(text).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").split())


def said(minutes):
    """Time in a sentence."""
    return hours(minutes).replace(" h", " hours")


def hours(minutes):
    number = round(minutes / 60, 1) if minutes < 6000 else round(minutes / 60)
    return f"{number:,g} h" if number == int(number) else f"{number:,.1f} h"


def percent(share, digits=0):
    number = round(100 * share, digits)
    return f"{number:g} %" if number == int(number) else f"{number:.{digits}f} %"


def tenth(number):
    return f"{number:.1f}"


def shift(number):
    said = tenth(abs(number))
    return said if said == "0.0" else ("+" if number > 0 else "−") + said


def walk_tags(part, kind):
    """The parts of a tagged PDF that are of a kind, at any depth."""
    part = part.get_object()
    if isinstance(part, list):
        for one in part:
            yield from walk_tags(one, kind)
    elif isinstance(part, dict):
        if part.get("/S") == kind:
            yield part
        if "/K" in part:
            yield from walk_tags(part["/K"], kind)


def describe_pictures(root):
    """What the pictures of a tagged PDF show, in words; an empty string for one without.

    :param root: of its reader's trailer, ``/Root``
    """
    return [plain(part.get("/Alt", "")) for part in walk_tags(root["/StructTreeRoot"], "/Figure")]


class ReadBack:
    """A part of test cases."""

    def _check_said(self, report, expected):
        """That the report says this, and its page, its paper and its workbook the same.

        :param dict expected: section's key → what its figures say, by their keys, rows of its table (or
            of its last columns), and sentences that stand in it
        :return: the report's sections by their keys
        """
        sections = {one["key"]: one for one in report._get_content()["sections"]}
        page, paper, book = self._read_page(report), self._read_paper(report), self._read_workbook(report)
        for key, (figures, rows, *sentences) in expected.items():
            with self.subTest(section=key):
                section = sections[key]
                self._check_sentences(sentences, section, page[key][2], paper, book[section["title"]][None])
                said = {one["key"]: plain(one["value"]) for one in section["figures"]}
                self.assertEqual({name: said.get(name) for name in figures}, figures)
                table = [list(map(plain, row)) for row in (section["table"] or {"rows": []})["rows"]]
                width = max(map(len, rows), default=0)
                if rows:
                    self.assertEqual([row[len(row) - width :] for row in table], rows)
                labels = {one["key"]: plain(one["label"]) for one in section["figures"]}
                on_page, in_table, _text = page[key]
                for name, value in figures.items():
                    self.assertEqual(on_page[labels[name]][0], value)
                    self.assertIn("".join(value.split()), paper)
                    self.assertEqual(book[section["title"]][labels[name]][0], self._in_cell(value))
                self._check_beside(section, on_page, paper, book[section["title"]])
                if rows:
                    self.assertEqual(in_table, table)
                for row in table if rows else ():
                    for cell in row:
                        self.assertIn("".join(cell.split()), paper)
                    cells = [self._in_cell(part) for cell in row for part in self._split_interval(cell)]
                    self.assertIn(cells, book[section["title"]][None])
        return sections

    def _check_beside(self, section, on_page, paper, in_book):
        """That each figure has its n, threshold or interval, and its change, beside it on all three."""
        for figure in section["figures"]:
            label, value = plain(figure["label"]), plain(figure["value"] or "hidden")
            beside = [plain(figure[name]) for name in ("note", "change") if figure[name]]
            self.assertEqual(on_page[label], [value, *beside])
            self.assertIn("".join("".join([label, value, *beside]).split()), paper)
            in_cells = ["; ".join(beside)] if beside else []
            self.assertEqual(in_book[label], [self._in_cell(value), *in_cells])

    def _check_sentences(self, sentences, section, on_page, paper, rows):
        """That each stands in the section, on the page, on the paper and in a cell of the workbook."""
        parts = [one for part in section.get("parts") or [] for one in (part["title"], part["text"])]
        told = plain(" ".join([section["answer"], section.get("text") or "", *parts]))
        cells = [cell for row in rows for cell in row]
        for sentence in sentences:
            self.assertIn(sentence, told)
            self.assertIn(sentence, on_page)
            self.assertIn("".join(sentence.split()), paper)
            self.assertTrue([cell for cell in cells if sentence in cell], sentence)

    def _split_interval(self, cell):
        """The share and the ends of an interval, which have cells of their own; of a word nothing else."""
        number = r"[-+−]?[\d.]+(?: %)?"
        found = re.fullmatch(rf"(?:({number}) \()?({number}) to ({number})\)?", cell)
        return list(filter(None, found.groups() if found else [cell]))

    def _in_cell(self, value):
        """A sum of money is a number in its cell."""
        symbol = self.env.company.currency_id.symbol
        if value.startswith(f"−{symbol}"):
            return f"-{value.removeprefix(f'−{symbol}').strip()}"
        return value.removeprefix(symbol).strip() if re.search(r"\d", value) else value

    def _read_page(self, report):
        """By section: values with what is beside them by label, the table's rows, and all of its text."""
        found = {}
        for section in html.fromstring(report.sudo()._make_page()).xpath("//section[@id]"):
            values = {
                plain(one.xpath("string(./dt)")): [
                    plain(part.text_content()) for part in one.xpath("./dd/span")
                ]
                for one in section.xpath(".//dl/div")
            }
            rows = [
                [plain(cell.text_content()) for cell in row.xpath("./*")]
                for row in section.xpath(".//tbody/tr")
            ]
            text = plain(" ".join(section.itertext()))
            found[section.get("id").partition("-")[2]] = values, rows, text
        return found

    def _read_paper(self, report):
        paper, text = report.sudo()._make_pdf(), ""
        for way in ("-layout", "-raw"):
            done = subprocess.run(["pdftotext", way, "-", "-"], input=paper, capture_output=True, check=True)
            text += "".join(plain(done.stdout.decode()).split())
        return text

    def _read_workbook(self, report):
        """By the title of a section: what stands beside each label, and under ``None`` all rows; as it is
        shown."""
        found = {}
        book = openpyxl.load_workbook(io.BytesIO(report._make_workbook()), data_only=True)
        for sheet in book:
            rows = [
                [self._show(cell) for cell in row if cell.value not in (None, "")]
                for row in sheet.iter_rows()
            ]
            labelled = {}
            for row in rows:
                if len(row) > 1:
                    labelled.setdefault(row[0], row[1:])
            found[sheet["A1"].value] = {**labelled, None: rows}
        return found

    def _show(self, cell):
        if not isinstance(cell.value, int | float):
            return plain(cell.value)
        look = cell.number_format.partition(";")[0]
        places = len((re.search(r"0\.(0+)", look) or [""])[0].removeprefix("0."))
        unit = "".join(re.findall(r'"([^"]*)"', look))
        if look.startswith("+") and cell.value:
            return f"{cell.value:+,.{places}f}{unit}".replace("-", "−")
        return f"{cell.value:,.{places}f}{unit}"
