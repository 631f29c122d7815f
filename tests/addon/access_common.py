"""Two banks of one company, and who may do what to a record of either."""

from odoo.fields import Command

from ..common import TimebankCase

OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


class AccessCase(TimebankCase):
    """River Street is one's own, Hill Top that of other people."""

    #: model → role → letters of what a role may do: read, write, create, unlink. For its
    #: own bank and, after the stroke, for the bank of others.
    table = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_scheme("Hill Top", coordinator_ids=[Command.set(cls.coordinator2.ids)])
        cls.dee = cls._make_member("Dee Ray", scheme=cls.other)
        cls.zoe = cls._make_member("Zoe Hill")
        #: bank → model → a record of somebody else's
        cls.records = {
            cls.scheme: cls._make_records(cls.scheme, cls.zoe, cls.coordinator),
            cls.other: cls._make_records(cls.other, cls.dee, cls.coordinator2),
        }

    @classmethod
    def _make_records(cls, scheme, member, coordinator):
        return {}

    def _allowed(self, user, record):
        record = self._as(user, record)
        return "".join(
            letter if record.has_access(operation) else "-" for letter, operation in OPERATIONS.items()
        )

    def check_table(self):
        """Each model, each role, each way of touching it."""
        for model, roles in self.table.items():
            for role, expected in roles.items():
                found = "/".join(
                    self._allowed(getattr(self, role), self.records[scheme][model])
                    for scheme in (self.scheme, self.other)
                )
                with self.subTest(model=model, role=role):
                    self.assertEqual(found, expected)

    def check_searches(self):
        """A search shows what may be read, and nothing else."""
        for model, roles in self.table.items():
            for role, expected in roles.items():
                records = self._as(getattr(self, role), self.env[model])
                found = records.search([]) if records.has_access("read") else records
                for scheme, letters in zip((self.scheme, self.other), expected.split("/"), strict=True):
                    with self.subTest(model=model, role=role, bank=scheme.name):
                        shown = self.records[scheme][model] in found
                        self.assertEqual(shown, letters[0] == "r")
