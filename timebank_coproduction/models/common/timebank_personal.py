from odoo import models
from odoo.tools import SQL

from .personal import HELD, SECRET, WORDS, fields_of


class TimebankPersonal(models.AbstractModel):
    """What a row holds about people, by how its model's fields are sorted (``personal.py``)."""

    _name = "timebank.personal"
    _description = "What Is Held about People"
    #: Field → sort. Each class sorts the fields that it adds.
    _personal_fields = {}
    #: Whether nothing of a row is kept when whom it is about is forgotten.
    _goes_with_person = False

    def _erase_personal(self):
        """Erase for good what people wrote or told in these rows, or the rows themselves.

        For those who have asked whether it may be. Rules and triggers of the books that guard who writes
        what aren't asked: nothing that counts or dates anything changes.
        """
        if self._goes_with_person:
            self._in_verb().unlink()
            return
        self._empty(fields_of(self, WORDS, SECRET, HELD))
        erase = getattr(self, "_erase_texts", None)  # of models whose words stand under a signature
        if erase:
            erase()

    def _empty(self, fields):
        """Empty stored fields, in a statement each."""
        if not self or not fields:
            return
        self.flush_recordset()
        columns = [field for field in fields if field.column_type]
        if columns:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE id IN %s",
                    SQL.identifier(self._table),
                    SQL(", ").join(
                        SQL("%s = %s", SQL.identifier(field.name), "" if field.required else None)
                        for field in columns
                    ),
                    self._ids,
                )
            )
        for field in fields:
            if field.type == "many2many":
                self.env.cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE %s IN %s",
                        SQL.identifier(field.relation),
                        SQL.identifier(field.column1),
                        self._ids,
                    )
                )
        names = [field.name for field in fields]
        self.invalidate_recordset(names, flush=False)
        self.modified(names)
