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

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_searching_and_exporting_without_naming_fields(self):
        """As the web's own export does, and what other systems ask over the external API."""
        allowed = self.env.ref("base.group_allow_export")
        for user in self.users:
            if user._is_internal():
                user.group_ids += allowed
            for name in sorted(self.env.registry):
                records = self.env[name].with_user(user)
                if not name.startswith("timebank.") or records._abstract or records._transient:
                    continue
                if not records.has_access("read"):
                    continue
                self.env.invalidate_all()
                with self.subTest(user=user.login, model=name):
                    records.search_read([], limit=5)
                if user._is_internal():
                    self._export_all(records.search([], limit=5))

    def _export_all(self, records):
        described = records.fields_get(attributes=["exportable"])
        names = [name for name, field in described.items() if field.get("exportable", True)]
        if not records._is_an_ordinary_table():
            names.remove("id")  # as the web's export does: a view has no external ids
        self.env.invalidate_all()
        try:
            return records.export_data(names)
        except AccessError:
            for name in names:
                with self.subTest(user=records.env.user.login, export=f"{records._name}.{name}"):
                    self.env.invalidate_all()
                    records.export_data([name])

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
