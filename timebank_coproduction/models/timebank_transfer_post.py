from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.ledger_ddl import FLOW_KINDS
from ..tools.minutes import LARGEST, clock


class TimebankTransfer(models.Model):
    """The ledger's one door."""

    _inherit = "timebank.transfer"

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
    def _get_posting_refusals(self, vals_list):
        """Which of the transfers can't be posted, if the others are, in this order.

        Locks the accounts until the end of the transaction.

        :return: dict of position in ``vals_list`` → a sentence
        """
        accounts = self._lock_accounts(vals_list)
        today = fields.Date.context_today(self)
        available = {
            account.id: account.balance_minutes + account.credit_limit_minutes for account in accounts
        }
        unmovable = {
            account.id: account._why_not_movable() for account in accounts if account.state != "open"
        }
        closed = {}
        refusals = {}
        for position, vals in enumerate(vals_list):
            source = accounts.browse(vals["from_account_id"])
            target = accounts.browse(vals["to_account_id"])
            scheme, date, minutes = source.scheme_id, vals.get("date") or today, vals["minutes"]
            if (scheme, date) not in closed:
                closed[scheme, date] = scheme._why_closed(date)
            reason = closed[scheme, date] or unmovable.get(source.id) or unmovable.get(target.id)
            if not reason and not 0 < minutes <= LARGEST:
                reason = self.env._("Credits move by at least one minute.")
            if not reason and source == target:
                reason = self.env._("%s can't pay credits to itself.", source.name)
            if not reason and scheme != target.scheme_id:
                reason = self.env._(
                    "%(source)s and %(target)s are in different time banks.",
                    source=source.name,
                    target=target.name,
                )
            if not reason and source.kind not in FLOW_KINDS and available[source.id] < minutes:
                reason = self._why_too_little(source, available[source.id], minutes)
            if not reason and available[target.id] + minutes > LARGEST:
                reason = self.env._("%s can't hold that much.", target.name)
            if reason:
                refusals[position] = reason
            else:
                available[source.id] -= minutes
                available[target.id] += minutes
        return refusals

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
        # sudo: the door serves every verb; who may do what is the verb's question.
        accounts = self.env["timebank.account"].sudo().browse(sorted(ids))
        accounts.flush_recordset()
        self.env.cr.execute(
            SQL(
                """SELECT 1 FROM timebank_account WHERE id IN %s AND kind NOT IN %s
                   ORDER BY id FOR NO KEY UPDATE""",
                tuple(ids) or (0,),
                FLOW_KINDS,
            )
        )
        accounts.invalidate_recordset(["balance_minutes"])
        return accounts

    def _insert(self, vals_list):
        """Write the rows; the database moves the balances (``tools/ledger_ddl.py``)."""
        # sudo: nobody has the right to create a transfer, so that this is the only way.
        door = self.sudo()._through_door()
        accounts = door.env["timebank.account"].browse(
            {vals[side] for vals in vals_list for side in ("from_account_id", "to_account_id")}
        )
        today = fields.Date.context_today(self)
        scheme_ids = {account.id: account.scheme_id.id for account in accounts}
        numbers = self._draw_numbers([scheme_ids[vals["from_account_id"]] for vals in vals_list])
        transfers = door.create(
            [
                {
                    "date": today,
                    **vals,
                    "scheme_id": scheme_ids[vals["from_account_id"]],
                    "name": number,
                }
                for number, vals in zip(numbers, vals_list, strict=True)
            ]
        )
        accounts.modified(["balance_minutes"])
        accounts.invalidate_recordset(["balance_minutes"])
        return transfers.with_env(self.env)

    def _draw_numbers(self, scheme_ids):
        """A new number for each entry of ``scheme_ids``, in order, each bank numbering its own."""
        drawn = {
            scheme.id: scheme.sequence_id._draw(scheme_ids.count(scheme.id))
            for scheme in self.env["timebank.scheme"].sudo().browse(set(scheme_ids))
        }
        return [next(drawn[scheme_id]) for scheme_id in scheme_ids]

    @api.private
    def _reverse(self, reason, date=None):
        """Post the opposite of these transfers.

        :param str reason: why; becomes the memo
        :raises UserError: without a reason, or when one has been reversed before
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why in a few words: the reason stays with the reversal."))
        for transfer in self.sudo():
            if transfer.is_reversed:
                raise UserError(self.env._("%s has been reversed already.", transfer.name))
        return self._post(self._prepare_reversals(reason, date))

    def _prepare_reversals(self, reason, date=None):
        return [
            {
                "from_account_id": transfer.to_account_id.id,
                "to_account_id": transfer.from_account_id.id,
                "minutes": transfer.minutes,
                "kind": "reversal",
                "reversal_of_id": transfer.id,
                "memo": reason.strip(),
                **({"date": date} if date else {}),
            }
            for transfer in self.sudo()
        ]
