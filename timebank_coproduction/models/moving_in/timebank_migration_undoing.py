from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.verb import text, verb

#: How many people a refusal names.
MOST_NAMED = 5


class TimebankMigration(models.Model):
    """The way back, until what a move brought in is used."""

    _inherit = "timebank.migration"

    @verb(reason=text())
    def action_undo(self, reason=""):
        """Take a whole move back: credits by reversals, memberships that it made end, contacts are archived.

        :param str reason: why; stays with the reversals
        :raises UserError: where something has happened since on an account that it opened
        """
        self._check_may_move()
        for move in self:
            if move.state not in ("running", "done"):
                raise UserError(
                    self.env._("“%s” was not carried out, so there is nothing to undo.", move.display_name)
                )
            move._check_unused()
            move._undo(reason.strip() or self.env._("The move was undone"))
        return True

    def _check_unused(self):
        """:raises UserError: where credits moved since on accounts of this move"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT p.name
                     FROM timebank_migration_person p
                     JOIN timebank_member m ON m.id = p.member_id
                     JOIN timebank_transfer t ON m.account_id IN (t.from_account_id, t.to_account_id)
                    WHERE p.migration_id = %(move)s AND p.is_new_member
                      AND t.migration_id IS DISTINCT FROM %(move)s
                    ORDER BY p.name LIMIT %(most)s""",
                move=self.id,
                most=MOST_NAMED,
            )
        )
        if rows:
            raise UserError(
                self.env._(
                    "Credits have moved since for %s: what came in is used, and can't be undone.",
                    ", ".join(name for (name,) in rows),
                )
            )

    def _undo(self, reason):
        people = self.person_ids.filtered("is_carried")
        accounts = self._as_bank(people.member_id).account_id
        paused = self._as_bank(people.member_id).filtered(lambda member: member.state != "active")
        paused.action_activate()
        kept = {account: (account.has_own_limit, account.credit_limit_minutes) for account in accounts}
        transfers = self._as_bank(self.env["timebank.transfer"]).search(
            [("migration_id", "=", self.id), ("kind", "!=", "reversal")], order="id"
        )
        back = transfers.filtered(lambda one: not one.is_reversed)
        total = sum(back.mapped("minutes"))
        for account in accounts:  # while it goes back, in whatever order
            account.write(
                {"has_own_limit": True, "credit_limit_minutes": total + max(-account.balance_minutes, 0)}
            )
        vals_list = back._prepare_reversals(reason)
        self.env["timebank.transfer"]._by_rule()._post(
            [{**vals, "migration_id": self.id} for vals in vals_list]
        )
        self._take_hours_back(reason)
        for account, (own, limit) in kept.items():
            account.write({"has_own_limit": own, "credit_limit_minutes": limit})
        posts = self._as_bank(self.row_ids.offer_id), self._as_bank(self.row_ids.request_id)
        for post in posts:
            post._in_verb().write({"state": "closed"})
        self._as_bank(people.filtered("had_paused").member_id).action_pause()
        self._end_members(people, reason)
        self._in_verb().write({"state": "undone"})
        self._message_log(body=self.env._("Undone: %s", reason))

    def _take_hours_back(self, reason):
        entries = self._as_bank(self.row_ids.hours_id)
        approved = entries.filtered(lambda entry: entry.state == "approved")
        approved._in_verb().write({"state": "reversed", "refusal_reason": reason})
        waiting = entries.filtered(lambda entry: entry.state in ("draft", "submitted"))
        waiting._in_verb().write({"state": "refused", "refusal_reason": reason})
        waiting._close_todos()

    def _end_members(self, people, reason):
        """Memberships that the move made end, and contacts that nothing else is known of are archived."""
        members = self._as_bank(people.filtered("is_new_member").member_id)
        day = self.scheme_id._today()
        members._end(day, reason)
        members._end_accounts()
        contacts = self._as_bank(people.filtered("is_new_contact").partner_id)
        alone = contacts.filtered(
            lambda person: (
                not person.user_ids and not (person.timebank_member_ids - members).filtered("scheme_id")
            )
        )
        alone.action_archive()
