from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ...tools.moving_in.plan import Choice
from ...tools.moving_in.planner_choosing import CONTACT
from ...tools.names import folded
from ..common.personal import NAMED, OURS, WORDS
from .reasons import QUESTIONS

#: Names that no choice for all rows alike could be right about: what stands there is no name.
ONLY_BY_ROW = ("gone",)


class TimebankMigrationName(models.Model):
    """A name in the files of a move that doesn't say whom it means: a coordinator chooses.

    For all rows that have the name, or for one of them alone.
    """

    _name = "timebank.migration.name"
    _description = "Name to Choose for"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "row_number, row_count desc, id"
    _allow_sudo_commands = False
    _personal_fields = {
        "name": WORDS,
        "file_name": OURS,
        "person_ids": NAMED,
        "partner_ids": NAMED,
    }

    migration_id = fields.Many2one(
        "timebank.migration", "Move", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(related="migration_id.scheme_id", store=True)
    company_id = fields.Many2one(related="migration_id.company_id", store=True)
    code = fields.Selection(QUESTIONS, "Question", required=True, readonly=True)
    name = fields.Char("What the files say", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    file_name = fields.Char("Only in", readonly=True)
    row_number = fields.Integer(
        "Record", readonly=True, aggregator=None, help="0: all rows that have the name."
    )
    person_ids = fields.Many2many(
        "timebank.migration.person",
        "timebank_migration_name_person_rel",
        "name_id",
        "person_id",
        "Of the files",
        domain="[('migration_id', '=', migration_id), ('key', 'not =like', 'contact:%')]",
        help="Whom the name means, of the people whom the files name.",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        "timebank_migration_name_partner_rel",
        "name_id",
        "partner_id",
        "Members and contacts here",
        domain="[('company_id', 'in', (False, company_id))]",
        help="Whom the name means, of those who are here already.",
    )
    sharing = fields.Selection(
        [("each", "Each has the whole time"), ("equally", "They share it equally")], "Several people"
    )

    @api.constrains("person_ids", "partner_ids", "sharing")
    def _check_chosen(self):
        for name in self:
            if name.person_ids.migration_id - name.migration_id:
                raise ValidationError(self.env._("Choose people of this move."))
            if name.partner_ids.company_id - name.company_id:
                raise ValidationError(self.env._("Choose contacts of %s.", name.company_id.name))
            count = len(name.person_ids) + len(name.partner_ids)
            if count > 1 and name.code != "several":
                raise ValidationError(self.env._("“%s” is one person: choose one.", name.name))
            if count > 1 and not name.sharing:
                raise ValidationError(
                    self.env._("“%s”: say whether each has the whole time, or they share it.", name.name)
                )

    def write(self, vals):
        if not self._is_in_verb():
            self.migration_id._take_answer()
        return super().write(vals)

    def _those_chosen(self):
        return self.filtered(lambda name: name.person_ids or name.partner_ids)

    def _get_choices(self):
        """What was chosen, as ``tools/moving_in`` takes it."""
        # somebody of the files who is a contact here already is one person, not two
        people = self.migration_id.person_ids
        named = people.filtered(lambda one: one.partner_id and not one.key.startswith(CONTACT))
        keys = {one.partner_id.id: one.key for one in named}
        choices = {}
        for name in self._those_chosen():
            place = (name.file_name, name.row_number) if name.row_number else (name.code,)
            of_files = [keys[one.id] for one in name.partner_ids if one.id in keys]
            choices[(*place, folded(name.name or ""))] = Choice(
                tuple(dict.fromkeys([*name.person_ids.mapped("key"), *of_files])),
                tuple((one.id, one.name) for one in name.partner_ids if one.id not in keys),
                name.sharing == "equally",
            )
        return choices

    def _get_chosen(self):
        """What was chosen, to be written anew after a rehearsal: dict of place → values, people by keys."""
        return {
            name._get_place(): {
                "name": name.name,
                "row_count": name.row_count,
                "keys": name.person_ids.mapped("key"),
                "partner_ids": name.partner_ids.ids,
                "sharing": name.sharing,
            }
            for name in self._those_chosen()
        }

    def _get_place(self):
        return self.code, folded(self.name or ""), self.file_name, self.row_number

    def _write_anew(self, move, plan, chosen):
        """The names of a move that somebody is to be chosen for, with what was chosen before."""
        names = {}
        for row in plan.rows:
            for code, name in row.names:
                if code not in ONLY_BY_ROW:
                    vals = {"name": name[:500], "row_count": 0, "keys": []}
                    names.setdefault((code, folded(name), False, 0), vals)["row_count"] += 1
        for place, vals in chosen.items():
            names[place] = {**vals, "row_count": names.get(place, vals)["row_count"]}
        ids = {one.key: one.id for one in move.person_ids}
        # sudo: what the move itself asks; the user runs its bank, and has chosen whom they may read
        self.sudo()._in_verb().create(
            [
                {
                    "migration_id": move.id,
                    "code": code,
                    "file_name": file,
                    "row_number": number,
                    "person_ids": [Command.set([ids[key] for key in vals.pop("keys") if key in ids])],
                    **vals,
                }
                for (code, _folded, file, number), vals in names.items()
            ]
        )

    def _get_of_row(self, row):
        """Where somebody is chosen for a row alone."""
        here = {
            "migration_id": row.migration_id.id,
            "file_name": row.file_name,
            "row_number": row.number,
        }
        found = self.search([(field, "=", value) for field, value in here.items()], limit=1)
        if not found:
            # sudo: a place to choose in, of a row that the user may write on
            found = (
                self.sudo()
                ._in_verb()
                .create({**here, "code": row.question, "name": row.name_in_doubt, "row_count": 1})
            )
        return found.sudo(False)
