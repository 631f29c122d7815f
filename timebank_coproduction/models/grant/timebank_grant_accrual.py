from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..common.figures import figures_over
from ..common.verb import verb
from ..common.windows import open_form
from ..common.words import say_day

MONEY = {"currency_field": "company_currency_id"}
READERS = "timebank_coproduction.group_timebank_finance,timebank_coproduction.group_timebank_manager"


class TimebankGrantAccrual(models.Model):
    """What a grant's claims will still be billed for at the end of a day, as an entry in the books.

    Two journal entries, in draft until somebody who keeps the books posts them: one on the day, and its
    reversal on the next. Neither counts among the grant's figures, in which what was claimed and not
    billed stands already.
    """

    _name = "timebank.grant.accrual"
    _description = "Accrual of Claims"
    _inherit = ["timebank.protected"]
    _order = "date desc, id desc"
    _allow_sudo_commands = False

    grant_id = fields.Many2one(
        "timebank.grant", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="grant_id.company_currency_id")
    date = fields.Date("At the end of", required=True, readonly=True)
    amount = fields.Monetary("Accrued", required=True, readonly=True)
    claim_count = fields.Integer("Claims", readonly=True)
    move_id = fields.Many2one(
        "account.move", string="Entry", required=True, readonly=True, ondelete="cascade", index=True
    )
    reversal_id = fields.Many2one("account.move", readonly=True, ondelete="set null", index=True)
    state = fields.Selection(
        [
            ("draft", "In draft"),
            ("part", "One of two posted"),
            ("posted", "Posted"),
            ("cancel", "Cancelled"),
        ],
        compute="_compute_state",
        compute_sudo=True,
    )

    _once = models.UniqueIndex("(grant_id, date)", "The claims of a grant are accrued once at a day's end.")
    _positive = models.Constraint("CHECK (amount > 0)", "An accrual is for more than nothing.")

    @api.depends("move_id.state", "reversal_id.state")
    def _compute_state(self):
        for accrual in self:
            states = {accrual.move_id.state, accrual.reversal_id.state or "none"}
            if accrual.move_id.state == "cancel":
                accrual.state = "cancel"
            elif states == {"posted"}:
                accrual.state = "posted"
            else:
                accrual.state = "part" if "posted" in states else "draft"

    @api.depends("grant_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for accrual in self:
            grant = accrual.grant_id.name
            accrual.display_name = (
                self.env._("%(grant)s, claims at %(day)s", grant=grant, day=say_day(self.env, accrual.date))
                if grant and accrual.date
                else grant
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            raise AccessError(self.env._("Accruals are made with the grant's “Accrue claims”."))
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_in_verb():
            raise AccessError(self.env._("An accrual is not changed: withdraw it and make it again."))
        return super().write(vals)

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_only_withdrawn(self):
        if not self._is_in_verb():
            raise AccessError(self.env._("An accrual is withdrawn with its “Withdraw” button."))

    # Actions
    @verb()
    def action_post(self):
        """Post the entries and their reversals, both or neither.

        :raises UserError: where one was changed so that the other doesn't take it back any more
        :raises AccessError: for whoever doesn't keep the books in Odoo
        """
        self.grant_id._check_finance()
        entries = self._get_entries().with_env(self.env)
        entries.check_access("write")
        for accrual in self:
            if not accrual._is_taken_back():
                raise UserError(
                    self.env._(
                        "%s: the entry and its reversal differ. Withdraw the accrual and make it again.",
                        accrual.display_name,
                    )
                )
        entries.filtered(lambda entry: entry.state == "draft").action_post()
        self.grant_id._refresh_figures()
        return True

    @verb()
    def action_withdraw(self):
        """Delete entries in draft, and with them the accrual.

        :raises UserError: for what is posted
        """
        self.grant_id._check_finance()
        entries = self._get_entries().with_env(self.env)
        entries.check_access("unlink")
        for accrual in self:
            if accrual.state in ("part", "posted"):
                raise UserError(
                    self.env._("%s is posted: set both entries back to draft first.", accrual.display_name)
                )
        self._drop()
        entries.unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @verb(single=True)
    def action_view_entry(self):
        """The journal entry, for whoever may open it."""
        self.ensure_one()
        return open_form(self.move_id)

    # ------------------------------------------------------------
    # The entries
    # ------------------------------------------------------------

    def _get_entries(self):
        """Both journal entries of each."""
        return self.move_id | self.reversal_id

    def _is_taken_back(self):
        """Whether entry and reversal, account by account, add up to nothing."""
        self.ensure_one()
        sums = {}
        for line in self.sudo()._get_entries().line_ids:  # sudo: only whether they balance is told
            key = (line.account_id, str(line.analytic_distribution or ""))
            sums[key] = sums.get(key, 0) + line.balance
        return bool(self.reversal_id) and all(map(self.currency_id.is_zero, sums.values()))

    def _drop(self):
        # sudo: nobody has the right to delete one, so that its verbs are the only way
        self.sudo()._in_verb().unlink()


class TimebankGrantAccruable(models.AbstractModel):
    """A grant whose claims are accrued at a year's end."""

    _name = "timebank.grant.accruable"
    _description = "Grant With Accruals"
    _inherit = ["timebank.grant.books"]

    company_currency_id = fields.Many2one("res.currency")

    accrual_account_id = fields.Many2one(
        "account.account",
        string="Account for accruals",
        check_company=True,
        ondelete="restrict",
        domain="[('account_type', 'in', ('expense', 'expense_depreciation', 'expense_direct_cost'))]",
        help="Where claims that aren't billed yet are spent at a year's end.",
    )
    accrual_ids = fields.One2many(
        "timebank.grant.accrual", "grant_id", string="Accruals", readonly=True, groups=READERS
    )
    accrual_count = fields.Integer("Number of accruals", compute="_compute_accrual_count")
    accrued_amount = fields.Monetary(
        "Accrued",
        compute="_compute_accrued",
        help="In the books as an accrual of claims. It stands in *Claimed, not billed* here.",
        **MONEY,
    )
    can_accrue = fields.Boolean(compute="_compute_can_accrue")

    @api.depends("accrual_ids")
    def _compute_accrual_count(self):
        # sudo: only the number is shown to those who may not open them
        for grant, count in figures_over(self, self.env["timebank.grant.accrual"].sudo(), "grant_id"):
            grant.accrual_count = count

    @verb()
    def action_view_accruals(self):
        return self._open_own("timebank_grant_accrual_action")

    @api.depends_context("timebank_date")
    def _compute_accrued(self):
        accrued = self._get_accrued(None, self._get_figures_date())
        for grant in self:
            grant.accrued_amount = accrued[grant]

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_accrue(self):
        keeps_books = self.env["account.move"].has_access("create")
        for grant in self:
            grant.can_accrue = keeps_books and grant.state != "draft" and not grant.figures_date

    def _get_accrued(self, date_from=None, date_to=None):
        """What accruals of claims charge to these grants in the books, less what took them back.

        :return: dict of grant → amount in company currency
        """
        rows = self._query_books(
            SQL(
                """SELECT g.id, SUM(a.amount) FROM %s a
                     JOIN timebank_grant g ON g.analytic_account_id = a.account
                                          AND g.company_id = a.company_id
                    WHERE g.id IN %s GROUP BY g.id""",
                self._get_posted(date_from, date_to, accrued=True),
                self._ids_or_none(),
            )
        )
        found = dict(rows)
        return {grant: float(found.get(grant._origin.id, 0)) for grant in self}

    def _get_claims_to_accrue(self, date):
        """What was claimed by the end of a day and isn't billed by then.

        :return: dict of grant → list of (supplier, number of claims, amount in company currency)
        """
        rows = self._query_books(
            SQL(
                """SELECT c.grant_id, w.supplier_id, COUNT(*), SUM(c.unbilled)
                     FROM (%s) c JOIN timebank_reward w ON w.id = c.reward_id
                    WHERE c.unbilled > 0
                    GROUP BY c.grant_id, w.supplier_id ORDER BY c.grant_id, w.supplier_id""",
                self._get_claims_query(date),
            )
        )
        found = {grant: [] for grant in self}
        for grant_id, supplier_id, count, amount in rows:
            grant = self.filtered(lambda one, grant_id=grant_id: one._origin.id == grant_id)
            supplier = self.env["res.partner"].browse(supplier_id)
            found[grant].append((supplier, count, grant.company_currency_id.round(float(amount))))
        return found

    @api.private
    def _accrue(self, date, journal, liability):
        """Draft entries for what was claimed and isn't billed at the end of ``date``, and their reversals.

        Each grant's is on its own account for accruals, charged to the grant by its analytic account.

        :param date: the last day that it belongs to
        :param journal: the ``account.journal`` of the entries
        :param liability: the ``account.account`` of what is owed for what isn't billed yet
        :return: the new ``timebank.grant.accrual``, for the grants that have anything to accrue
        :raises UserError: for a day to come or locked, a grant in draft or without an account, a second
            accrual at the same day, and where there is nothing to accrue
        :raises AccessError: for whoever may not make journal entries
        """
        self._check_finance()
        if not self.env["account.move"].has_access("create"):
            raise AccessError(self._say_no_books())
        if date > fields.Date.context_today(self):
            raise UserError(self._say_not_over())
        self._mark_committed()
        found = self._get_claims_to_accrue(date)
        made = self.env["timebank.grant.accrual"]
        for grant in self:
            if found[grant]:
                grant._check_can_accrue(date, journal, liability)
                made |= grant._make_accrual(date, journal, liability, found[grant])
        if not made:
            raise UserError(self._say_all_billed(date))
        return made

    def _say_no_books(self):
        return self.env._("To make entries in the books you also need Odoo's own Invoicing right.")

    def _say_not_over(self):
        return self.env._("Accrue once the day is over, not before.")

    def _say_all_billed(self, date):
        return self.env._(
            "All that was claimed by %s is billed: nothing is to be accrued.", say_day(self.env, date)
        )

    def _check_can_accrue(self, date, journal, liability):
        """:raises UserError: saying why this grant's claims can't be accrued at that day"""
        account, refusal = self.accrual_account_id, self._why_not_accrue(date, journal)
        if refusal:
            raise UserError(refusal)
        if not account:
            raise UserError(self.env._("Say on which account the claims of “%s” are spent.", self.name))
        for record in (journal, account, liability):
            companies = record.company_id if "company_id" in record._fields else record.company_ids
            if companies and self.company_id not in companies:
                raise UserError(
                    self.env._(
                        "%(account)s belongs to another company than “%(grant)s”.",
                        account=record.display_name,
                        grant=self.name,
                    )
                )
        before = self._get_accrual_at(date)
        if before:  # called off, or it would have been refused
            before._drop()

    def _get_accrual_at(self, date):
        # sudo: what is accrued already counts, whoever made it
        return self.sudo().accrual_ids.filtered(lambda accrual: accrual.date == date)

    def _why_not_accrue(self, date, journal):
        """:return: a sentence where this grant's claims can't be accrued at that day, whatever the accounts

        :param journal: the ``account.journal`` of the entries, where it is known yet
        """
        day, before = say_day(self.env, date), self._get_accrual_at(date)
        if self.state == "draft":
            return self.env._("“%s” is a draft: nothing is claimed from it.", self.name)
        # sudo: whether the books are closed is no secret to whoever may make entries in them
        if self.company_id.sudo()._get_violated_lock_dates(date, False, journal):
            return self.env._("The books are closed at %s: no entry can be made there.", day)
        if before and before.state != "cancel":
            return self.env._(
                "The claims of “%(grant)s” are accrued at %(day)s already, by %(entry)s: withdraw that"
                " first.",
                grant=self.name,
                day=day,
                entry=before.move_id.display_name,
            )
        return False

    def _make_accrual(self, date, journal, liability, claims):
        day, total = say_day(self.env, date), self.company_currency_id.round(sum(row[2] for row in claims))
        charged = {str(self.sudo().analytic_account_id.id): 100}  # sudo: an id, for the grant's own entry
        lines = [
            {
                "name": self.env._("Claims up to %(day)s, not billed: %(count)s", count=count, day=day),
                "partner_id": supplier.id,
                "account_id": self.accrual_account_id.id,
                "analytic_distribution": charged,
                "debit": amount,
            }
            for supplier, count, amount in claims
        ]
        owed = {
            "name": self.env._("“%(grant)s”: claims up to %(day)s, not billed", grant=self.name, day=day),
            "account_id": liability.id,
            "credit": total,
        }
        entry = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "date": date,
                    "journal_id": journal.id,
                    "ref": owed["name"],
                    "line_ids": [fields.Command.create(line) for line in [*lines, owed]],
                }
            )
        )
        back = {
            "date": fields.Date.add(date, days=1),
            "ref": self.env._("Reversal of: %s", owed["name"]),
            "journal_id": journal.id,
        }
        # sudo: nobody has the right to create one, so that this is the only way
        accruals = self.env["timebank.grant.accrual"].sudo()._in_verb()
        return accruals.create(
            {
                "grant_id": self.id,
                "date": date,
                "amount": total,
                "claim_count": sum(row[1] for row in claims),
                "move_id": entry.id,
                "reversal_id": entry._reverse_moves([back]).id,
            }
        ).with_env(self.env)
