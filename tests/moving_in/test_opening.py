import io
import zipfile

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
