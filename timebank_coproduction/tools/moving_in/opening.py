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

SEPARATORS = ",;\t"
ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!"})
HTML = (b"<html", b"<!doctype", b"<table", b"<head", b"<meta", b"<?xml")


class Unreadable(Exception):
    """A file that can't be read: a code, and the name of the file."""

    def __init__(self, code, name):
        super().__init__(f"{name}: {code}")
        self.code, self.name = code, name


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
    left = MOST_BYTES
    for name, content in files:
        if len(content) > left:
            raise Unreadable("large", name)
        left -= len(content)
        sheets += _open(name, content, readings or {})
    return sheets


def _open(name, content, readings):
    if not content.strip():
        raise Unreadable("empty", name)
    if content.startswith(b"PK\x03\x04"):
        return _open_zip(name, content, readings)
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
    return [Sheet(name, read_rows(name, text, separator), None, encoding, separator)]


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


def read_rows(name, text, separator):
    """The records of a text as lists of :func:`clean` cells; an empty line is none."""
    csv.field_size_limit(MOST_SIGNS * 4)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            _keep(name, rows, row)
    except csv.Error as error:
        raise Unreadable("cells", name) from error
    return rows


def _keep(name, rows, row):
    if len(row) > MOST_COLUMNS or any(len(cell) > MOST_SIGNS for cell in row):
        raise Unreadable("cells", name)
    if len(rows) >= MOST_ROWS:
        raise Unreadable("rows", name)
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


def _open_zip(name, content, readings):
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("zip", name) from error
    if len(parts) > MOST_PARTS:
        raise Unreadable("bomb", name)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked", name)
    if sum(part.file_size for part in parts) > MOST_BYTES or any(
        part.file_size > MOST_RATIO * max(part.compress_size, 1) and part.file_size > 1_000_000
        for part in parts
    ):
        raise Unreadable("bomb", name)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" in names:
        if any(part.endswith(("vbaProject.bin", ".xlm")) for part in names):
            raise Unreadable("macros", name)
        return _open_spreadsheet(name, content, archive, parts)
    if "mimetype" in names and "content.xml" in names:
        raise Unreadable("open_document", name)
    files = [part for part in parts if not part.is_dir() and not part.filename.startswith("__MACOSX/")]
    sheets = []
    for part in files:
        inner = _read_part(name, archive, part)
        if inner.startswith(b"PK\x03\x04") and b"xl/workbook.xml" not in inner:
            raise Unreadable("nested", name)
        sheets += _open(part.filename.rpartition("/")[2] or part.filename, inner, readings)
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


def _open_spreadsheet(name, content, archive, parts):
    """The sheets of a workbook, formulas as they were last worked out."""
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(4096).upper():
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
            for row in sheet.iter_rows(values_only=True):
                cells = [say_cell(value) for value in row[: MOST_COLUMNS + 1]]
                while cells and not cells[-1]:
                    cells.pop()
                _keep(name, rows, cells)
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
