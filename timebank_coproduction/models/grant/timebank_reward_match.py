from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import match_ddl
from ..common.personal import KEPT, THROUGH
from ..common.verb import choice, number, record_id, text, verb


class TimebankRewardMatch(models.Model):
    """A part of a bill line that pays for a claim. Partial, and many to many.

    Nothing is written into the bill. What is matched of a line is kept in
    ``timebank.bill.line``, what is matched of a claim on the claim; both rows change
    with every match, so that two people matching at once can't go beyond either.
    """

    _name = "timebank.reward.match"
    _description = "Claim Matched With a Bill Line"
    _inherit = ["timebank.protected"]
    _order = "id desc"
    _allow_sudo_commands = False
    _personal_fields = {
        "redemption_id": THROUGH,
        "note": KEPT,
    }

    redemption_id = fields.Many2one(
        "timebank.redemption", string="Claim", required=True, readonly=True, ondelete="restrict", index=True
    )
    bill_line_id = fields.Many2one(
        "timebank.bill.line", string="Bill line", required=True, readonly=True, ondelete="cascade", index=True
    )
    move_line_id = fields.Many2one(
        related="bill_line_id.move_line_id", store=True, precompute=True, index=True
    )
    grant_id = fields.Many2one(related="bill_line_id.grant_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="grant_id.company_id")
    currency_id = fields.Many2one(related="grant_id.company_currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    charged_amount = fields.Monetary(
        "Charged when matched",
        readonly=True,
        copy=False,
        help="What of the bill line was charged to the grant at that moment: bills can change later.",
    )
    found_by = fields.Selection(
        [
            ("code", "Claim code on the bill"),
            ("amount", "Supplier, product and amount"),
            ("group", "One bill for several claims"),
            ("hand", "Matched by hand"),
            ("prepaid", "Paid in advance"),
        ],
        string="Found by",
        required=True,
        readonly=True,
        default="hand",
    )
    difference_reason = fields.Selection(
        [
            ("part", "Part only, the rest stays open"),
            ("price", "Price change"),
            ("vat", "VAT that can't be recovered"),
            ("postage", "Postage"),
            ("fewer", "Fewer delivered"),
            ("tolerance", "Within the tolerance"),
            ("currency", "Exchange rate"),
            ("other", "Other"),
        ],
        string="Reason of the difference",
        help="Why the bill and the claim's expected cost differ.",
    )
    note = fields.Char()
    prepayment_id = fields.Many2one(
        "timebank.prepayment", "Paid in advance", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    prepaid_quantity = fields.Integer("Of those", readonly=True, help="How many the claim took.")

    _pair_unique = models.UniqueIndex(
        "(redemption_id, bill_line_id)", "This claim and this bill line are matched already: undo that first."
    )
    _amount_not_zero = models.Constraint("CHECK (amount != 0)", "A match is for an amount.")
    _within_line = models.Constraint(
        "CHECK (amount BETWEEN LEAST(charged_amount, 0) AND GREATEST(charged_amount, 0))",
        "A match can't be for more than its bill line.",
    )

    @verb()
    def init(self):
        self.env.registry.post_init(self.env.cr.execute, match_ddl.CREATE)

    # CRUD: verbs make and undo, finance explains
    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            raise AccessError(self.env._("Claims and bills are matched with the “Match” button."))
        return super().create(vals_list)

    def write(self, vals):
        if not {"difference_reason", "note"}.issuperset(vals):
            raise UserError(self.env._("A match is not changed: undo it and match again."))
        return super().write(vals)

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_only_undone(self):
        """Bills that are deleted take their matches along; anybody else uses “Undo”."""
        if not self._is_in_verb():
            raise AccessError(self.env._("A match is undone with its “Undo” button."))

    # Actions
    @api.model
    @verb(
        redemption_id=record_id("timebank.redemption"),
        move_line_id=record_id("account.move.line", seen=False),
        amount=number(),
        difference_reason=choice(of=("timebank.reward.match", "difference_reason")),
        note=text(),
    )
    def match(self, redemption_id, move_line_id, amount, difference_reason=False, note=False):
        """Match part of one bill line with one claim.

        :param int redemption_id: the claim; its grant is charged, or each of several its part
        :param int move_line_id: a posted journal item charged to that grant
        :param float amount: in company currency; below zero for a credit note
        :return: the new ``timebank.reward.match``, one for each grant
        :raises UserError: beyond the line's amount or the claim's cost and tolerance; a bill
            not posted, of another company, or not charged to the grant
        """
        claim = self.env["timebank.redemption"].browse(redemption_id)
        grants = claim._get_grants()
        grants._check_finance()
        if not grants:
            raise UserError(
                self.env._("“%s” is paid from own funds: choose its grant first.", claim.display_name)
            )
        item = self.env["account.move.line"].browse(move_line_id)
        if claim.is_shared:
            return self._match(claim._share_out(item, amount), difference_reason, note)
        line = self.env["timebank.bill.line"]._get_charged_line(grants, item)
        return self._match([(claim, line, amount, "hand")], difference_reason, note)

    @verb()
    def action_undo(self):
        """Take matches apart again: claim and bill are open as before."""
        self.env["timebank.grant"]._check_finance()
        self._undo()
        return True

    def _get_explanation(self):
        """Why bill and claim differ, as finance has said."""
        self.ensure_one()
        if not self.difference_reason:
            return self.note
        reasons = dict(self._fields["difference_reason"]._description_selection(self.env))
        return ": ".join(filter(None, (reasons[self.difference_reason], self.note)))

    @api.private
    def _undo(self):
        # sudo: matches and their sums change through these verbs alone.
        matches = self.sudo()
        matches.bill_line_id._lock()
        matches.bill_line_id._add_matched(
            {line.id: -sum(group.mapped("amount")) for line, group in matches.grouped("bill_line_id").items()}
        )
        matches.redemption_id._add_matched(
            {
                claim.id: -sum(group.mapped("amount"))
                for claim, group in matches.grouped("redemption_id").items()
            }
        )
        # A claim that expected nothing more did so because of this match.
        matches.redemption_id.filtered("billing_done")._in_verb().write({"billing_done": False})
        matches.redemption_id.share_ids.filtered(
            lambda share: share.billing_done and share.grant_id in matches.grant_id
        )._in_verb().write({"billing_done": False})
        matches._in_verb().unlink()

    @api.private
    def _match(self, pairs, difference_reason=False, note=False, reasons=None, refusals=None):
        """Match pairs of (claim, bill line, amount, how found), all or none.

        :param dict reasons: (claim id, bill line id) → the difference reason of that pair
        :param dict refusals: takes bill line id → why it can't, and the others are matched
        :raises UserError: naming the first that can't be, unless ``refusals`` takes them
        """
        # sudo: matches and their sums change through these verbs alone.
        claims = self.env["timebank.redemption"].sudo().union(*[pair[0] for pair in pairs])
        lines = self.env["timebank.bill.line"].sudo().union(*[pair[1] for pair in pairs])
        lines._lock()
        claims._lock_matched()
        open_lines = dict(lines._get_columns("id", "open_amount"))
        open_claims = {
            (claim_id, grant.id): (standing.room, standing.matched)
            for grant in lines.grant_id
            for claim_id, standing in claims._get_standings(grant).items()
        }
        matched = lines._get_paid_claims()
        by_line, by_claim, possible = {}, {}, []
        # each knows of the others: what one of thousands is asked is read or computed for many at once
        claims_by_id = dict(zip(claims._ids, claims, strict=True))
        lines_by_id = dict(zip(lines._ids, lines, strict=True))
        for asked_claim, asked_line, amount, found_by in pairs:
            claim, line = claims_by_id[asked_claim.id], lines_by_id[asked_line.id]
            reason = self._why_not_pair(claim, line, amount, open_lines, open_claims, matched)
            if found_by != "prepaid" and line._is_kept():
                reason = self.env._(
                    "%s is paid in advance, for claims to come: end that first.", line.display_name
                )
            if reason and refusals is None:
                raise UserError(reason)
            if reason:
                refusals[line.id] = reason
                continue
            possible.append((claim, line, amount, found_by))
            open_lines[line.id] -= amount
            room, before = open_claims[claim.id, line.grant_id.id]
            open_claims[claim.id, line.grant_id.id] = (room - amount, before + amount)
            matched.setdefault(line.id, set()).add(claim.id)
            by_line[line.id] = by_line.get(line.id, 0) + amount
            by_claim[claim.id] = by_claim.get(claim.id, 0) + amount
        if len(possible) < len(pairs):
            lines, claims = lines.browse(by_line), claims.browse(by_claim)
        lines._add_matched(by_line)
        claims._add_matched(by_claim)
        columns = lines._get_columns("id", "share_amount", "move_line_id", "grant_id")
        shares = {line_id: share for line_id, *share in columns}
        rows = []
        for claim, line, amount, found_by in possible:
            charged, move_line_id, grant_id = shares[line.id]
            rows.append(
                {
                    "redemption_id": claim.id,
                    "bill_line_id": line.id,
                    "move_line_id": move_line_id,
                    "grant_id": grant_id,
                    "amount": line.currency_id.round(amount),
                    "charged_amount": charged,
                    "found_by": found_by,
                    "difference_reason": (reasons or {}).get((claim.id, line.id), difference_reason),
                    "note": note,
                }
            )
        # sudo: matches are made by this verb alone, whose rules were asked
        return self.sudo()._insert_rows(rows).with_env(self.env)

    def _why_not_pair(self, claim, line, amount, open_lines, open_claims, matched):
        """:return: a sentence where the amount does not fit the line or the claim, or they are matched"""
        currency = line.currency_id
        if currency.is_zero(amount):
            return self.env._("Say how much of %s pays for this claim.", line.display_name)
        if (claim.id, line.grant_id.id) not in open_claims:
            return self.env._(
                "“%(claim)s” is charged to %(grant)s, and the bill to %(other)s.",
                claim=claim.display_name,
                grant=claim.paid_from or self.env._("own funds"),
                other=line.grant_id.name,
            )
        if claim.state not in ("approved", "fulfilled"):
            return self.env._("“%s” does not stand: only approved claims are paid.", claim.display_name)
        if claim.id in matched.get(line.id, ()):
            return self.env._(
                "“%(claim)s” and %(bill)s are matched already: undo that match, then match the new amount.",
                claim=claim.display_name,
                bill=line.display_name,
            )
        left = open_lines[line.id]
        if amount * left <= 0 or currency.compare_amounts(abs(amount), abs(left)) > 0:
            return self.env._(
                "%(bill)s has %(left)s left to match, not %(amount)s.",
                bill=line.display_name,
                left=currency.format(left),
                amount=currency.format(amount),
            )
        room, before = open_claims[claim.id, line.grant_id.id]
        if currency.compare_amounts(amount, room) > 0:
            return self.env._(
                "“%(claim)s” was expected to cost %(cost)s, with %(tolerance)s tolerance:"
                " only %(room)s more can be matched. Match that part, or change the claim's expected cost"
                " or tolerance first.",
                claim=claim.display_name,
                cost=currency.format(claim.cost_amount),
                tolerance=currency.format(claim.tolerance_amount),
                room=currency.format(max(room, 0)),
            )
        if currency.compare_amounts(before + amount, 0) < 0:
            return self.env._("More would be credited for “%s” than was billed for it.", claim.display_name)
        return ""

    # ------------------------------------------------------------
    # The row that finance sees while matching by hand
    # ------------------------------------------------------------

    def _prepare_row(self):
        labels = dict(self._fields["found_by"]._description_selection(self.env))
        return {
            "id": self.id,
            "claim": self.redemption_id.display_name,
            "bill": self.bill_line_id.display_name,
            "amount": self.amount,
            "found_by": labels[self.found_by],
            "explanation": self._get_explanation() or "",
        }
