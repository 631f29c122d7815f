from lxml import html

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.windows import open_list
from ..ledger.timebank_told import CALL
from .timebank_desk import ROWS

#: How many calls are looked at.
MOST_CALLS = 1000


class TimebankDesk(models.AbstractModel):
    """On the desk: whom no mail reaches, and who is to be rung."""

    _inherit = "timebank.desk"

    def _get_calls(self, schemes):
        calls = self._find_calls(schemes)
        whole = len(calls) > ROWS and open_list(
            self.env,
            "timebank_todo_action",
            [("id", "in", calls.ids)],
            {},
            display_name=self.env._("Calls to make"),
        )
        return [
            self._section(
                "calls",
                self.env._("Calls to make"),
                self.env._("No mail reaches them: ring, and tell them."),
                len(calls),
                [self._call_row(call) for call in calls[:ROWS]],
                whole,
            )
        ]

    def _find_calls(self, schemes):
        """The calls to make about what is of these banks, whoever of their coordinators is asked to."""
        if not schemes:
            return self.env["mail.activity"]
        # what stands on records that the user can't read isn't theirs to do
        domain = self._get_calls_domain(schemes)
        return self.env["mail.activity"].search(domain, order="date_deadline, id", limit=MOST_CALLS)

    def _get_calls_domain(self, schemes):
        """Calls on records of these banks, and on what belongs to no bank those of who decides in them."""
        open_calls = Domain("activity_type_id", "=", self.env.ref(CALL).id)
        of_banks, of_none = [], []
        # sudo: on which records there are any, as they are few among all; the search that this is for finds
        # what the user may read
        activities = self.env["mail.activity"].sudo()
        ours = open_calls & Domain("res_model", "=like", "timebank.%")
        for (name,) in activities._read_group(ours, ["res_model"]):
            if name not in self.env:
                continue
            called = activities._search(ours & Domain("res_model", "=", name))
            called = called.subselect(SQL.identifier(called.table, "res_id"))
            # sudo: which records are of a bank; what the user may not read isn't found with its to-dos
            records = self.env[name].sudo().with_context(active_test=False)
            bank = "id" if name == schemes._name else self._get_bank_field(records)
            if not bank:
                of_none.append(name)
                continue
            found = records._search([(bank, "in", schemes.ids), ("id", "in", called)])
            of_banks.append(Domain("res_model", "=", name) & Domain("res_id", "in", found))
        if of_none:
            nobody = self.env["res.partner"]
            deciders = self.env["res.users"].union(*(scheme._get_deciders(nobody) for scheme in schemes))
            of_banks.append(Domain("res_model", "in", of_none) & Domain("user_id", "in", deciders.ids))
        return open_calls & Domain.OR(of_banks)

    def _get_bank_field(self, model):
        """The name of the field that says whose bank a record is of, or nothing."""
        fields_of_bank = (
            field for field in model._fields.values() if field.comodel_name == "timebank.scheme"
        )
        return next((field.name for field in fields_of_bank if field.store and field.type == "many2one"), "")

    def _call_row(self, call):
        """Whom to ring, with the number, and about what."""
        about = self.env[call.res_model].browse(call.res_id)
        person = about.partner_id if "partner_id" in about._fields else self.env["res.partner"]
        whom, phone, note = self._read_call(call)
        what = call.summary or about.display_name
        named = not whom or whom in what
        return {
            **self._row(about, note if named else f"{what} {note}".strip()),
            "key": f"{call._name},{call.id}",
            "title": what if named else whom,
            "partner_id": person.id,
            "phone": phone or person.phone or "",
            "buttons": [
                self._button(
                    self.env._("Rung"),
                    call._name,
                    "action_done",
                    [call.ids],
                    said=self.env._("Rung: %s", whom or what),
                    done=self.env._("Rung"),
                    undo=self._button(
                        self.env._("Not rung yet"),
                        call._name,
                        "action_unarchive",
                        [call.ids],
                        primary=False,
                        said=self.env._("To be rung after all: %s", whom or what),
                    ),
                )
            ],
        }

    def _read_call(self, call):
        """Whom a call is to, their number, and what else its note says."""
        if not call.note:
            return "", "", ""
        note = html.fragment_fromstring(call.note, create_parent=True)
        first, *rest = note.findall("p") or [note]
        number = first.find(".//a")
        if number is None:
            whom = first.text if first.find("em") is not None else first.text_content()
            return (whom or "").strip(), "", " ".join(one.text_content() for one in rest)
        whom = (first.text or "").removesuffix("(").strip()
        return whom, number.text_content(), " ".join(one.text_content() for one in rest)
