from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.names import folded
from ..common.hours_field import hours_field
from ..common.personal import ABOUT, KEPT, NAMED, WORDS

#: A key that ends with so many signs is made of what a row says; with fewer, it is the source's own number.
SIGNS_OF_DIGEST = 24


class TimebankMigrationPerson(models.Model):
    """Somebody whom a move brings in, and what their balance is to be; minutes are kept."""

    _name = "timebank.migration.person"
    _description = "Person of a Move"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "name, id"
    _allow_sudo_commands = False
    _personal_fields = {
        "name": WORDS,
        "key": KEPT,
        "email": WORDS,
        "phone": WORDS,
        "words": WORDS,
        "partner_id": ABOUT,
        "double_id": NAMED,
        "member_id": NAMED,
    }

    migration_id = fields.Many2one(
        "timebank.migration", "Move", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(
        "timebank.scheme", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    # As the files have them
    key = fields.Char(required=True, readonly=True, index=True)
    name = fields.Char(readonly=True)
    email = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    words = fields.Char("Note", readonly=True)
    joined_on = fields.Date(readonly=True)
    is_organisation = fields.Boolean(readonly=True)
    joining_state = fields.Selection(
        [("active", "Active"), ("paused", "Paused"), ("applicant", "Applicant")],
        "State",
        readonly=True,
        default="active",
    )
    is_known = fields.Boolean("Moved in before", readonly=True)
    # Their balance, in minutes
    is_declared = fields.Boolean(readonly=True, help="Whether the files say what the balance is.")
    declared_minutes = fields.Integer(readonly=True)
    declared_hours = hours_field("declared_minutes", "In the file")
    history_minutes = fields.Integer(readonly=True)
    history_hours = hours_field("history_minutes", "From the rows")
    opening_minutes = fields.Integer(readonly=True)
    opening_hours = hours_field("opening_minutes", "Opening")
    result_minutes = fields.Integer(readonly=True, aggregator="sum")
    result_hours = hours_field("result_minutes", "Will have", store=True, aggregator="sum")
    spent_minutes = fields.Integer(
        readonly=True, help="All that leaves the account while the move is carried out."
    )
    says_limit = fields.Boolean(
        readonly=True, help="Whether the files or an answer say a limit of their own."
    )
    limit_minutes = fields.Integer(readonly=True, help="How far below zero their balance may go.")
    # A contact who may be the same person
    double_id = fields.Many2one(
        "res.partner",
        "Here already",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="A contact with the same name or mail address.",
    )
    double_reach = fields.Char("How to reach them", compute="_compute_double")
    double_banks = fields.Char("Member of", compute="_compute_double")
    sameness = fields.Selection(
        [("same", "The same person"), ("other", "Somebody else")],
        "Is it them?",
        help="Empty: the same if name and address are both the same, else somebody else.",
    )
    # What was made of them
    partner_id = fields.Many2one(
        "res.partner", "Contact", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    member_id = fields.Many2one("timebank.member", readonly=True, ondelete="restrict", index="btree_not_null")
    is_carried = fields.Boolean(readonly=True)
    is_new_contact = fields.Boolean(readonly=True)
    is_new_member = fields.Boolean(readonly=True)
    is_opened = fields.Boolean("Opening posted", readonly=True)
    is_settled = fields.Boolean("Limit and state set", readonly=True)
    had_paused = fields.Boolean(readonly=True)
    had_own_limit = fields.Boolean(readonly=True)
    had_limit_minutes = fields.Integer(readonly=True)
    moved_minutes = fields.Integer("Moved (minutes)", readonly=True)
    moved_hours = hours_field("moved_minutes", "In the ledger", store=True, aggregator="sum")
    agrees = fields.Boolean(compute="_compute_agrees")

    _once = models.UniqueIndex("(migration_id, key)", "That person is part of the move already.")

    @api.depends("double_id")
    def _compute_double(self):
        for person in self:
            contact = person.double_id
            reach = (contact.email, contact.phone, contact.street, contact.city)
            person.double_reach = ", ".join(filter(None, reach))
            person.double_banks = ", ".join(contact.timebank_member_ids.scheme_id.mapped("name"))

    @api.constrains("sameness")
    def _check_sameness(self):
        for person in self.filtered(lambda one: one.sameness == "same"):
            others = person.migration_id.person_ids.filtered(
                lambda one, contact=person.double_id: one.double_id == contact and one.sameness == "same"
            )
            if others - person:
                raise ValidationError(
                    self.env._("Two people of the files can't both be %s.", person.double_id.name)
                )

    def write(self, vals):
        if not self._is_in_verb():
            self.migration_id._take_answer()
        return super().write(vals)

    @api.model
    def _find_here(self, people, company):
        """Contacts who are here already.

        :param people: of a plan, or of a move
        :return: two dicts of person → contact: who is the same by address and name together, and who may
            be by either
        """
        people = [one for one in people if one.name and not one.is_known]
        found = self.env["res.partner"].search_fetch(
            [
                "|",
                ("email_normalized", "in", [one.email for one in people if one.email]),
                ("name", "in", [one.name for one in people]),
                ("company_id", "in", (False, company.id)),
            ],
            ["email_normalized", "name"],
            order="id desc",
        )
        names = {contact: folded(contact.name) for contact in found}
        by_mail = {contact.email_normalized: contact for contact in found if contact.email_normalized}
        by_name = {name: contact for contact, name in names.items() if name}
        by_both = {(contact.email_normalized, name): contact for contact, name in names.items()}
        same, doubles = {}, {}
        for one in people:
            name = folded(one.name)
            double = by_mail.get(one.email) or by_name.get(name)
            if double:
                doubles[one] = double
            # the first of those whose address and name are the same; the others were asked about
            if one.email and (contact := by_both.pop((one.email, name), None)):
                same[one] = contact
        return same, doubles

    @api.model
    def _find_moved_in(self, people, scheme):
        """Whom an earlier move made of those whom it brought in: dict of key → contact's id."""
        known = [one.key for one in people if one.is_known]
        earlier = self.search_fetch(
            [
                ("scheme_id", "=", scheme.id),
                ("key", "in", known),
                ("is_carried", "=", True),
                ("migration_id.state", "in", ("running", "done")),
            ],
            ["key", "partner_id"],
        )
        return {one.key: one.partner_id.id for one in earlier}

    @api.depends("name", "email", "key")
    def _compute_display_name(self):
        """Namesakes are told apart by their addresses, or their numbers there."""
        for person in self:
            number = (person.key or "").rpartition(":")[2]
            told = person.email or (number if len(number) < SIGNS_OF_DIGEST else "")
            person.display_name = f"{person.name or ''} ({told})" if told else person.name

    @api.depends("moved_minutes", "result_minutes", "is_settled")
    def _compute_agrees(self):
        for person in self:
            person.agrees = not person.is_settled or person.moved_minutes == person.result_minutes
