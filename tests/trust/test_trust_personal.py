"""What is held about people: every field is sorted, all of it is found, shown, and erased."""

from odoo.addons.timebank_coproduction.models.common import personal

from .trust_common import TrustCase


class TestTrustSorted(TrustCase):
    def test_every_field_is_sorted(self):
        """A field that is new, and could name somebody or hold their words, is sorted by whoever adds it."""
        looked_at = 0
        for model, field in self._get_stored_fields():
            if not personal.could_be_personal(self.env, field):
                continue
            looked_at += 1
            with self.subTest(model=model._name, field=field.name):
                self.assertIn(
                    field.name,
                    personal.sorts(model),
                    "Sort it in the model's _personal_fields (models/common/personal.py says how).",
                )
        self.assertGreater(looked_at, 120)

    def test_what_is_sorted_is_there(self):
        for model, _fields in self._get_fields_by_model():
            for name in personal.sorts(model):
                with self.subTest(model=model._name, field=name):
                    self.assertTrue(model._fields[name].store)

    def test_what_is_about_people_is_about_somebody(self):
        """A link that says whom a row is about, or through what, leads to a person in the end."""
        about = {
            model._name for model in personal.models_of_ours(self.env) if personal.is_about_people(model)
        }
        for name in about:
            for field in personal.fields_of(self.env[name], personal.ABOUT, personal.THROUGH):
                with self.subTest(model=name, field=field.name):
                    self.assertIn(field.comodel_name, about | set(personal.PEOPLE))

    def _get_stored_fields(self):
        for model, fields in self._get_fields_by_model():
            for field in fields:
                yield model, field

    def _get_fields_by_model(self):
        """(model, its stored fields): all of those of our models, and of Odoo's those that we add."""
        ours = {model._name for model in personal.models_of_ours(self.env)}
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or not model._auto or model._transient:
                continue
            fields = [field for field in model._fields.values() if field.store]
            if name not in ours:
                fields = [one for one in fields if one._module == "timebank_coproduction"]
            if fields:
                yield model, fields
