"""The guides name pictures alone that are taken of the screens, each in one way."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

from odoo.tests import BaseCase

#: The checkout, of which the tests of an installed addon have none.
ROOT = next((folder for folder in Path(__file__).resolve().parents if (folder / "dev").is_dir()), None)
ASKED = """
import json
from dev.screenshots import SCREENS, named, taken
print(json.dumps([sorted(named()), sorted(taken()), [screen["name"] for screen in SCREENS]]))
"""


@unittest.skipUnless(ROOT, "Only a checkout has the guides.")
class TestPictures(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        said = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, check=True)
        cls.named, cls.journeys, cls.demo = map(set, json.loads(said.stdout))

    def test_each_named_picture_is_taken(self):
        self.assertFalse(self.named - self.journeys - self.demo)

    def test_the_demo_serves_only_where_no_journey_does(self):
        self.assertFalse(self.demo & self.journeys)
        self.assertFalse(self.demo - self.named)
