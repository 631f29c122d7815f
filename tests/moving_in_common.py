"""The samples of other programs' files, and what must come of them, read by machine."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from odoo.addons.timebank_coproduction.tools.moving_in.opening import open_files
from odoo.addons.timebank_coproduction.tools.moving_in.plan import ANSWERS

SAMPLES = Path(__file__).parent / "moving_in" / "samples"
#: The day on which every sample moves in, and how far below zero its bank lets balances go.
MOVING_DAY = date(2026, 11, 25)
LIMIT = 20 * 60


class Sample(NamedTuple):
    folder: str
    zone: str
    files: tuple = ()  # in the order in which they are given; else all, by their names
    heading: str = ""  # of the section of expected.md, where a folder is one of several
    answers: dict = {}  # of its own, beside what is proposed
    unit: str = ""  # minutes in a unit of its own
    bank: str = "River Street"

    @property
    def name(self):
        return self.folder.replace("/", "_")

    def get_files(self):
        """List of (name, bytes)."""
        folder = SAMPLES / self.folder
        names = self.files or sorted(one.name for one in folder.iterdir() if one.suffix == ".csv")
        return [(name, (folder / name).read_bytes()) for name in names]

    def open(self):
        return open_files(self.get_files())

    def get_answers(self):
        """What whoever moves in answers: what is proposed, but for the sample's own."""
        return {code: answers[0] for code, answers in ANSWERS.items()} | self.answers

    def get_expected(self):
        """What ``expected.md`` says.

        :return: dict of (file, record) → list of (fate, reason), and dict of (key, name) → minutes
        """
        fates, balances = {}, {}
        for line, cells in self._get_lines():
            if len(cells) == 5 and cells[1].isdigit():
                fates.setdefault((cells[0], int(cells[1])), []).append((cells[3], cells[4]))
            elif line.startswith("|") and re.fullmatch(r"\*\*-?\d+\*\*", cells[-1]):
                balances[cells[0], cells[1]] = int(cells[-1].strip("*"))
        return fates, balances

    def get_openings(self):
        """What ``expected.md`` says of how balances come about, where the files declare any.

        :return: dict of (key, name) → minutes declared, brought by the rows and in the opening, or ``None``
        """
        return {
            (cells[0], cells[1]): tuple(None if cell == "–" else int(cell) for cell in cells[2:5])
            for _line, cells in self._get_lines("declared")
            if re.fullmatch(r"\*\*-?\d+\*\*", cells[-1])
        }

    def _get_lines(self, under=""):
        """Lines of ``expected.md`` with their cells, those of tables with a column ``under`` alone."""
        folder = SAMPLES / self.folder
        text = (
            (folder if (folder / "expected.md").exists() else folder.parent)
            .joinpath("expected.md")
            .read_text()
        )
        sections = re.split(r"(?m)^## ", text)
        if self.heading:
            sections = [one for one in sections if one.startswith(self.heading)]
        elif self.folder == "timeoverflow":
            sections = [one for one in sections if not one.startswith("The files its own")]
        heading = []
        for line in "\n".join(sections).splitlines():
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            heading = (heading or cells) if line.startswith("|") else []
            if line.startswith("|") and (not under or under in heading):
                yield line, cells


SAMPLES_TO_TRY = (
    Sample(
        "timeoverflow",
        "Europe/Madrid",
        tuple(f"{name}_2026-11-20.csv" for name in ("Members", "Transfers", "Offers", "Inquiries")),
        bank="Banco de Tiempo Local",
    ),
    Sample("timeoverflow/in", "Europe/Madrid", heading="The files its own import reads"),
    Sample("timebank_cc", "Europe/Amsterdam"),
    Sample("nexus", "Europe/Dublin"),
    Sample("community_weaver", "America/New_York", answers={("exchange_history.csv", 11): "dmy"}),
    Sample("civivolunteer", "UTC", answers={("Report_20261120-930.csv", 20): "dmy"}),
    Sample("v4s", "UTC"),
    Sample(
        "generic_hours",
        "UTC",
        ("hoursWorkedImportTemplate.csv", "tormano.csv", "better_impact.csv", "months_across.csv"),
        answers={("hoursWorkedImportTemplate.csv", 20): "minutes"},
    ),
    Sample("komunitin/bundle", "Europe/Madrid", heading="`bundle/`", unit="6"),
    Sample("komunitin/download", "Europe/Madrid", heading="`download/`", unit="6"),
    Sample(
        "engelsystem",
        "Europe/Berlin",
        (
            "users.json",
            "users_self.json",
            "locations_4_shifts.json",
            *(f"users_{number}_worklogs.json" for number in (1, 2, 6)),
        ),
    ),
)
