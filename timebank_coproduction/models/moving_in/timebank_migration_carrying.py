from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.names import folded
from ..common.jobs import job
from ..common.verb import flag, verb
from ..common.windows import tell

#: How many people or rows are carried out before what was done is saved.
BATCH = 500
#: How many steps are done in one go where somebody waits for the end.
MOST_STEPS = 100_000


class TimebankMigration(models.Model):
    """Carrying a move out: some rows at a time, each batch saved with what it made.

    A row is marked in the transaction that writes what it brings, so a job that is killed finds the rest
    still to do. The order is always people, time by its days, openings, limits, offers and requests.
    """

    _inherit = "timebank.migration"

    def _as_bank(self, records):
        """These records with the rights of the bank that moves in."""
        # sudo: whoever calls it runs the bank, which each step has asked; nothing of it is shown to them
        return records.sudo()

    @verb(wait=flag())
    def action_carry_out(self, wait=False):
        """Bring in what was rehearsed; what could not be done last time is tried again.

        :param bool wait: return when all is done; otherwise a job goes on with it, and shows how far it is
        :raises UserError: while something is still to be answered
        """
        self._check_may_move()
        for move in self:
            move._check_can_be_carried()
            move._in_verb().write({"state": "running", "user_id": self.env.user.id})
            # what somebody else could not carry out, or was refused, is tried once more
            again = self.env["timebank.migration.row"].search(
                [("migration_id", "=", move.id), ("problem", "!=", False)]
            )
            again._in_verb().write({"problem": False})
        if not wait:
            # sudo: the job is started, which goes on as the user
            self.env.ref("timebank_coproduction.cron_migration").sudo()._trigger()
            return tell(self.env._("It is being carried out; this page shows how far it is."))
        for move in self:
            for _step in range(MOST_STEPS):
                if not move._carry_on():
                    break
        return True

    def _check_can_be_carried(self):
        self.ensure_one()
        if self.state == "draft":
            raise UserError(self.env._("Rehearse “%s” first.", self.display_name))
        if self.state == "undone":
            raise UserError(self.env._("“%s” was undone: begin another one.", self.display_name))
        if self.state == "rehearsed":
            self._rehearse()  # as the bank is now, and with the last answers
            self.sheet_ids._check_said()
            if self.asks_unit and not (self.unit_worth or "").strip():
                raise UserError(self.env._("Say how many minutes a unit of these files is worth."))
            if self.ask_count:
                asked = self.question_ids.filtered(lambda one: not one.given_answer) or self.question_ids
                raise UserError(
                    self.env._(
                        "%(count)s rows are still to be answered: %(questions)s.",
                        count=self.ask_count,
                        questions=", ".join(question._say() for question in asked),
                    )
                )
        closed = self.scheme_id._why_closed()
        if closed:
            raise UserError(closed)

    @job
    def _cron_carry_out(self):
        """Go on with the moves that are under way, as those who carry them out."""
        # sudo: the job finds what is under way, whoever began it
        for found in self.sudo().search([("state", "=", "running")], order="id"):
            move = found.with_user(found.user_id).with_context(tracking_disable=True)
            while move.state == "running":
                done = move._carry_on()
                if not self.env["ir.cron"]._commit_progress(done, remaining=move.left_count):
                    return
                self.env.invalidate_all()
                if not done:
                    break

    def _carry_on(self):
        """Do the next part of a move.

        :return: how many people or rows that were; 0 at the end
        """
        self.ensure_one()
        self._check_may_move()
        self._lock_rows()
        move = self.with_context(tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True)
        for step in (
            move._carry_people,
            move._carry_time,
            move._carry_openings,
            move._carry_limits,
            move._carry_posts,
        ):
            done = step()
            if done:
                self.env.flush_all()
                return done
        self._finish()
        return 0

    def _finish(self):
        """Done, unless something waits for another coordinator."""
        settled = self._as_bank(self.person_ids.filtered("is_settled"))
        moved = self._get_moved(settled)
        settled._update_rows(
            {one.id: {"moved_minutes": moved.get(one.member_id.account_id.id, 0)} for one in settled}
        )
        if not self.person_ids.filtered(lambda one: not one.is_carried):
            self._in_verb().write({"state": "done"})

    def _mark_people_rows(self):
        """Rows of people are done with the people, so that how far it is shows from the beginning."""
        rows = self.env["timebank.migration.row"].search(
            [
                ("migration_id", "=", self.id),
                ("what", "=", "member"),
                ("fate", "in", ("new", "joined")),
                ("is_carried", "=", False),
                ("person_id.is_carried", "=", True),
            ]
        )
        rows._in_verb().write({"is_carried": True})

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    def _get_people(self, *domain):
        return self._as_bank(self.env["timebank.migration.person"]).search(
            [("migration_id", "=", self.id), *domain], limit=BATCH, order="id"
        )

    def _carry_people(self):
        """Contacts, memberships, accounts. Nobody gets a login or a mail, nor takes themselves in."""
        me = self.env.user.partner_id
        people = self._get_people(("is_carried", "=", False), ("partner_id", "!=", me.id))
        if not people:
            return 0
        new = people.filtered(lambda one: not one.partner_id)
        contacts = self._as_bank(self.env["res.partner"]).create([self._prepare_contact(one) for one in new])
        for one, contact in zip(new, contacts, strict=True):
            one._in_verb().write({"partner_id": contact.id, "is_new_contact": True})
        members = self.env["timebank.member"]._find_in_banks(self.scheme_id, people.partner_id)
        without = people.filtered(lambda one: (self.scheme_id.id, one.partner_id.id) not in members)
        made = self._as_bank(self.env["timebank.member"]).create([*map(self._prepare_member, without)])
        for one, member in zip(without, made, strict=True):
            one._in_verb().write({"member_id": member.id, "is_new_member": True})
        for one in people - without:
            one._in_verb().write({"member_id": members[self.scheme_id.id, one.partner_id.id].id})
        standing = self._as_bank(people.member_id).filtered(lambda member: member.state != "active")
        paused = standing.filtered(lambda member: member.state == "paused")
        standing.action_activate()
        for one in people:
            account = self._as_bank(one.member_id).account_id
            one._in_verb().write(
                {
                    "is_carried": True,
                    "had_paused": one.member_id in paused,
                    "had_own_limit": account.has_own_limit,
                    "had_limit_minutes": account.credit_limit_minutes,
                }
            )
            needed = one.spent_minutes + max(-account.balance_minutes, 0)
            if needed > account.credit_limit_minutes:
                # until all has come in, as limits are about what is left in the end
                account.write({"has_own_limit": True, "credit_limit_minutes": needed})
        self._mark_people_rows()
        return len(people)

    def _prepare_contact(self, person):
        return {
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "is_company": person.is_organisation,
            "company_id": self.scheme_id.company_id.id,
            "comment": person.words,
        }

    def _prepare_member(self, person):
        return {
            "partner_id": person.partner_id.id,
            "scheme_id": self.scheme_id.id,
            "role": "organisation" if person.is_organisation else "volunteer",
            "joined_on": person.joined_on,
        }

    # ------------------------------------------------------------
    # Time
    # ------------------------------------------------------------

    def _get_rows(self, what):
        return self._as_bank(self.env["timebank.migration.row"]).search(
            [
                ("migration_id", "=", self.id),
                ("what", "=", what),
                ("fate", "in", ("new", "joined")),
                ("is_carried", "=", False),
                ("problem", "=", False),
            ],
            order="date, id",
            limit=BATCH,
        )

    def _carry_time(self):
        """Hours, gifts and openings of their own day, by their days; then what takes some back."""
        rows = self._get_rows("movement")
        if not rows:
            return 0
        own = self._get_own(rows)
        for row in own:
            row._in_verb().write({"problem": self.env._("Yours: another coordinator has to carry it out.")})
        rows -= own
        reversals = rows.filtered(lambda row: row.kind == "reversal")
        self._post_rows(rows - reversals)
        self._reverse_rows(reversals)
        return len(rows) + len(own)

    def _get_own(self, rows):
        """Rows by which the one who carries out would gain, or that somebody's who isn't in yet."""
        me = self.env.user.partner_id
        return rows.filtered(
            lambda row: (
                (row.person_id and (row.person_id.partner_id == me or not row.person_id.is_carried))
                or (row.other_id and (row.other_id.partner_id == me or not row.other_id.is_carried))
            )
        )

    def _post_rows(self, rows):
        timed = rows.filtered(lambda row: row.kind == "hours")
        entries = self._make_entries(timed)
        refusals = {
            row.id: reason for row, reason in ((row, self._why_not_entry(row)) for row in timed) if reason
        }
        refused = entries._get_refusals_to_record() if entries else {}
        for row in timed:
            if row.hours_id.id in refused:
                refusals[row.id] = refused[row.hours_id.id]
        self._drop_entries(timed.filtered(lambda row: row.id in refusals))
        going = timed.filtered(lambda row: row.id not in refusals)
        self._as_bank(going.hours_id)._in_verb().write({"state": "submitted"})
        waiting = going.filtered("is_waiting").hours_id
        paying = going.filtered(lambda row: not row.is_waiting)
        vals_list = self._as_bank(paying.hours_id)._prepare_transfers()
        credits = dict(zip(paying.hours_id.ids, vals_list, strict=True))
        earning = self._as_bank(paying.hours_id)._get_earning()
        transfers, of_rows = [], []
        for row in rows:
            if row.id in refusals or row.is_waiting:
                continue
            if row.kind == "hours":
                found = [credits[row.hours_id.id]] if row.hours_id in earning else []
            else:
                found = self._prepare_movements(row)
            for vals in found:
                transfers.append({**vals, "migration_id": self.id})
                of_rows.append(row)
        # the account that would grow is asked after by the ledger, as ever
        unposted = self.env["timebank.transfer"]._post_possible(transfers)
        for position, sentence in unposted.items():
            refusals[of_rows[position].id] = sentence
        failed = timed.filtered(lambda row: row.id in refusals and row.hours_id)
        self._drop_entries(failed)
        approved = self._as_bank((paying - failed).hours_id)
        vals = approved._prepare_approval(self.env.user)
        (approved & earning)._in_verb().write({**vals, "earns_credit": True})
        (approved - earning)._in_verb().write({**vals, "earns_credit": False})
        if waiting:
            # a to-do on the list of those who run the bank, without a mail of it
            waiting.with_env(self.env).with_context(mail_activity_quick_update=True)._ask_for_decision()
        self._mark(rows, refusals)

    def _why_not_entry(self, row):
        return "" if row.hours_id else self.env._("Nobody gave it.")

    def _make_entries(self, rows):
        """The hours of these rows, as drafts; each row knows its own."""
        rows = rows.filtered("person_id")
        categories = self._find_categories(rows)
        hours = self._as_bank(self.env["timebank.hours"])
        entries = hours._in_verb()._insert_rows(
            [
                {
                    "scheme_id": self.scheme_id.id,
                    "partner_id": row.person_id.partner_id.id,
                    "receiver_id": row.other_id.partner_id.id or None,
                    "date": row.date,
                    "minutes": row.minutes,
                    "start_minute": row.start_minute,
                    "description": row.words or row.category_words,
                    "category_id": categories.get(folded(row.category_words)),
                    "source": "import",
                    "state": "draft",
                    "revision": 0,
                    "earns_credit": False,
                }
                for row in rows
            ]
        )
        rows._update_rows({row.id: {"hours_id": entry.id} for row, entry in zip(rows, entries, strict=True)})
        return entries._out_of_verb()

    def _find_categories(self, rows):
        """Categories by their names: dict of name → id."""
        if not any(rows.mapped("category_words")):
            return {}
        return {folded(one.name): one.id for one in self.env["timebank.category"].search([])}

    def _drop_entries(self, rows):
        """Hours that could not come in leave nothing behind."""
        entries = self._as_bank(rows.hours_id)
        if not entries:
            return
        rows._in_verb().write({"hours_id": False})
        entries._in_verb().write({"state": "draft"})
        entries._out_of_verb().unlink()

    def _prepare_movements(self, row):
        """Transfers of what is no hours of anybody's: a gift, or between the bank and an account."""
        operating = self.scheme_id.operating_account_id.id
        payer, payee = (self._as_bank(one.member_id).account_id.id for one in (row.other_id, row.person_id))
        common = {"minutes": row.minutes, "date": row.date, "memo": row.words or False}
        if row.kind == "gift" and payer and payee:
            return [{**common, "from_account_id": payer, "to_account_id": payee, "kind": "gift"}]
        if row.kind == "taken":
            return []
        legs = []
        if payer:
            legs.append({**common, "from_account_id": payer, "to_account_id": operating, "kind": "opening"})
        if payee:
            legs.append({**common, "from_account_id": operating, "to_account_id": payee, "kind": "opening"})
        return legs

    def _reverse_rows(self, rows):
        """Take back hours as it was taken back there, on its own day."""
        refusals = {}
        for row in rows:
            entry = self._as_bank(row.reversed_row_id.hours_id)
            if not entry or entry.state != "approved":
                refusals[row.id] = self.env._("What it takes back could not come in.")
                continue
            reason = row.words or self.env._("Taken back there")
            vals = entry.transfer_ids._prepare_reversals(reason, row.date)
            unposted = self.env["timebank.transfer"]._post_possible(
                [{**one, "migration_id": self.id} for one in vals]
            )
            if unposted:
                refusals[row.id] = next(iter(unposted.values()))
                continue
            entry._in_verb().write({"state": "reversed", "refusal_reason": reason})
        self._mark(rows, refusals)

    def _mark(self, rows, refusals):
        """Rows are done, or say why not."""
        rows.filtered(lambda row: row.id not in refusals)._in_verb().write({"is_carried": True})
        for row in rows:
            if row.id in refusals:
                row._in_verb().write({"problem": refusals[row.id]})

    # ------------------------------------------------------------
    # Openings, limits, states
    # ------------------------------------------------------------

    def _carry_openings(self):
        """One opening of today for each account: what the files declare, less what the rows brought."""
        people = self._get_people(("is_carried", "=", True), ("is_opened", "=", False))
        if not people:
            return 0
        operating = self.scheme_id.operating_account_id.id
        vals_list = []
        for one in people.filtered("opening_minutes"):
            account, minutes = self._as_bank(one.member_id).account_id.id, one.opening_minutes
            vals_list.append(
                {
                    "from_account_id": operating if minutes > 0 else account,
                    "to_account_id": account if minutes > 0 else operating,
                    "minutes": abs(minutes),
                    "kind": "opening",
                    "memo": self.env._("Opening balance"),
                    "migration_id": self.id,
                }
            )
        self.env["timebank.transfer"]._post(vals_list)
        people._in_verb().write({"is_opened": True})
        return len(people)

    def _carry_limits(self):
        """The bank's limits hold from here on, but for own ones; and who is paused there is here."""
        people = self._get_people(("is_carried", "=", True), ("is_settled", "=", False))
        if not people:
            return 0
        moved = self._get_moved(people)
        for one in people:
            member = self._as_bank(one.member_id)
            account = member.account_id
            limit = max(one.limit_minutes, -account.balance_minutes, 0)
            usual = one.had_limit_minutes if one.had_own_limit else self.scheme_id.credit_limit_minutes
            if limit > usual:
                account.write({"has_own_limit": True, "credit_limit_minutes": limit})
            elif account.has_own_limit != one.had_own_limit:
                account.write({"has_own_limit": one.had_own_limit, "credit_limit_minutes": usual})
            if one.had_paused or one.is_new_member and one.joining_state == "paused":
                member.action_pause()
            elif one.is_new_member and one.joining_state == "applicant":
                member._in_verb().write({"state": "applicant"})
            one._in_verb().write({"is_settled": True, "moved_minutes": moved.get(account.id, 0)})
        return len(people)

    def _get_moved(self, people):
        """What this move has moved on the accounts of these people: dict of account id → minutes."""
        self.env.flush_all()
        accounts = tuple(self._as_bank(people.member_id).account_id.ids) or (0,)
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT account_id, SUM(minutes) FROM (
                           SELECT to_account_id AS account_id, minutes FROM timebank_transfer
                            WHERE migration_id = %(move)s AND to_account_id IN %(accounts)s
                           UNION ALL
                           SELECT from_account_id, -minutes FROM timebank_transfer
                            WHERE migration_id = %(move)s AND from_account_id IN %(accounts)s
                       ) moved GROUP BY account_id""",
                    move=self.id,
                    accounts=accounts,
                )
            )
        )

    # ------------------------------------------------------------
    # Offers and requests
    # ------------------------------------------------------------

    def _carry_posts(self):
        rows = self._get_rows("post")
        if not rows:
            return 0
        skills = self._find_skills(rows)
        refusals = {}
        for row in rows:
            if not row.person_id.is_carried:
                refusals[row.id] = self.env._("Whoever it is of is not in yet.")
                continue
            model = self._as_bank(self.env["timebank.offer" if row.kind == "offer" else "timebank.request"])
            post = model._in_verb().create(self._prepare_post_vals(row, skills))
            if row.post_state == "expired":
                # nobody can make one for a time gone by; this one was made when that was to come
                post._update_rows({post.id: {"expires_on": row.date}})
            row._in_verb().write({"offer_id" if row.kind == "offer" else "request_id": post.id})
        self._mark(rows, refusals)
        return len(rows)

    def _prepare_post_vals(self, row, skills):
        state = row.post_state
        if state == "met" and row.kind == "offer":
            state = "closed"
        until = row.date if row.date and state != "expired" else False
        vals = {
            "scheme_id": self.scheme_id.id,
            "partner_id": row.person_id.partner_id.id,
            "description": row.words,
            "skill_id": skills[row.id],
            "state": state,
            "expires_on": until or fields.Date.add(self.scheme_id._today(), months=6),
        }
        if state == "published":
            vals["published_on"] = self.scheme_id._today()
        return vals

    def _find_skills(self, rows):
        """The skill of each row by the words of the source: one that is there, else a new one."""
        skills = self._as_bank(self.env["timebank.skill"])
        known = {folded(one.name): one.id for one in skills.search([("kind", "=", "skill")])}
        found = {}
        for row in rows:
            names = [name.strip() for name in (row.skill_words or "").split(",") if name.strip()]
            names = names or [self.env._("Other")]
            name = next((one for one in names if folded(one) in known), names[0])
            if folded(name) not in known:
                known[folded(name)] = skills.create({"name": name, "kind": "skill"}).id
            found[row.id] = known[folded(name)]
        return found
