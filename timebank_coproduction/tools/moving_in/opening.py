"""Opening files that other programs export, or people save from a spreadsheet, without trusting any of them.

Nothing is evaluated, and no more is read than :data:`MOST_BYTES`, unpacked. What can't be read raises
:class:`Unreadable`, whose ``code`` says why; the words for it are the models'.
"""

import csv
import io
import json
import unicodedata
import zipfile
from typing import NamedTuple

from ..cells import CALCULATING

MOST_BYTES = 50 * 1024 * 1024
#: A part of a zip that unpacks to more than so many times its size is no export.
MOST_RATIO = 200
MOST_PARTS = 200
MOST_ROWS = 500_000
MOST_COLUMNS = 200
MOST_SIGNS = 32_767  # in a cell, as in a spreadsheet
#: Rows of a spreadsheet; a file that names a later one is none, and would be read row by row up to it.
LAST_ROW = 1_048_576
#: Cells in all files together: each is an object, however little it says.
MOST_CELLS = 6_000_000

SEPARATORS = ",;\t"
ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!"})
HTML = (b"<html", b"<!doctype", b"<table", b"<head", b"<meta", b"<?xml")


class Unreadable(Exception):
    """A file that can't be read: a code, and the name of the file."""

    def __init__(self, code, name):
        super().__init__(f"{name}: {code}")
        self.code, self.name = code, name


class Budget:
    """What may still be read: of bytes, packed and unpacked, and of cells, in all files together."""

    def __init__(self):
        self.bytes, self.cells = MOST_BYTES, MOST_CELLS

    def take_bytes(self, name, count, code="large"):
        """:raises Unreadable: more than there may be"""
        self.bytes -= count
        if self.bytes < 0:
            raise Unreadable(code, name)

    def take_cells(self, name, count):
        """:raises Unreadable: more than there may be"""
        self.cells -= count
        if self.cells < 0:
            raise Unreadable("rows", name)


class Sheet(NamedTuple):
    """A file's records: ``rows`` of texts, or what a JSON file says; a workbook's have no encoding."""

    name: str
    rows: list
    data: object = None
    encoding: str = "utf-8"
    separator: str = ","


def open_files(files, readings=None):
    """The sheets of some files; those within a zip are looked at by themselves.

    :param files: iterable of (name, bytes)
    :param dict readings: name of a sheet → (encoding, separator), where somebody has said how it is read
    :return: list of :class:`Sheet`
    :raises Unreadable: with a code why

    >>> [sheet] = open_files([("hours.csv", "Nom;Heures\\r\\nZoé;1,5\\r\\n".encode("cp1252"))])
    >>> sheet.rows, sheet.encoding, sheet.separator
    ([['Nom', 'Heures'], ['Zoé', '1,5']], 'cp1252', ';')
    >>> open_files([("hours.xls", b"<html><table>")])  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    Unreadable: hours.xls: html
    """
    sheets = []
    budget = Budget()
    for name, content in files:
        budget.take_bytes(name, len(content))
        sheets += _open(name, content, budget, readings or {})
    return sheets


def _open(name, content, budget, readings, is_inner=False):
    if not content.strip():
        raise Unreadable("empty", name)
    if content.startswith(b"PK\x03\x04"):
        return _open_zip(name, content, budget, readings, is_inner)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_spreadsheet", name)
    if content.startswith(b"%PDF"):
        raise Unreadable("pdf", name)
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(HTML):
        raise Unreadable("html", name)
    if start.startswith(b"begin:vcalendar"):
        raise Unreadable("calendar", name)
    said_encoding, said_separator = readings.get(name, ("", ""))
    text, encoding = decode(name, content, said_encoding)
    if start.startswith((b"{", b"[")):
        try:
            return [Sheet(name, [], json.loads(text), encoding)]
        except (ValueError, RecursionError) as error:
            raise Unreadable("json", name) from error
    separator = said_separator or find_separator(text)
    return [Sheet(name, read_rows(name, text, separator, budget), None, encoding, separator)]


def decode(name, content, said=""):
    """The text of a file and its encoding: by its mark, else UTF-8 if it decodes, else cp1252.

    :param str said: what somebody has said that it is, in place of all that

    >>> decode("", "Zoë".encode("utf-16")), decode("", b"\\xef\\xbb\\xbfa"), decode("", b"Ren\\xe9e")
    (('Zoë', 'utf-16'), ('a', 'utf-8'), ('Renée', 'cp1252'))
    """
    if said:
        try:
            return content.decode("utf-8-sig" if said == "utf-8" else said), said
        except UnicodeDecodeError as error:
            raise Unreadable("encoding", name) from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise Unreadable("encoding", name) from error
    if b"\0" in content:
        raise Unreadable("binary", name)
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def find_separator(text):
    """The sign between the cells: the one that most of the first lines have, outside quotes.

    >>> find_separator('Hours 2026;;;\\nName;Jan;"a, b, c, d, e"'), find_separator("a\\tb")
    (';', '\\t')
    """
    head = text[:20_000].splitlines()[:5]
    outside = ["".join(line.split('"')[::2]) for line in head]
    counts = {
        sign: (sum(sign in line for line in outside), sum(line.count(sign) for line in outside))
        for sign in SEPARATORS
    }
    return max(counts, key=counts.get)


def read_rows(name, text, separator, budget):
    """The records of a text as lists of :func:`clean` cells; an empty line is none."""
    csv.field_size_limit(MOST_SIGNS * 4)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            _keep(name, rows, row, budget)
    except csv.Error as error:
        raise Unreadable("cells", name) from error
    return rows


def _keep(name, rows, row, budget):
    if len(row) > MOST_COLUMNS or any(len(cell) > MOST_SIGNS for cell in row):
        raise Unreadable("cells", name)
    if len(rows) >= MOST_ROWS:
        raise Unreadable("rows", name)
    budget.take_cells(name, len(row))
    if row:
        rows.append([clean(cell) for cell in row])


def clean(cell):
    """A cell as it was meant: composed letters, no blanks around, no apostrophe that keeps formulas away.

    >>> clean(" '-3.00 "), clean("'t Hof"), clean("Zoe\\u0308")
    ('-3.00', "'t Hof", 'Zoë')
    """
    cell = unicodedata.normalize("NFC", cell.replace("\r\n", "\n").replace("\0", "")).strip()
    if cell.startswith("'") and cell[1:].lstrip(" ").startswith(CALCULATING):
        return cell[1:].strip()
    return cell


# ------------------------------------------------------------
# Zips, of which a spreadsheet is one.
# ------------------------------------------------------------


def _open_zip(name, content, budget, readings, is_inner):
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("zip", name) from error
    if len(parts) > MOST_PARTS:
        raise Unreadable("bomb", name)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked", name)
    budget.take_bytes(name, sum(part.file_size for part in parts), "bomb")
    if any(
        part.file_size > MOST_RATIO * max(part.compress_size, 1) and part.file_size > 1_000_000
        for part in parts
    ):
        raise Unreadable("bomb", name)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" in names:
        if any(part.endswith(("vbaProject.bin", ".xlm")) for part in names):
            raise Unreadable("macros", name)
        return _open_spreadsheet(name, content, archive, parts, budget)
    if is_inner:
        raise Unreadable("nested", name)
    if "mimetype" in names and "content.xml" in names:
        raise Unreadable("open_document", name)
    files = [part for part in parts if not part.is_dir() and not part.filename.startswith("__MACOSX/")]
    sheets = []
    for part in files:
        inner = _read_part(name, archive, part)
        title = part.filename.rpartition("/")[2] or part.filename
        sheets += _open(title, inner, budget, readings, is_inner=True)
    if not sheets:
        raise Unreadable("empty", name)
    return sheets


def _read_part(name, archive, part):
    """A part unpacked, as far as it says it is large: a zip may lie about that."""
    try:
        with archive.open(part) as stream:
            content = stream.read(part.file_size + 1)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("zip", name) from error
    if len(content) > part.file_size:
        raise Unreadable("bomb", name)
    return content


def _open_spreadsheet(name, content, archive, parts, budget):
    """The sheets of a workbook, formulas as they were last worked out."""
    for part in parts:
        # wherever it stands, whatever the part is called, and in UTF-16 as well
        if b"<!DOCTYPE" in _read_part(name, archive, part).replace(b"\0", b"").upper():
            raise Unreadable("bomb", name)
    import openpyxl  # noqa: PLC0415  (heavy, and only spreadsheets need it)

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # whatever openpyxl meets in a file that is none
        raise Unreadable("spreadsheet", name) from error
    sheets = []
    try:
        for sheet in book.worksheets:
            rows = []
            for row in sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS + 1, values_only=True):
                if row.count(None) == len(row):
                    continue  # such as those before a row that says it is far down
                cells = [say_cell(value) for value in row]
                while cells and not cells[-1]:
                    cells.pop()
                _keep(name, rows, cells, budget)
            if rows:
                title = f"{name} ({sheet.title})" if len(book.worksheets) > 1 else name
                sheets.append(Sheet(title, rows, encoding="", separator=""))
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("spreadsheet", name) from error
    finally:
        book.close()
    if not sheets:
        raise Unreadable("empty", name)
    return sheets


def say_cell(value):
    """A spreadsheet's value as a text: days as ISO, times as h:mm, numbers as they stand.

    >>> import datetime
    >>> say_cell(datetime.datetime(2026, 3, 4)), say_cell(datetime.time(1, 15)), say_cell(2.0), say_cell(1.25)
    ('2026-03-04', '1:15', '2', '1.25')
    >>> say_cell(datetime.timedelta(hours=30)), say_cell(None), say_cell(True)
    ('30:00', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if hasattr(value, "total_seconds"):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if hasattr(value, "hour") and not hasattr(value, "year"):
        return f"{value.hour}:{value.minute:02d}"
    if hasattr(value, "hour"):
        midnight = not (value.hour or value.minute or value.second)
        return value.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
