from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..common.acting import KEY, Acting
from ..common.personal import ABOUT, NAMED
from ..common.verb import verb

SHUT = "timebank_coproduction.mail_activity_pages_shut"


class TimebankDeputy(models.Model):
    """Somebody who acts for an organisation that is a member, on its own pages.

    They act there with the rights of the organisation's login of the portal: its own, or else an archived
    one that nobody can sign in with, as Odoo's own superuser is. So what is the organisation's stays
    decided by what holds for every member, whoever acts can do nothing else in its name, and nothing
    at all from the moment at which they are taken off. Who it was is left on all that they touch.
    """

    _name = "timebank.deputy"
    _description = "Person Acting for an Organisation"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _rec_name = "partner_id"
    _order = "id"
    _personal_fields = {"member_id": NAMED, "partner_id": ABOUT}
    _goes_with_person = True

    member_id = fields.Many2one(
        "timebank.member", "Organisation", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one("res.partner", "Person", required=True, ondelete="restrict", index=True)
    scheme_id = fields.Many2one(related="member_id.scheme_id", store=True, index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True)
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")
    since = fields.Date(default=fields.Date.context_today, readonly=True)
    taken_off_on = fields.Date("Taken off on", readonly=True)
    active = fields.Boolean("Acts for it", default=True, readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        deputies = super().create(vals_list)
        for deputy in deputies:
            deputy._refuse_naming()
            deputy._let_in()
        return deputies

    def write(self, vals):
        if {"member_id", "partner_id"} & vals.keys():
            raise UserError(self.env._("Take them off, and name somebody else."))
        return super().write(vals)

    def _refuse_naming(self):
        """:raises UserError: for whom nobody acts, and who can't act
        :raises AccessError: for who names themselves
        """
        member, person = self.member_id, self.partner_id
        if person == self.env.user.partner_id and not self.env.su:
            raise AccessError(
                self.env._(
                    "Nobody names themselves: you act for %(member)s with the button “Their own pages”, and"
                    " another coordinator can name you.",
                    member=member.name,
                )
            )
        if not member.takes_deputies:
            raise UserError(
                self.env._(
                    "%s is a person and acts for themselves: people are named who act for an organisation.",
                    member.name,
                )
            )
        if person.is_company:
            raise UserError(self.env._("Name a person: %s is an organisation.", person.name))
        # sudo: only whether there is another; the bank is the same
        if self.sudo().search_count([("member_id", "=", member.id), ("partner_id", "=", person.id)]) > 1:
            raise UserError(
                self.env._("%(person)s acts for %(member)s already.", person=person.name, member=member.name)
            )

    def _let_in(self):
        """See to it that the person can sign in, and that there is a login whose rights they have then.

        :raises UserError: for whom no login can be made
        """
        # sudo: only what logins there are is asked
        person = self.partner_id.sudo()
        if person._has_lost_login():
            raise UserError(
                self.env._(
                    "The login of %s was taken away: whoever manages logins gives it back first.", person.name
                )
            )
        if not person.user_ids and not self.member_id._give_login(self.partner_id):
            raise UserError(
                self.env._(
                    "%s can't sign in: first give them a mail address that no other login has.",
                    self.partner_id.name,
                )
            )
        self.member_id._make_seat()
        if not self._is_let_in():
            raise UserError(
                self.env._(
                    "The login of %(member)s works for other organisations alone: whoever manages logins adds"
                    " %(company)s to it first.",
                    member=self.member_id.name,
                    company=self.company_id.name,
                )
            )
        self._tell_of_shut(self.member_id.partner_id)

    @api.model
    def _get_members_of_user(self, domain=()):
        """A list of the memberships in which the user acts for an organisation, each as that may see it.

        :param domain: what else the membership has to be
        """
        user, deputies = self.env.user, self._get_of_user(domain)
        members = []
        for deputy in deputies.filtered(lambda one: one.member_id.takes_deputies and one._is_let_in()):
            seat = deputy.member_id._get_seat()
            member = deputy.member_id.with_user(seat).with_context(
                allowed_company_ids=deputy.company_id.ids, **{KEY: Acting(user.name, user.partner_id)}
            )
            if member.has_access("read"):
                members.append(member)
        return members

    @api.model
    def _get_of_user(self, domain=()):
        """As whom the user was named; as superuser."""
        # sudo: for whom the user acts; what they may do there, the organisation's login may
        return self.sudo().search(
            [
                ("partner_id", "=", self.env.user.partner_id.id),
                ("member_id", "any", Domain("state", "!=", "left") & Domain(domain or [])),
            ],
            order="member_id",
        )

    # ------------------------------------------------------------
    # Pages that nobody can open any more.
    # ------------------------------------------------------------

    def _is_let_in(self):
        """Whether there is a login with whose rights they act, in the company of the bank."""
        self.ensure_one()
        # sudo: only what login there is
        deputy = self.sudo()
        return deputy.company_id in deputy.member_id._get_seat().company_ids

    def _get_acting(self):
        """Those who can open the organisation's pages."""
        return self.filtered(lambda one: one.partner_id.user_ids and one._is_let_in())

    @api.model
    def _say_shut(self, domain=()):
        """Which pages the user can't open any more, and why: a list of sentences."""
        return [
            self.env._(
                "The pages of %(member)s in %(bank)s can't be opened at present, as its login was taken away."
                " Its coordinator knows.",
                member=deputy.member_id.name,
                bank=deputy.scheme_id.name,
            )
            for deputy in self._get_of_user(domain)
            if deputy.member_id.takes_deputies and not deputy._is_let_in()
        ]

    @api.model
    def _tell_of_shut(self, people):
        """Tell coordinators of the organisations whose pages those who act for them can't open any more;
        what they were told is done where that is over.

        :param people: contacts, of whose logins something has changed
        """
        # sudo: the task is the bank's, whoever takes a login away
        deputies = self.sudo().search([("member_id.partner_id", "in", people.ids)])
        for member, those in deputies.grouped("member_id").items():
            todos = member.activity_ids.filtered(lambda one: one.activity_type_id == one.env.ref(SHUT))
            shut = those.filtered(lambda one: not one._is_let_in())
            if not shut:
                todos.unlink()
            elif not todos:
                member._ask_to_open(shut)

    @verb()
    def action_take_off(self):
        """They can do nothing for the organisation any more; what they did stays, with their name on it."""
        self.check_access("write")
        self._in_verb().write({"active": False, "taken_off_on": fields.Date.context_today(self)})
        return True
