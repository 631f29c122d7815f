from markupsafe import Markup

from odoo import api, fields, models

from ...tools.minutes import clock
from ..common.verb import text, verb
from ..common.windows import ask, narrow_list
from ..common.words import say_time
from .timebank_session import MOST_TOLD, MOVES

#: From how many hours before it begins a helper who withdraws does so late.
LATE_HOURS = 48

#: What a person who runs a session is asked to look after until it takes place.
TODOS = [
    "timebank_coproduction.mail_activity_moved",
    "timebank_coproduction.mail_activity_helpers",
]


class TimebankSession(models.Model):
    """What happens to a session that was announced: it is moved, helpers withdraw, its register is closed."""

    _inherit = "timebank.session"

    obstacle_count = fields.Integer(
        "Can't come as it is",
        compute="_compute_obstacle_count",
        help="People signed up who are somewhere else at that time, or lack a check by then.",
    )

    # ------------------------------------------------------------
    # Moved to another time or place: who is told, and who can't come any more.
    # ------------------------------------------------------------

    @api.depends("attendance_ids.obstacle")
    def _compute_obstacle_count(self):
        for session in self:
            session.obstacle_count = len(session.attendance_ids.filtered("obstacle"))

    def _get_times_and_places(self):
        """Dict of session → when and where it is: a dict of field → value."""
        return {session: session._get_time_and_place() for session in self}

    def _get_time_and_place(self):
        self.ensure_one()
        return {name: self[name] or False for name in sorted(MOVES)}

    def _after_moving(self, before):
        """Tell who signed up or waits, and list who can't come any more.

        :param dict before: session → its time and place until now
        """
        self._note_own(before)
        now = fields.Datetime.now()
        for session, old in before.items():
            # in a draft nobody is expected, unless it was called off before and taken up again
            over = session.state not in ("draft", "open") or session.stop <= now
            if over or session._get_time_and_place() == old:
                continue
            # sudo: those on the register of a session that the user may write
            lines = session.sudo().attendance_ids.filtered(lambda one: one.state in ("signed_up", "waiting"))
            lines._tell_move(old)
            session._list_obstacles(lines)

    def _list_obstacles(self, lines):
        """One to-do with those who can't come to the session as it is now, and why."""
        self.ensure_one()
        self.activity_unlink(["timebank_coproduction.mail_activity_moved"])
        stuck = lines.filtered("obstacle")
        if not stuck:
            return
        self.activity_schedule(
            "timebank_coproduction.mail_activity_moved",
            summary=self.env._("1 person can't come as it is now")
            if len(stuck) == 1
            else self.env._("%s people can't come as it is now", len(stuck)),
            note=Markup("<br/>").join(stuck[:MOST_TOLD].mapped("obstacle")),
            user_id=self._get_runner().id,
        )

    def _close_moved_todo(self):
        """Done, as far as everybody on the register can come."""
        settled = self.filtered(lambda session: not session.obstacle_count)
        settled.activity_feedback(["timebank_coproduction.mail_activity_moved"])

    def _get_runner(self, people=None):
        """Who runs this session, or another coordinator where it concerns themselves.

        :param people: the contacts it is about
        :return: a ``res.users``, or none where the bank has nobody
        """
        self.ensure_one()
        # sudo: whoever withdraws may not be able to read who runs the bank
        session = self.sudo()
        users = session.scheme_id._get_deciders(session.env["res.partner"], session.coordinator_id)
        others = users.filtered(lambda user: not people or user.partner_id not in people)
        return (others or users)[:1]

    def _get_own_runner(self):
        """The coordinator of the session's own, as long as they decide in its bank; or none."""
        self.ensure_one()
        return self.sudo().coordinator_id & self._get_runner()  # sudo: who runs a session is no secret

    def _drop_todos(self):
        """What there was to look after before it took place is over, and nobody is rung about it."""
        self.activity_unlink(TODOS)
        self.attendance_ids._drop_calls()

    # ------------------------------------------------------------
    # A helper who withdraws late
    # ------------------------------------------------------------

    def _ask_for_helpers(self, gone):
        """A to-do for who runs a session that is soon, and now lacks who was to do the work.

        :param gone: lines of those who have withdrawn just now
        """
        now = fields.Datetime.now()
        soon = fields.Datetime.add(now, hours=LATE_HOURS)
        for session, lines in gone.grouped("session_id").items():
            runner = session._get_runner(lines.partner_id)
            if session.state != "open" or not now < session.stop or session.start > soon:
                continue
            if not runner or runner == self.env.user or not session._lacks_any_of(lines.mapped("role")):
                continue
            session.activity_unlink(["timebank_coproduction.mail_activity_helpers"])
            session.activity_schedule(
                "timebank_coproduction.mail_activity_helpers",
                date_deadline=session.date,
                summary=self.env._("Withdrew late: %s", ", ".join(lines.partner_id.mapped("name"))),
                note=self.env._(
                    "It begins %(when)s. Coming: %(coming)s of %(wanted)s helpers wanted.",
                    when=session._say_when(),
                    coming=len(session._get_coming("helper")),
                    wanted=session.helpers_wanted,
                ),
                user_id=runner.id,
            )

    def _get_coming(self, role):
        """The lines of those who come in that role, without places that are only offered."""
        return self.attendance_ids.filtered(
            lambda one: one.role == role and one.state in ("signed_up", "attended")
        )

    def _lacks_any_of(self, roles):
        """Whether somebody is missing in one of these roles: all of them, or fewer helpers than wanted."""
        self.ensure_one()
        return any(
            len(self._get_coming(role)) < max(self.helpers_wanted if role == "helper" else 0, 1)
            for role in roles
        )

    def _close_helpers_todo(self):
        """Done, once as many come as are wanted."""
        found = self.filtered(lambda session: not session._lacks_any_of(["helper"]))
        found.activity_feedback(["timebank_coproduction.mail_activity_helpers"])

    # ------------------------------------------------------------
    # Before the register is closed: what becomes of everybody on it.
    # ------------------------------------------------------------

    @verb()
    def action_ask_to_close(self):
        """Say what closing does with whom, and ask whether it is meant.

        :return: an action: the dialog, whose button is :meth:`action_close`
        :raises UserError: when none can be closed
        """
        self._raise_or_list(self._get_refusals_to_close())
        return ask(self, "action_close", self.env._("Close the register?"))

    def _explain(self, verb):
        """Before a register is closed: what becomes of everybody on it."""
        if verb != "action_close":
            return super()._explain(verb)
        said = [
            self.env._(
                "The time of helpers becomes hours, attendees pay or earn as the activity says, and everybody"
                " who was expected and isn't ticked off was absent."
            )
        ]
        open_ones = self.filtered(lambda session: session.state == "open")
        for session in open_ones.filtered(lambda session: not session.is_over):
            said.append(
                self.env._(
                    "%(session)s goes on until %(end)s. Whoever hasn't signed out counts as staying until"
                    " then: sign out first who has gone.",
                    session=session._say(),
                    end=say_time(session.stop, session.tz),
                )
            )
        waiting = open_ones.attendance_ids.filtered(lambda one: one.state == "waiting" and not one.present)
        for session, lines in waiting.grouped("session_id").items():
            said.append(session._say_who_waits(lines))
        return "\n\n".join(said)

    def _say_who_waits(self, lines):
        """What becomes of those who still wait for a place when the register is closed."""
        people = lines.partner_id.mapped("name")
        names = ", ".join(people[:MOST_TOLD])
        if len(people) > MOST_TOLD:
            names = self.env._("%(names)s and %(count)s more", names=names, count=len(people) - MOST_TOLD)
        return self.env._(
            "Still waiting for a place in %(session)s: %(names)s. Nothing is recorded for them, and the"
            " register keeps that they waited. Tick off first who came after all.",
            session=self._say(),
            names=names,
        )

    # ------------------------------------------------------------
    # Closing the register, and opening it again.
    # ------------------------------------------------------------

    @verb()
    def action_close(self):
        """Turn the register into hours and credits. Closing twice does nothing more.

        Who was signed up and not ticked off was absent. Who can't be charged, or whose
        hours can't be recorded, is listed for the coordinator to decide.

        :return: ``True``, or an action listing sessions and lines that need a decision
        :raises UserError: when a single session can't be closed
        """
        self.check_access("write")
        sessions = self.filtered(lambda session: session.state != "done")
        refusals = sessions._get_refusals_to_close()
        sessions = sessions._raise_or_list(refusals)
        if not sessions:
            return True
        lines = sessions.attendance_ids
        lines.filtered(lambda one: one.state == "signed_up")._in_verb().write({"state": "absent"})
        sessions._forget_companions()
        # sudo: nobody may read the link to a place, whoever makes it useless
        lines.sudo()._having("offered_until")._in_verb().write({"offered_until": False, "claim_code": False})
        problems = lines._log_attended()
        sessions._in_verb().write(
            {"state": "done", "closed_on": fields.Datetime.now(), "closed_by_id": self.env.user.id}
        )
        sessions._drop_todos()
        sessions._thank(lines)
        sessions._ask_to_decide(problems)
        if problems:
            return self.env["timebank.outcome"]._show(
                lines.filtered("settled_on") | lines.browse(problems), self.env._("logged"), problems
            )
        return self._tell(refusals, self.env._("closed"))

    @verb(reason=text())
    def action_reopen(self, reason):
        """Open the register again: hours and credits are reversed, then it can be closed anew.

        Who has spent the credits in the meantime keeps them, and is listed.

        :param str reason: why; kept with every reversal
        :return: ``True``, or an action listing lines that stay logged, and why
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        refusals = self._get_refusals_by_session_state(("done",), self.env._("%s is not closed."))
        sessions = self._raise_or_list(refusals)
        lines = sessions.attendance_ids
        undecided = lines.filtered("to_decide")
        undecided._in_verb().write({"to_decide": False})
        undecided._keep_words(problem={})
        problems = lines._undo_log(reason)
        sessions._in_verb().write({"state": "open", "closed_on": False, "closed_by_id": False})
        sessions._close_todos()
        # Everybody who reads the session reads its notes; why, maybe about somebody, the reversals say.
        told = self.env._("Re-opened: what was reversed says why.")
        sessions._message_log_batch(bodies=dict.fromkeys(sessions.ids, told))
        if problems:
            return self.env["timebank.outcome"]._show(lines, self.env._("undone"), problems)
        return self._tell(refusals, self.env._("re-opened"))

    def _get_refusals_to_close(self):
        refusals = self._get_refusals_by_session_state(
            ("open", "done"), self.env._("%s was not open: there is nothing to close.")
        )
        now = fields.Datetime.now()
        for session in self:
            if session.id in refusals:
                continue
            if session.start > now:
                refusals[session.id] = self.env._("%s has not begun yet.", session._say())
            else:
                # sudo: the bank's state and lock date are asked, whoever may read them
                closed = session.scheme_id.sudo()._why_closed(session.date)
                if closed:
                    refusals[session.id] = closed
        return refusals

    def _ask_to_decide(self, problems):
        """One to-do on each session with lines that could not be logged."""
        lines = self.env["timebank.attendance"].browse(problems)
        for session, undecided in lines.grouped("session_id").items():
            session.activity_schedule(
                "timebank_coproduction.mail_activity_decide",
                summary=self.env._("1 person could not be logged")
                if len(undecided) == 1
                else self.env._("%s people could not be logged", len(undecided)),
                note=self.env._("The register says who, and why."),
                user_id=session._get_decider(undecided).id,
            )

    def _get_decider(self, lines):
        """Who is asked about lines that could not be logged: none of those whose lines they are."""
        usual = self.coordinator_id | self.env.user
        return self.scheme_id._get_deciders(lines.partner_id, usual)[:1] or self.env.user

    def _close_todos(self):
        """Done, as far as nothing is left to decide."""
        decided = self.filtered(lambda session: not session.problem_count)
        decided.activity_feedback(["timebank_coproduction.mail_activity_decide"])

    @api.model
    def _thank(self, lines):
        """Mails of thanks to those who helped, once their hours are approved."""
        lines.search_fetch(
            [("id", "in", lines.ids), ("settled_on", "!=", False), ("hours_id.state", "=", "approved")],
            ["scheme_id", "partner_id"],
        )._notify("thanks")

    def _prepare_hours(self):
        """What the entries of everybody in this session have in common."""
        activity = self.activity_id
        return {
            "scheme_id": self.scheme_id.id,
            "date": self.date,
            "tz": self.tz,
            "category_id": activity.category_id.id,
            "description": self.name,
            "project_id": self.project_id.id,
            "task_id": activity.task_id.id,
            "activity_id": activity.id,
            "session_id": self.id,
            "source": "session",
        }

    # ------------------------------------------------------------
    # After it is closed: what became of it.
    # ------------------------------------------------------------

    def _say_done(self, done):
        """Of registers that were closed, how many hours somebody has yet to approve, too."""
        said = super()._say_done(done)
        if done != self.env._("closed"):
            return said
        waiting = self.attendance_ids.hours_id.filtered(lambda entry: entry.state == "submitted")
        if not waiting:
            return said
        time = clock(sum(waiting.mapped("minutes")))
        return self.env._("%(said)s %(time)s hours of it wait to be approved.", said=said, time=time)

    @verb(single=True)
    def action_view_hours(self):
        """The hours that came of this session."""
        self.ensure_one()
        return narrow_list(self.env, "timebank_hours_action", [("session_id", "=", self.id)], {})
