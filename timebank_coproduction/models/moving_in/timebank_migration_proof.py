from collections import Counter

from odoo import api, fields, models

from ..common.verb import verb
from ..common.windows import open_list

#: What is done about each person, one after the other.
STEPS_OF_PEOPLE = ("is_carried", "is_opened", "is_settled")


class TimebankMigration(models.Model):
    """How far a move is, and its proof: every row and every balance accounted for, on a paper to sign."""

    _inherit = "timebank.migration"

    left_count = fields.Integer("Still to do", compute="_compute_left_count")
    done_percentage = fields.Integer("Done", compute="_compute_done_percentage")
    rounded_count = fields.Integer("Amounts rounded", compute="_compute_rounded_count")

    @api.depends(
        "state",
        "row_ids.is_carried",
        "person_ids.is_carried",
        "person_ids.is_opened",
        "person_ids.is_settled",
    )
    def _compute_left_count(self):
        """Steps: one of each row of time, offer or request, three of each person."""
        left = Counter()
        for move, count in self.env["timebank.migration.row"]._read_group(
            [*self._get_steps_of_rows(), ("is_carried", "=", False)], ["migration_id"], ["__count"]
        ):
            left[move.id] += count
        for name in STEPS_OF_PEOPLE:
            for move, count in self.env["timebank.migration.person"]._read_group(
                [("migration_id", "in", self.ids), (name, "=", False)], ["migration_id"], ["__count"]
            ):
                left[move.id] += count
        for move in self:
            begun = move.state in ("rehearsed", "running", "done")
            move.left_count = left[move._origin.id] if begun else 0

    @api.depends("left_count")
    def _compute_done_percentage(self):
        steps = Counter()
        for model, domain, each in (
            ("row", self._get_steps_of_rows(), 1),
            ("person", [("migration_id", "in", self.ids)], len(STEPS_OF_PEOPLE)),
        ):
            for move, count in self.env[f"timebank.migration.{model}"]._read_group(
                domain, ["migration_id"], ["__count"]
            ):
                steps[move.id] += count * each
        for move in self:
            count = steps[move._origin.id]
            # all of it is 100, and nothing less
            move.done_percentage = 100 * (count - move.left_count) // count if count else 0

    def _get_steps_of_rows(self):
        return [
            ("migration_id", "in", self.ids),
            ("what", "in", ("movement", "post")),
            ("fate", "in", ("new", "joined")),
        ]

    def _compute_rounded_count(self):
        counts = dict(
            self.env["timebank.migration.row"]._read_group(
                [("migration_id", "in", self.ids), ("exact_minutes", "!=", False)],
                ["migration_id"],
                ["__count"],
            )
        )
        for move in self:
            move.rounded_count = counts.get(move, 0)

    @verb(single=True)
    def action_view_rounded(self):
        domain = [("migration_id", "=", self.id), ("exact_minutes", "!=", False)]
        return open_list(self.env, "timebank_migration_row_action", domain, {})

    @verb(single=True)
    def action_print_proof(self):
        return self.env.ref("timebank_coproduction.timebank_migration_report").report_action(self)

    def _get_proof(self):
        """What the proof says, beside the balances of the people: dict.

        ``files`` is a list of (file, Counter of fates, rows in it); ``left_out`` the rows that brought
        nothing, ``rounded`` those whose amount was no whole number of minutes.
        """
        self.ensure_one()
        rows = self.env["timebank.migration.row"]
        mine = [("migration_id", "=", self.id)]
        files = {}
        for file, fate, is_carried, count in rows._read_group(
            mine, ["file_name", "fate", "is_carried"], ["__count"], order="id:min"
        ):
            came_in = fate in ("new", "joined")
            files.setdefault(file, Counter())["left" if came_in and not is_carried else fate] += count
        people = self.person_ids
        return {
            "files": [(file, fates, fates.total()) for file, fates in files.items()],
            "fates": sum(files.values(), Counter()),
            "left_out": rows.search(
                [
                    *mine,
                    "|",
                    ("fate", "not in", ("new", "joined")),
                    ("is_carried", "=", False),
                ]
            ),
            "rounded": rows.search([*mine, ("exact_minutes", "!=", False)]),
            "people": people,
            "declared": sum(one.declared_minutes if one.is_declared else 0 for one in people),
            "history": sum(people.mapped("history_minutes")),
            "opening": sum(people.mapped("opening_minutes")),
            "result": self.result_minutes,
            "moved": self.moved_minutes,
            "bank": self._get_moved_of_bank(),
            "all_agree": not self.disagree_count and all(people.mapped("is_settled")),
        }

    def _get_moved_of_bank(self):
        """Minutes that the move has moved on the bank's own account: below 0 where members gained."""
        [(minutes,)] = self.env["timebank.statement.line"]._read_group(
            [
                ("transfer_id.migration_id", "=", self.id),
                ("account_id", "=", self.scheme_id.operating_account_id.id),
            ],
            [],
            ["minutes:sum"],
        )
        return minutes or 0
