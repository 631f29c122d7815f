from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tools import SQL

from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_form, open_list

#: How many memberships a refusal names at most.
MOST_NAMED = 5

#: Tables that name a contact without any app knowing them by it: the addon's own, and what is said to them.
OWN_TABLES = ("timebank_", "mail_", "res_partner", "base_partner_merge_")


class ResPartner(models.Model):
    """The memberships of a person, and what they have to spend."""

    _inherit = "res.partner"

    timebank_member_ids = fields.One2many("timebank.member", "partner_id", string="Time banks")
    timebank_balance_minutes = fields.Integer(compute="_compute_timebank_balance", compute_sudo=False)
    timebank_balance_hours = hours_field("timebank_balance_minutes", "Time credits", compute_sudo=False)

    timebank_double_text = fields.Text(compute="_compute_timebank_double_text", compute_sudo=False)

    # whoever gives or receives is asked whether they are one, and few are
    _timebank_companies = models.Index("(id) WHERE is_company")

    def write(self, vals):
        if "email" in vals and not self.env.su:
            self._refuse_taking_over(vals["email"])
        if vals.get("active") is False:
            self._refuse_archiving_members()
        return super().write(vals)

    def _refuse_archiving_members(self):
        """Who takes part in a time bank is no archived contact: what of the membership comes first.

        :raises RedirectWarning: for contacts with an active membership, leading to it
        :raises UserError: the same, for who doesn't run the bank
        """
        # sudo: any membership counts, also of a bank that the user can't read
        members = self.env["timebank.member"].sudo()
        members = members.search([("partner_id", "in", self.ids), ("state", "=", "active")])
        if not members:
            return
        sentence = self.env._(
            "%(people)s: pause the membership, or end it, before the contact is archived.",
            people=", ".join(
                self.env._(
                    "%(person)s is a member of %(bank)s", person=member.name, bank=member.scheme_id.name
                )
                for member in members[:MOST_NAMED]
            ),
        )
        theirs = members.with_env(self.env)
        if not self.env["timebank.member"].has_access("write") or not theirs.has_access("write"):
            whom = members[0].scheme_id._say_whom_to_ask(members[0].partner_id)
            raise UserError(self.env._("%(sentence)s %(whom)s", sentence=sentence, whom=whom))
        if len(theirs) == 1:
            raise RedirectWarning(sentence, open_form(theirs), self.env._("Open the membership"))
        action = open_list(self.env, "timebank_member_action", [("id", "in", theirs.ids)], {})
        raise RedirectWarning(sentence, action, self.env._("Open the memberships"))

    def _refuse_taking_over(self, email):
        """Whoever could change the address of a member, or of who acts for one, could have their password
        sent there.

        Odoo asks the same for the contacts of its internal users.

        :raises AccessError: for such people with a login, unless the user manages logins
        """
        if self.env["res.users"].has_access("write"):
            return
        # sudo: only whether these contacts are members with a login is asked
        others = (self - self.env.user.partner_id).sudo().with_context(active_test=False)
        others = others.filtered(lambda one: one.user_ids.filtered(lambda user: not user.is_timebank_seat))
        deputies = others.env["timebank.deputy"].search([("partner_id", "in", others.ids)])
        for person in others.filtered(lambda one: one.timebank_member_ids or one in deputies.partner_id):
            if (person.email or "") != (email or ""):
                raise AccessError(
                    self.env._(
                        "%s logs in with this address, and a new password is sent there: they change it"
                        " themselves, or an administrator who manages logins does.",
                        person.name,
                    )
                )

    def _has_lost_login(self):
        """Whether there is a login of this contact's own, and it was archived."""
        # sudo: only whether there is one is asked
        users = self.sudo().with_context(active_test=False).user_ids
        own = users.filtered(lambda user: not user.is_timebank_seat)
        return bool(own) and not any(own.mapped("active"))

    def _compute_timebank_balance(self):
        """Over the banks that the user may see."""
        members = self.env["timebank.member"].search([("partner_id", "in", self.ids)]).grouped("partner_id")
        for partner in self:
            mine = members.get(partner._origin, self.env["timebank.member"])
            partner.timebank_balance_minutes = sum(mine.mapped("balance_minutes"))

    @api.depends("name", "email", "phone", "zip", "street", "is_company")
    @api.depends_context("uid")
    def _compute_timebank_double_text(self):
        """While a contact is being made: whom they may be among those that there are, a line each."""
        self.timebank_double_text = False
        doubles = self.env["timebank.double"]
        if not doubles.has_access("read"):
            return
        for partner in self.filtered(lambda one: not one._origin and one.name):
            details = {name: partner[name] for name in self._get_details_compared()}
            like = doubles._find_like([details])[0]
            partner.timebank_double_text = doubles._say_like(like)

    @api.model
    def _get_details_compared(self):
        """What of somebody new is compared with contacts that there are."""
        return ("name", "email", "phone", "zip", "street", "is_company")

    def _say_details(self):
        """What tells people of one name apart, in a few words."""
        self.ensure_one()
        return " · ".join(filter(None, (self.phone, self.email, self.zip, self.city)))

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
