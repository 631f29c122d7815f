from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_list

#: Tables that name a contact without any app knowing them by it: the addon's own, and what is said to them.
OWN_TABLES = ("timebank_", "mail_", "res_partner", "base_partner_merge_")


class ResPartner(models.Model):
    """The memberships of a person, and what they have to spend."""

    _inherit = "res.partner"

    timebank_member_ids = fields.One2many("timebank.member", "partner_id", string="Time banks")
    timebank_balance_minutes = fields.Integer(compute="_compute_timebank_balance", compute_sudo=False)
    timebank_balance_hours = hours_field("timebank_balance_minutes", "Time credits", compute_sudo=False)

    def write(self, vals):
        if "email" in vals and not self.env.su:
            self._refuse_taking_over(vals["email"])
        return super().write(vals)

    def _refuse_taking_over(self, email):
        """Whoever could change a member's address could have their password sent there.

        Odoo asks the same for the contacts of its internal users.

        :raises AccessError: for members with a login, unless the user manages logins
        """
        if self.env["res.users"].has_access("write"):
            return
        # sudo: only whether these contacts are members with a login is asked
        others = (self - self.env.user.partner_id).sudo().with_context(active_test=False)
        for person in others.filtered(lambda one: one.user_ids and one.timebank_member_ids):
            if (person.email or "") != (email or ""):
                raise AccessError(
                    self.env._(
                        "%s logs in with this address, and a new password is sent there: they change it"
                        " themselves, or an administrator who manages logins does.",
                        person.name,
                    )
                )

    def _compute_timebank_balance(self):
        """Over the banks that the user may see."""
        members = self.env["timebank.member"].search([("partner_id", "in", self.ids)]).grouped("partner_id")
        for partner in self:
            mine = members.get(partner._origin, self.env["timebank.member"])
            partner.timebank_balance_minutes = sum(mine.mapped("balance_minutes"))

    def _say_name(self):
        """What who reads a record that names this person is told: to a member, as far as it is shown."""
        self.ensure_one()
        # sudo: whoever reads the record is told whom it names, and nothing else of them
        person, user = self.sudo(), self.env.user
        if not user._is_portal() or person == user.partner_id:
            return person.name or ""
        return person.display_name or ""

    @verb()
    def action_view_timebank_statement(self):
        """What moved on these people's own accounts."""
        own = [("account_id", "in", self.timebank_member_ids.account_id.ids)]
        return open_list(self.env, "timebank_statement_line_action", own)

    # ------------------------------------------------------------
    # What people tell a time bank of themselves, and contacts that others rely on.
    # ------------------------------------------------------------

    def _complete_from_time_bank(self, details, scheme):
        """Fill in what a contact lacks, where nobody but the time bank relies on it.

        A contact with a login (its password is reset by mail), of another company, or known
        to another app is left as it is: who looks after contacts gets a to-do to look at it.

        :param dict details: field → value, for fields that are empty
        :param scheme: the bank that was told
        """
        self.ensure_one()
        if not details:
            return
        if not self._is_known_elsewhere(scheme.company_id):
            # sudo: a coordinator takes people in without being allowed to edit all contacts;
            # only details that are empty, of somebody whom nobody else knows, are written.
            self.sudo().write(details)
            return
        labels = {name: self._fields[name]._description_string(self.env) for name in details}
        # sudo: the to-do is about what the user was told; who gets it may edit contacts
        keepers = (
            (self.env.user | scheme._get_deciders(self))
            .sudo()
            .filtered(lambda user: user.has_group("base.group_partner_manager"))
        )
        scheme.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Look at a contact"),
            note="\n".join(
                [
                    self.env._("%s told the time bank, and the contact is used elsewhere too:", self.name),
                    *(f"{labels[name]}: {value}" for name, value in details.items()),
                ]
            ),
            user_id=(keepers[:1] or self.env.user).id,
        )

    def _is_known_elsewhere(self, company):
        """Whether this contact has a login, or another company or app of the database relies on it."""
        self.ensure_one()
        # sudo: only whether there is anything is asked
        contact = self.sudo().with_context(active_test=False)
        banks = contact.timebank_member_ids.company_id | contact.company_id
        return bool(contact.user_ids or banks - company or self._is_named_by_others(OWN_TABLES))

    def _is_named_by_others(self, own_tables):
        """Whether a table names this contact that begins with none of ``own_tables``."""
        self.ensure_one()
        # sudo: only whether there is anything is asked
        merging = self.sudo().env["base.partner.merge.automatic.wizard"]
        tables = [
            (table, column)
            for table, column in merging._get_fk_on("res_partner")
            if not table.startswith(own_tables)
        ]
        self.env.flush_all()
        named = SQL(" UNION ALL ").join(
            SQL(
                "(SELECT 1 FROM %s WHERE %s = %s LIMIT 1)",
                SQL.identifier(table),
                SQL.identifier(column),
                self.id,
            )
            for table, column in tables
        )
        return bool(self.env.execute_query(SQL("%s LIMIT 1", named)))
