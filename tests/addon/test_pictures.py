"""The guides show what the journeys saw: each of their pictures is taken by one."""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

from odoo.tests import BaseCase

#: The checkout, of which the tests of an installed addon have none.
ROOT = next((folder for folder in Path(__file__).resolve().parents if (folder / "dev").is_dir()), None)
ASKED = """
import json
from dev.screenshots import named, taken
print(json.dumps([sorted(named()), sorted(taken())]))
"""


@unittest.skipUnless(ROOT, "Only a checkout has the guides.")
class TestPictures(BaseCase):
    def test_each_named_picture_is_taken_by_a_journey(self):
        said = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, check=True)
        named, taken = map(set, json.loads(said.stdout))
        self.assertGreater(len(named), 30)
        self.assertFalse(named - taken)
        kept = {picture.stem for picture in (ROOT / "docs" / "screenshots").glob("*.png")}
        papers = {name for name in kept if re.fullmatch(r"funder-report-\d+", name)}
        self.assertEqual(kept - papers, named)
