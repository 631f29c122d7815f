from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..common.hours_field import hours_field
from ..common.personal import ABOUT, NAMED, WORDS
from ..common.windows import open_list
from ..ledger.words_field import for_coordinators

COORDINATORS = "timebank_coproduction.group_timebank_coordinator"
#: How it went.
WENT = [("well", "Well"), ("mixed", "So-so"), ("badly", "Badly")]
#: After how many months a suggestion that nobody took up is thrown away.
KEPT_MONTHS = 2


class TimebankIntroduction(models.Model):
    """Two people put together over an offer and a request."""

    _name = "timebank.introduction"
    _description = "Introduction"
    _inherit = [
        "timebank.of.bank",
        "timebank.prepared",
        "timebank.protected",
        "timebank.verbs",
        "timebank.told",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _off_page = frozenset({"score"})
    _typed_hours = {"hours": "minutes"}
    _order = "introduced_on desc, score desc, id desc"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "state",
            "asked_by_id",
            "asked_on",
            "introduced_on",
            "giver_went",
            "receiver_went",
            "decline_reason",
            "declined_by_id",
        }
    )
    _verbs_with_reason = frozenset({"action_decline"})
    _personal_fields = {
        "offer_id": NAMED,
        "request_id": NAMED,
        "giver_id": ABOUT,
        "receiver_id": ABOUT,
        "reasons": WORDS,
        "place": WORDS,
        "asked_by_id": NAMED,
        "declined_by_id": NAMED,
    }

    # Who and over what
    offer_id = fields.Many2one(
        "timebank.offer", required=True, ondelete="restrict", index=True, check_company=True
    )
    request_id = fields.Many2one(
        "timebank.request", required=True, ondelete="restrict", index=True, check_company=True
    )
    giver_id = fields.Many2one(
        related="offer_id.partner_id", string="Giver", store=True, precompute=True, index=True
    )
    receiver_id = fields.Many2one(
        related="request_id.partner_id", string="Receiver", store=True, precompute=True, index=True
    )
    giver_phone = fields.Char(
        related="giver_id.phone",
        string="Giver's telephone",
        groups=COORDINATORS,
    )
    receiver_phone = fields.Char(
        related="receiver_id.phone",
        string="Receiver's telephone",
        groups=COORDINATORS,
    )
    scheme_id = fields.Many2one(
        related="request_id.scheme_id", string="Time bank", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    skill_id = fields.Many2one(related="request_id.skill_id", store=True, precompute=True)
    needed_by = fields.Date(related="request_id.needed_by")
    for_whom = fields.Selection(related="request_id.for_whom")
    on_behalf_of = fields.Char(related="request_id.on_behalf_of")
    group_partner_ids = fields.Many2many(related="request_id.group_partner_ids")
    pot_id = fields.Many2one(related="request_id.pot_id")
    # Why
    score = fields.Float(
        digits=(4, 1),
        readonly=True,
        aggregator="avg",
        help="Points of 100: see the manual for how they add up.",
    )
    fit = fields.Char(
        compute="_compute_fit", help="How well they fit, of 100 points: the manual adds them up."
    )
    reasons = fields.Text(readonly=True)
    # How it goes
    state = fields.Selection(
        [
            ("suggested", "Suggested"),
            ("asked", "Asked"),
            ("introduced", "Introduced"),
            ("agreed", "Agreed"),
            ("done", "Met"),
            ("declined", "Declined"),
        ],
        string="Status",
        required=True,
        default="suggested",
        index=True,
        tracking=True,
        group_expand="_expand_states",
    )
    asked_by_id = fields.Many2one(
        "res.partner",
        string="Asked by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The one of the two who asked to be introduced to the other, on the members' pages.",
    )
    asked_on = fields.Date("Asked on", readonly=True, copy=False)
    introduced_on = fields.Date("Introduced on", readonly=True, copy=False)
    meet_at = fields.Datetime("When", tracking=True)
    place = fields.Char("Where")
    minutes = fields.Integer(
        compute="_compute_minutes", store=True, precompute=True, readonly=False, aggregator="sum"
    )
    hours = hours_field("minutes", "How long", editable=True)
    category_id = fields.Many2one(
        "timebank.category",
        string="Counts as",
        compute="_compute_category_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="In reports. It follows from what was asked for; choose another where that says it better.",
    )
    category_policy = fields.Selection(related="scheme_id.category_policy")
    decline_reason = for_coordinators(
        fields.Char,
        "decline_reason",
        "introduction_id",
        "Why not",
        readonly=True,
        help="For the coordinators of this bank: neither of the two reads it.",
    )
    declined_by_id = fields.Many2one("res.partner", string="Declined by", readonly=True, copy=False)
    ask_again = fields.Boolean(
        "Suggest these two again",
        help="Otherwise people of whom one declined are not suggested to each other any more.",
    )
    hours_ids = fields.One2many("timebank.hours", "introduction_id", string="Time given")
    # How it went, as each of the two says it to the coordinators
    giver_went = fields.Selection(
        WENT, "How it went, says the giver", readonly=True, copy=False, groups=COORDINATORS
    )
    receiver_went = fields.Selection(
        WENT, "How it went, says the receiver", readonly=True, copy=False, groups=COORDINATORS
    )
    giver_words = for_coordinators(
        fields.Char, "giver_words", "introduction_id", "The giver's words", readonly=True
    )
    receiver_words = for_coordinators(
        fields.Char, "receiver_words", "introduction_id", "The receiver's words", readonly=True
    )

    _pair_once = models.UniqueIndex(
        "(offer_id, request_id) WHERE state != 'declined'",
        "That offer and that request have been put together already.",
    )
    _two_people = models.Constraint("CHECK (giver_id != receiver_id)", "Nobody is introduced to themselves.")
    _minutes_positive = models.Constraint("CHECK (minutes > 0)", "A meeting lasts at least one minute.")

    def _expand_states(self, states, _domain):
        """Columns in the order of the course, without the empty ones: on a phone each fills the screen."""
        return [state for state, _label in self._fields["state"].selection if state in states]

    @api.depends("request_id")
    def _compute_minutes(self):
        for introduction in self:
            introduction.minutes = introduction.minutes or introduction.request_id.minutes

    @api.depends("score")
    def _compute_fit(self):
        for introduction in self:
            introduction.fit = self.env._("%s of 100", round(introduction.score))

    @api.depends("request_id.skill_id", "offer_id.skill_id")
    def _compute_category_id(self):
        for introduction in self:
            # sudo: the lists of skills and categories are everybody's
            asked, offered = introduction.request_id.sudo().skill_id, introduction.offer_id.sudo().skill_id
            introduction.category_id = (
                introduction.category_id or asked._get_category() or offered._get_category()
            )

    @api.depends("giver_id", "request_id.for_whom", "request_id.on_behalf_of", "receiver_id", "skill_id")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for introduction in self:
            if not introduction.offer_id or not introduction.request_id:
                introduction.display_name = self.env._("New")
                continue
            introduction.display_name = self.env._(
                "%(giver)s for %(receiver)s: %(skill)s",
                # sudo: the two people read their introduction without the offer and the request
                giver=introduction.offer_id.sudo()._get_whom() or "?",
                receiver=introduction.request_id.sudo()._get_whom(),
                skill=introduction.skill_id.name or "?",
            )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_oneself(vals_list)
        introductions = super().create(vals_list)
        introductions._check_pair()
        introductions.filtered(lambda introduction: not introduction.reasons)._fill_in_score()
        return introductions

    def write(self, vals):
        if {"offer_id", "request_id"}.intersection(vals):
            raise UserError(
                self.env._("An introduction stays with its offer and its request: make another one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_only_suggested(self):
        for introduction in self:
            if introduction.state != "suggested":
                raise UserError(
                    self.env._(
                        "“%s” has been told to people: decline it instead of deleting it.",
                        introduction.display_name,
                    )
                )

    def _refuse_oneself(self, vals_list):
        """Before the database does, which says it less well."""
        pairs = [vals for vals in vals_list if vals.get("offer_id") and vals.get("request_id")]
        offers = self.env["timebank.offer"].browse(vals["offer_id"] for vals in pairs)
        requests = self.env["timebank.request"].browse(vals["request_id"] for vals in pairs)
        for offer, request in zip(offers, requests, strict=True):
            if offer.partner_id == request.partner_id:
                raise ValidationError(self.env._("Nobody is introduced to themselves."))

    def _check_pair(self):
        refusals = self._get_refusals_to_pair()
        if refusals:
            raise ValidationError(next(iter(refusals.values())))

    def _get_refusals_to_pair(self):
        """Pairs of different things, of closed ones, or of people without a bank in common."""
        refusals = {}
        members = {
            (member.scheme_id.id, member.partner_id.id): member
            # sudo: a giver of another bank; only whether they belong to this one counts
            for member in self.env["timebank.member"]
            .sudo()
            .search(
                [
                    ("scheme_id", "in", self.scheme_id.ids),
                    ("partner_id", "in", self.giver_id.ids),
                ]
            )
        }
        # sudo: the sentence names the two people to whoever may put them together
        for introduction in self.sudo():
            offer, request, reason = introduction.offer_id, introduction.request_id, ""
            scheme = introduction.scheme_id
            if (scheme.id, introduction.giver_id.id) not in members:
                reason = self.env._(
                    "%(giver)s is not a member of %(bank)s: people are introduced in a bank"
                    " that both belong to.",
                    giver=introduction.giver_id.name,
                    bank=scheme.name,
                )
            elif introduction.giver_id in request.group_partner_ids:
                reason = self.env._(
                    "%(giver)s belongs to %(group)s: introduce somebody else to it.",
                    giver=introduction.giver_id.name,
                    group=request.on_behalf_of,
                )
            elif offer.kind != request.kind:
                reason = self.env._(
                    "“%(offer)s” and “%(request)s” are different things: a skill, a space and"
                    " equipment don't meet.",
                    offer=offer.display_name,
                    request=request.display_name,
                )
            elif offer.state == "closed" or request.state in ("closed", "met"):
                over = offer if offer.state == "closed" else request
                reason = self.env._("“%s” is over: open it again first.", over.display_name)
            if reason:
                refusals[introduction.id] = reason
        return refusals

    # ------------------------------------------------------------
    # Suggestions that are kept to be taken up: their score, their reasons and their end.
    # ------------------------------------------------------------

    def _fill_in_score(self):
        """Fill in score and reasons of pairs that somebody put together by hand."""
        if not self:
            return
        matchmaker, pairs = self.env["timebank.matchmaker"], []
        # sudo: for the broker who made the pair, whose score and reasons these are
        requests, offers = self.sudo().request_id, self.sudo().offer_id
        points = matchmaker._score(requests, offers)
        rows = {request: row for row, request in enumerate(requests)}
        columns = {offer: column for column, offer in enumerate(offers)}
        for introduction in self.sudo():
            request, offer = introduction.request_id, introduction.offer_id
            pairs.append((request, offer, float(points[rows[request], columns[offer]])))
        for introduction, row in zip(self.sudo(), matchmaker._describe(pairs), strict=True):
            introduction._in_verb().write(
                {"score": row["score"], "reasons": self._join_reasons(row["reasons"])}
            )

    def _join_reasons(self, reasons):
        text = ", ".join(reasons)
        return text[:1].upper() + text[1:] or False

    @api.model
    @api.private
    def _suggest(self, rows, sources):
        """Keep suggestions as introductions, and show what ``sources`` have now.

        :param rows: what :meth:`timebank.request.suggest` returns
        :param sources: the requests or the offers that were asked about
        """
        introductions = self._keep_suggestions(rows)
        if not rows and not introductions:
            raise UserError(self.env._("Nothing fits yet. It shows on the desk as soon as something does."))
        name = "request_id" if sources._name == "timebank.request" else "offer_id"
        under_way = [
            (name, "in", sources.ids),
            ("state", "in", ("suggested", "asked", "introduced", "agreed")),
        ]
        return (introductions | self.search(under_way))._open_suggestions()

    def _open_suggestions(self, **more):
        """These in a list of their own, in which each stays where it is when its people are introduced."""
        return open_list(
            self.env, "timebank_introduction_suggested_action", [("id", "in", self.ids)], {}, **more
        )

    def _keep_suggestions(self, rows):
        """Introductions in state suggested for ``rows``; those that are there get the new score.

        :return: all of them, those that were there before too
        """
        there = {
            (introduction.offer_id.id, introduction.request_id.id): introduction
            for introduction in self.search(
                [
                    ("state", "=", "suggested"),
                    ("request_id", "in", [row["request_id"] for row in rows]),
                    ("offer_id", "in", [row["offer_id"] for row in rows]),
                ]
            )
        }
        new, kept = [], self.browse()
        for row in rows:
            vals = {"score": row["score"], "reasons": self._join_reasons(row["reasons"])}
            old = there.get((row["offer_id"], row["request_id"]))
            if old:
                old._in_verb().write(vals)
                kept |= old
            else:
                new.append({**vals, "offer_id": row["offer_id"], "request_id": row["request_id"]})
        return kept | self._in_verb().create(new)

    @api.autovacuum
    def _gc_suggested(self):
        """Suggestions that nobody took up within :data:`KEPT_MONTHS` are thrown away."""
        old = fields.Datetime.subtract(fields.Datetime.now(), months=KEPT_MONTHS)
        self.env.cr.execute(
            SQL(
                "DELETE FROM timebank_introduction WHERE state = 'suggested' AND write_date < %s",
                old,
            )
        )
        self.invalidate_model()
