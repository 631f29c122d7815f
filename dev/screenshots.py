"""`make screenshots`: the documentation's pictures, from journeys of the tests and papers of the demo."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import demo, settings, setup, test
from .console import Stop, say

FOLDER = settings.ROOT / "docs" / "screenshots"
JOURNEYS = settings.ROOT / "tests" / "journeys"
#: Papers that the demo writes, by what pictures of their pages are called, each with the page's number.
PAPERS = {"funder-report": "funder-report.pdf"}
#: Dots per inch of such a picture.
SHARP = 80


def screenshots(*names):
    """The command; only the named pictures, if any are named."""
    setup.ensure()
    _from_journeys(names)
    for name, paper in PAPERS.items():
        if not names or name in names:
            demo.ensure()
            take_pages(demo.OUT / paper, name)
    say(f"  in {FOLDER.relative_to(settings.ROOT)}/")


def named():
    """Names of the pictures that the guides show, but those of a paper's pages."""
    pages = [settings.ROOT / "README.md", *(settings.ROOT / "docs").glob("*.md")]
    found = {name for page in pages for name in re.findall(r"screenshots/([\w-]+)\.png", page.read_text())}
    return {name for name in found if name.rpartition("-")[0] not in PAPERS}


def take_pages(paper, name, folder=FOLDER):
    """A picture of each page of a paper."""
    for old in folder.glob(f"{name}-*.png"):
        old.unlink()
    subprocess.run(["pdftoppm", "-r", str(SHARP), "-png", paper, folder / name], check=True)
    for page in folder.glob(f"{name}-0*.png"):  # of ten pages or more the first is 01
        page.rename(folder / f"{name}-{int(page.stem.rpartition('-')[2])}.png")


def taken():
    """Dict of the name of each picture that journeys take → the file of the journey."""
    return {
        name: path
        for path in sorted(JOURNEYS.glob("test_*.py"))
        for name in re.findall(r'\.picture\("([\w-]+)"\)', path.read_text())
    }


def _from_journeys(names):
    """Let the journeys run that take pictures of the guides, and keep those."""
    wanted = {name: path for name, path in taken().items() if name in (names or named())}
    if not wanted:
        return
    files = sorted({str(path.relative_to(settings.ROOT)) for path in wanted.values()})
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TIMEBANK_PICTURES"] = folder
        failed = test.test(" ".join(files))
        for name in wanted:
            if (picture := Path(folder) / f"{name}.png").exists():
                shutil.copy(picture, FOLDER)
    if failed:
        raise Stop("Not every journey that takes pictures came to its end.")
