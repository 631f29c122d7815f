"""The plain Python of the addon, by the examples in its docstrings."""

import doctest
import importlib
import pkgutil
from pathlib import Path

from odoo.tests import BaseCase, tagged

from odoo.addons.timebank_coproduction import tests, tools


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_examples(self):
        tried = 0
        for found in pkgutil.walk_packages(tools.__path__, f"{tools.__name__}."):
            with self.subTest(module=found.name):
                outcome = doctest.testmod(importlib.import_module(found.name))
                self.assertFalse(outcome.failed)
                tried += outcome.attempted
        self.assertGreater(tried, 10)

    def test_every_test_is_imported(self):
        """Pytest finds every file by its name, Odoo's own runner only what the package imports."""
        modules = sorted(path.stem for path in Path(tests.__file__).parent.rglob("test_*.py"))
        self.assertEqual([name for name in modules if not hasattr(tests, name)], [])
        self.assertEqual(len(modules), len(set(modules)))  # of two with one name, one would be hidden
