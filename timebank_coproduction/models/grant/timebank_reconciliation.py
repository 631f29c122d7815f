import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import canonical, hash_chain
from ..common.figures import figures_over
from ..common.personal import KEPT, NAMED, OURS, THROUGH
from ..common.verb import verb
from ..common.words import say_day
from .timebank_reconciliation_period import LATE_FORMS, SIGNED_FORM

MONEY = {"currency_field": "currency_id", "readonly": True}

STATUSES = [
    ("matched", "Matched"),
    ("amount_differs", "Amount differs"),
    ("unbilled", "Claimed, not billed"),
    ("billed_without_claim", "Billed without a claim"),
    ("out_of_period", "Outside the grant's period"),
    ("over_budget", "Beyond the budget"),
    ("bill_changed", "Bill changed after matching"),
    ("manual_entry", "Analytic entry without a bill"),
    ("late_new", "Charged since it was signed"),
    ("late_changed", "Changed since it was signed"),
]

#: What the signatures stand for.
SIGNED = (
    "date_from",
    "date_to",
    "award_amount",
    "budget_amount",
    "opening_amount",
    "spent_amount",
    "to_date_amount",
    "ledger_amount",
    "other_amount",
    "gap_amount",
    "draft_amount",
    "unbilled_amount",
    "closing_amount",
    "exposure_minutes",
    "exposure_amount",
    "expected_amount",
    "variance_amount",
    "note",
)

#: The same, from the third form on.
SIGNED_LATE = ("late_amount", "terms_end")

SIGNED_ON_LINES = (
    "status",
    "claim_name",
    "claim_code",
    "claimed_on",
    "supplier_name",
    "bill_name",
    "billed_on",
    "cost_amount",
    "billed_amount",
    "matched_amount",
    "difference_amount",
    "found_by",
    "note",
)
SIGNED_LATE_ON_LINES = ("is_late", "change")

#: Words on a line, of which digests are signed. What was bought and billed is the books' own; a note, and
#: what a claim is known by, may be about a person.
TEXTS_ON_LINES = ("claim_name", "supplier_name", "bill_name", "change", "note")


class TimebankReconciliation(models.Model):
    """A grant's rewards against the books for a period: prepared by one, reviewed by another.

    Its figures are kept as they were when it was prepared, with a hash over them; what
    has changed in the books since is told as drift.
    """

    _name = "timebank.reconciliation"
    _description = "Grant Reconciliation"
    _inherit = [
        "timebank.reconciliation.period",
        "timebank.reconciliation.stated",
        "timebank.signed.texts",
        "timebank.protected",
        "timebank.reasoned",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_to desc, id desc"
    _signed_texts = _personal_texts = ("note",)
    _protected_fields = frozenset(
        {"state", "prepared_by", "prepared_on", "reviewed_by", "reviewed_on", "hash", "anchors"}
        | {"stated", "inputs_digest", *SIGNED, *SIGNED_LATE}
    ) - {"date_from", "date_to", "note"}  # these are finance's own in a draft
    _personal_fields = {
        "note": OURS,
        "prepared_by": NAMED,
        "reviewed_by": NAMED,
        "hash": OURS,
        "later_hash": OURS,
        "anchors": OURS,
        "stated": OURS,
        "inputs_digest": OURS,
    }

    grant_id = fields.Many2one(
        "timebank.grant", required=True, ondelete="restrict", index=True, domain=[("state", "!=", "draft")]
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="grant_id.company_currency_id")
    date_from = fields.Date(
        "From", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    date_to = fields.Date(
        "To", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    state = fields.Selection(
        [("draft", "Draft"), ("prepared", "Prepared"), ("reviewed", "Reviewed")],
        required=True,
        default="draft",
        tracking=True,
    )
    gap_text = fields.Char("Days left out", compute="_compute_gap_text")
    note = fields.Text(help="What a reader should know.")
    prepared_by = fields.Many2one("res.users", string="Prepared by", readonly=True, copy=False)
    prepared_on = fields.Datetime("Prepared on", readonly=True, copy=False)
    reviewed_by = fields.Many2one("res.users", string="Reviewed by", readonly=True, copy=False)
    reviewed_on = fields.Datetime("Reviewed on", readonly=True, copy=False)
    hash = fields.Char(
        readonly=True, copy=False, help="Over all figures and lines, who signed them, and when."
    )
    later_hash = fields.Char(
        "Hash once a text is erased",
        readonly=True,
        copy=False,
        help="Of what was signed before texts could be erased: over the same, with digests of the texts.",
    )
    anchors = fields.Char(
        readonly=True,
        copy=False,
        help="The latest seal of each of the grant's banks at the time of preparing, as JSON.",
    )
    anchor_text = fields.Text("Ledger at signing", compute="_compute_anchor_text")
    line_ids = fields.One2many("timebank.reconciliation.line", "reconciliation_id", string="Lines")
    period_line_ids = fields.One2many(
        "timebank.reconciliation.line",
        "reconciliation_id",
        string="Claims and bills",
        domain=[("is_late", "=", False)],
    )
    late_line_ids = fields.One2many(
        "timebank.reconciliation.line",
        "reconciliation_id",
        string="Late entries",
        domain=[("is_late", "=", True)],
    )
    # The fund, as of the last day of the period
    award_amount = fields.Monetary("Award", **MONEY)
    budget_amount = fields.Monetary("Reward budget", **MONEY)
    terms_end = fields.Date(
        "Grant's end", readonly=True, help="As it was agreed on the last day of the period."
    )
    opening_amount = fields.Monetary(
        "Spent before", help="As the last reconciliation was signed, or before the first one.", **MONEY
    )
    late_amount = fields.Monetary(
        "Came in late", help="What the books say since of the time that was signed already.", **MONEY
    )
    spent_amount = fields.Monetary("Spent this period", **MONEY)
    to_date_amount = fields.Monetary("Spent to date", **MONEY)
    ledger_amount = fields.Monetary(
        "Odoo's analytic balance",
        help="For the same account and period, without accruals of claims.",
        **MONEY,
    )
    gap_amount = fields.Monetary("Gap", help="Between the lines below and Odoo's analytic balance.", **MONEY)
    draft_amount = fields.Monetary("In draft bills", **MONEY)
    unbilled_amount = fields.Monetary("Claimed, not billed", **MONEY)
    closing_amount = fields.Monetary(
        "Left", help="Budget less spent to date and claimed, not billed.", **MONEY
    )
    exposure_minutes = fields.Integer("Credits outstanding, in minutes", readonly=True)
    exposure_amount = fields.Monetary(
        "Exposure",
        help="Credits outstanding in the grant's banks, at the average cost per credit of the last year.",
        **MONEY,
    )
    expected_amount = fields.Monetary("Budget for the time gone", **MONEY)
    variance_amount = fields.Monetary(
        "Variance", help="Spent to date, less the budget for the time gone.", **MONEY
    )
    spent_percentage = fields.Float(
        "Budget used (%)", readonly=True, help="Spent to date, and claimed but not billed."
    )
    time_percentage = fields.Float("Time gone (%)", readonly=True)
    has_parts = fields.Boolean(compute="_compute_has_parts")
    unexplained_count = fields.Integer("Not explained yet", compute="_compute_unexplained_count")
    exception_count = fields.Integer("Differences", compute="_compute_unexplained_count")

    # Signatures
    is_intact = fields.Boolean(
        "Figures as signed", compute="_compute_is_intact", help="The hash still fits the figures."
    )

    _in_order = models.Constraint("CHECK (date_to >= date_from)", "The period can't end before it starts.")
    _two_people = models.Constraint(
        "CHECK (reviewed_by IS NULL OR reviewed_by != prepared_by)",
        "Two people sign: whoever prepared it can't review it.",
    )

    @api.depends("grant_id")
    def _compute_dates(self):
        """From the day after the last one signed for the grant, to the end of last month."""
        today = fields.Date.context_today(self)
        last_month = fields.Date.subtract(fields.Date.start_of(today, "month"), days=1)
        for reconciliation in self:
            grant = reconciliation.grant_id
            last = self.search([("grant_id", "=", grant._origin.id), ("state", "!=", "draft")], limit=1)
            start = fields.Date.add(last.date_to, days=1) if last else grant.date_start or today
            end = max(last_month, fields.Date.end_of(start, "month"))
            reconciliation.date_from = start
            reconciliation.date_to = max(start, min(end, grant.date_end or end))

    @api.depends("grant_id", "date_from")
    def _compute_gap_text(self):
        for reconciliation in self:
            reconciliation.gap_text = reconciliation._say_gap()

    @api.depends("grant_id", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reconciliation in self:
            reconciliation.display_name = reconciliation._say_about(lambda day: say_day(self.env, day))

    @api.depends("line_ids.status", "line_ids.note")
    def _compute_unexplained_count(self):
        lines = self.env["timebank.reconciliation.line"]
        exceptions = [("status", "!=", "matched")]
        for reconciliation, count in figures_over(self, lines, "reconciliation_id", exceptions):
            reconciliation.exception_count = count
        unexplained = [*exceptions, ("note", "=", False), ("texts_erased_on", "=", False)]
        for reconciliation, count in figures_over(self, lines, "reconciliation_id", unexplained):
            reconciliation.unexplained_count = count

    @api.depends("line_ids.redemption_id")
    def _compute_has_parts(self):
        """Whether other grants pay for some of the claims in it."""
        lines = self.env["timebank.reconciliation.line"]
        shared = [("redemption_id.share_ids", "!=", False)]
        for reconciliation, count in figures_over(self, lines, "reconciliation_id", shared):
            reconciliation.has_parts = bool(count)

    def _compute_is_intact(self):
        for reconciliation in self:
            reconciliation.is_intact = reconciliation.state == "draft" or reconciliation._fits_hash()

    def _fits_hash(self):
        """Whether everything is as it was signed, but for texts that were erased."""
        self.ensure_one()
        form, colon, _digest = (self.hash or "").rpartition(":")
        form += colon
        if form == SIGNED_FORM or self.later_hash:
            expected = self.hash if form == SIGNED_FORM else self.later_hash
            if expected != self._digest(SIGNED_FORM) or self._find_altered_texts():
                return False
            if self.line_ids._find_altered_texts():
                return False
            if form == SIGNED_FORM or self._has_erased_texts() or self.line_ids._has_erased_texts():
                return True  # what was taken over an erased text itself fits nothing any more
        return self.hash == self._digest(form)

    @api.depends("anchors")
    def _compute_anchor_text(self):
        for reconciliation in self:
            reconciliation.anchor_text = "\n".join(reconciliation._get_anchor_words())

    # CRUD: a draft has the figures of its days from the first
    @api.model_create_multi
    def create(self, vals_list):
        reconciliations = super().create(vals_list)
        for reconciliation in reconciliations:
            reconciliation._refresh()
        return reconciliations

    def write(self, vals):
        if self._is_in_verb():
            return super().write(vals)
        if {"grant_id", "date_from", "date_to", "note"}.intersection(vals):
            self._refuse_signed()
        result = super().write(vals)
        if {"grant_id", "date_from", "date_to"}.intersection(vals):
            for reconciliation in self:
                reconciliation._refresh()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_only_drafts(self):
        self._refuse_signed()

    def _refuse_signed(self):
        """:raises UserError: for whatever has been signed"""
        for reconciliation in self:
            if reconciliation.state != "draft":
                raise UserError(
                    self.env._(
                        "“%s” has been signed: nothing in it can be changed."
                        " Start a new one for what came after.",
                        reconciliation.display_name,
                    )
                )

    # ------------------------------------------------------------
    # Two signatures over the figures and lines.
    # ------------------------------------------------------------

    @verb()
    def action_prepare(self):
        """Sign as preparer: the figures are brought up to date, and then kept.

        :raises UserError: while a difference has no explanation, or the lines don't add up
        """
        self.grant_id._check_finance()
        for reconciliation in self:
            if reconciliation.state != "draft":
                raise UserError(self.env._("“%s” has been prepared already.", reconciliation.display_name))
            reconciliation._refuse_out_of_turn()
            reconciliation._refresh()
            reconciliation.invalidate_recordset(["unexplained_count"])
            if reconciliation.unexplained_count == 1:
                raise UserError(
                    self.env._("One difference has no explanation yet: write a note on it, then sign.")
                )
            if reconciliation.unexplained_count:
                raise UserError(
                    self.env._(
                        "%s differences have no explanation yet: write a note on each, then sign.",
                        reconciliation.unexplained_count,
                    )
                )
            if not reconciliation.currency_id.is_zero(reconciliation.gap_amount):
                raise UserError(
                    self.env._(
                        "The lines and the books are %s apart: refresh, and ask the administrator"
                        " if it stays so.",
                        reconciliation.currency_id.format(reconciliation.gap_amount),
                    )
                )
            reconciliation._sign(
                {
                    "state": "prepared",
                    "prepared_by": self.env.user.id,
                    "prepared_on": fields.Datetime.now(),
                    "anchors": reconciliation._prepare_anchors(),
                    "stated": json.dumps(reconciliation._prepare_stated()),
                }
            )
        return True

    @verb()
    def action_review(self):
        """Sign as reviewer.

        :raises UserError: by the one who prepared it, or after somebody tampered with it
        """
        self.grant_id._check_finance()
        for reconciliation in self:
            if reconciliation.state != "prepared":
                raise UserError(self.env._("“%s” has to be prepared first.", reconciliation.display_name))
            if reconciliation.prepared_by == self.env.user:
                raise UserError(self.env._("You prepared it yourself: a second person has to review it."))
            if not reconciliation.is_intact:
                raise UserError(self.env._("The figures are not those that were prepared: prepare it again."))
            reconciliation._sign(
                {"state": "reviewed", "reviewed_by": self.env.user.id, "reviewed_on": fields.Datetime.now()}
            )
        return True

    @verb()
    def action_back_to_draft(self):
        """Give a prepared one back to its preparer. What was reviewed stays as it is."""
        self.grant_id._check_finance()
        for reconciliation in self:
            if reconciliation.state != "prepared":
                raise UserError(self.env._("“%s” can't go back to draft.", reconciliation.display_name))
            reconciliation._refuse_out_of_turn()
        self._in_verb().write(
            {"state": "draft", "prepared_by": False, "prepared_on": False, "hash": False, "anchors": False}
            | {"stated": False, "later_hash": False, "texts_erased_on": False}
        )
        self._forget_digests()
        self.line_ids._in_verb().write({"texts_erased_on": False})
        self.line_ids._forget_digests()
        return True

    def _prepare_anchors(self):
        """The latest seals of the grant's banks, as text; False where there is none."""
        # sudo: the number and the hash of a seal are meant for everybody
        seals = self.grant_id.sudo().scheme_ids.last_seal_id
        return json.dumps([seal._get_written() for seal in seals]) if seals else False

    def _get_anchors(self):
        """The seals that the signatures stand with: dicts of ``scheme_id``, ``number`` and ``hash``."""
        return json.loads(self.anchors or "[]")

    def _get_anchor_words(self):
        """The same for a reader: a text for each bank."""
        schemes = self.env["timebank.scheme"].sudo()  # sudo: the names of the grant's banks
        return [
            self.env._(
                "%(bank)s: seal %(number)s · %(hash)s",
                bank=schemes.browse(anchor["scheme_id"]).name,
                number=anchor["number"],
                hash=hash_chain.written(anchor["hash"]),
            )
            for anchor in self._get_anchors()
        ]

    def _sign(self, vals):
        """Write a signature, and the hash over all that is signed by now."""
        self._in_verb().write(vals)
        self._digest_texts()
        self.line_ids._digest_texts()
        self._in_verb().write({"hash": self._digest(SIGNED_FORM), "later_hash": False})

    @api.private
    def _cover_texts(self):
        """Have what was signed before texts could be erased stay proven once one is."""
        for reconciliation in self:
            form = (reconciliation.hash or "").rpartition(":")[0]
            if reconciliation.state != "draft" and f"{form}:" != SIGNED_FORM and reconciliation.is_intact:
                reconciliation._digest_texts()
                reconciliation.line_ids._digest_texts()
                reconciliation._in_verb().write({"later_hash": reconciliation._digest(SIGNED_FORM)})

    def _digest(self, form):
        """The hash over what is signed, as that form has it."""
        return form + canonical.digest(self._get_signed(form) if form else self._get_signed_figures(form))

    def _get_signed(self, form):
        """What is signed, by whom and when, as plain values."""
        return self._get_signed_figures(form) | {
            "company": self.company_id.id,
            "percentages": [f"{self.spent_percentage:.6f}", f"{self.time_percentage:.6f}"],
            "prepared": [self.prepared_by.id, str(self.prepared_on or "")],
            "reviewed": [self.reviewed_by.id, str(self.reviewed_on or "")],
        }

    def _get_signed_figures(self, form):
        """The figures under the signatures, as plain values."""
        self.ensure_one()
        names, on_lines = SIGNED, SIGNED_ON_LINES
        if form in LATE_FORMS:
            names, on_lines = SIGNED + SIGNED_LATE, SIGNED_ON_LINES + SIGNED_LATE_ON_LINES
        texts = {}
        if form == SIGNED_FORM:
            names = [name for name in names if name not in self._signed_texts]
            on_lines = [name for name in on_lines if name not in TEXTS_ON_LINES] + ["text_digests"]
            texts = {"texts": self._get_text_digests()}

        def plain(name, value):
            if self._fields[name].type == "monetary":
                return self._plain_amount()(value)
            return str(value or "")

        return {
            "grant": self.grant_id.id,
            **{name: plain(name, self[name]) for name in names},
            # nothing in what was signed before there were any, so that it stays intact
            **{name: self[name] for name in ("anchors", "stated") if self[name]},
            **texts,
            "lines": self._get_signed_lines(on_lines),
        }

    def _get_text_digests(self):
        self.flush_recordset()
        query = SQL("SELECT text_digests FROM timebank_reconciliation WHERE id = %s", self.id)
        return self.env.execute_query(query)[0][0]

    def _get_signed_lines(self, names):
        """What is signed of each line, straight from the table: there may be thousands."""
        lines = self.env["timebank.reconciliation.line"]
        lines.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM timebank_reconciliation_line WHERE reconciliation_id = %s ORDER BY id",
                SQL(", ").join(map(SQL.identifier, names)),
                self.id,
            )
        )
        plain = {"monetary": self._plain_amount(), "json": lambda digests: digests}
        as_text = [plain.get(lines._fields[name].type, lambda value: str(value or "")) for name in names]
        return [
            {name: text(value) for name, text, value in zip(names, as_text, row, strict=True)} for row in rows
        ]

    def _plain_amount(self):
        """What writes an amount as it is signed, whole coins and nothing else."""
        digits = self.currency_id.decimal_places
        return lambda amount: f"{amount or 0:.{digits}f}"


class TimebankReconciliationLine(models.Model):
    """One claim, one bill line, or the two together, with what became of them."""

    _name = "timebank.reconciliation.line"
    _description = "Grant Reconciliation Line"
    _inherit = ["timebank.signed.texts", "timebank.protected"]
    _signed_texts = TEXTS_ON_LINES
    _personal_texts = ("claim_name", "note")
    _order = "sequence, billed_on, id"
    _allow_sudo_commands = False
    _personal_fields = {
        "redemption_id": THROUGH,
        "claim_name": KEPT,
        "claim_code": KEPT,
        "supplier_name": KEPT,
        "bill_name": KEPT,
        "found_by": OURS,
        "change": KEPT,
        "note": KEPT,
    }

    reconciliation_id = fields.Many2one(
        "timebank.reconciliation", required=True, readonly=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="reconciliation_id.currency_id")
    status = fields.Selection(STATUSES, required=True, readonly=True)
    sequence = fields.Integer(readonly=True, help="What needs a person's eye comes first.")
    redemption_id = fields.Many2one("timebank.redemption", string="Claim", readonly=True, ondelete="set null")
    move_line_id = fields.Many2one(
        "account.move.line", string="Bill line", readonly=True, ondelete="set null"
    )
    claim_name = fields.Char("Claimed", readonly=True)
    claim_code = fields.Char("Code", readonly=True)
    claimed_on = fields.Date("Claimed on", readonly=True)
    supplier_name = fields.Char("Supplier", readonly=True)
    bill_name = fields.Char("Bill", readonly=True)
    billed_on = fields.Date("Billed on", readonly=True)
    cost_amount = fields.Monetary("Expected cost", readonly=True)
    billed_amount = fields.Monetary("Billed this period", readonly=True)
    matched_amount = fields.Monetary("Billed to date", readonly=True)
    difference_amount = fields.Monetary("Difference", readonly=True)
    found_by = fields.Char("Matched by", readonly=True)
    is_late = fields.Boolean(
        "Late", readonly=True, help="It came into a period that was signed already, and is taken up by this."
    )
    change = fields.Char("What changed", readonly=True)
    part = fields.Char(compute="_compute_part", help="Of a claim that several grants pay for.")
    note = fields.Char()

    @api.depends("redemption_id.share_ids", "cost_amount")
    def _compute_part(self):
        for line in self:
            claim = line.redemption_id
            line.part = claim.share_ids and claim._say_part(False, line.cost_amount)

    def _say_claim(self):
        """The claim on paper: with initials, or with the person's name where names were asked for."""
        self.ensure_one()
        claim = self.redemption_id
        if not claim:
            return self.claim_name if self.is_late else ""
        named = self.reconciliation_id._shows_names()
        said = claim.display_name if named else claim._say_with_initials()
        return claim._say_part(said, self.cost_amount)

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            raise UserError(self.env._("The lines are made by “Refresh”."))
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_in_verb():
            if set(vals) - {"note"}:
                raise UserError(
                    self.env._("Only the note of a line can be written: its figures come from the books.")
                )
            self.reconciliation_id._refuse_signed()
        return super().write(vals)

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_only_unsigned(self):
        if not self._is_in_verb():
            self.reconciliation_id._refuse_signed()
