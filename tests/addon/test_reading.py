"""Whoever may read a record may read all that it shows: no field of it fails, whichever bank it is of."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..journeys.world import WorldCase


@tagged("post_install", "-at_install")
class TestReading(WorldCase):
    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_every_field_of_every_record_that_a_role_sees(self):
        for user in self.users:
            for name in sorted(self.env.registry):
                if name.startswith("timebank.") and self.env[name]._auto and not self.env[name]._transient:
                    self._read_all(self.env[name].with_user(user))

    def _read_all(self, records):
        if not records.has_access("read"):
            return
        self.env.invalidate_all()
        try:
            return records.search([]).read()
        except AccessError:
            for field in records.fields_get():
                with self.subTest(user=records.env.user.login, field=f"{records._name}.{field}"):
                    self.env.invalidate_all()
                    records.search([]).read([field])
