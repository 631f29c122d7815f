"""The map in `docs/` is what the code makes of itself today."""

import subprocess
import sys
import unittest
from pathlib import Path

from odoo.tests import BaseCase

#: The checkout, of which the tests of an installed addon have none.
ROOT = next((folder for folder in Path(__file__).resolve().parents if (folder / "dev").is_dir()), None)


@unittest.skipUnless(ROOT, "Only a checkout has the map.")
class TestMap(BaseCase):
    def test_the_map_is_what_the_code_says(self):
        drawn = subprocess.run(
            [sys.executable, "-c", "from dev.map import picture; print(picture(), end='')"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        ).stdout
        kept = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
        self.assertEqual(drawn, kept, "The models have changed: run `make map`.")

    def test_the_map_can_be_read_without_seeing_it(self):
        kept = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
        self.assertIn('role="img" aria-labelledby="title desc"', kept)
        for model in ("timebank.transfer", "timebank.hours", "timebank.redemption", "timebank.grant"):
            self.assertIn(f">{model}</text>", kept)
