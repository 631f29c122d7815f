from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .timebank_skill import KINDS

#: The roots of the tree that a space or a piece of equipment falls under unless told.
ROOTS = {
    "space": "timebank_coproduction.skill_spaces",
    "equipment": "timebank_coproduction.skill_equipment",
}


class TimebankExchangeMixin(models.AbstractModel):
    """What an offer and a request have in common: who, what, when, where, until when."""

    _name = "timebank.exchange.mixin"
    _description = "What Offers and Requests Share"
    _inherit = [
        "timebank.in.bank",
        "timebank.protected",
        "timebank.verbs",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "published_on desc, id desc"
    _rec_names_search = ["skill_id", "description", "partner_id"]
    _check_company_auto = True

    _protected_fields = frozenset({"state", "published_on", "reminded_on"})

    # Who
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        default=lambda self: self._default_partner(),
    )
    member_id = fields.Many2one(
        "timebank.member",
        compute="_compute_member_id",
        store=True,
        index=True,
        ondelete="restrict",
    )

    # What
    kind = fields.Selection(KINDS, required=True, default="skill")
    skill_id = fields.Many2one(
        "timebank.skill",
        compute="_compute_skill_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        ondelete="restrict",
        index=True,
    )
    description = fields.Char(help="In the person's own words.")

    check_type_ids = fields.Many2many(
        "timebank.check.type",
        string="Checks",
        help="What the giver has to hold, in date. Ask only for what the task really needs.",
    )

    # When and where
    availability_ids = fields.Many2many(
        "timebank.availability",
        string="When",
        help="Empty: whenever the member is free.",
    )
    radius_km = fields.Integer("How far (km)", help="As the crow flies. Zero: it doesn't matter.")
    expires_on = fields.Date(
        "Until",
        default=lambda self: self._default_expires_on(),
        help="Afterwards it is no longer suggested. A reminder goes out before.",
    )

    # State
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("published", "Published"),
            ("paused", "Paused"),
            ("expired", "Expired"),
            ("closed", "Closed"),
        ],
        string="Status",
        required=True,
        default="draft",
        index=True,
        tracking=True,
        group_expand=True,
    )
    published_on = fields.Date("Published on", readonly=True, copy=False)
    reminded_on = fields.Date(readonly=True, copy=False)

    _radius_positive = models.Constraint("CHECK (radius_km >= 0)", "A distance is zero or more kilometres.")

    def _default_partner(self):
        hours = self.env["timebank.hours"]
        return False if hours._is_coordinating() else self.env.user.partner_id

    def _default_expires_on(self):
        return fields.Date.add(fields.Date.context_today(self), months=6)

    @api.depends("scheme_id", "partner_id")
    def _compute_member_id(self):
        members = self._find_members()
        for record in self:
            record.member_id = members.get((record.scheme_id._origin.id, record.partner_id._origin.id))

    def _find_members(self):
        """The memberships of these people: dict of (bank id, partner id) → member."""
        return self.env["timebank.member"]._find_in_banks(self.scheme_id, self.partner_id)

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """The bank is known where the person belongs to one only."""
        if not self.scheme_id and self.partner_id:
            schemes = self.partner_id.timebank_member_ids.filtered(
                lambda member: member.state != "left"
            ).scheme_id
            self.scheme_id = schemes if len(schemes) == 1 else False

    @api.depends("kind")
    def _compute_skill_id(self):
        """A space or equipment without a closer word falls under its group."""
        for record in self:
            skill = record.skill_id
            if skill and skill.kind == record.kind:
                continue
            root = ROOTS.get(record.kind)
            root = root and self.env.ref(root, raise_if_not_found=False)
            record.skill_id = root or (skill if record.kind != "skill" else False)

    @api.depends("partner_id", "skill_id", "kind")
    def _compute_display_name(self):
        for record in self:
            if not record.skill_id and not record.partner_id:
                record.display_name = self.env._("New")
                continue
            record.display_name = self.env._(
                "%(what)s, %(person)s",
                what=record.skill_id.name or "?",
                person=record._get_whom() or "?",
            )

    def _get_whom(self):
        """The name under which others know whose it is."""
        self.ensure_one()
        return self.partner_id.name

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_keepable()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not self._is_door_open() and self._get_checked_fields().intersection(vals):
            self._check_keepable(vals)
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for vals in vals_list:
            vals.pop("expires_on", None)
        return vals_list

    def _get_checked_fields(self):
        return {"partner_id", "scheme_id", "expires_on"}

    def _check_keepable(self, vals=None):
        """A member's own, and not for a time gone by.

        :raises ValidationError: naming the first that isn't
        """
        today = fields.Date.context_today(self)
        for record in self:
            # sudo: the sentence names the person and the bank only
            member, scheme = record.sudo().member_id, record.sudo().scheme_id
            reason = ""
            if not member:
                reason = self.env._(
                    "%(person)s is not a member of %(bank)s: add them as a member first.",
                    person=record.partner_id.name,
                    bank=scheme.name,
                )
            elif member.state == "left":
                reason = member._why_not_taking_part()
            elif vals is None or "expires_on" in vals:
                if record.expires_on and record.expires_on < today:
                    reason = self.env._(
                        "“%s” would have run out already: choose a day to come.",
                        record.display_name,
                    )
            if reason:
                raise ValidationError(reason)
