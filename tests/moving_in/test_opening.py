import io
import zipfile
from unittest.mock import patch

from openpyxl import Workbook

from odoo.tests import BaseCase, tagged

from odoo.addons.timebank_coproduction.tools.moving_in import opening
from odoo.addons.timebank_coproduction.tools.moving_in.opening import Unreadable, open_files


def zipped(parts):
    """The bytes of a zip of these names and contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def workbook(*rows):
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestOpening(BaseCase):
    """Files as people have them: what can be read, and of what is said why not."""

    def _code(self, content, name="file.csv"):
        with self.assertRaises(Unreadable) as caught:
            open_files([(name, content)])
        return caught.exception.code

    def test_refused(self):
        cases = {
            "empty": b" \r\n",
            "html": b"\xef\xbb\xbf  <HTML><table><tr><td>Name</td></tr></table>",
            "old_spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more",
            "pdf": b"%PDF-1.7",
            "calendar": b"BEGIN:VCALENDAR\r\n",
            "json": b"[{",
            "zip": b"PK\x03\x04 and nothing",
            "binary": b"Name,Hours\x00\n",
            "cells": b"a," * 300,
            "macros": zipped({"xl/workbook.xml": "<a/>", "xl/vbaProject.bin": "x"}),
            "open_document": zipped({"mimetype": "x", "content.xml": "<a/>"}),
            "spreadsheet": zipped({"xl/workbook.xml": "<a/>"}),
            "nested": zipped({"inner.zip": zipped({"a.csv": "a,b"})}),
        }
        for code, content in cases.items():
            with self.subTest(code=code):
                self.assertEqual(self._code(content), code)

    def test_bombs(self):
        self.assertEqual(self._code(zipped({"a.csv": b"0" * 5_000_000})), "bomb")
        self.assertEqual(self._code(zipped({f"{number}.csv": "a" for number in range(300)})), "bomb")
        doctype = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><a/>'
        self.assertEqual(self._code(zipped({"xl/workbook.xml": doctype})), "bomb")
        self.assertEqual(self._code(b"a" * (opening.MOST_BYTES + 1)), "large")

    def test_bombs_in_parts(self):
        """What zips unpack to counts together; a zip that names a workbook is still a zip."""
        part = zipped({f"xl/workbook.xml{number}": b"a,b\n" * 200_000 for number in range(2)})
        self.assertEqual(self._code(zipped({"inner.xlsx": part})), "nested")
        book = zipped({"xl/workbook.xml": "<a/>", "b": bytes(range(256)) * 100_000})
        with self.assertRaises(Unreadable) as caught:
            open_files([("one.xlsx", book)] * 3)
        self.assertIn(caught.exception.code, ("bomb", "spreadsheet"))

    def test_entities(self):
        """No part of a workbook defines entities: late, in another encoding, or under another name."""
        doctype = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
        for content in (
            f"<!--{'-  ' * 5000}-->{doctype}",
            doctype.encode("utf-16"),
            doctype.encode("utf-16-be"),
        ):
            for part in ("xl/workbook.xml", "xl/sheet.dat"):
                with self.subTest(part=part, content=content[:20]):
                    self.assertEqual(
                        self._code(zipped({"xl/workbook.xml": "<a/>"} | {part: content})), "bomb"
                    )

    def test_far_cells(self):
        """A cell that says it is in row two thousand million isn't looked for row by row."""
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(workbook(["Name"], ["Ann"]))) as book:
            with zipfile.ZipFile(stream, "w") as archive:
                for part in book.namelist():
                    content = book.read(part).replace(b'<row r="2"', b'<row r="2000000000"')
                    archive.writestr(part, content.replace(b'r="A2"', b'r="A2000000000"'))
        with patch.object(opening, "LAST_ROW", 1000):
            [sheet] = open_files([("far.xlsx", stream.getvalue())])
        self.assertEqual(sheet.rows, [["Name"]])

    def test_cells_are_bounded(self):
        """Many short cells take more memory than their file says."""
        with patch.object(opening, "MOST_CELLS", 1000):
            self.assertEqual(self._code(b"a,b\n" * 501), "rows")
            [sheet] = open_files([("a.csv", b"a,b\n" * 500)])
        self.assertEqual(len(sheet.rows), 500)

    def test_odd_texts(self):
        """What is odd in a text stays a text: nothing is evaluated, nothing lost."""
        texts = ["=HYPERLINK(1)", "Zo\u00eb \U0001f331", "9" * 300, "9999-12-31", "-90", "#REF!"]
        [sheet] = open_files([("a.csv", ",".join(texts).encode())])
        self.assertEqual(sheet.rows, [texts])
        self.assertEqual(self._code(b'Name,Hours\n"Ann,1\n' + b"Ben,2\n" * 40_000), "cells")

    def test_names_lead_nowhere(self):
        """A part's name is only shown: nothing is unpacked anywhere."""
        [sheet] = open_files([("a.zip", zipped({"../../etc/hours.csv": "a,b"}))])
        self.assertEqual(sheet.name, "hours.csv")

    def test_large_together(self):
        half = b"a,b\n" * (opening.MOST_BYTES // 8 + 10)
        with self.assertRaises(Unreadable):
            open_files([("one.csv", half), ("other.csv", half)])

    def test_spreadsheet(self):
        """Formulas as they were last worked out; nothing is evaluated."""
        [sheet] = open_files([("hours.xlsx", workbook(["Name", "Hours"], ["Ann Lee", 1.5], ["Ben", "=1+1"]))])
        self.assertEqual(sheet.rows, [["Name", "Hours"], ["Ann Lee", "1.5"], ["Ben"]])

    def test_zip_of_csv(self):
        sheets = open_files([("bank.zip", zipped({"b/Members.csv": "N,Name\n1,Ann", "__MACOSX/x": "junk"}))])
        self.assertEqual(
            [(sheet.name, sheet.rows) for sheet in sheets], [("Members.csv", [["N", "Name"], ["1", "Ann"]])]
        )
