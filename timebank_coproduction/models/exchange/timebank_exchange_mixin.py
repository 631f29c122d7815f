from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import hmac

from ...tools.paging import paging_of
from ..common.personal import ABOUT, HELD, NAMED, WORDS
from ..common.verb import verb
from ..common.windows import open_list
from ..ledger.timebank_scheme import usual_day
from .timebank_skill import KINDS

#: The roots of the tree that a space or a piece of equipment falls under unless told.
ROOTS = {
    "space": "timebank_coproduction.skill_spaces",
    "equipment": "timebank_coproduction.skill_equipment",
}

#: How many days before the end the reminder goes out.
REMIND_DAYS = 14

#: How many of those that fit are suggested unless told.
BEST_SHOWN = 10

#: How many of the words that somebody searches the board for are looked at.
MOST_WORDS = 5


class TimebankExchangeMixin(models.AbstractModel):
    """What an offer and a request have in common: who, what, when, where, until when."""

    _name = "timebank.exchange.mixin"
    _description = "What Offers and Requests Share"
    _inherit = [
        "timebank.in.bank",
        "timebank.bank.followed",
        "timebank.protected",
        "timebank.verbs",
        "timebank.told",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "published_on desc, id desc"
    _rec_names_search = ["skill_id", "description", "partner_id"]
    _counts_time = False
    _check_company_auto = True
    _protected_fields = frozenset({"state", "published_on", "reminded_on"})
    _safeguards = frozenset({"check_type_ids"})
    #: How many months one stands unless told.
    _lasts_months = 6
    _personal_fields = {
        "partner_id": ABOUT,
        "member_id": NAMED,
        "description": WORDS,
        "availability_ids": HELD,
    }

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

    # Its state
    #: The mail that asks whether it is still good; each of the two models has its own.
    _reminder_template: str
    can_publish = fields.Boolean(compute="_compute_can_publish")

    _radius_positive = models.Constraint("CHECK (radius_km >= 0)", "A distance is zero or more kilometres.")

    def _default_partner(self):
        hours = self.env["timebank.hours"]
        return False if hours._is_coordinating() else self.env.user.partner_id

    def _default_expires_on(self):
        return fields.Date.add(usual_day(self), months=self._lasts_months)

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
        self._follow(self.partner_id, "applicant", "active", "paused")

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
    @api.depends_context("uid")
    def _compute_display_name(self):
        for record in self:
            if not record.skill_id or not record._get_whom():  # as on a page that has only been opened
                record.display_name = self.env._("New")
                continue
            record.display_name = self.env._(
                "%(what)s, %(person)s",
                what=record.skill_id.name,
                person=record._get_whom(),
            )

    def _compute_can_publish(self):
        refusals = self._get_refusals_to_publish()
        for record in self:
            record.can_publish = record._origin.id not in refusals

    def _get_whom(self):
        """The name under which others know whose it is; members, as far as it is shown to them."""
        self.ensure_one()
        if self.env.user._is_portal() and self.partner_id != self.env.user.partner_id:
            return self.partner_id.sudo().display_name  # sudo: that name heeds what is shown to whom
        return self.partner_id.name

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_keepable()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not self._is_in_verb() and self._get_validated_fields().intersection(vals):
            self._check_keepable(vals)
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for vals in vals_list:
            vals.pop("expires_on", None)
        return vals_list

    def _get_validated_fields(self):
        return {"partner_id", "scheme_id", "expires_on"}

    def _check_keepable(self, vals=None):
        """A member's own, and not for a time gone by.

        :raises ValidationError: naming the first that isn't
        """
        for record in self:
            # sudo: the sentence names the person and the bank only
            member, scheme = record.sudo().member_id, record.sudo().scheme_id
            reason = ""
            if not member or member.state == "left":
                reason = scheme._why_not_taking_part(record.partner_id, member)
            elif vals is None or "expires_on" in vals:
                if record.expires_on and record.expires_on < scheme._today():
                    reason = self.env._(
                        "“%s” would have run out already: choose a day to come.",
                        record.display_name,
                    )
            if reason:
                raise ValidationError(reason)

    # ------------------------------------------------------------
    # Publishing, pausing, renewing and closing, for offers and requests alike.
    # ------------------------------------------------------------

    @verb()
    def action_publish(self):
        """Let others find it: from now on it is suggested.

        :return: ``True``, or an action listing what could not be published, and why
        :raises UserError: when nothing could
        """
        return self._change_state(
            self._get_refusals_to_publish(),
            lambda day: {"state": "published", "published_on": day},
            self.env._("published"),
        )

    @verb()
    def action_pause(self):
        """Don't suggest it for a while."""
        refusals = self._get_refusals_by_state(
            ("published",), self.env._("“%s” is not published, so it can't be paused.")
        )
        return self._change_state(refusals, {"state": "paused"}, self.env._("paused"))

    @verb()
    def action_renew(self):
        """Keep it for another term, counted from today, and publish it again."""
        refusals = self._get_refusals_to_publish(("published", "paused", "expired"))
        return self._change_state(
            refusals,
            lambda day: {
                "state": "published",
                "expires_on": fields.Date.add(day, months=self._lasts_months),
                "reminded_on": False,
                "published_on": day,
            },
            self.env._("renewed"),
            settled=True,
        )

    @verb()
    def action_close(self):
        """It is over: it stays in the history and is no longer suggested."""
        refusals = self._get_refusals_by_state(
            ("draft", "published", "paused", "expired"),
            self.env._("“%s” is closed already."),
        )
        return self._change_state(refusals, {"state": "closed"}, self.env._("closed"), settled=True)

    @verb()
    def action_draft(self):
        """Open a closed one again."""
        refusals = self._get_refusals_by_state(("closed",), self.env._("“%s” is not closed."))
        return self._change_state(refusals, {"state": "draft"}, self.env._("opened again"))

    @verb()
    def action_view_introductions(self):
        own = [("id", "in", self.introduction_ids.ids)]
        return open_list(self.env, "timebank_introduction_action", own, {})

    def _change_state(self, refusals, vals, done, settled=False):
        """:param vals: what to write, or a function of the day that it is at the bank, which returns it
        :param bool settled: whether nobody has to be asked any more if it is to go on
        """
        self.check_access("write")
        for scheme, records in self._raise_or_list(refusals)._by_bank().items():
            records._in_verb().write(vals(scheme._today()) if callable(vals) else vals)
            if settled:
                records._forget_calls()
        return self._tell(refusals, done)

    def _get_refusals_to_publish(self, states=("draft", "paused", "expired")):
        """Those in another state, those that ran out, and those of whoever takes no part."""
        sentence = self.env._("“%s” can't be published as it is: it is published or closed.")
        if "published" in states:
            sentence = self.env._("“%s” is closed or a draft: there is nothing to renew.")
        refusals = self._get_refusals_by_state(states, sentence)
        for record in self.sudo():  # sudo: the sentences name person and bank only
            if record.id in refusals:
                continue
            reason = record.scheme_id and record.scheme_id._why_closed()
            if not reason and record.member_id:
                reason = record.member_id._why_not_taking_part()
            ran_out = record.expires_on and record.expires_on < record.scheme_id._today()
            if not reason and ran_out and "published" not in states:
                reason = self.env._("“%s” has run out: renew it instead.", record.display_name)
            if reason:
                refusals[record.id] = reason
        return refusals

    # ------------------------------------------------------------
    # The board: what a bank's members offer each other and ask for.
    # ------------------------------------------------------------

    @api.model
    def _get_board_domain(self, member):
        """What others in the member's bank offer, or ask for, now. Applicants are shown nothing."""
        accepted = [] if member.state in ("active", "paused") else [("id", "=", False)]
        return [
            *accepted,
            *member.scheme_id._get_live_domain(),
            ("member_id.state", "=", "active"),
            ("partner_id", "!=", member.partner_id.id),
        ]

    @api.model
    def _get_board(self, member, words="", group=None, page=None, limit=None):
        """What the board of the member's bank shows them: not whose names don't want to be shown, and
        nothing by which somebody could be reached.

        :param str words: each of which what is shown, or what it is called, holds
        :param group: a skill: it and its parts only
        :param page: the number of the page, of ``limit`` rows each, as an address carries it
        :return: list of dicts as :meth:`_say_on_board` makes them, and how many there are in all
        """
        domain = self._get_board_domain(member)
        for word in words.replace("\0", " ").split()[:MOST_WORDS]:
            domain += ["|", "|", ("description", "ilike", word)]
            domain += [(f"skill_id.{name}", "ilike", word) for name in ("complete_name", "synonyms")]
        if group:
            domain.append(("skill_id", "child_of", group.id))
        # sudo: what is published is for the bank's members, who get no more than is said of each
        board = self.sudo()
        found = board.search_fetch(domain, limit=limit)
        count = len(found)
        if limit and count == limit:
            count = board.search_count(domain)
            skipped = paging_of(count, page, limit)["skipped"]
            found = board.search_fetch(domain, offset=skipped, limit=limit) if skipped else found
        return [record._say_on_board() for record in found], count

    @api.model
    def _get_board_skills(self, member):
        """The skills of all that the board of the member's bank shows them."""
        # sudo: as in _get_board; skills are no one's
        found = self.sudo()._read_group(self._get_board_domain(member), ["skill_id"])
        return self.env["timebank.skill"].union(*(skill.sudo(False) for (skill,) in found))

    @api.model
    def _find_on_board(self, member, record_id):
        """One that the board of the member's bank shows, as superuser; else none."""
        # sudo: as in _get_board; who gets the record says no more of it than that does
        return self.sudo().search([*self._get_board_domain(member), ("id", "=", record_id)])

    def _say_on_board(self):
        """What other members are told: a dict of words and numbers."""
        self.ensure_one()
        return {
            "id": self.id,
            "side": self._name.rpartition(".")[2],
            "what": self.skill_id.name,
            "who": self.member_id.shown_name or self.env._("A member"),
            "words": self.description or "",
            "when": self.availability_ids.mapped("display_name"),
            "checks": self.check_type_ids.mapped("name"),
        }

    # Time goes by
    @api.model
    def _plan_expiry(self):
        """What a day brings, as jobs do it: expire what has run out, remind of what is about to."""
        zones = self.env["timebank.scheme"]._by_zone()
        return [work for banks in zones for work in self.with_env(banks.env)._plan_expiry_in(banks)]

    def _plan_expiry_in(self, banks):
        """What :meth:`_plan_expiry` says, in banks of one time zone."""
        work = []
        today = fields.Date.context_today(self)
        for name in ("timebank.offer", "timebank.request"):
            records, theirs = self.env[name], ("scheme_id", "in", banks.ids)
            live = ("state", "in", ("published", "paused"))
            over = records.search([theirs, live, ("expires_on", "<", today)])
            work.append((type(over)._run_out, over))
            soon = records.search(
                [
                    theirs,
                    ("state", "=", "published"),
                    ("expires_on", "<=", fields.Date.add(today, days=REMIND_DAYS)),
                    ("reminded_on", "=", False),
                ]
            )
            work.append((type(soon)._remind, soon))
        return work

    def _run_out(self):
        self._in_verb().write({"state": "expired"})

    def _remind(self):
        """Write to those whom a mail reaches; whoever it doesn't is rung."""
        self._in_verb().write({"reminded_on": fields.Date.context_today(self)})
        self._mail_people(self._reminder_template)._plan_calls(
            lambda one: self.env._("“%s”, which runs out: is it to go on?", one.skill_id.name),
            deadline=lambda one: one.expires_on,
        )

    def _get_mail_button(self, mail, member):
        return self.env._("Yes, keep it"), self._get_renew_url()

    def _get_renew_url(self):
        """The link in the reminder. It works without a login, until it has been used."""
        self.ensure_one()
        return f"{self.get_base_url()}/timebank/renew/{self._table}/{self.id}/{self._get_renew_token()}"

    def _get_renew_token(self):
        self.ensure_one()
        what = (self._name, self.id, str(self.expires_on))
        # sudo: the database's secret is used and not shown
        return hmac(self.sudo().env, "timebank-renew", what)
