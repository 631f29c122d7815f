"""Workbooks opened and computed again by programs that are not ours."""

import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import ironcalc
import openpyxl
from openpyxl.utils.cell import coordinate_to_tuple


def without_results(content):
    """The workbook without the results that its writer put beside its formulas."""
    stripped = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stripped, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            after.writestr(name, part)
    return stripped.getvalue()


def formulas_in(content, sheet):
    """Cell names of a sheet's formulas."""
    cells = openpyxl.load_workbook(io.BytesIO(content))[sheet]
    return [cell.coordinate for row in cells.iter_rows() for cell in row if cell.data_type == "f"]


def recompute_all(content):
    """What IronCalc makes of all formulas of a workbook: dict of (sheet, cell) → value."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(without_results(content))
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    computed = {}
    for place, sheet in enumerate(openpyxl.load_workbook(io.BytesIO(content)).sheetnames):
        for cell in formulas_in(content, sheet):
            computed[sheet, cell] = model.get_cell_value(place, *coordinate_to_tuple(cell))
    return computed


def recompute(content):
    """What other programs make of the formulas on the sheet “Summary”.

    IronCalc always, a spreadsheet engine of its own; LibreOffice where it is to hand.

    :return: dict of program → dict of cell name → value
    """
    content = without_results(content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(content)
        results = {"IronCalc": _by_ironcalc(path, formulas_in(content, "Summary"))}
        office = shutil.which("soffice") or shutil.which("libreoffice")
        if office:
            results["LibreOffice"] = _by_libreoffice(office, path)
    return results


def _by_ironcalc(path, cells):
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    return {cell: model.get_cell_value_by_ref(f"Summary!{cell}") for cell in cells}


def _by_libreoffice(office, path):
    out = path.parent / "out"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", out, path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    sheet = openpyxl.load_workbook(out / path.name, data_only=True)["Summary"]
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row}
