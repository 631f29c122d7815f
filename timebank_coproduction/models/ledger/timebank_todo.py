from odoo import api, fields, models

from ..common.personal import OURS


class TimebankTodo(models.AbstractModel):
    """One to-do for the coordinator who is asked per batch handed in, closed by the decision.

    For models with a protected ``state``, a ``scheme_id`` and activities.
    """

    _name = "timebank.todo"
    _description = "What a Coordinator Is Asked to Decide"
    #: The kind of to-do, and the state of what waits for a decision; each model has its own.
    _todo_type = None
    _todo_state = None
    _personal_fields = {
        "todo_id": OURS,
    }

    # What it is called says how much waits in the bank, which whoever handed in one record isn't told.
    todo_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="timebank_coproduction.group_timebank_coordinator,timebank_coproduction.group_timebank_manager",
    )

    def _ask_for_decision(self):
        """Put one to-do for each bank and coordinator on the first of the records they are to decide on."""
        if not self:
            return
        # sudo: members hand in records without being able to give anybody a task.
        for coordinator, records in self.sudo().grouped(lambda one: one._get_deciders()[:1]).items():
            if not coordinator:
                continue
            todo = records[0].activity_schedule(
                self._todo_type, summary=records._get_todo_summary(), user_id=coordinator.id
            )
            records._in_verb().write({"todo_id": todo.id})

    def _get_todo_summary(self):
        """What the to-do says about these records, or ``False``."""
        return False

    def _get_concerned(self):
        """The contacts who don't decide on this record, since it is about themselves."""
        raise NotImplementedError

    def _get_deciders(self):
        """Who may be asked, the first of them first: coordinators, else managers, whom it doesn't concern."""
        self.ensure_one()
        return self.scheme_id._get_deciders(self._get_concerned())

    def _close_todos(self):
        """Mark as done the to-dos of which nothing is left to decide."""
        # sudo: a decision closes the to-do, whoever of the coordinators had been asked.
        todos = self.sudo().todo_id
        if not todos:
            return
        self.flush_recordset(["state"])
        waiting = self.sudo()._read_group(
            [("todo_id", "in", todos.ids), ("state", "=", self._todo_state)], ["todo_id"]
        )
        done = todos - todos.browse([todo.id for (todo,) in waiting])
        # sudo: the to-dos of the records decided on just now, whoever's they are
        done.with_user(self.env.user).sudo().action_feedback()

    @api.autovacuum
    def _gc_todos(self):
        """Close what two decisions at the same moment may each have left to the other."""
        if not self._abstract:
            self.search([("todo_id.active", "=", True), ("state", "!=", self._todo_state)])._close_todos()
