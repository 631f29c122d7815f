from contextlib import contextmanager, nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.personal import KEPT
from ..common.verb import verb

GROUP = "timebank_coproduction.group_timebank_"


class ResUsers(models.Model):
    _inherit = "res.users"
    _personal_fields = {
        "coordinated_scheme_ids": KEPT,
    }

    #: What the record rules ask: a list of ids, so that PostgreSQL walks an index in the order
    #: of a list and stops after a page, however many banks there are and however long the ledger.
    coordinated_scheme_ids = fields.Many2many("timebank.scheme", string="Coordinates")

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        if any("coordinated_scheme_ids" in vals for vals in vals_list):
            self.env.registry.clear_cache()
            # sudo: which banks they were given, by whoever made the logins
            schemes = users.sudo().coordinated_scheme_ids
            schemes._note_coordinators({scheme: scheme.coordinator_ids - users for scheme in schemes})
        return users

    def write(self, vals):
        if vals.get("active") is False:
            self._hand_on_todos()
        taking_off = "coordinated_scheme_ids" in vals
        # sudo: which banks somebody is taken off, whoever may do so below
        before = [(user, user.sudo().coordinated_scheme_ids) for user in self if taking_off]
        with self._losing_roles() if "group_ids" in vals else nullcontext():
            result = super().write(vals)
        if "coordinated_scheme_ids" in vals:
            self.env.registry.clear_cache()
            # sudo: as above
            now = [(user, user.sudo().coordinated_scheme_ids) for user in self]
            schemes = now[0][1].union(*(one for _user, one in [*before, *now])) if now else ()
            for scheme in schemes:
                had = self.browse(user.id for user, banks in before if scheme in banks)
                scheme._note_coordinators({scheme: (scheme.coordinator_ids - self) | had})
            for user, schemes in before:
                # sudo: whoever takes somebody off a bank was allowed to above
                user._hand_on_todos(schemes - user.sudo().coordinated_scheme_ids)
        if "company_ids" in vals:
            self._refuse_leaving_banks()
        return result

    @api.constrains("coordinated_scheme_ids")
    def _check_coordinated(self):
        """From the user, too, nobody becomes a bank's coordinator without the role of one."""
        # sudo: which banks they coordinate, whoever has said so
        self.sudo().coordinated_scheme_ids._check_coordinators()

    @verb()
    def action_archive(self):
        """Odoo deletes the to-dos of who is archived: those about a bank are for who decides next in it."""
        self.check_access("write")
        self._hand_on_todos()
        return super().action_archive()

    @contextmanager
    def _losing_roles(self):
        """Who is no coordinator any more after the block runs no bank; who decides next has their to-dos.

        So it is for managers and the banks that they decided for without running them.
        """
        # sudo: who has which role, and what goes on to whom, whoever gives and takes roles
        users = self.sudo()
        names = ("coordinator", "manager")
        roles = [users.env.ref(GROUP + name, raise_if_not_found=False) for name in names]
        if not all(roles):  # the addon is being uninstalled
            yield
            return
        before = {role: users.filtered(lambda user, role=role: role in user.all_group_ids) for role in roles}
        yield
        lost = {
            role: had.filtered(lambda user, role=role: role not in user.all_group_ids)
            for role, had in before.items()
        }
        coordinators, managers = lost.values()
        coordinators.filtered("coordinated_scheme_ids").write({"coordinated_scheme_ids": [Command.clear()]})
        for user in managers:
            user._hand_on_todos(user.env["timebank.scheme"].search([]))

    def _hand_on_todos(self, schemes=None):
        """Give these users' to-dos about a bank's records to its next coordinator, or else a manager.

        :param schemes: only those about these banks, or about all where none are named
        """
        if schemes is not None and not schemes:
            return
        # sudo: the to-dos, and what they are about, are the banks', whoever was asked to do them
        going = self.sudo()
        alarm = self.env.ref("timebank_coproduction.mail_activity_ledger")  # each manager has their own
        todos = going.env["mail.activity"].search(
            [
                ("user_id", "in", going.ids),
                ("res_model", "=like", "timebank.%"),
                ("activity_type_id", "!=", alarm.id),
            ]
        )
        for model, group in todos.grouped("res_model").items():
            records = going.env[model].browse(group.mapped("res_id")).exists()
            for todo in group.filtered(lambda todo, there=set(records.ids): todo.res_id in there):
                record = records.browse(todo.res_id)
                banks = going._get_banks_of(record, schemes)
                user = going._get_next_for(record, banks)
                theirs = schemes is None or banks & schemes and not banks & going.coordinated_scheme_ids
                if user and theirs:
                    todo.user_id = user

    def _get_banks_of(self, record, schemes):
        """The banks that a record is about; of what belongs to none, those that these users decided for."""
        if record._name == "timebank.scheme":
            return record
        fields_of_banks = [
            one
            for one in record._fields.values()
            if one.comodel_name == "timebank.scheme" and (one.store or one.compute)  # not a form's own
        ]
        for field in sorted(fields_of_banks, key=lambda one: one.type != "many2one"):  # one, or several
            return record[field.name]
        if schemes is None:
            return self.coordinated_scheme_ids
        return schemes if not self.coordinated_scheme_ids else schemes.browse()

    def _get_next_for(self, record, schemes):
        """Who decides about a record of these banks when these users no longer do: one user, or none."""
        concerned = self.partner_id
        if hasattr(record, "_get_concerned"):
            concerned |= record._get_concerned()
        elif "partner_id" in record._fields:
            concerned |= record.partner_id
        return self.browse().union(*(scheme._get_deciders(concerned) for scheme in schemes))[:1]

    def _refuse_leaving_banks(self):
        """:raises UserError: for coordinators of a bank in a company that they no longer work in"""
        # sudo: banks of companies that the administrator doesn't work in count, too
        schemes = self.env["timebank.scheme"].sudo().search([("coordinator_ids", "in", self.ids)])
        for scheme in schemes:
            for user in scheme.coordinator_ids & self:
                if scheme.company_id not in user.company_ids:
                    raise UserError(
                        self.env._(
                            "%(person)s coordinates %(bank)s, of %(company)s: take them off its coordinators"
                            " first.",
                            person=user.name,
                            bank=scheme.name,
                            company=scheme.company_id.name,
                        )
                    )

    @api.ondelete(at_uninstall=True)
    def _unlink_no_makers_of_transfers(self):
        """A transfer says for good who made it."""
        # sudo: any transfer counts, also one that the administrator may not read; none is shown
        made = self.env["timebank.transfer"].sudo().search([("create_uid", "in", self.ids)], limit=1)
        if made:
            raise UserError(
                self.env._(
                    "%s has moved time credits, and the ledger keeps who did: archive the user instead of"
                    " deleting it.",
                    made.create_uid.name,
                )
            )
