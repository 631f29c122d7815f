from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools import ddl, ledger_ddl
from ...tools.ledger_ddl import FLOW_KINDS
from ...tools.minutes import LARGEST, clock, to_hours
from ..common.acting import person_behind
from ..common.hours_field import hours_field
from ..common.marks import Mark
from ..common.personal import KEPT, NAMED, SECRET, THROUGH, WORDS
from ..common.verb import text, verb

#: What tells the ledger that a rule decided.
_BY_RULE = Mark("timebank_by_rule")

#: Kinds of transfers that only put back what moved before.
PUT_BACK = ("reversal", "voucher_return")

#: The only kinds by which an account of vouchers moves: what is on it is what its vouchers are worth.
OF_VOUCHERS = ("voucher_issue", "voucher_return", "reversal")


class TimebankTransfer(models.Model):
    """Minutes moving from one account to another. Nothing else changes a balance.

    Append-only: made by :meth:`_post` alone, never changed, never removed; a
    correction is a reversal. What somebody wrote on it can be erased, for which what is
    sealed is a digest. PostgreSQL enforces the same (``tools/ledger_ddl.py``).
    """

    _name = "timebank.transfer"
    _inherit = ["timebank.protected", "timebank.reasoned"]
    _description = "Time Credit Transfer"
    _order = "date desc, id desc"
    _rec_names_search = ["name", "memo"]
    _allow_sudo_commands = False
    _verbs_with_reason = frozenset({"action_reverse"})
    #: What a seal covers. A subject adds the columns by which its own records are the
    #: origin; one added later is left out of a hash where it is empty, so that older
    #: seals stay true.
    _sealed_columns = frozenset(
        {
            "id",
            "name",
            "date",
            "scheme_id",
            "from_account_id",
            "to_account_id",
            "minutes",
            "kind",
            "memo_digest",
            "reversal_of_id",
            "create_uid",
            "create_date",
        }
    )
    _personal_fields = {
        "name": KEPT,
        "from_account_id": THROUGH,
        "to_account_id": THROUGH,
        "memo": WORDS,
        "memo_digest": KEPT,
        "memo_salt": SECRET,
        "reversal_of_id": NAMED,
    }

    name = fields.Char("Number", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    from_account_id = fields.Many2one(
        "timebank.account", string="From", required=True, readonly=True, ondelete="restrict"
    )
    to_account_id = fields.Many2one(
        "timebank.account", string="To", required=True, readonly=True, ondelete="restrict"
    )
    minutes = fields.Integer(required=True, readonly=True)
    hours = hours_field("minutes", "Hours", store=True, aggregator="sum")
    kind = fields.Selection(
        [
            ("earn", "Earned"),
            ("exchange", "Exchange"),
            ("attend", "Attendance"),
            ("redeem", "Reward"),
            ("gift", "Gift"),
            ("voucher_issue", "Voucher issued"),
            ("voucher_return", "Voucher returned"),
            ("opening", "Opening balance"),
            ("adjustment", "Adjustment"),
            ("expiry", "Expiry"),
            ("reversal", "Reversal"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    memo = fields.Char(readonly=True)
    # Of the database's making: a salted SHA-256 of the memo, in hex, and the salt, erased with the memo
    memo_digest = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    memo_salt = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    memo_erased_on = fields.Datetime("Text erased on", readonly=True)
    # Where it comes from: one origin each, of which other subjects add theirs. None has an index of its own:
    # its unique one holds the rows that name an origin, and serves the look-up as well.
    reversal_of_id = fields.Many2one(
        "timebank.transfer", string="Reversal of", readonly=True, ondelete="restrict"
    )
    reversal_ids = fields.One2many("timebank.transfer", "reversal_of_id")
    is_reversed = fields.Boolean("Reversed", compute="_compute_is_reversed", search="_search_is_reversed")

    _minutes_positive = models.Constraint("CHECK (minutes > 0)", "A transfer moves at least one minute.")
    _two_sided = models.Constraint(
        "CHECK (from_account_id != to_account_id)", "A transfer goes from one account to another."
    )
    _reversal_has_origin = models.Constraint(
        "CHECK ((kind = 'reversal') = (reversal_of_id IS NOT NULL))",
        "A reversal names the transfer that it reverses.",
    )
    _number_unique = models.UniqueIndex("(scheme_id, name)", "That number is taken.")
    _reversed_once = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL", "This transfer has been reversed already."
    )
    # A page of the list, of all banks or of one, without looking at the rest of the ledger
    _newest = models.Index("(date DESC, id DESC)")
    _newest_of_bank = models.Index("(scheme_id, date DESC, id DESC)")
    _from_statement = models.Index("(from_account_id, date DESC, id DESC)")
    _to_statement = models.Index("(to_account_id, date DESC, id DESC)")
    # A statement's line by its id: see timebank.statement.line
    _line_in = models.Index("((2 * id))")
    _line_out = models.Index("((2 * id + 1))")

    @verb()
    def init(self):
        # Runs at each install and upgrade, once every table of the ledger is there.
        self.env.registry.post_init(self.env.cr.execute, ledger_ddl.CREATE)
        self.env.registry.post_init(self.env.cr.execute, ddl.CREATE)

    @api.depends("reversal_ids")
    def _compute_is_reversed(self):
        for transfer in self:
            transfer.is_reversed = bool(transfer.reversal_ids)

    def _search_is_reversed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("reversal_ids", "!=" if True in value else "=", False)]

    # CRUD: _post inserts, nobody creates, changes or removes, whoever asks
    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise AccessError(
            self.env._(
                "Credits move through hours, gifts, rewards and reversals: transfers can't be typed in."
            )
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A transfer is never changed: reverse it instead."))

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        raise AccessError(self.env._("A transfer is never removed: reverse it instead."))

    # Actions
    @verb(reason=text())
    def action_reverse(self, reason):
        """Undo transfers that have no record of their own to undo, such as gifts.

        :param str reason: why, in a few words; kept with the reversal
        :raises UserError: no reason, no right, reversed already, or made by a record
            whose own verb has to undo it
        """
        self.check_access("read")
        if not self.env.user.has_group("timebank_coproduction.group_timebank_manager"):
            raise AccessError(self.env._("Only a time bank manager can reverse a transfer."))
        for transfer in self:
            origin = transfer._get_origin()
            if origin:
                raise UserError(
                    self.env._(
                        "%(number)s was made by “%(origin)s”: reverse that, and the credits follow.",
                        number=transfer.name,
                        origin=origin.display_name,
                    )
                )
        self._reverse(reason)
        return True

    def _get_origin(self):
        """The record whose verb made this transfer, or an empty recordset."""
        self.ensure_one()
        return self.reversal_of_id

    # ------------------------------------------------------------
    # The ledger's one way in: all that moves minutes comes through _post.
    # ------------------------------------------------------------

    @api.private
    def _post(self, vals_list):
        """Move minutes, all of them or none.

        The caller has checked that its user may do what these transfers stand for.
        Safe under concurrency: the accounts are locked in the order of their ids, and
        if one has changed since this transaction began, PostgreSQL raises a
        serialization failure, upon which Odoo tries the whole request again.

        :param vals_list: dicts of ``from_account_id``, ``to_account_id``, ``minutes``,
            ``kind``, optionally ``date`` (default today), ``memo`` and one origin
        :return: the transfers, in the order given
        :raises UserError: naming every transfer that can't be, and why
        """
        refusals = self._get_posting_refusals(vals_list)
        if refusals:
            raise UserError("\n".join(dict.fromkeys(refusals.values())))
        return self._insert(vals_list)

    @api.private
    def _post_possible(self, vals_list, veto=None):
        """Like :meth:`_post`, but moves what can be moved.

        :param veto: asked while the accounts are locked: a function that takes the
            positions that could be posted, and returns why some can't be after all
        :return: dict of position in ``vals_list`` → why that one could not
        """
        refusals = self._get_posting_refusals(vals_list)
        if veto:
            refusals |= veto([position for position in range(len(vals_list)) if position not in refusals])
        self._insert([vals for position, vals in enumerate(vals_list) if position not in refusals])
        return refusals

    @api.private
    def _get_posting_refusals(self, vals_list):
        """Which of the transfers can't be posted, if the others are, in this order.

        Locks the accounts until the end of the transaction.

        :return: dict of position in ``vals_list`` → a sentence
        """
        accounts = self._lock_accounts(vals_list)
        available, scheme_ids, unlimited, ended, vouchers = {}, {}, set(), {}, {}
        columns = ("scheme_id", "kind", "state", "balance_minutes", "credit_limit_minutes", "merged_into_id")
        successor = {}  # a former account → the one that pays and takes for it
        for account, (scheme_id, kind, state, balance, limit, merged_into_id) in zip(
            accounts, accounts._get_columns(*columns), strict=True
        ):
            available[account.id] = balance + limit
            successor[account.id] = merged_into_id or account.id
            scheme_ids[account.id] = scheme_id
            if kind in FLOW_KINDS:
                unlimited.add(account.id)
            if kind == "voucher":
                vouchers[account.id] = account
            if state != "open":
                ended[account.id] = account
        gaining = self._get_refusals_to_gain(vals_list, accounts)
        closed, refusals = {}, {}
        today = self._get_todays(scheme_ids.values())
        for position, vals in enumerate(vals_list):
            source, target = pair = vals["from_account_id"], vals["to_account_id"]
            scheme_id = scheme_ids[source]
            day = scheme_id, date = scheme_id, vals.get("date") or today[scheme_id]
            if day not in closed:
                closed[day] = accounts.scheme_id.browse(scheme_id)._why_closed(date)
            minutes = vals["minutes"]
            reason = (
                closed[day]
                or self._why_not_between(*pair, accounts, scheme_ids)
                or (vouchers and self._why_not_by_vouchers([*map(vouchers.get, pair)], vals["kind"]))
                or (ended and self._why_ended([ended.get(source), ended.get(target)], date, vals["kind"]))
                or gaining.get(position)
                or self._why_not_so_much(*map(successor.get, pair), minutes, accounts, available, unlimited)
            )
            if reason:
                refusals[position] = reason
            else:
                available[successor[source]] -= minutes
                available[successor[target]] += minutes
        return refusals

    def _by_rule(self):
        """The same, for what a rule of the bank decides and no person: for verbs only."""
        return _BY_RULE.put_on(self)

    def _get_refusals_to_gain(self, vals_list, accounts):
        """Which transfers would make an account grow that their user holds: dict of position → a sentence.

        Moving one's own credits on is no gain, but for somebody who acts for their owner. What comes
        back to a member who doesn't run the bank (a claim called off, a voucher whose code they know)
        is theirs by right.
        """
        if _BY_RULE.is_on(self):
            return {}
        targets = accounts.browse({vals["to_account_id"] for vals in vals_list})
        behind = self._get_refusals_to_gain_behind(targets)
        refusals = {**targets._get_refusals_to_gain(), **behind}
        if not refusals:
            return {}
        me = self.env.user.partner_id
        own = {account.id for account in accounts if account.kind == "member" and account.partner_id == me}
        # sudo: as whoever they are, not as the ledger
        running = targets.scheme_id.sudo(False)._run_by_user()
        return {
            position: refusals[vals["to_account_id"]]
            for position, vals in enumerate(vals_list)
            if vals["to_account_id"] in refusals
            and (vals["from_account_id"] not in own or vals["to_account_id"] in behind)
            and (vals["kind"] not in PUT_BACK or accounts.browse(vals["to_account_id"]).scheme_id in running)
        }

    def _get_refusals_to_gain_behind(self, targets):
        """Accounts of somebody's own who acts with an organisation's rights: what the organisation has isn't
        theirs to take. Dict of id → a sentence.
        """
        person = person_behind(self.env)
        # sudo: only whether an account is the person's own is asked, and its name said to them
        own = targets.sudo().filtered(lambda account: person and account._is_held_by(person))
        return {
            account.id: self.env._(
                "%s is an account of your own: somebody else who acts for the giver can give it something.",
                account.name,
            )
            for account in own
        }

    def _why_ended(self, accounts, date, kind):
        """Why nothing moves on one of these accounts, as far as they aren't open, or an empty string."""
        back = kind in PUT_BACK
        reasons = (account._why_not_movable(date, back) for account in accounts if account)
        return next(filter(None, reasons), "")

    def _why_not_between(self, source_id, target_id, accounts, scheme_ids):
        """Why nothing at all can move from one account to the other, or an empty string.

        :param accounts: both of them, and others
        :param dict scheme_ids: account id → its bank's id
        """
        if source_id == target_id:
            return self.env._("%s can't pay credits to itself.", accounts.browse(source_id).name)
        if scheme_ids[source_id] != scheme_ids[target_id]:
            return self.env._(
                "%(giver)s and %(taker)s are in different time banks.",
                giver=accounts.browse(source_id).name,
                taker=accounts.browse(target_id).name,
            )
        return ""

    def _why_not_by_vouchers(self, accounts, kind):
        """Why a transfer of that kind can't be on these accounts of vouchers, or an empty string."""
        account = next(filter(None, accounts), None)
        if not account or kind in OF_VOUCHERS:
            return ""
        return self.env._("Only vouchers move credits of %s: choose another account.", account.display_name)

    def _why_not_so_much(self, source_id, target_id, minutes, accounts, available, unlimited):
        """Why these minutes can't move from one account to the other, or an empty string.

        :param accounts: both of them, and others
        :param dict available: account id → minutes that can still be spent
        :param set unlimited: ids of accounts without a limit
        """
        if minutes <= 0:
            return self.env._("Credits move by at least one minute.")
        if source_id not in unlimited and available[source_id] < minutes:
            return self._why_too_little(accounts.browse(source_id), available[source_id], minutes)
        if available[target_id] + minutes > LARGEST:
            return self.env._("%s can't hold that much.", accounts.browse(target_id).name)
        if available[source_id] - minutes < -LARGEST:
            return self.env._("%s can't owe that much.", accounts.browse(source_id).name)
        return ""

    def _why_too_little(self, account, available, minutes):
        return self.env._(
            "%(account)s has %(available)s hours to spend, and this takes %(needed)s.",
            account=account.name,
            available=clock(max(available, 0)),
            needed=clock(minutes),
        )

    def _lock_accounts(self, vals_list):
        """The accounts of ``vals_list``, locked and freshly read."""
        ids = {vals[side] for vals in vals_list for side in ("from_account_id", "to_account_id")}
        # sudo: posting serves every verb; who may do what is the verb's question.
        accounts = self.env["timebank.account"].sudo().browse(sorted(ids))
        accounts.flush_recordset()
        ids.update(filter(None, (row[0] for row in accounts._get_columns("merged_into_id"))))
        accounts = accounts.browse(sorted(ids))
        accounts._lock_rows(where=SQL("id IN %s AND kind NOT IN %s", tuple(ids) or (0,), FLOW_KINDS))
        accounts.invalidate_recordset(["balance_minutes"])
        return accounts

    def _insert(self, vals_list):
        """Write the rows in one statement; the database moves the balances (``tools/ledger_ddl.py``).

        The only place that does: ``create`` refuses everybody. A transfer has neither
        defaults nor anything to recompute, and a bank approves thousands at a time.
        """
        if not vals_list:
            return self.browse()
        # sudo: posting serves every verb; who may do what is the verb's question.
        accounts = (
            self.env["timebank.account"]
            .sudo()
            .browse({vals[side] for vals in vals_list for side in ("from_account_id", "to_account_id")})
        )
        carried = self._prepare_carrying(vals_list, accounts)
        accounts |= accounts.merged_into_id
        scheme_ids = dict(accounts._get_columns("id", "scheme_id"))
        transfers = self._insert_rows(self._prepare_rows([*vals_list, *carried], scheme_ids))
        accounts.modified(["balance_minutes"])
        accounts.invalidate_recordset(["balance_minutes"])
        accounts.filtered(lambda account: account.state == "closed")._freeze_what_came_late()
        return transfers[: len(vals_list)]

    def _prepare_carrying(self, vals_list, accounts):
        """What moves on somebody's former account moves on to the one that continues it, the same day.

        So a former account stays at nothing, and its statement says where all of it went. It is posted
        in the same statement, in which the database looks at what each account has in the end.
        """
        successor = {account.id: account.merged_into_id.id for account in accounts if account.merged_into_id}
        moved = {}
        for vals in vals_list if successor else ():
            source, target = vals["from_account_id"], vals["to_account_id"]
            if target in (successor.get(source), source) or successor.get(target) == source:
                if vals["kind"] == "adjustment":
                    continue  # the joining itself, or what carries it on
            for account_id, minutes in ((source, -vals["minutes"]), (target, vals["minutes"])):
                if account_id in successor:
                    key = account_id, vals.get("date")
                    moved[key] = moved.get(key, 0) + minutes
        return [
            {
                "from_account_id": account_id if minutes > 0 else successor[account_id],
                "to_account_id": successor[account_id] if minutes > 0 else account_id,
                "minutes": abs(minutes),
                "kind": "adjustment",
                "memo": self.env._("Carried over between a former account and the one that continues it"),
                "date": day,
            }
            for (account_id, day), minutes in moved.items()
            if minutes
        ]

    def _prepare_rows(self, vals_list, scheme_ids):
        """The columns of each transfer; ``scheme_ids`` is a dict of account id → bank id."""
        numbers = self._draw_numbers([scheme_ids[vals["from_account_id"]] for vals in vals_list])
        today = self._get_todays(scheme_ids.values())
        return [
            {
                **vals,
                "date": vals.get("date") or today[scheme_ids[vals["from_account_id"]]],
                "scheme_id": scheme_ids[vals["from_account_id"]],
                "name": number,
                "hours": to_hours(vals["minutes"]),
            }
            for number, vals in zip(numbers, vals_list, strict=True)
        ]

    def _get_todays(self, scheme_ids):
        """Dict of the day that it is at each of these banks."""
        return {scheme.id: scheme._today() for scheme in self.env["timebank.scheme"].browse(set(scheme_ids))}

    def _draw_numbers(self, scheme_ids):
        """A new number for each entry of ``scheme_ids``, in order, each bank numbering its own."""
        # sudo: posting serves every verb; a number is drawn, nothing is shown
        drawn = {
            scheme.id: scheme.sequence_id._draw_next(scheme_ids.count(scheme.id))
            for scheme in self.env["timebank.scheme"].sudo().browse(set(scheme_ids))
        }
        return [next(drawn[scheme_id]) for scheme_id in scheme_ids]

    def _erase_personal(self):
        """What was written: all else on a transfer stays."""
        self._erase_memos()

    @api.private
    def _erase_memos(self):
        """Erase for good what somebody wrote on these transfers. No balance and no seal changes.

        The caller has checked that it may. The statement is the only one that the
        database lets change a transfer (``tools/ledger_ddl.py``).
        """
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                """UPDATE timebank_transfer SET memo = NULL, memo_salt = NULL, memo_erased_on = %s
                    WHERE id IN %s AND memo IS NOT NULL RETURNING id""",
                fields.Datetime.now(),
                tuple(self.ids) or (0,),
            )
        )
        self.invalidate_recordset(["memo", "memo_salt", "memo_erased_on"])
        self.modified(["memo"])

    @api.private
    def _reverse(self, reason, date=None):
        """Post the opposite of these transfers.

        :param str reason: why; becomes the memo
        :raises UserError: without a reason, or when one has been reversed before
        """
        reason = self._require_reason(
            reason, self.env._("Say why in a few words: the reason stays with the reversal.")
        )
        # sudo: posting serves every verb; who may reverse is the verb's question
        for transfer in self.sudo():
            if transfer.is_reversed:
                raise UserError(self.env._("%s has been reversed already.", transfer.name))
        return self._post(self._prepare_reversals(reason, date))

    @api.private
    def _reverse_possible(self, reason, origin):
        """Like :meth:`_reverse`, but reverses what the ledger accepts.

        :param str origin: the field of the record that each of these transfers came from;
            nothing of a record is reversed where a part of it can't be
        :return: dict of that record's id → why not
        """
        vals_list = self._prepare_reversals(reason)
        refused = self._get_posting_refusals(vals_list) if vals_list else {}
        refusals = {self[position][origin].id: sentence for position, sentence in refused.items()}
        self.filtered(lambda transfer: transfer[origin].id not in refusals)._reverse(reason)
        return refusals

    def _prepare_reversals(self, reason, date=None):
        """Values of the opposites of these transfers; none is dated before what it reverses.

        :param date: the day, today at the bank unless said otherwise
        """
        # sudo: posting serves every verb; who may reverse is the verb's question
        return [
            {
                "from_account_id": transfer.to_account_id.id,
                "to_account_id": transfer.from_account_id.id,
                "minutes": transfer.minutes,
                "kind": "reversal",
                "reversal_of_id": transfer.id,
                "memo": reason.strip(),
                "date": max(date or transfer.scheme_id._today(), transfer.date),
            }
            for transfer in self.sudo()
        ]

    # ------------------------------------------------------------
    # A transfer in the words of a statement on paper.
    # ------------------------------------------------------------

    def _get_words(self):
        """What the credits moved for, in the language of the environment."""
        self.ensure_one()
        if self.kind == "reversal" and not self.memo:
            return self.env._("%s put back", self.reversal_of_id.name)
        if self.kind == "reversal":
            return self.env._(
                "%(number)s put back: %(reason)s",
                number=self.reversal_of_id.name,
                reason=self.memo,
            )
        if self.memo:
            return self.memo
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
