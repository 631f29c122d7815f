from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.minutes import to_hours
from ...tools.names import folded
from ..common.jobs import job
from ..common.verb import flag, verb
from ..common.windows import tell

#: How many people are brought in, and how many rows are carried out, before what was done is saved.
PEOPLE_AT_ONCE = 500
BATCH = 2_000
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
            if not self._is_rehearsed_as_it_is():
                self._rehearse()  # as the bank is now, and with the last answers
            self.sheet_ids._check_said()
            if self.asks_unit and not (self.unit_worth or "").strip():
                raise UserError(self.env._("Say how many minutes a unit of these files is worth."))
            if self.ask_count:
                asked = self.question_ids.filtered(lambda one: not one.given_answer) or self.question_ids
                raise UserError(
                    self.env._(
                        "Rows still to be answered: %(count)s (%(questions)s).",
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
        # what another coordinator brought in since they were settled
        late = {
            one.id: {"moved_minutes": minutes}
            for one in settled
            if one.moved_minutes != (minutes := moved.get(one.member_id.account_id.id, 0))
        }
        settled._update_rows(late)
        if not self.person_ids.filtered(lambda one: not one.is_carried):
            self._in_verb().write({"state": "done"})

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    def _get_people(self, *domain, limit=None):
        return self._as_bank(self.env["timebank.migration.person"]).search(
            [("migration_id", "=", self.id), *domain], limit=limit or BATCH, order="id"
        )

    def _carry_people(self):
        """Contacts, memberships, accounts. Nobody gets a login or a mail, nor takes themselves in."""
        me = self.env.user.partner_id
        people = self._get_people(
            ("is_carried", "=", False), ("partner_id", "!=", me.id), limit=PEOPLE_AT_ONCE
        )
        if not people:
            return 0
        new = people.filtered(lambda one: not one.partner_id)
        contacts = self._as_bank(self.env["res.partner"]).create([self._prepare_contact(one) for one in new])
        partners = {one: one.partner_id for one in people - new} | dict(zip(new, contacts, strict=True))
        known = self.env["timebank.member"]._find_in_banks(self.scheme_id, contacts.union(*partners.values()))
        before = {
            one: self._as_bank(known[self.scheme_id.id, partner.id])
            for one, partner in partners.items()
            if (self.scheme_id.id, partner.id) in known
        }
        without = [one for one in people if one not in before]
        members = before | dict(zip(without, self._make_members(without, partners), strict=True))
        standing = self.env["timebank.member"].union(*before.values())
        standing = self._as_bank(standing).filtered(lambda member: member.state != "active")
        paused = standing.filtered(lambda member: member.state == "paused")
        standing.action_activate()
        usual = self.scheme_id.credit_limit_minutes
        done, limits = {}, {}
        for one, member in members.items():
            account, is_new = member.account_id, one not in before
            done[one.id] = {
                "partner_id": partners[one].id,
                "is_new_contact": not one.partner_id,
                "member_id": member.id,
                "is_new_member": is_new,
                "is_carried": True,
                "had_paused": member in paused,
                "had_own_limit": not is_new and account.has_own_limit,
                "had_limit_minutes": usual if is_new else account.credit_limit_minutes,
            }
            needed = one.spent_minutes + max(-account.balance_minutes, 0)
            if needed > account.credit_limit_minutes:
                limits[account.id] = {"has_own_limit": True, "credit_limit_minutes": needed}
        self._as_bank(self.env["timebank.account"])._update_rows(limits)
        people._update_rows(done)
        # rows of people are done with the people, so that how far it is shows from the beginning
        rows = self.env["timebank.migration.row"].search(
            [("person_id", "in", people.ids), ("what", "=", "member"), ("fate", "in", ("new", "joined"))]
        )
        rows._in_verb().write({"is_carried": True})
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

    def _make_members(self, people, partners):
        """Memberships of people who have none, with their accounts, in the order given.

        They are made as the bank takes somebody in, but each row is written once, and nobody is invited.

        :param dict partners: person → contact
        """
        scheme = self.scheme_id
        archived = [partners[one].id for one in people if not partners[one].active]
        self._as_bank(self.env["res.partner"]).browse(archived).action_unarchive()
        limit = scheme.credit_limit_minutes
        accounts = self._as_bank(self.env["timebank.account"])._insert_rows(
            [
                {
                    "name": partners[one].name,
                    "scheme_id": scheme.id,
                    "company_id": scheme.company_id.id,
                    "kind": "member",
                    "partner_id": partners[one].id,
                    "state": "open",
                    "balance_minutes": 0,
                    "frozen_with_scheme": False,
                    # until all has come in, as limits are about what is left in the end
                    "has_own_limit": one.spent_minutes > limit,
                    "credit_limit_minutes": max(one.spent_minutes, limit),
                }
                for one in people
            ]
        )
        return (
            self._as_bank(self.env["timebank.member"])
            ._in_verb()
            .create(
                [
                    {
                        "partner_id": partners[one].id,
                        "scheme_id": scheme.id,
                        "role": "organisation" if one.is_organisation else "volunteer",
                        "joined_on": one.joined_on or scheme._today(),
                        "account_id": account.id,
                        "state": "active",
                    }
                    for one, account in zip(people, accounts, strict=True)
                ]
            )
            ._out_of_verb()
        )

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
        own._in_verb().write({"problem": self.env._("Yours: another coordinator has to carry it out.")})
        going = rows - own
        reversals = going.filtered(lambda row: row.kind == "reversal")
        self._post_rows(going - reversals)
        self._reverse_rows(reversals)
        return len(rows)

    def _get_own(self, rows):
        """Rows by which the one who carries out would gain, or that are somebody's who isn't in yet."""
        apart = self._as_bank(self.env["timebank.migration.person"]).search(
            [
                ("migration_id", "=", self.id),
                "|",
                ("partner_id", "=", self.env.user.partner_id.id),
                ("is_carried", "=", False),
            ]
        )
        if not apart:
            return rows.browse()
        apart = set(apart.ids)
        return rows.browse(
            row_id
            for row_id, *sides in rows._get_columns("id", "person_id", "other_id")
            if not apart.isdisjoint(sides)
        )

    def _post_rows(self, rows):
        refusals = {}
        timed = rows.filtered(lambda row: row.kind == "hours")
        nobodys = timed.filtered(lambda row: not row.person_id)
        refusals |= dict.fromkeys(nobodys.ids, self.env._("Nobody gave it."))
        timed -= nobodys
        entries = self._make_entries(timed)
        row_of = dict(zip(entries.ids, timed.ids, strict=True))
        refusals |= {
            row_of[entry_id]: reason for entry_id, reason in entries._get_refusals_to_move_in().items()
        }
        going = entries.filtered(lambda entry: row_of[entry.id] not in refusals)
        earning = going.filtered("earns_credit")
        moving = {row_of[vals["hours_id"]]: [vals] for vals in earning._prepare_transfers()}
        moving |= {row.id: self._prepare_movements(row) for row in rows - timed - nobodys}
        transfers = [(row_id, vals) for row_id in rows.ids for vals in moving.get(row_id, ())]
        # the account that would grow is asked after by the ledger, as ever
        unposted = self.env["timebank.transfer"]._post_possible(
            [{**vals, "migration_id": self.id} for _row, vals in transfers],
            veto=lambda positions: self._get_halves([row_id for row_id, _vals in transfers], positions),
        )
        for position, sentence in unposted.items():
            refusals.setdefault(transfers[position][0], sentence)
        self._drop_entries(entries.filtered(lambda entry: row_of[entry.id] in refusals))
        waiting = going.filtered(
            lambda entry: entry.state == "submitted" and row_of[entry.id] not in refusals
        )
        if waiting:
            # a to-do on the list of those who run the bank, without a mail of it
            waiting.with_env(self.env).with_context(mail_activity_quick_update=True)._ask_for_decision()
        self._mark(rows, refusals, {row_id: entry_id for entry_id, row_id in row_of.items()})

    def _get_halves(self, row_ids, positions):
        """Of a row that makes two transfers both move, or none.

        :param list row_ids: the row of each transfer
        :param positions: of the transfers that could be posted
        :return: dict of position → why not
        """
        if len(positions) == len(row_ids):
            return {}
        possible = set(positions)
        refused = {row_id for position, row_id in enumerate(row_ids) if position not in possible}
        halves = (position for position in positions if row_ids[position] in refused)
        return dict.fromkeys(halves, self.env._("The other half of it can't move."))

    def _make_entries(self, rows):
        """The hours of these rows, in their order, as they are to stay: written once.

        What repeats what is recorded already is a draft, for the rules to refuse.
        """
        scheme, people = self.scheme_id, self._as_bank(rows.person_id | rows.other_id)
        partners = dict(people._get_columns("id", "partner_id"))
        roles = dict(people.member_id._get_columns("partner_id", "role"))
        earning = {role: scheme._earns_credit(role) for role in set(roles.values())}
        categories = self._find_categories(rows)
        grants = self._as_bank(self.env["timebank.grant"])._find_for_time(
            (scheme.id, False, day) for (day,) in rows._get_columns("date")
        )
        hours = self._as_bank(self.env["timebank.hours"])
        waiting = {**dict.fromkeys(hours._prepare_approval(self.env.user)), "state": "submitted"}
        approved = hours._prepare_approval(self.env.user)
        vals_list = [
            {
                "scheme_id": scheme.id,
                "company_id": scheme.company_id.id,
                "tz": scheme.tz,
                "partner_id": partners[person],
                "receiver_id": partners.get(other),
                "role": roles[partners[person]],
                "date": day,
                "minutes": minutes,
                "hours": to_hours(minutes),
                "start_minute": start,
                "description": words or category,
                "category_id": categories.get(folded(category)),
                "project_id": None,
                "activity_id": None,
                "grant_id": grants[scheme.id, False, day].id,
                "grant_chosen": False,
                "source": "import",
                "revision": 0,
                "earns_credit": not waits and earning[roles[partners[person]]],
                **(waiting if waits else approved),
            }
            for person, other, day, start, minutes, words, category, waits in rows._get_columns(
                "person_id",
                "other_id",
                "date",
                "start_minute",
                "minutes",
                "words",
                "category_words",
                "is_waiting",
            )
        ]
        hours._leave_doubles_as_drafts(vals_list)
        return hours._in_verb()._insert_rows(vals_list)._out_of_verb()

    def _find_categories(self, rows):
        """Categories by their names: dict of name → id."""
        if not any(rows.mapped("category_words")):
            return {}
        return {folded(one.name): one.id for one in self.env["timebank.category"].search([])}

    def _drop_entries(self, entries):
        """Hours that could not come in leave nothing behind."""
        if entries:
            entries._in_verb().write({"state": "draft"})
            entries.unlink()

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

    def _mark(self, rows, refusals, entries=None):
        """Rows are done, or say why not.

        :param dict entries: id of a row → the hours made of it
        """
        entries = entries or {}
        rows._update_rows(
            {
                row_id: {"is_carried": True, "hours_id": entries.get(row_id)}
                for row_id in rows.ids
                if row_id not in refusals
            }
        )
        rows._update_rows({row_id: {"problem": reason} for row_id, reason in refusals.items()})

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
        usual = self.scheme_id.credit_limit_minutes
        limits, done = {}, {}
        for one in people:
            account = one.member_id.account_id
            limit = one.had_limit_minutes if one.had_own_limit else usual
            if one.says_limit:
                # who was here before keeps what they had
                limit = one.limit_minutes if one.is_new_member else max(limit, one.limit_minutes)
            limit = max(limit, -account.balance_minutes)
            own = one.had_own_limit or limit != usual
            if (account.has_own_limit, account.credit_limit_minutes) != (own, limit):
                limits[account.id] = {"has_own_limit": own, "credit_limit_minutes": limit}
            done[one.id] = {"is_settled": True, "moved_minutes": moved.get(account.id, 0)}
        people.member_id.account_id._update_rows(limits)
        newcomers = people.filtered("is_new_member")
        paused = people.filtered("had_paused") | newcomers.filtered(lambda one: one.joining_state == "paused")
        paused.member_id.action_pause()
        applicants = newcomers.filtered(lambda one: one.joining_state == "applicant") - paused
        applicants.member_id._in_verb().write({"state": "applicant"})
        people._update_rows(done)
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
        absent = rows.filtered(lambda row: not row.person_id.is_carried)
        refusals = dict.fromkeys(absent.ids, self.env._("Whoever it is of is not in yet."))
        for kind, same in (rows - absent).grouped(lambda row: row.kind == "offer").items():
            name = "offer" if kind else "request"
            model = self._as_bank(self.env[f"timebank.{name}"])
            posts = model._in_verb().create([self._prepare_post_vals(row, skills) for row in same])
            made = dict(zip(same, posts, strict=True))
            # nobody can make one for a time gone by; these were made when that was to come
            posts._update_rows(
                {made[row].id: {"expires_on": row.date} for row in same if row.post_state == "expired"}
            )
            same._update_rows({row.id: {f"{name}_id": post.id} for row, post in made.items()})
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
