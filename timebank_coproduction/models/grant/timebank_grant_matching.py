from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import bill_matching, bill_reference, codes
from ...tools.bill_allocation import allocate
from ...tools.bill_codes import codes_in, normal, runs_in
from ..common.verb import choice, record_ids, text, verb

#: Lines that the screen lists of each side; a search narrows them.
SHOWN = 200
#: Lines in trouble that are told one by one.
TOLD = 10


class TimebankGrant(models.Model):
    """Automatic matching: the books and the claims go into a pure function, its matches come back."""

    _inherit = "timebank.grant"

    bill_line_ids = fields.One2many(
        "timebank.bill.line",
        "grant_id",
        string="Bill lines",
        groups="timebank_coproduction.group_timebank_finance,timebank_coproduction.group_timebank_manager",
    )
    claim_ids = fields.One2many("timebank.redemption", "grant_id", string="Claims")

    def _get_claims_domain(self):
        """Which claims these grants pay for, whole or in part."""
        return Domain("grant_id", "in", self.ids) | Domain("share_ids.grant_id", "in", self.ids)

    @verb()
    def action_auto_match(self):
        """Match what can be told for certain (``tools/bill_matching.py``), grant by grant.

        :return: a notification of what was matched and what is left for a person
        """
        self._check_finance()
        matched, troubles = 0, []
        for grant in self:
            made, told = grant._auto_match()
            matched += len(made)
            troubles += told
        left = self.env["timebank.bill.line"].search_count(
            [
                ("grant_id", "in", self.ids),
                ("status", "in", ("open", "part", "changed")),
                "|",
                ("is_prepaid", "=", False),
                ("status", "=", "changed"),
            ]
        )
        if len(troubles) > TOLD:
            troubles[TOLD:] = [self.env._("… and %s more", len(troubles) - TOLD)]
        counts = self.env._(
            "%(matched)s matched, %(left)s bill lines left for you.", matched=matched, left=left
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if troubles else "info" if left else "success",
                "sticky": bool(troubles),
                "title": self.env._("Bills and claims"),
                "message": "\n".join([counts, *troubles]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _auto_match(self):
        """Match one grant's bills. A line in trouble is told, and stops no other.

        :return: the matches made, and sentences on lines that a person has to look at
        """
        self.ensure_one()
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self)
        doubles = lines._find_doubles()
        bills, claims = self._prepare_bills(lines, doubles), self._prepare_claims()
        strangers = self._prepare_strangers(bills.values())
        found, idle = bill_matching.match_and_tell(
            [*claims.values(), *strangers], bills.values(), self._get_matching_rules()
        )
        minor, refusals = 10**self.company_currency_id.decimal_places, {}
        redemptions = self.env["timebank.redemption"]
        made = self.env["timebank.reward.match"]._match(
            [
                (redemptions.browse(pair.claim), lines.browse(pair.bill), pair.amount / minor, pair.reason)
                for pair in found
            ],
            reasons={(pair.claim, pair.bill): "tolerance" for pair in found if pair.short},
            refusals=refusals,
        )
        # What a bill is short of its claim by, within the tolerance, is not waited for.
        made.filtered(lambda match: match.difference_reason == "tolerance").redemption_id._set_billing_done(
            True, self
        )
        return made, self._tell_of_troubles(lines, doubles, idle, refusals)

    def _tell_of_troubles(self, lines, doubles, idle, refusals):
        """Why lines were not matched that look as if they could be: sentences."""
        lines = lines.sudo()  # sudo: their bills' numbers and labels, for finance
        told = [
            self.env._(
                "%(bill)s has changed since it was matched: undo its match, and match it again.",
                bill=line.display_name,
            )
            for line in lines.filtered(lambda line: line.status == "changed")
        ]
        told += [
            self.env._(
                "%(bill)s looks like %(other)s entered twice: it was not matched.",
                bill=lines.browse(number).display_name,
                other=before.sudo().display_name,  # sudo: as above
            )
            for number, before in doubles.items()
        ]
        claims = self.env["timebank.redemption"].sudo()  # sudo: what finance matches with
        for number, claim_ids in idle.items():
            named = [claims.browse(abs(claim_id))._say_named() for claim_id in claim_ids]
            told.append(
                self.env._(
                    "%(bill)s names %(codes)s, for which this grant expects no bill: it was not matched.",
                    bill=lines.browse(number).display_name,
                    codes=", ".join(named),
                )
            )
        return [*told, *refusals.values()]

    def _get_matching_rules(self):
        self.ensure_one()
        return bill_matching.Rules(
            percent=self.tolerance_percent,
            amount=self._to_minor_units(self.tolerance_amount),
            before=self.days_before,
            after=self.days_after,
        )

    def _prepare_bills(self, lines, doubles=()):
        """The open lines with something charged, as the matcher takes them: dict of id → bill."""
        # sudo: the labels are compared, and not shown.
        lines = lines.sudo()
        suppliers = self._get_suppliers(lines.partner_id)
        columns = lines._get_columns("id", "status", "open_amount", "partner_id", "date")
        lines.move_line_id.fetch(["product_id", "quantity", "name", "move_id"])
        lines.move_id.fetch(["ref"])
        minor = self._get_to_minor_units()
        bills, paid = {}, lines.filtered("matched_amount")._get_paid_claims()
        for line, (line_id, status, left, partner_id, day) in zip(lines, columns, strict=True):
            if status not in ("open", "part") or not left or line.is_prepaid:
                continue
            item = line.move_line_id
            bills[line_id] = bill_matching.Bill(
                id=line_id,
                supplier=suppliers.get(partner_id, 0),
                product=item.product_id.id or 0,
                quantity=item.quantity,
                amount=minor(left),
                day=day,
                text=" ".join(filter(None, (item.name, item.move_id.ref))),
                paid=frozenset(paid.get(line_id, ())),
                double=line_id in doubles,
            )
        return bills

    def _get_suppliers(self, partners):
        """Of which contact as a whole each of these is a part: dict of partner id → partner id."""
        return {partner.id: partner.commercial_partner_id.id for partner in partners}

    def _prepare_claims(self):
        """The claims that stand, with what is left to bill of each: dict of id → claim."""
        self.ensure_one()
        # sudo: the expected cost of the grant's claims, for those who reconcile it.
        claims = (
            self.env["timebank.redemption"]
            .sudo()
            .search(self._get_claims_domain() & Domain("state", "in", ("approved", "fulfilled")))
        )
        about = {
            reward.id: {
                "supplier": reward.supplier_id.commercial_partner_id.id or 0,
                "product": reward.product_id.id or 0,
                "name": reward.name,
            }
            for reward in claims.reward_id
        }
        columns = claims._get_columns("id", "kept_code", "reward_id", "quantity")
        minor, standings = self._get_to_minor_units(), claims._get_standings(self)
        return {
            claim_id: bill_matching.Claim(
                id=claim_id,
                code=code or "",
                reference=bill_reference.write(claim_id),
                quantity=quantity,
                amount=minor(standings[claim_id].open),
                day=claim._get_day(),
                billed=minor(standings[claim_id].matched),
                room=minor(standings[claim_id].room),
                **about[reward_id],
            )
            for claim, (claim_id, code, reward_id, quantity) in zip(claims, columns, strict=True)
        }

    def _prepare_strangers(self, bills):
        """Claims of the organisation that the grant does not pay for and bills name all the same."""
        runs = {run for bill in bills for run in runs_in(bill.text)}
        quoted = {bill_reference.read(run) for run in runs} - {0}
        shown = {codes.normalise(run) for run in runs if len(run) == codes.CLAIM_LENGTH}
        # sudo: whether a code is somebody else's; nothing of those claims is shown
        claims = self.env["timebank.redemption"].sudo()
        found = claims.search_fetch(
            (Domain("kept_code", "in", list(shown)) | Domain("id", "in", list(quoted)))
            & Domain("company_id", "=", self.company_id.id)
            & ~self._get_claims_domain(),
            ["kept_code"],
        )
        today = fields.Date.context_today(self)
        return [
            bill_matching.Claim(
                -claim.id, claim.kept_code or "", 0, 0, 0, 0, today, reference=bill_reference.write(claim.id)
            )
            for claim in found
        ]

    def _to_minor_units(self, amount):
        """Whole minor units (pence) of an amount of money."""
        return self._get_to_minor_units()(amount)

    def _get_to_minor_units(self):
        """The function that does so, found once for thousands of amounts."""
        unit = 10**self.company_currency_id.decimal_places
        return lambda amount: round(amount * unit)

    # ------------------------------------------------------------
    # The two panes on which finance matches by hand: bills on the left, claims on the right.
    # ------------------------------------------------------------

    @verb(single=True)
    def action_match_screen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "timebank_matching",
            "name": self.env._("Match: %s", self.name),
            "params": {"grant_id": self.id},
        }

    @verb(single=True, search=text())
    def get_matching(self, search=""):
        """What can be matched on this grant now. Bill lines that have changed are brought up to date.

        :param str search: words that supplier, label, claim or code contain
        :return: dict with ``grant``, ``bills``, ``claims``, ``matches``, ``uncounted`` and ``reasons``
        """
        self.ensure_one()
        self._check_finance()
        self.check_access("read")
        # sudo: the screen shows labels and amounts of bills and claims to finance, no more.
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self).sudo()
        open_lines = lines.filtered(
            lambda line: line.status in ("open", "part", "changed") and not line._is_kept()
        )
        # sudo: as above
        claims = (
            self.env["timebank.redemption"]
            .sudo()
            .search(self._get_claims_domain() & Domain("state", "in", ("approved", "fulfilled")))
        )
        standings = claims._get_standings(self)
        matches = self.env["timebank.reward.match"].sudo().search([("grant_id", "=", self.id)], limit=SHOWN)
        words = (search or "").lower().split()

        def found(row):
            text = " ".join(str(value) for value in row.values()).lower()
            return all(word in text for word in words)

        self._refresh_figures()
        # which claims a bill names by a code is told, and no code that still hands a reward over
        by_code = {normal(code): number for number, code in claims._get_columns("id", "kept_code") if code}
        bills = [row for line in open_lines.sorted("date") if found(row := line._prepare_row())][:SHOWN]
        doubles = open_lines.browse(row["id"] for row in bills)._say_doubles()
        return {
            "grant": {
                "name": self.name,
                "currency_id": self.company_currency_id.id,
                "billed": self.billed_amount,
                "unmatched": self.billed_unmatched_amount,
                "prepaid": self.prepaid_amount,
                "unbilled": self.unbilled_amount,
                "left": self.remaining_amount,
            },
            "bills": [
                {
                    **row,
                    "double": doubles.get(row["id"], ""),
                    "claims": codes_in(f"{row['label']} {row['reference']}", by_code),
                }
                for row in bills
            ],
            "claims": [
                row
                for claim in claims.sorted("approved_on")
                if (standings[claim.id].matched or standings[claim.id].open)
                and found(row := claim._prepare_row(standings[claim.id]))
            ][:SHOWN],
            "matches": [row for match in matches if found(row := match._prepare_row())],
            "uncounted": [row for row in self._prepare_uncounted(lines) if found(row)],
            "reasons": self.env["timebank.reward.match"]
            ._fields["difference_reason"]
            ._description_selection(self.env),
        }

    def _prepare_uncounted(self, lines):
        """Lines of posted bills that carry the grant's account and don't count as rewards, with the reason.

        :param lines: the bill lines that count
        """
        account = self.sudo().analytic_account_id  # sudo: as below
        # sudo: labels, amounts and accounts of bills charged to the grant, for finance
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("analytic_distribution", "in", account.ids),
                    ("parent_state", "=", "posted"),
                    ("company_id", "=", self.company_id.id),
                    ("move_id.move_type", "in", self.env["account.move"].get_purchase_types()),
                    ("tax_line_id", "=", False),
                    ("balance", "!=", 0),
                    ("id", "not in", lines.move_line_id.ids),
                ],
                order="date desc, id desc",
                limit=SHOWN,
            )
        )
        return [
            {
                "id": item.id,
                "number": item.move_name or "",
                "label": item.name or "",
                "partner": item.partner_id.name or "",
                "date": fields.Date.to_string(item.date),
                "amount": item._get_timebank_charged(account),
                "reason": reason,
                "move_id": item.move_id.id,
            }
            for item in items
            if (reason := self._why_not_counted(item))
        ]

    @api.readonly
    @verb(single=True, bill_line_ids=record_ids("timebank.bill.line"))
    def get_fitting(self, bill_line_ids):
        """Which claims these bill lines fit together, as automatic matching would have it.

        By the amounts within the tolerance, and the supplier or the claim's code.

        :return: list of ids of ``timebank.redemption``
        """
        self.ensure_one()
        self._check_finance()
        self.check_access("read")
        # sudo: the lines of this grant, for finance
        lines = (
            self.env["timebank.bill.line"]
            .sudo()
            .search([("id", "in", bill_line_ids), ("grant_id", "=", self.id)])
        )
        bills = self._prepare_bills(lines).values()
        if not bills or len(bills) < len(lines):
            return []
        amount, rules = sum(bill.amount for bill in bills), self._get_matching_rules()
        named = {run for bill in bills for run in runs_in(bill.text)}
        suppliers, paid = (
            {bill.supplier for bill in bills},
            {number for bill in bills for number in bill.paid},
        )
        return [
            claim.id
            for claim in self._prepare_claims().values()
            if bill_matching.fits(claim, amount, rules)
            and claim.id not in paid
            and (suppliers == {claim.supplier} or any(normal(name) in named for name in claim.names))
        ]

    @verb(
        single=True,
        bill_line_ids=record_ids("timebank.bill.line"),
        redemption_ids=record_ids("timebank.redemption"),
        difference_reason=choice(of=("timebank.reward.match", "difference_reason")),
        note=text(),
    )
    def match_selected(self, bill_line_ids, redemption_ids, difference_reason=False, note=False):
        """Match the bill lines and claims that a person picked, as far as they go.

        :raises UserError: with nothing to match, or with a difference without its reason
        """
        self.ensure_one()
        self._check_finance()
        # sudo: finance matches lines and claims of a grant that it may read.
        lines = (
            self.env["timebank.bill.line"]
            .sudo()
            .search([("id", "in", bill_line_ids), ("grant_id", "=", self.id)], order="date, id")
        )
        # sudo: finance, as checked above; the lines and claims of this grant alone
        claims = (
            self.env["timebank.redemption"]
            .sudo()
            .search(Domain("id", "in", redemption_ids) & self._get_claims_domain(), order="approved_on, id")
        )
        if not lines or not claims:
            raise UserError(self.env._("Pick at least one bill line and one claim."))
        minor, standings = self._to_minor_units, claims._get_standings(self)
        parts = allocate(
            [(line.id, minor(line.open_amount)) for line in lines],
            [
                (
                    claim.id,
                    minor(standings[claim.id].open),
                    minor(standings[claim.id].room),
                    minor(standings[claim.id].matched),
                )
                for claim in claims
            ],
            stretch=difference_reason != "part",
        )
        if not parts:
            raise UserError(
                self.env._("Nothing of these bills can pay for these claims: look at the amounts.")
            )
        difference = sum(map(minor, lines.mapped("open_amount"))) - sum(
            minor(standings[claim.id].open) for claim in claims
        )
        if difference and not difference_reason:
            raise UserError(self.env._("The bills and the claims differ: choose the reason."))
        unit = 10**self.company_currency_id.decimal_places
        self.env["timebank.reward.match"]._match(
            [
                (claims.browse(claim_id), lines.browse(line_id), amount / unit, "hand")
                for claim_id, line_id, amount in parts
            ],
            difference_reason if difference else False,
            note,
        )
        if difference < 0 and difference_reason != "part":
            standings = claims._get_standings(self)
            claims.filtered(lambda claim: standings[claim.id].open)._set_billing_done(True, self)
        return True
