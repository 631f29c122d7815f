from psycopg2 import IntegrityError, errors

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.minutes import clock
from ..common.verb import verb
from ..common.windows import tell
from ..common.words import say_day


class TimebankMerge(models.Model):
    """Undoing what was merged, for as long as what the contacts held is kept."""

    _inherit = "timebank.merge"

    @verb(single=True)
    def action_undo(self):
        """Have two contacts again, each with what it held. What was recorded since stays with the kept one.

        :raises UserError: after the period, without a say in all the banks, or where it can't be undone
        """
        self.ensure_one()
        self.check_access("read")
        reason = self._why_not_undo()
        if reason:
            raise UserError(reason)
        # sudo: who may was asked above; all that was moved goes back, also what the user can't read
        books = self.sudo()
        try:
            with self.env.cr.savepoint():
                books._put_back()
        except IntegrityError as error:
            if isinstance(error, errors.SerializationFailure):
                raise
            raise UserError(
                self.env._(
                    "That can't be undone any more: what was recorded since stands where it would have to go"
                    " back to, such as a place in a session that somebody else has taken."
                )
            ) from error
        return tell(self.env._("They are two contacts again."))

    def _may_undo_without_bank(self, person):
        """Where no bank has a say, such as of who gives grants: who may change all that names the contact."""
        _naming, companies = self.sudo()._get_naming(person)  # sudo: only whose books they are is asked
        if companies - self.env.user.company_ids or self._get_trade_of_others(person):
            return False
        if self.env.user.has_group("timebank_coproduction.group_timebank_manager"):
            return True
        return bool(companies) and not self._is_named_otherwise(person)

    def _why_not_undo(self):
        # sudo: which banks it is about; whether the user decides for them is asked as themselves
        books = self.sudo()
        schemes = books.scheme_ids.sudo(self.env.su)
        if schemes - schemes._run_by_user():
            return self.env._("Only who decides for all of these time banks can undo that.")
        if not schemes and not self.env.su and not self._may_undo_without_bank(books.partner_id):
            return self.env._(
                "Only who could merge these contacts can undo that: who may change the grants and bills that"
                " name them, or a time bank manager where none do."
            )
        if books.state == "undone":
            return self.env._("That has been undone already.")
        if (
            books.state == "past"
            or not books.photograph
            or books.undo_until < fields.Date.context_today(self)
        ):
            return self.env._(
                "That could be undone until %s: what the contacts held before is not kept any longer.",
                say_day(self.env, books.undo_until)
                if books.undo_until
                else self.env._("the day it was done"),
            )
        newer = books.search(
            [("partner_id", "=", books.partner_id.id), ("state", "=", "done"), ("id", ">", books.id)], limit=1
        )
        if newer:
            return self.env._("%s was merged again since: undo that first.", books.partner_id.name)
        for former, current in books._get_joined_accounts():
            minutes = books._get_carried(former, current)
            have = current.balance_minutes + current.credit_limit_minutes
            if minutes > 0 and have < minutes:
                return self.env._(
                    "%(person)s has spent what came from the other account: %(needed)s hours would go back,"
                    " and %(have)s are there.",
                    person=books.partner_id.name,
                    needed=clock(minutes),
                    have=clock(max(have, 0)),
                )
        if books.env.user.partner_id == books.partner_id and not self.env.su:
            return self.env._("Nobody undoes what they hold themselves: ask another coordinator.")
        return ""

    def _get_joined_accounts(self):
        accounts = self.env["timebank.account"]
        return [tuple(accounts.browse(pair)) for pair in self.photograph["accounts"]]

    def _get_carried(self, former, current):
        """Minutes that have gone from one account to another person's in joining them, and since.

        With what came later, on accounts that had become part of the former one before, and was carried
        on to the account that continued all of them then.
        """
        behind = [
            row_id
            for table, row_id, was, _now in self.photograph["altered"]
            if table == "timebank_account" and was.get("merged_into_id") == former.id
        ]
        own = [former.id, *behind]
        others = ("kind", "=", "member"), ("id", "not in", own), ("scheme_id", "=", former.scheme_id.id)
        moved = [("kind", "=", "adjustment"), ("create_date", ">=", self.create_date)]
        transfers = self.env["timebank.transfer"]
        sums = [
            transfers._read_group(
                [*moved, (side, "in", own), (other, "any", others)], aggregates=["minutes:sum"]
            )[0][0]
            for side, other in (
                ("from_account_id", "to_account_id"),
                ("to_account_id", "from_account_id"),
            )
        ]
        return (sums[0] or 0) - (sums[1] or 0)

    def _put_back(self):
        held, accounts = self.photograph, self._get_joined_accounts()
        minutes = [self._get_carried(*pair) for pair in accounts]
        self.env.flush_all()
        # contacts first, then memberships, then what hangs on them: where one goes, another has gone from
        links, pairs = ([link for link in held["links"] if ("pairs" in link) == two] for two in (False, True))
        for table in ("res_partner", "timebank_member"):
            self._insert_photographed([row for row in held["rows"] if row[0] == table])
            self._point_back([link for link in links if link["of"] == table])
        self._insert_photographed(held["rows"])
        self._point_back(pairs)
        self._change_back(held["altered"])
        self.env.invalidate_all()
        for (former, current), moved in zip(accounts, minutes, strict=True):
            self._separate_accounts(former, current, moved)
        for comodel in ("res.partner", "timebank.member"):
            gone = {link["gone"] for link in held["links"]}
            for model, field in self._get_own_fields(comodel):
                if field.compute and not field.related or model._transient:
                    continue
                # sudo: all that was moved is told
                records = (
                    model.sudo().with_context(active_test=False).search([(field.name, "in", list(gone))])
                )
                if records:
                    self._tell_repointed(records, field)
        self._tell_whose_name_is_shown()
        self.env.flush_all()
        people = self.env["res.partner"].browse(
            [row["id"] for table, row in held["rows"] if table == "res_partner"]
        )
        self._give_to_members(people)
        self._follow_accounts(people | self.partner_id)
        self.env.flush_all()
        # what was noted of a contact that there is again is known there
        self.env["mail.message"].browse(held.get("notes", ())).exists().unlink()
        self._get_members(people | self.partner_id)._message_log_batch_same(
            self.env._("Two contacts again, as they were before they were merged.")
        )
        undone = {"state": "undone", "photograph": False, "undone_by_id": self.env.uid}
        # a contact that there is answers for its name itself
        undone |= {"joined_names": False, "parted_ids": [fields.Command.set(people.ids)]}
        self._in_verb().write(undone)

    def _give_to_members(self, people):
        """What was recorded since in a bank that only knows one of these people is theirs."""
        for scheme, members in self._get_members(people | self.partner_id).grouped("scheme_id").items():
            if len(members.partner_id) != 1 or members.partner_id == self.partner_id:
                continue
            for model, field in self._get_own_fields("res.partner"):
                if "scheme_id" in model._fields and not model._transient and not field.compute:
                    # sudo: all of what was recorded goes with the membership
                    rows = model.sudo().with_context(active_test=False)
                    rows = rows.search([("scheme_id", "=", scheme.id), (field.name, "=", self.partner_id.id)])
                    self._give_rows(rows, field, members.partner_id)

    def _give_rows(self, rows, field, person):
        if rows:
            self._tell_repointed(rows, field, {one.id: {field.name: person.id} for one in rows})

    def _follow_accounts(self, people):
        """What was paid to or from one of these people's accounts since is theirs. A subject adds its own."""

    def _tell_whose_name_is_shown(self):
        """Contacts are called after their organisation, and to-dos after what they are on: another again."""
        named = {self.env[name]._table: self.env[name] for name in ("res.partner", "mail.activity")}
        for link in self.photograph["links"]:
            if link["table"] in named and "ids" in link:
                named[link["table"]].browse(link["ids"]).exists().modified([link["column"]])

    def _separate_accounts(self, former, current, minutes):
        if not minutes:
            return
        states = {one: (one.state, one.takes_until) for one in former | current}
        (former | current)._in_verb().write({"state": "open"})
        self._move_balance(current, former, minutes, self.env._("Two accounts that became one are two again"))
        for one, (state, until) in states.items():
            one._in_verb().write({"state": state, "takes_until": until})

    @api.autovacuum
    def _gc_past(self):
        """What the contacts held is kept for as long as it can be undone."""
        past = self.search([("state", "=", "done"), ("undo_until", "<", fields.Date.context_today(self))])
        past._in_verb().write({"state": "past", "photograph": False, "joined_names": False})
