from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import canonical, drift
from ...tools.reconcile import Line
from ..common.words import say_day
from .timebank_claim_share import claim_parts
from .timebank_grant_books import claim_day

#: Changes told in full; a number stands for the others.
TOLD = 30


class TimebankReconciliation(models.Model):
    """What has changed in the books and the claims since a reconciliation was signed.

    Everything that the lines are made from goes into a digest, which one query takes
    again whenever the signed figures are looked at. Only when it differs are the lines
    made anew and compared.
    """

    _inherit = "timebank.reconciliation"

    inputs_digest = fields.Char(
        "Digest of the books",
        readonly=True,
        copy=False,
        help="Over the bills, claims and matches that the lines were made from.",
    )
    drift = fields.Text("Changed since", compute="_compute_drift")
    has_drift = fields.Boolean("Has changed", compute="_compute_drift")
    drift_amount = fields.Monetary(
        "Spent to date, changed by",
        compute="_compute_drift",
        help="What the books have of the time up to the period's end, less what was signed.",
    )
    is_overtaken = fields.Boolean(
        "Changed, and not taken up",
        compute="_compute_is_overtaken",
        search="_search_is_overtaken",
        help="The books have changed since it was signed, and no later one is signed that takes it up.",
    )

    is_outdated = fields.Boolean(
        "Older than the books",
        compute="_compute_is_outdated",
        help="What a draft's figures were made from has changed in the books since.",
    )

    def _compute_is_outdated(self):
        for reconciliation in self:
            # sudo: the same view of the books as when the figures were made
            draft = reconciliation.sudo() if reconciliation.state == "draft" and reconciliation.id else False
            reconciliation.is_outdated = draft and draft.inputs_digest != draft._get_inputs_digest()

    def _compute_is_overtaken(self):
        found = self._get_overtaken(self.grant_id.ids)
        for reconciliation in self:
            reconciliation.is_overtaken = reconciliation in found

    def _search_is_overtaken(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in" if True in value else "not in", self._get_overtaken().ids)]

    @api.model
    def _get_overtaken(self, grant_ids=None):
        """Signed ones that the books have left behind: each grant's latest, which took up earlier changes.

        :param grant_ids: of these grants only, default all that the user may see
        """
        domain = [("state", "!=", "draft")]
        if grant_ids is not None:
            domain.append(("grant_id", "in", grant_ids))
        latest = {}
        for reconciliation in self.search(domain, order="date_to desc, id desc"):
            latest.setdefault(reconciliation.grant_id.id, reconciliation.id)
        return self.browse(latest.values()).filtered("has_drift")

    @api.depends_context("timebank_paper", "lang")
    def _compute_drift(self):
        # All are asked before the first is told: bill lines that follow the books on the way may leave
        # nothing in the cache.
        found = {}
        for signed in self.filtered(lambda one: one.state != "draft"):
            if changes := signed._get_drift():
                found[signed.id] = (changes, signed._get_drift_amount())
        for reconciliation in self:
            changes, amount = found.get(reconciliation.id, ([], 0))
            reconciliation.drift_amount = amount
            if len(changes) > TOLD:
                more = self.env._("… and %s more changes", len(changes) - TOLD)
                changes = [*changes[:TOLD], more]
            reconciliation.drift = "\n".join(changes) or False
            reconciliation.has_drift = bool(changes)

    def _get_inputs_digest(self):
        """SHA-256 over all that lines and opening are made from, as it is in the database now.

        No ids of analytic lines are in it: a bill set back to draft and posted again as it
        was gives the same digest.
        """
        self.ensure_one()
        self.env.flush_all()
        grant = self.grant_id
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT encode(sha256(convert_to(
                           COALESCE(string_agg(part, E'\\n' ORDER BY part COLLATE "C"), ''), 'UTF8')), 'hex')
                  FROM (
                    SELECT ROW('entry', item, date, CASE WHEN entry IS NULL THEN '' ELSE name END,
                               amount)::text AS part
                      FROM (%(spend)s) spend
                    UNION ALL
                    SELECT ROW('balance', date, SUM(amount))::text
                      FROM %(entries)s entries WHERE company_id = %(company)s GROUP BY date
                    UNION ALL
                    SELECT ROW('match', m.redemption_id, m.move_line_id, l.date, m.amount, m.pays)::text
                      FROM (%(matches)s) m
                      JOIN timebank_bill_line l ON l.id = m.bill_line_id
                     WHERE l.date <= %(last)s
                    UNION ALL
                    SELECT ROW('claim', id, state, approved_on, cost_amount, billing_done)::text
                      FROM %(parts)s
                     WHERE grant_id = %(grant)s
                       AND (%(day)s <= %(last)s OR id IN (SELECT redemption_id FROM timebank_reward_match
                                                           WHERE grant_id = %(grant)s
                                                             AND prepayment_id IS NULL))
                  ) parts
                """,
                spend=grant._get_lines_query(grant._get_posted(None, self.date_to)),
                entries=grant._get_posted(None, self.date_to),
                company=grant.company_id.id,
                matches=grant._get_match_query(self.date_to),
                day=claim_day(self.env, "r"),
                parts=claim_parts("r"),
                grant=grant.id,
                last=self.date_to,
            )
        )
        return canonical.digest(
            {
                "rows": digest,
                "accounts": sorted(grant.reward_account_ids.ids),
                "products": sorted(grant.reward_product_ids.ids),
            }
        )

    def _get_drift(self):
        """Sentences, one for each bill, claim and figure that is not as it was signed."""
        self.ensure_one()
        self = self.sudo()  # the same view of books and claims as when it was prepared
        if self.inputs_digest and self.inputs_digest == self._get_inputs_digest():
            return []
        found = drift.compare(self._read_signed(), self._prepare_lines())
        return [
            *self._tell_of_fund(),
            *self._tell_of_late(),
            *self._tell_of_bills(found.bills),
            *self._tell_of_claims(found.claims),
            *(
                self.env._(
                    "Analytic entries without a bill on %(day)s: were %(before)s, are now %(after)s",
                    day=say_day(self.env, day),
                    before=self._money(before or 0),
                    after=self._money(after or 0),
                )
                for day, (before, after) in found.by_hand.items()
            ),
        ]

    def _get_drift_amount(self):
        """How much more the books have of the time up to the period's end than was signed."""
        grant = self.grant_id.sudo()  # sudo: the same view of the books as when it was prepared
        return self.currency_id.round(
            grant._get_spend_totals(date_to=self.date_to)[grant] - self.to_date_amount
        )

    def _read_signed(self):
        """The lines as they were signed. A bill deleted since is known by its name."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT status, redemption_id, move_line_id, bill_name, billed_on,
                          cost_amount, billed_amount, matched_amount, difference_amount
                     FROM timebank_reconciliation_line
                    WHERE reconciliation_id = %s AND is_late IS NOT TRUE ORDER BY id""",
                self.id,
            )
        )
        minor = self.grant_id._get_to_minor_units()
        return [
            Line(
                status,
                claim or 0,
                item or (status != "manual_entry" and name) or 0,
                0,
                day,
                *map(minor, amounts),
            )
            for status, claim, item, name, day, *amounts in rows
        ]

    # In words
    def _tell_of_fund(self):
        """What came to the books of the time before the period, or beside the rewards."""
        now = self._prepare_books()
        for name in ("opening_amount", "other_amount"):
            if self.currency_id.compare_amounts(self[name], now[name]):
                yield self.env._(
                    "%(figure)s: was %(before)s, is now %(after)s",
                    figure=self._fields[name]._description_string(self.env),
                    before=self.currency_id.format(self[name]),
                    after=self.currency_id.format(now[name]),
                )

    def _tell_of_bills(self, bills):
        items = self.env["account.move.line"].browse(item for item in bills if isinstance(item, int)).exists()
        items = {item.id: item for item in items}
        columns = self.line_ids._get_columns("id", "move_line_id", "bill_name", "is_late")
        known = {
            item_id or name: line_id for line_id, item_id, name, is_late in columns if name and not is_late
        }
        told = [key for key in bills if key in known]
        names = dict(zip(told, self.line_ids.browse(known[key] for key in told), strict=True))
        for key, (before, after) in bills.items():
            item, line = items.get(key), names.get(key)
            name = line.bill_name if line else self._prepare_bill_names(item)["bill_name"]
            supplier = line.supplier_name if line else item.partner_id.name
            words = {
                "bill": f"{name} ({supplier})" if supplier else name,
                "before": self._money(before.amount if before else 0),
                "after": self._money(after.amount if after else 0),
            }
            if not before:
                yield self.env._("%(bill)s: %(after)s charged to the grant since", **words)
            elif not after or not after.amount:
                yield self.env._(
                    "%(bill)s: %(before)s was charged to the grant, and nothing is now: %(why)s",
                    why=self._why_gone(item, item and not self.date_from <= item.date <= self.date_to),
                    **words,
                )
            elif before.amount != after.amount:
                yield self.env._(
                    "%(bill)s: %(before)s was charged to the grant, and now %(after)s is", **words
                )
            else:
                yield self.env._(
                    "%(bill)s: %(before)s was dated %(old)s, and is dated %(new)s now",
                    old=say_day(self.env, before.day),
                    new=say_day(self.env, after.day),
                    **words,
                )

    def _why_gone(self, item, moved):
        """Why a bill line is charged to the grant no more in the period in which it was.

        :param bool moved: whether it is of another day now
        """
        if not item:
            return self.env._("the bill was deleted")
        if item.parent_state == "draft":
            return self.env._("the bill is back in draft")
        if item.parent_state == "cancel":
            return self.env._("the bill was cancelled")
        if moved:
            return self.env._("the bill is dated %s now", say_day(self.env, item.date))
        return self.env._("its line no longer counts for this grant")

    def _tell_of_claims(self, claims):
        records = {claim.id: claim for claim in self.env["timebank.redemption"].browse(claims)}
        for claim_id, (before, after) in claims.items():
            claim = records[claim_id]
            yield self.env._(
                "%(claim)s: %(before)s; now %(after)s",
                claim=self._name_claim(claim),
                before=self._describe(before) if before else self.env._("was not claimed"),
                after=self._describe(after) if after else self._why_no_line(claim),
            )

    def _name_claim(self, claim):
        """A claim on the screen, or (context ``timebank_paper``) on paper: without whose it is."""
        if self.env.context.get("timebank_paper"):
            return f"{claim._say_with_initials()} (#{claim.id})"
        number = claim._get_billed_code() or claim.bill_reference
        return f"{claim.display_name} ({number})" if number else claim.display_name

    def _describe(self, standing):
        billed = self.env._(
            "%(billed)s billed of %(cost)s",
            billed=self._money(standing.to_date),
            cost=self._money(standing.cost),
        )
        if not standing.left:
            return billed
        return self.env._(
            "%(billed)s, %(left)s still to bill", billed=billed, left=self._money(standing.left)
        )

    def _why_no_line(self, claim):
        """Why nothing is said any more of a claim that had a line."""
        if claim.state not in ("approved", "fulfilled"):
            states = dict(claim._fields["state"]._description_selection(self.env))
            return states[claim.state].lower()
        if claim.billing_done:
            return self.env._("nothing more is expected")
        return self.env._("it is billed outside the period, or by another grant")

    def _money(self, minor):
        """An amount of whole minor units, as people write it."""
        return self.currency_id.format(minor / 10**self.currency_id.decimal_places)
