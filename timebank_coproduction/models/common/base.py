from odoo import models

from .companies import MOVES, company_by_record, refuse_moved
from .days import reading_days
from .naming import asking_whom_it_names
from .readable import concerns_us, searching_what_is_readable
from .text import telling_as_text


class Base(models.AbstractModel):
    """What holds for each model of the addon, those to come included, and for whatever they name."""

    _inherit = "base"

    def _register_hook(self):
        super()._register_hook()
        model_class = self.env.registry[self._name]
        # Odoo makes the fields of a model anew whenever one is added to it, and calls this again; its users
        # don't hear of it
        if self._name == "base":
            for one in self.env.registry.values():
                for field in filter(concerns_us, one._fields.values()):
                    searching_what_is_readable(field)
        if not self._name.startswith("timebank.") or self._abstract:
            return
        # only what a reader of the record may read (mail_activity.py, mail_beside.py)
        for name in ("activity_ids", "message_ids"):
            if name in model_class._fields:
                model_class._fields[name].bypass_search_access = False
        if not getattr(model_class, "asks_whom_it_names", False):
            reading_days(model_class)
            asking_whom_it_names(model_class)
            if hasattr(model_class, "activity_schedule"):
                telling_as_text(model_class)

    def write(self, vals):
        if MOVES.isdisjoint(vals) or self._name.startswith(("timebank.", "ir.", "mail.")):
            return super().write(vals)
        before = company_by_record(self)
        result = super().write(vals)
        if before:
            refuse_moved(self, before)
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """What a record names is exported as it is read: by its name, also where it can't be read.

        Odoo's own export fails for the first that can't.
        """
        named = {
            position: path[0]
            for position, path in enumerate(fields)
            if len(path) == 1 and path[0] in self._fields and self._fields[path[0]].type == "many2one"
        }
        if not (_is_toplevel_call and named and self._name.startswith("timebank.")):
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        # numbers of records in the place of names for now; the lines of a record's lines have none
        others = [[".id"] if position in named else path for position, path in enumerate(fields)]
        lines = super()._export_rows([*others, [".id"]])
        told = {str(row["id"]): row for row in self.read([*dict.fromkeys(named.values())])}
        for line in lines:
            row = told.get(line.pop(), {})
            for position, name in named.items():
                line[position] = row[name][1] if row.get(name) else ""
        return lines

    def _say_who_makes(self):
        """A sentence for who may not make such records, where Odoo's own says too little."""
        return ""

    def _say_who_changes(self):
        """A sentence for who may read these records and not change them."""
        return self.env._("You can read this, but not change it: ask a coordinator or a manager.")

    def _get_nameable(self, name, records, vals_list):
        """Which of ``records`` the user may name in a field without being able to read them.

        :param str name: the field
        :param records: what would be named and the user can't read, as superuser
        :param vals_list: the values that name them, each of a record
        """
        return records.browse()
