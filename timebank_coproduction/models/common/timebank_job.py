import logging
from collections import deque
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .jobs import job
from .personal import OURS
from .roles import get_managers

_logger = logging.getLogger(__name__)

TODO = "timebank_coproduction.mail_activity_job"
#: How many records are done before a job saves what it has done.
BATCH = 100
#: How much later than its turn a job may succeed: a quarter of the time between two turns, within these.
SOONEST, LATEST = timedelta(hours=1), timedelta(days=1)
#: How much is kept of what went wrong, in characters.
LONGEST_PROBLEM = 500


class TimebankJob(models.Model):
    """How a scheduled action of the addon went: one row for each, which its runs keep up to date.

    When it runs next, how often it failed and whether it is switched on, Odoo's scheduled action knows.
    What it doesn't keep is here: when the job last succeeded, how long that took, and what went wrong.

    A job does its work in parts, each saved with what it did (:meth:`_in_parts`): killed, it finds the rest
    still to do. Whoever asks whether all jobs run reads :attr:`state`; managers are told by a to-do.
    """

    _name = "timebank.job"
    _description = "Job That Runs by Itself"
    _inherit = ["timebank.protected", "timebank.warned", "mail.thread", "mail.activity.mixin"]
    _rec_name = "name"
    _allow_sudo_commands = False
    _personal_fields = {"problem": OURS}

    cron_id = fields.Many2one("ir.cron", "Job", required=True, readonly=True, ondelete="cascade")
    name = fields.Char("What it does", related="cron_id.name", related_sudo=True)
    next_run = fields.Datetime("Next turn", related="cron_id.nextcall", related_sudo=True)
    is_on = fields.Boolean("Switched on", related="cron_id.active", related_sudo=True)
    begun_on = fields.Datetime("Last begun", readonly=True)
    ended_on = fields.Datetime("Last ended", readonly=True)
    succeeded_on = fields.Datetime("Last success", readonly=True)
    seconds = fields.Float(readonly=True, digits=(12, 2), aggregator=None)
    done_count = fields.Integer("Done", readonly=True, aggregator=None)
    left_count = fields.Integer("Still to do", readonly=True, aggregator=None)
    reached_id = fields.Integer(
        readonly=True, aggregator=None, help="The id of what was done last, of all in turn."
    )
    problem = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("well", "Well"),
            ("running", "Running"),
            ("off", "Switched off"),
            ("failed", "Failed"),
            ("late", "Late"),
        ],
        compute="_compute_state",
        help="Late is what has not succeeded since its turn, and what an administrator should look at.",
    )

    _once = models.UniqueIndex("(cron_id)", "That job is followed already.")

    @api.depends("succeeded_on", "begun_on", "ended_on", "problem", "is_on", "create_date")
    def _compute_state(self):
        now = fields.Datetime.now()
        for one in self:
            since = one.succeeded_on or one.create_date
            if one.problem and not one.is_on:
                one.state = "failed"  # Odoo switches off what failed for a week
            elif not one.is_on:
                one.state = "off"
            elif since and one._get_latest(since) < now:
                one.state = "late"
            elif one.problem:
                one.state = "failed"
            elif one.begun_on and (not one.ended_on or one.ended_on < one.begun_on):
                one.state = "running"
            else:
                one.state = "well"

    def _get_latest(self, since):
        """By when it should have succeeded again."""
        cron = self.sudo().cron_id  # sudo: how often it runs
        following = fields.Datetime.add(since, **{cron.interval_type: cron.interval_number})
        return following + min(max((following - since) / 4, SOONEST), LATEST)

    # ------------------------------------------------------------
    # What a run keeps
    # ------------------------------------------------------------

    @api.model
    def _follow(self, crons):
        """Keep how these scheduled actions go, as far as they are about the addon's records."""
        ours = crons.filtered(lambda cron: (cron.model_id.model or "").startswith("timebank."))
        self._in_verb().create([{"cron_id": cron.id} for cron in ours])

    def _begin(self):
        vals = {"begun_on": fields.Datetime.now(), "problem": False}
        if not self.left_count:  # else it goes on with what it began
            vals |= {"seconds": 0, "done_count": 0}
        self._in_verb().write(vals)

    def _end(self, seconds, failure=None):
        """Keep how a run went, in a transaction of its own: the run's is saved, or undone."""
        progress = self.env["ir.cron.progress"].browse(self.env.context.get("ir_cron_progress_id"))
        now = fields.Datetime.now()
        vals = {
            "ended_on": now,
            "seconds": self.seconds + seconds,
            "left_count": progress.remaining,
        }
        if failure is not None:
            vals["problem"] = _say_problem(failure)
        elif not progress.remaining:
            vals["succeeded_on"] = now
        self._in_verb().write(vals)
        if failure is None and not progress.remaining and not self.problem:
            self._take_back_warnings(TODO, self.env._("It ran again."))
        self.env.cr.commit()  # pylint: disable=invalid-commit  # Odoo rolls back what failed

    def _note(self, done, left):
        """Keep how far a run is, before it saves what it has done."""
        self._in_verb().write({"done_count": self.done_count + done, "left_count": left or 0})

    def _get_reached(self):
        """The id after which a run goes on that takes records in turn."""
        return self.reached_id if self.left_count else 0

    @api.model
    def _hold(self, name):
        """Whether nobody else runs the job of that name; nobody begins until this transaction ends."""
        [(alone,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('timebank.job'), hashtext(%s))", name)
        )
        return alone

    # ------------------------------------------------------------
    # Work in parts
    # ------------------------------------------------------------

    @api.model
    def _in_parts(self, work, size=BATCH, in_turn=False):
        """Do a job's work, and save each part with what was done.

        A part that fails is done again record by record; what fails then is kept in the job's row, and
        stops nothing else. Called from elsewhere than a scheduled action, nothing is saved and what fails is
        raised: both are for whoever calls.

        :param work: list of pairs of a function and the records it is called with, some at a time
        :param bool in_turn: nothing on a record says that it is done: all are taken in the order of their
            ids, and what is broken off goes on after the last one; one pair alone
        """
        if in_turn:
            [(do, records)] = work
            reached = self._get_running()._get_reached()
            work = [(do, records.filtered(lambda one: one.id > reached).sorted("id"))]
        parts = deque(
            (do, records[start : start + size])
            for do, records in work
            for start in range(0, len(records), size)
        )
        left = sum(len(part) for _do, part in parts)
        while parts:
            do, part = parts.popleft()
            if not self._is_scheduled():
                do(part)
                continue
            failure = self._do_part(do, part)
            done = len(part)
            if failure and done > 1:
                parts.extendleft((do, one) for one in reversed(part))
                done = 0  # once saved, each is tried with what others have changed meanwhile
            elif failure:
                self._keep_problem(failure)
            left -= done
            if in_turn and done:
                self._get_running()._in_verb().write({"reached_id": part._ids[-1]})
            goes_on = self.env["ir.cron"]._commit_progress(done, remaining=left)
            self.env.invalidate_all()
            if not goes_on:
                return

    def _is_scheduled(self):
        return bool(self.env.context.get("ir_cron_progress_id"))

    def _do_part(self, do, part):
        """:return: what went wrong, or nothing"""
        try:
            with self.env.cr.savepoint():
                do(part.exists())
        except Exception as failure:  # pylint: disable=broad-except  # the others may still go
            _logger.exception("%s failed for %s", self.env.context.get("timebank_job"), part)
            self.env.invalidate_all(flush=False)
            return failure
        return None

    def _keep_problem(self, failure):
        self._get_running()._in_verb().write({"problem": _say_problem(failure)})

    @api.model
    def _get_running(self):
        """The row of the scheduled action that runs, if any."""
        # sudo: how a job goes is kept, whoever it runs as
        kept = self.sudo()
        if not self._is_scheduled():
            return kept.browse()
        return kept.search([("cron_id", "=", self.env.context.get("cron_id"))])

    # ------------------------------------------------------------
    # The watch
    # ------------------------------------------------------------

    @job
    def _cron_watch(self):
        """Each hour: tell managers of jobs that are late or failed, and take back what is well again."""
        # sudo: a job of the database's own
        kept = self.sudo().search([])
        wrong = kept.filtered(lambda one: one.state in ("late", "failed"))
        managers = get_managers(kept.env)
        wrong._warn(TODO, lambda _one: managers, summary=lambda one: one._say_wrong())
        (kept - wrong)._take_back_warnings(TODO, self.env._("It ran again."))

    def _say_wrong(self):
        self.ensure_one()
        if self.state == "failed":
            return self.env._("Something went wrong: %s", self.name)
        return self.env._("Late: %s", self.name)


def _say_problem(failure):
    """What went wrong, for whoever runs the server; whole in its log."""
    if isinstance(failure, UserError):
        return " ".join(str(failure).split())[:LONGEST_PROBLEM]
    while failure.__context__ is not None:
        failure = failure.__context__  # Odoo's own words around it repeat all of it
    # lines after the first say what values a row had, which may be somebody's
    return f"{type(failure).__name__}: {failure}".partition("\n")[0][:LONGEST_PROBLEM]
