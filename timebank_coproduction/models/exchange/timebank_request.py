from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ...tools.minutes import DAY, clock
from ...tools.shares import split
from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.personal import NAMED, WORDS
from ..common.verb import verb, whole
from .timebank_exchange_mixin import BEST_SHOWN


class TimebankRequest(models.Model):
    """What somebody would like help with, or would like to borrow."""

    _name = "timebank.request"
    _description = "Request"
    _inherit = ["timebank.prepared", "timebank.exchange.mixin"]
    _typed_hours = {"hours": "minutes"}
    _reminder_template = "timebank_coproduction.mail_template_request_expires"
    _lasts_months = 3
    _personal_fields = {
        "on_behalf_of": WORDS,
        "group_partner_ids": NAMED,
        "pot_id": NAMED,
    }

    state = fields.Selection(selection_add=[("met", "Met"), ("closed",)], ondelete={"met": "set default"})
    needed_by = fields.Date("Needed by", index="btree_not_null")
    minutes = fields.Integer(default=60, aggregator="sum")
    hours = hours_field("minutes", "Hours", editable=True)
    introduction_ids = fields.One2many("timebank.introduction", "request_id", string="Introductions")
    introduction_count = fields.Integer(compute="_compute_introduction_count")
    hours_ids = fields.One2many("timebank.hours", "request_id", string="Time given")

    # For whom
    for_whom = fields.Selection(
        [("person", "A person"), ("group", "A group"), ("agency", "An agency")],
        string="For",
        compute="_compute_for_whom",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    on_behalf_of = fields.Char(
        "Its name",
        help="The group or agency that it is for, or the person where it isn't the one who asks.",
    )
    group_partner_ids = fields.Many2many(
        "res.partner",
        "timebank_request_group_rel",
        "request_id",
        "partner_id",
        string="Shared by",
        check_company=True,
        help="Each of them receives, and pays, an equal share of the time. None of them is suggested"
        " as giver. Empty: whoever asks pays it all.",
    )
    pot_id = fields.Many2one(
        "timebank.account",
        string="Paid from",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('kind', '=', 'pot'), ('scheme_id', '=', scheme_id), ('state', '=', 'open')]",
        help="A pot that pays for the time. Empty: whoever receives it.",
    )

    _minutes_positive = models.Constraint("CHECK (minutes > 0)", "A request takes at least one minute.")
    _live = models.Index("(scheme_id, kind, skill_id) WHERE state = 'published'")

    def _compute_introduction_count(self):
        for request, count in figures_over(self, self.env["timebank.introduction"], "request_id"):
            request.introduction_count = count

    @api.depends("partner_id", "scheme_id")
    def _compute_for_whom(self):
        agencies = self._get_agencies()
        for request in self:
            if request.for_whom != "group":
                request.for_whom = "agency" if request.partner_id._origin in agencies else "person"

    @api.depends("for_whom", "on_behalf_of")
    @api.depends_context("uid")
    def _compute_display_name(self):
        return super()._compute_display_name()

    @api.onchange("for_whom")
    def _onchange_for_whom(self):
        """Whoever asks for a group usually belongs to it."""
        if self.for_whom != "group":
            self.group_partner_ids = False
        elif not self.group_partner_ids and not self._get_agencies():
            self.group_partner_ids = self.partner_id

    # CRUD
    def _prepare_vals(self, vals):
        """Only a group shares."""
        vals = super()._prepare_vals(vals)
        if vals.get("for_whom", "group") != "group":
            vals["group_partner_ids"] = [Command.clear()]
        return vals

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for vals in vals_list:
            vals.pop("needed_by", None)
        return vals_list

    def _get_validated_fields(self):
        return super()._get_validated_fields() | {
            "needed_by",
            "for_whom",
            "on_behalf_of",
            "group_partner_ids",
            "minutes",
            "pot_id",
        }

    def _check_keepable(self, vals=None):
        result = super()._check_keepable(vals)
        for request in self:
            asked = vals is None or "needed_by" in vals
            if asked and request.needed_by and request.needed_by < request.scheme_id._today():
                raise ValidationError(
                    self.env._(
                        "“%s” is needed by a day gone by: choose a day to come.",
                        request.display_name,
                    )
                )
            if (vals is None or "minutes" in vals) and request.minutes > DAY:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” asks for %(time)s hours: a request is for a day at most."
                        " Minutes are written like 90 min.",
                        name=request.display_name,
                        time=clock(request.minutes),
                    )
                )
        self._check_group_and_pot(vals)
        return result

    # Verbs
    @verb()
    def action_meet(self):
        """The wish has come true."""
        refusals = self._get_refusals_by_state(
            ("published", "paused", "expired"),
            self.env._("“%s” is met or closed already."),
        )
        return self._change_state(refusals, {"state": "met"}, self.env._("met"))

    @verb(single=True)
    def action_add_offer(self):
        """An empty offer of what is asked for, to fill in with whoever was found."""
        self.ensure_one()
        action = self.skill_id.action_add_offer()
        return dict(action, context={**action["context"], "default_scheme_id": self.scheme_id.id})

    def _get_refusals_to_publish(self, states=("draft", "paused", "expired")):
        refusals = super()._get_refusals_to_publish(states)
        for request in self:
            past = request.needed_by and request.needed_by < request.scheme_id._today()
            if request.id not in refusals and past:
                refusals[request.id] = self.env._(
                    "“%s” was needed by a day gone by: set a new day first.",
                    request.display_name,
                )
        return refusals

    # ------------------------------------------------------------
    # For whom it is, and who pays: a person, an agency, a group that shares, or a pot.
    # ------------------------------------------------------------

    def _get_agencies(self):
        """Those who ask and are organisations, as contacts or in the bank."""
        members = self.env["timebank.member"].browse(member.id for member in self._find_members().values())
        # sudo: only whether they are organisations is asked
        agencies = members.sudo().filtered(lambda member: member.role == "organisation").partner_id
        return (agencies | self.partner_id._origin.filtered("is_company")).with_env(self.env)

    def _get_whom(self):
        """A group goes by its own name."""
        name = super()._get_whom()
        return self.on_behalf_of or name if self.for_whom == "group" else name

    @api.model
    def _get_board_domain(self, member):
        """Not what was needed by a day gone by, nor what the member is to share."""
        return [
            *super()._get_board_domain(member),
            "|",
            ("needed_by", "=", False),
            ("needed_by", ">=", member.scheme_id._today()),
            ("group_partner_ids", "not in", member.partner_id.ids),
        ]

    def _say_on_board(self):
        said = super()._say_on_board()
        group = self.for_whom == "group" and self.on_behalf_of
        return {
            **said,
            "who": group or said["who"],
            "minutes": self.minutes,
            "needed_by": self.needed_by,
        }

    def _check_group_and_pot(self, vals):
        """:raises ValidationError: where who is to share it, or the pot that is to pay, can't be"""
        outsiders = self._get_outsiders()
        for request in self:
            reason = request._why_no_group(outsiders.get(request.id))
            reason = reason or request._why_not_shared_by_user(vals) or request._why_no_pot(vals)
            if reason:
                raise ValidationError(reason)

    def _get_outsiders(self):
        """Those who are to share a request without belonging to its bank: dict id → a partner."""
        members = {
            (member.scheme_id.id, member.partner_id.id)
            # sudo: only whether they belong to the bank
            for member in self.env["timebank.member"]
            .sudo()
            .search_fetch(
                [
                    ("scheme_id", "in", self.scheme_id.ids),
                    ("partner_id", "in", self.sudo().group_partner_ids.ids),
                    ("state", "!=", "left"),
                ],
                ["scheme_id", "partner_id"],
            )
        }
        # sudo: those who ask may name people that they can't look up
        return {
            request.id: partner
            for request in self.sudo()
            for partner in request.group_partner_ids
            if (request.scheme_id.id, partner.id) not in members
        }

    def _why_no_group(self, outsider):
        """Why this can't be a group's request, or an empty string."""
        if self.for_whom != "group":
            return ""
        if not (self.on_behalf_of or "").strip():
            return self.env._("Which group is it? Give it the name that its members use.")
        if outsider:
            # sudo: the sentence names the bank only
            return self.env._(
                "%(person)s is not a member of %(bank)s, so they can't share the time: add them"
                " as a member first.",
                person=outsider.name,
                bank=self.scheme_id.sudo().name,
            )
        # sudo: only how many they are is asked
        if self.minutes < len(self.sudo().group_partner_ids):
            return self.env._("That is less than a minute for each: ask for more time or share with fewer.")
        return ""

    def _why_not_shared_by_user(self, vals):
        """Members speak for themselves: who else pays is for a coordinator to say."""
        changed = vals is None or "group_partner_ids" in vals
        if not changed or self.env.su or self.env["timebank.hours"]._is_coordinating():
            return ""
        # sudo: only whether there are others is asked
        if self.sudo().group_partner_ids - self.env.user.partner_id:
            return self.env._("Ask your coordinator to add the others: each of them pays a share.")
        return ""

    def _why_no_pot(self, vals):
        """Why the pot can't pay, or an empty string."""
        # sudo: whether the user may spend the pot is asked below, as the user
        pot = self.sudo().pot_id
        if not pot or not (vals is None or {"pot_id", "scheme_id"}.intersection(vals)):
            return ""
        # sudo: whether the user may spend the pot is asked as the user
        return pot._why_not_pot_for(self.scheme_id.sudo()) or pot.with_env(self.env)._why_not_spend()

    # What follows
    def _share_out(self, minutes):
        """Who receives how much of some time: a list of pairs of partner and minutes."""
        self.ensure_one()
        receivers = self.group_partner_ids or self.partner_id
        return list(zip(receivers, split(minutes, len(receivers)), strict=True))

    # ------------------------------------------------------------
    # The offers that fit a request.
    # ------------------------------------------------------------

    @api.readonly
    @verb(single=True, limit=whole(least=1, most=1000))
    def suggest(self, limit=BEST_SHOWN):
        """The published offers that fit this request, best first. Nothing is written.

        :param int limit: how many at most
        :return: list of dicts ``offer_id``, ``request_id``, ``partner_id``, ``name`` of
            the person, ``score`` (0 to 100) and ``reasons`` (a list of words)
        :raises AccessError: for whoever doesn't coordinate the bank
        """
        self.ensure_one()
        self.check_access("read")
        matchmaker = self.env["timebank.matchmaker"]
        matchmaker._check_broker(self.scheme_id)
        found = matchmaker._suggest(self, "timebank.offer", limit)
        return matchmaker._describe_facts(found, "offer")

    @verb()
    def action_suggest(self):
        """Keep the best offers as suggested introductions, and show them."""
        rows = [row for request in self for row in request.suggest()]
        return self.env["timebank.introduction"]._suggest(rows, self)
