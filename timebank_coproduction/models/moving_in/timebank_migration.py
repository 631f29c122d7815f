import hashlib
from collections import Counter
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.moving_in.opening import MOST_BYTES, Unreadable, open_files
from ...tools.moving_in.plan import ANSWERS, Setting
from ...tools.moving_in.planner import make_plan
from ...tools.moving_in.reading import Doubtful, amount, say_exact
from ...tools.moving_in.sources import SOURCES
from ..common.hours_field import hours_field
from ..common.personal import OURS
from ..common.verb import verb
from ..common.windows import open_list
from .reasons import get_sentences, say_reason, say_unreadable

#: For how long the files of a move are kept that is over.
FILE_DAYS = 90
#: More minutes than that in a unit of some program's own are a slip of the pen.
MOST_IN_UNIT = 100_000


class TimebankMigration(models.Model):
    """A bank moves in from the files of another program, or a charity's own spreadsheets.

    Nothing is written but the move's own rows until it is carried out (``timebank_migration_carrying.py``).
    """

    _name = "timebank.migration"
    _description = "Move into a Time Bank"
    _inherit = ["timebank.in.bank", "timebank.protected", "timebank.reasoned", "mail.thread"]
    _order = "id desc"
    _verbs_with_reason = frozenset({"action_undo"})
    _allow_sudo_commands = False
    _personal_fields = {
        "file_ids": OURS,
        "unit_worth": OURS,
        "recognised": OURS,
        "basis_digest": OURS,
        "user_id": OURS,
    }

    source = fields.Selection(
        lambda self: [(source.name, source.title) for source in SOURCES],
        string="From",
        help="Empty: whatever the headings of the files say.",
    )
    file_ids = fields.Many2many(
        "ir.attachment",
        "timebank_migration_file_rel",
        "migration_id",
        "attachment_id",
        string="Files",
        copy=False,
        help="CSV, XLSX, JSON, or a zip of them.",
    )
    unit_worth = fields.Char(
        "Minutes in a unit",
        help="Where the files count in a unit of their own: how many minutes one is worth.",
    )
    asks_columns = fields.Boolean(compute="_compute_asks_columns")
    asks_unit = fields.Boolean(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Files"),
            ("rehearsed", "Rehearsed"),
            ("running", "Under way"),
            ("done", "Done"),
            ("undone", "Undone"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    recognised = fields.Text(readonly=True, copy=False)
    is_answered = fields.Boolean(
        readonly=True, copy=False, help="Answers were given that the rehearsal doesn't show yet."
    )
    basis_digest = fields.Char(readonly=True, copy=False, help="Of all that the rehearsal was made of.")
    user_id = fields.Many2one("res.users", "Carried out by", readonly=True, copy=False)
    row_ids = fields.One2many("timebank.migration.row", "migration_id", string="Rows", copy=False)
    person_ids = fields.One2many("timebank.migration.person", "migration_id", string="Balances", copy=False)
    double_ids = fields.One2many(
        "timebank.migration.person",
        "migration_id",
        string="Doubles",
        copy=False,
        domain=[("double_id", "!=", False)],
    )
    question_ids = fields.One2many(
        "timebank.migration.question", "migration_id", string="Questions", copy=False
    )
    sheet_ids = fields.One2many("timebank.migration.sheet", "migration_id", string="Tables", copy=False)
    name_ids = fields.One2many("timebank.migration.name", "migration_id", string="Names", copy=False)
    # Figures
    row_count = fields.Integer("Rows read", compute="_compute_counts")
    new_count = fields.Integer("New", compute="_compute_counts")
    joined_count = fields.Integer("Joined", compute="_compute_counts")
    present_count = fields.Integer("Here already", compute="_compute_counts")
    ask_count = fields.Integer("To answer", compute="_compute_counts")
    refused_count = fields.Integer("Refused", compute="_compute_counts")
    problem_count = fields.Integer("Could not be done", compute="_compute_counts")
    result_minutes = fields.Integer(compute="_compute_sums")
    result_hours = hours_field("result_minutes", "Members will have together")
    moved_minutes = fields.Integer(compute="_compute_sums")
    moved_hours = hours_field("moved_minutes", "Moved in the ledger")
    disagree_count = fields.Integer("People whose balances differ", compute="_compute_sums")

    @api.depends("source", "scheme_id", "create_date")
    def _compute_display_name(self):
        titles = dict(self._fields["source"]._description_selection(self.env))
        for move in self:
            program = titles.get(move.source) or self.env._("Files")
            bank = move.scheme_id.name
            move.display_name = (
                self.env._("%(program)s into %(bank)s", program=program, bank=bank) if bank else program
            )

    @api.depends("sheet_ids.treatment")
    def _compute_asks_columns(self):
        for move in self:
            move.asks_columns = "ask" in move.sheet_ids.mapped("treatment")

    @api.depends("row_ids.fate", "row_ids.problem")
    def _compute_counts(self):
        counts, problems = Counter(), Counter()
        for move, fate, count, failed in self.env["timebank.migration.row"]._read_group(
            [("migration_id", "in", self.ids)],
            ["migration_id", "fate"],
            ["__count", "problem:count"],
        ):
            counts[move.id, fate] += count
            counts[move.id] += count
            problems[move.id] += failed
        for move in self:
            number = move._origin.id
            for fate in ("new", "joined", "present", "ask", "refused"):
                move[f"{fate}_count"] = counts[number, fate]
            move.row_count = counts[number]
            move.problem_count = problems[number]

    @api.depends("person_ids.result_minutes", "person_ids.moved_minutes", "person_ids.is_settled")
    def _compute_sums(self):
        people = self.env["timebank.migration.person"]
        people.flush_model(["migration_id", "result_minutes", "moved_minutes", "is_settled"])
        sums = {
            move: values
            for move, *values in self.env.execute_query(
                SQL(
                    """SELECT migration_id, SUM(result_minutes), SUM(moved_minutes),
                              COUNT(*) FILTER (WHERE is_settled AND moved_minutes != result_minutes)
                         FROM timebank_migration_person WHERE migration_id = ANY(%s) GROUP BY migration_id""",
                    self.ids,
                )
            )
        }
        for move in self:
            move.result_minutes, move.moved_minutes, move.disagree_count = sums.get(
                move._origin.id, (0, 0, 0)
            )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._take_files()
        return moves

    def write(self, vals):
        if not self._is_in_verb() and {"scheme_id", "source", "file_ids", "unit_worth"} & vals.keys():
            self._check_not_begun()
        result = super().write(vals)
        if "scheme_id" in vals:
            self.check_access("write")  # nobody moves into a bank where they have no say
        if "file_ids" in vals:
            self._take_files()
            # another file of the same name may have been saved otherwise
            self.sheet_ids._in_verb().write({"encoding": False, "separator": False})
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_before_anything_is_done(self):
        for move in self:
            if move.state not in ("draft", "rehearsed"):
                raise UserError(
                    self.env._(
                        "“%s” has been carried out: its record stays. It can be undone.", move.display_name
                    )
                )

    def _take_files(self):
        """The files belong to the move, so that whoever may read it may read them, and nobody else.

        :raises UserError: for a file of something else, which would go with the move
        """
        for move in self:
            move.file_ids.check_access("read")
            own = (self._name, move.id)
            # sudo: only whose files that the user can read they are
            for file in move.file_ids.sudo():
                if file.public or (file.res_id and (file.res_model, file.res_id) != own):
                    raise UserError(
                        self.env._("“%s” belongs to something else: upload it here once more.", file.name)
                    )
            loose = move.file_ids.filtered(lambda one: not one.res_id)
            # sudo: files that the user has just handed in, and can read
            loose.sudo().write({"res_model": self._name, "res_id": move.id})

    @api.autovacuum
    def _gc_files(self):
        """The files of moves that are over are not kept for ever: they name everybody who was there."""
        over = self.search(
            [
                ("state", "in", ("done", "undone")),
                ("file_ids", "!=", False),
                ("write_date", "<", fields.Datetime.subtract(fields.Datetime.now(), days=FILE_DAYS)),
            ],
            limit=100,
        )
        over.file_ids.unlink()

    def _check_not_begun(self):
        for move in self:
            if move.state not in ("draft", "rehearsed"):
                raise UserError(
                    self.env._(
                        "“%s” has been carried out: begin another one for more files.", move.display_name
                    )
                )

    def _take_answer(self):
        """Something about these moves is answered, which the next rehearsal shows.

        :raises UserError: once one is carried out
        """
        self._check_not_begun()
        self._in_verb().write({"is_answered": True})

    def _check_may_move(self):
        """:raises UserError: for who doesn't run the bank"""
        self.check_access("write")
        for scheme in self.scheme_id - self.scheme_id._run_by_user():
            raise UserError(self.env._("Only a coordinator of %s moves it in.", scheme.name))

    # Actions
    @verb()
    def action_rehearse(self):
        """Read the files, and say what would become of every row and balance. Nothing else is written.

        :raises UserError: a file that can't be read, or that nothing is known of
        """
        self._check_may_move()
        self._check_not_begun()
        for move in self:
            move._rehearse()
        return True

    @verb()
    def action_accept_proposals(self):
        """Answer what nobody has answered as it is proposed, and rehearse again."""
        self._check_may_move()
        self._check_not_begun()
        for move in self:
            for question in move.question_ids.filtered(lambda one: not one.given_answer):
                question._in_verb().write({"given_answer": question.proposal})
            move.sheet_ids._take_as_proposed()
            move._rehearse()
        return True

    @verb(single=True)
    def action_view_rows(self):
        return open_list(
            self.env,
            "timebank_migration_row_action",
            [("migration_id", "=", self.id)],
            {"search_default_by_fate": True},
        )

    @verb(single=True)
    def action_view_people(self):
        return open_list(self.env, "timebank_migration_person_action", [("migration_id", "=", self.id)], {})

    @verb(single=True)
    def action_view_problems(self):
        domain = [("migration_id", "=", self.id), ("problem", "!=", False)]
        return open_list(self.env, "timebank_migration_row_action", domain, {})

    # ------------------------------------------------------------
    # The rehearsal
    # ------------------------------------------------------------

    def _rehearse(self):
        self.ensure_one()
        plan = self._make_plan()
        if not plan:
            return
        answers = self._get_answers()
        sameness = self._get_sameness()
        own, chosen = self._get_row_answers(), self.name_ids._get_chosen()
        self._forget_rehearsal()
        people = self._write_people(plan, sameness)
        sentences = get_sentences(self.env)
        self._write_rows(plan, people, own, sentences)
        self._write_questions(plan, answers, sentences)
        self.env["timebank.migration.name"]._write_anew(self, plan, chosen)
        vals = {
            "state": "rehearsed",
            "is_answered": False,
            "recognised": self._say_found(plan),
            "asks_unit": bool(plan.source and plan.source.propose_unit),
        }
        if plan.source and not self.source:
            vals["source"] = plan.source.name
        if plan.asks_unit and plan.unit:
            vals["recognised"] += "\n" + self.env._(
                "Time is in a unit of its own. One unit seems to be %s minutes: say so below, or what it is.",
                plan.unit,
            )
        self._in_verb().write(vals)
        self._in_verb().write({"basis_digest": self._get_basis_digest()})

    def _make_plan(self):
        """:return: a plan, or ``None`` while nothing can be read before somebody says what columns mean"""
        if not self.file_ids:
            raise UserError(self.env._("Add the files that the other program exported first."))
        tables = self._open_files()
        self.env["timebank.migration.sheet"]._look_at(self, tables)
        plan = make_plan(tables, self._prepare_setting())
        if not plan.founds and self.asks_columns:
            return None
        if not plan.founds:
            raise UserError(
                self.env._(
                    "Nothing is known about the headings of %s. A table of people has a name; one of hours"
                    " has a name, a date and hours.",
                    ", ".join(plan.unknown),
                )
            )
        same, plan.doubles = self.env["timebank.migration.person"]._find_here(
            plan.people, self.scheme_id.company_id
        )
        said = self._get_sameness()
        for person in plan.people:
            contact = same.get(person)
            if said.get(person.key) == "same" and person in plan.doubles:
                contact = plan.doubles[person]
            if contact and said.get(person.key) != "other":
                plan.doubles[person] = contact
                person.join(contact.id, said.get(person.key))
        return plan

    def _open_files(self):
        self.file_ids.check_access("read")
        if sum(self.file_ids.mapped("file_size")) > MOST_BYTES:
            raise UserError(self.env._("These files are too large: up to 50 MB can be read at once."))
        try:
            return open_files(
                [(one.name, one.raw or b"") for one in self.file_ids.sorted("id")],
                self.sheet_ids._get_readings(),
            )
        except Unreadable as error:
            raise UserError(say_unreadable(self.env, error)) from error

    def _prepare_setting(self):
        scheme = self.scheme_id
        return Setting(
            today=scheme._today(),
            zone=scheme.tz or "UTC",
            limit=scheme.credit_limit_minutes,
            bank=scheme.name,
            locked_until=scheme.lock_date or None,
            source=self.source or "",
            unit=self._read_unit(),
            known=self._get_known_keys(),
            answers={**self._get_answers(), **self._get_row_answers()},
            mappings=self.sheet_ids._get_mappings(),
            choices=self.name_ids._get_choices(),
        )

    def _get_answers(self):
        """What was answered for all rows alike: dict of code → answer."""
        return {one.code: one.given_answer for one in self.question_ids if one.given_answer}

    def _get_sameness(self):
        """Who was said to be a contact or not: dict of a person's key → ``same`` or ``other``."""
        return {one.key: one.sameness for one in self.person_ids if one.sameness}

    def _get_row_answers(self):
        """What was answered for single rows: dict of (file, record) → answer."""
        answered = self.env["timebank.migration.row"].search_fetch(
            [("migration_id", "=", self.id), ("given_answer", "!=", False)],
            ["file_name", "number", "given_answer"],
        )
        return {(row.file_name, row.number): row.given_answer for row in answered}

    def _read_unit(self):
        if not (self.unit_worth or "").strip():
            return None
        try:
            minutes = amount(self.unit_worth)
        except Doubtful:
            minutes = None
        if not minutes or not 0 < minutes <= MOST_IN_UNIT:
            raise UserError(self.env._("“%s” is no number of minutes: write 6, or 7.5.", self.unit_worth))
        return Fraction(minutes)

    def _get_known_keys(self):
        """Keys of what earlier moves brought into this bank, and nobody took back."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT r.key FROM timebank_migration_row r
                     JOIN timebank_migration m ON m.id = r.migration_id
                    WHERE r.scheme_id = %(scheme)s AND r.is_carried AND m.state IN ('running', 'done')
                   UNION
                   SELECT p.key FROM timebank_migration_person p
                     JOIN timebank_migration m ON m.id = p.migration_id
                    WHERE p.scheme_id = %(scheme)s AND p.is_carried AND m.state IN ('running', 'done')""",
                scheme=self.scheme_id.id,
            )
        )
        return frozenset(key for (key,) in rows)

    def _get_basis_digest(self):
        """A digest of all that a plan is made of: the files, what was answered, the bank, and who is here."""
        people = self.person_ids
        parts = [
            self.file_ids.sorted("id").mapped("checksum"),
            *vars(self._prepare_setting()).values(),
            self._get_sameness(),
            *(
                {one.key: contact.id for one, contact in found.items()}
                for found in people._find_here(people, self.scheme_id.company_id)
            ),
            people._find_moved_in(people, self.scheme_id),
        ]
        digest = hashlib.sha256()
        for part in parts:
            if isinstance(part, dict):
                part = sorted(map(repr, part.items()))
            elif isinstance(part, frozenset):
                part = sorted(part)
            digest.update(repr(part).encode())
        return digest.hexdigest()

    def _is_rehearsed_as_it_is(self):
        """Whether another rehearsal would come to the same."""
        return not self.is_answered and self.basis_digest == self._get_basis_digest()

    def _forget_rehearsal(self):
        """What an earlier rehearsal wrote goes; nothing has been carried out."""
        self.env.flush_all()
        for model in ("row", "name", "person", "question"):
            model = f"timebank.migration.{model}"
            table = SQL.identifier(self.env[model]._table)
            self.env.execute_query(SQL("DELETE FROM %s WHERE migration_id = %s RETURNING id", table, self.id))
        self.env.invalidate_all()

    def _write_people(self, plan, sameness):
        """:return: dict of a person of the plan → id"""
        people = [one for one in plan.people if one.name]
        members = self.env["timebank.migration.person"]._find_moved_in(people, self.scheme_id)
        rows = [
            {
                "migration_id": self.id,
                "scheme_id": self.scheme_id.id,
                "key": one.key,
                "name": one.name,
                "email": one.email,
                "phone": one.phone,
                "words": one.note,
                "joined_on": one.joined,
                "is_organisation": one.is_company,
                "joining_state": one.state,
                "is_known": one.is_known,
                "is_declared": one.declared is not None,
                "declared_minutes": one.declared or 0,
                "history_minutes": one.history,
                "opening_minutes": one.opening,
                "result_minutes": one.result,
                "spent_minutes": one.spent,
                "says_limit": one.limit is not None,
                "limit_minutes": one.limit or 0,
                "double_id": plan.doubles[one].id if one in plan.doubles else None,
                "sameness": sameness.get(one.key),
                "partner_id": members.get(one.key, one.contact) or None,
            }
            for one in people
        ]
        records = self.env["timebank.migration.person"]._in_verb()._insert_rows(rows)
        return dict(zip(people, records.ids, strict=True))

    def _write_rows(self, plan, people, own, sentences):
        rows = [
            {
                "migration_id": self.id,
                "scheme_id": self.scheme_id.id,
                "file_name": row.file,
                "number": row.record,
                "what": row.what,
                "name": row.label[:500],
                "key": row.key,
                "fate": row.fate,
                "reason": say_reason(self.env, row, sentences)[:500],
                "question": row.question or None,
                "name_in_doubt": row.names[-1][1][:500] if row.names else None,
                "given_answer": own.get((row.file, row.record)),
                "kind": row.kind,
                "person_id": people.get(row.payee or row.person),
                "other_id": people.get(row.payer),
                "date": row.day,
                "start_minute": row.start,
                "minutes": row.minutes,
                "exact_minutes": say_exact(row.exact) if row.is_rounded else None,
                "words": row.text[:500],
                "category_words": row.category,
                "is_waiting": row.waits,
                "is_carried": False,
                **self._prepare_post(row.post),
            }
            for row in plan.rows
        ]
        records = self.env["timebank.migration.row"]._in_verb()._insert_rows(rows)
        ids = dict(zip(plan.rows, records.ids, strict=True))
        reversals = {
            ids[row]: {"reversed_row_id": ids[row.reversed_row]} for row in plan.rows if row.reversed_row
        }
        records._update_rows(reversals)

    def _prepare_post(self, post):
        return {
            "skill_words": ", ".join(post.skills)[:500] if post else None,
            "post_state": post.state if post else None,
            **({"words": post.title[:500]} if post else {}),
        }

    def _write_questions(self, plan, answers, sentences):
        found = {}
        for row in plan.rows:
            for code in row.asked:
                found.setdefault(code, []).append(row)
        # sudo: what the move itself asks; the user runs its bank
        self.env["timebank.migration.question"].sudo()._in_verb().create(
            [
                {
                    "migration_id": self.id,
                    "code": code,
                    "row_count": len(rows),
                    "example": f"{rows[0].label}: {say_reason(self.env, rows[0], sentences)}"[:300],
                    "given_answer": answers.get(code) if answers.get(code) in ANSWERS[code] else False,
                }
                for code, rows in sorted(found.items())
            ]
        )

    def _say_found(self, plan):
        """What each file was recognised as, a line each."""
        lines = []
        for found in plan.founds:
            parts = [
                self.env._(
                    "%(file)s: %(program)s, %(table)s",
                    file=found.sheet.name,
                    program=found.source.title,
                    table=found.table.name.replace("_", " "),
                )
            ]
            if found.sheet.data is None:
                if found.sheet.encoding:
                    signs = {",": self.env._("comma"), ";": self.env._("semicolon"), "\t": self.env._("tab")}
                    parts.append(f"{found.sheet.encoding}, {signs[found.sheet.separator]}")
                if found.source.is_conjecture:
                    parts.append(self.env._("its headings are a guess: look at the rows below"))
            lines.append("; ".join(parts))
        lines += [
            self.env._("%s: nothing is known about its headings, so it is not read", name)
            for name in plan.unknown
        ]
        return "\n".join(lines)
