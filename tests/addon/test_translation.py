"""The template for translations has every word that people read, and none that is gone."""

import io

import polib

from odoo.tools import file_open
from odoo.tools.translate import trans_export

from ..common import TimebankCase

MODULE = "timebank_coproduction"


class TestTranslation(TimebankCase):
    """`i18n/timebank_coproduction.pot`, which `make pot` writes."""

    def test_the_template_is_up_to_date(self):
        buffer = io.BytesIO()
        trans_export(None, [MODULE], buffer, "po", self.env)
        words = {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}
        with file_open(f"{MODULE}/i18n/{MODULE}.pot") as file:
            kept = {entry.msgid for entry in polib.pofile(file.read())}
        self.assertGreater(len(words), 2_000)
        self.assertFalse(words ^ kept, "These words differ from the template: run `make pot`.")
