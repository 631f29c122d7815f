from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...tools import spans
from ...tools.minutes import DAY
from ..common.hours_field import hours_field
from ..common.verb import text, verb
from ..ledger.words_field import for_coordinators


class TimebankAttendance(models.Model):
    """From the register to hours and credits.

    Logging a line makes it count: helpers' and professionals' minutes become hours,
    attendees are charged or credited by the activity's rule. A line is logged once;
    undoing it reverses, and it can be logged again.
    """

    _inherit = "timebank.attendance"
    _off_page = frozenset({"settle_no"})

    settled_on = fields.Datetime("Logged on", readonly=True, copy=False)
    settle_no = fields.Integer(
        readonly=True, copy=False, default=0, help="How many times it has been logged."
    )
    hours_id = fields.Many2one("timebank.hours", "Entry", readonly=True, copy=False, index="btree_not_null")
    hours_recognised = fields.Boolean(
        readonly=True, copy=False, help="The entry had been approved before; logging only recognised it."
    )
    effect = fields.Selection(
        [("none", "Nothing moved"), ("charge", "Charged"), ("credit", "Credited")],
        required=True,
        default="none",
        readonly=True,
        copy=False,
    )
    effect_minutes = fields.Integer(readonly=True, copy=False, default=0)
    effect_hours = hours_field("effect_minutes", "Credits")
    transfer_ids = fields.One2many("timebank.transfer", "attendance_id", string="Transfers")
    to_decide = fields.Boolean(readonly=True, copy=False, help="It could not be logged.")
    problem = for_coordinators(
        fields.Char,
        "problem",
        "attendance_id",
        "To decide",
        readonly=True,
        help="Why this line could not be logged: for coordinators, other than the person.",
    )
    waived_reason = for_coordinators(
        fields.Char,
        "waived_reason",
        "attendance_id",
        "Why let off",
        readonly=True,
        help="Why nothing moved for this person: for coordinators, other than the person.",
    )

    _effect_has_minutes = models.Constraint(
        "CHECK ((effect = 'none') = (effect_minutes = 0))",
        "Who is charged or credited is so for some minutes.",
    )
    _to_decide = models.Index("(session_id) WHERE to_decide IS TRUE")  # as Odoo asks

    @verb()
    def action_log(self):
        """Log these lines, whether or not the rest of the register is ready.

        :return: ``True``, or an action listing what could not be logged, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_log()
        lines = self._raise_or_list(refusals)
        refusals |= lines._log_attended()
        self.env["timebank.session"]._thank(lines)
        return self._tell(refusals, self.env._("logged"))

    @verb(reason=text())
    def action_waive(self, reason):
        """Let people off who could not be charged.

        :param str reason: kept with the line
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        refusals = {
            one.id: self.env._("Nothing is to be decided about “%s”.", one.display_name)
            for one in self
            if not one.to_decide
        }
        me = self.env.user.partner_id
        for one in self.filtered(lambda one: one.partner_id == me and not self.env.su):
            refusals[one.id] = self.env._(
                "“%(line)s” is about yourself: another coordinator has to let you off. %(whom)s",
                line=one.display_name,
                whom=one.scheme_id._say_whom_to_ask(me),
            )
        lines = self._raise_or_list(refusals)
        lines._in_verb().write({"to_decide": False, "settled_on": fields.Datetime.now()})
        lines._keep_words(problem={}, waived_reason=dict.fromkeys(lines.ids, reason))
        lines.session_id._close_todos()
        return self._tell(refusals, self.env._("let off"))

    @verb(reason=text())
    def action_reverse(self, reason):
        """Undo the logging of these lines: hours and credits are reversed.

        :param str reason: kept with the reversals
        :return: ``True``, or an action listing what could not be undone, and why
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        refusals = {}
        for one in self:
            if not one.settled_on:
                refusals[one.id] = self.env._("“%s” has not been logged.", one.display_name)
            elif one.session_id.state == "done":
                refusals[one.id] = self.env._(
                    "%s is closed: re-open it, which reverses.", one.session_id._say()
                )
        lines = self.filtered(lambda one: one.id not in refusals)
        refusals |= lines._undo_log(reason)
        self._raise_or_list(refusals)
        return self._tell(refusals, self.env._("undone"))

    def _get_refusals_to_log(self):
        refusals = {}
        for one in self:
            if one.settled_on:
                refusals[one.id] = self.env._("“%s” has been logged already.", one.display_name)
            elif one.state != "attended":
                refusals[one.id] = self.env._("“%s”: not ticked off as here.", one.display_name)
            elif one.session_id.state != "open" and not (one.session_id.state == "done" and one.to_decide):
                refusals[one.id] = one._why_not_open()
        return refusals

    def _log_attended(self):
        """Make lines count that have not yet, in a constant number of queries.

        :return: dict of line id → why not, which the line keeps as its problem
        """
        # Of two who close a register at once, the second one's request is tried again.
        self.session_id._touch_rows(SQL("closed_by_id = closed_by_id"))
        lines = self.filtered(lambda one: one.state == "attended" and not one.settled_on)
        lines._sign_out_at_end()
        # sudo: only the membership's state and account are used
        members = lines.sudo()._get_members()
        problems = lines._get_refusals_by_membership(members)
        fit = lines.filtered(lambda one: one.id not in problems)
        attendees = fit.filtered(lambda one: one.role == "attendee")
        given, unrecorded = (fit - attendees)._log_hours(members)
        moved, unmoved = attendees._log_effect(members)
        problems |= unrecorded | unmoved
        lines._write_logged(given | moved, problems)
        return problems

    def _get_refusals_by_membership(self, members):
        """Lines of people for whom nothing can be recorded: dict of line id → a sentence.

        :param dict members: as :meth:`_get_members` returns it
        """
        refusals = {}
        for one, key in zip(self, self._get_columns("scheme_id", "partner_id"), strict=True):
            member = members.get(key)
            reason = (
                member._why_not_taking_part(one.session_id.date) if member else one._why_not_member(members)
            )
            if reason:
                refusals[one.id] = reason
        return refusals

    def _write_logged(self, outcomes, problems):
        """Write on the lines what has become of them, in one statement.

        :param dict outcomes: line id → its columns of hours, or of credits
        :param dict problems: line id → why it could not be logged
        """
        nothing = {"hours_id": None, "hours_recognised": False, "effect": "none", "effect_minutes": 0}
        now = fields.Datetime.now()
        self._update_rows(
            {
                one.id: {
                    "settled_on": None if one.id in problems else now,
                    "to_decide": one.id in problems,
                    "settle_no": one.settle_no,
                    **nothing,
                    **outcomes.get(one.id, {}),
                }
                for one in self
            }
        )
        self._keep_words(problem=problems, waived_reason={})

    def _log_effect(self, members):
        """Charge or credit attendees, as far as the ledger accepts.

        :return: two dicts by line id: the columns that say what moved, and why nothing could
        """
        vals_list, moved = [], {}
        # sudo: the credits of people whose register the user may write
        for session, lines in self.sudo().grouped("session_id").items():
            activity, scheme = session.activity_id, session.scheme_id
            effect, all_minutes = activity.attendee_effect, activity.attendee_minutes
            if effect == "none":
                continue
            common = {"kind": "attend", "date": session.date, "memo": session.name}
            bank = scheme.operating_account_id.id
            columns = lines._get_columns("id", "partner_id", "minutes", "settle_no")
            for line_id, partner_id, here, times in columns:
                member = members[scheme.id, partner_id]
                if effect == "credit" and not scheme._earns_credit(member.role):
                    continue
                payer, taker = member.account_id.id, bank
                if effect == "credit":
                    payer, taker = taker, payer
                minutes, number = all_minutes or here, times + 1
                moved[line_id] = {"effect": effect, "effect_minutes": minutes, "settle_no": number}
                vals_list.append(
                    {
                        **common,
                        "from_account_id": payer,
                        "to_account_id": taker,
                        "minutes": minutes,
                        "attendance_id": line_id,
                        "attendance_no": number,
                    }
                )
        unmoved = self.env["timebank.transfer"]._post_possible(vals_list) if vals_list else {}
        refused = {vals_list[position]["attendance_id"]: sentence for position, sentence in unmoved.items()}
        return {line_id: vals for line_id, vals in moved.items() if line_id not in refused}, refused

    def _keep_words(self, **texts):
        """What coordinators are to know about these people; the verb that says it has asked.

        :param texts: for each field of such words, a dict of line id → text; nothing for the other lines
        """
        # sudo: it may be about the user, who closes the register and doesn't read it
        words, lines = self.env["timebank.words"].sudo(), self.sudo()
        words._keep(lines, "attendance_id", texts)
        self.invalidate_recordset(list(texts), flush=False)

    def _undo_log(self, reason):
        """Reverse what logging did, as far as the ledger accepts.

        :return: dict of line id → why not; such a line stays logged
        """
        lines = self.filtered("settled_on")
        problems = lines._undo_logged_effect(reason) | lines._undo_logged_hours(reason)
        done = lines.filtered(lambda one: one.id not in problems)
        done._in_verb().write(
            {
                "settled_on": False,
                "effect": "none",
                "effect_minutes": 0,
                "hours_id": False,
                "hours_recognised": False,
            }
        )
        done._keep_words(waived_reason={})
        return problems

    def _undo_logged_effect(self, reason):
        # sudo: re-opening was allowed by the verb; the credits follow the register
        transfers = self.sudo().transfer_ids.filtered(lambda transfer: not transfer.is_reversed)
        return transfers._reverse_possible(reason, "attendance_id")

    # ------------------------------------------------------------
    # Helpers' and professionals' lines as hours, and the hours they logged themselves.
    # ------------------------------------------------------------

    def _log_hours(self, members):
        """Hand these lines in as hours; approve those that the bank's policy lets through.

        :param dict members: (bank id, partner id) → member
        :return: two dicts by line id: the columns that name the entry, and why there is none
        """
        if not self:
            return {}, {}
        there = self._get_hours_of_the_days()
        before = there.filtered(
            lambda entry: (
                not entry.receiver_id and (not entry.session_id or entry.session_id in self.session_id)
            )
        )
        given = self._recognise_approved(before)
        full = {line_id: entries[:1] for line_id, (entries, left) in given.items() if not left}
        rest = self.filtered(lambda one: one.id not in full)
        minutes = {one.id: given[one.id][1] if one.id in given else one.minutes for one in rest}
        own = full | rest._recognise_undecided(minutes, before)
        # sudo: the register is the record; whoever may write it makes hours of it
        model = self.env["timebank.hours"].sudo()
        lines = self.filtered(lambda one: one.id not in own).sorted("session_id")
        made = model._insert_handed_in(lines._prepare_hours(members, minutes, given), self.env.user, there)
        entries = {**own, **dict(zip(lines.ids, made, strict=True))}
        every = model.union(*entries.values())
        undecided = made | (every - made).filtered(lambda entry: entry.state in ("draft", "submitted"))
        for line_id, entry in own.items():
            if entry in undecided:
                entry._in_verb().write({"minutes": minutes[line_id]})
        undecided.flush_recordset()
        refused = undecided._get_refusals_to_record()
        accepted = undecided.filtered(lambda entry: entry.id not in refused)
        accepted.filtered(lambda entry: entry.state == "draft")._in_verb().write({"state": "submitted"})
        accepted._decide_from_register(self.env.user)
        (made - accepted)._in_verb().write({"state": "draft"})
        (made - accepted).unlink()
        approved_before = set((every - undecided).ids)
        return (
            {
                line_id: {"hours_id": entry.id, "hours_recognised": entry.id in approved_before}
                for line_id, entry in entries.items()
                if entry.id not in refused
            },
            {line_id: refused[entry.id] for line_id, entry in entries.items() if entry.id in refused},
        )

    def _prepare_hours(self, members, minutes, given):
        """Values of the entries that these lines become.

        :param dict minutes: line id → how long the entry is
        :param dict given: as :meth:`_recognise_approved` returns it
        """
        vals_list = []
        for session, lines in self.grouped("session_id").items():
            scheme_id, common = session.scheme_id.id, session._prepare_hours()
            start, begin = session.start, session._wall_minute(session.start) % DAY
            columns = lines._get_columns("partner_id", "role", "check_in")
            for one, (partner_id, role, came) in zip(lines, columns, strict=True):
                if role != "professional":
                    role = members[scheme_id, partner_id].role
                begins = session._wall_minute(came) % DAY if came and came > start else begin
                if one.id in given:
                    begins = one._get_beginning_of_rest(given[one.id][0], minutes[one.id])
                vals_list.append(
                    {
                        **common,
                        "partner_id": partner_id,
                        "role": role,
                        "start_minute": begins,
                        "minutes": minutes[one.id],
                    }
                )
        return vals_list

    def _get_beginning_of_rest(self, entries, minutes):
        """When the minutes began that are in none of these entries; below zero for several stretches."""
        self.ensure_one()
        taken = [span for entry in entries for span in entry._get_span(self.session_id.date)]
        free = spans.without(self._get_spans(), taken)
        return next((start % DAY for start, stop in free if stop - start >= minutes), -1)

    def _recognise_approved(self, entries):
        """Approved entries that people made themselves of time on these lines.

        :param entries: those of these people, of these days and of no other session
        :return: dict of line id → those entries, and the minutes of the line that are in none of them
        """
        entries = entries.filtered(lambda entry: entry.state == "approved")
        if not entries:
            return {}
        by_person = entries.grouped(lambda entry: (entry.scheme_id.id, entry.partner_id.id))
        found, used = {}, set()
        for one in self:
            session, here, timed, untimed = one.session_id, entries.browse(), [], 0
            for entry in by_person.get((session.scheme_id.id, one.partner_id.id), ()):
                inside = spans.common(entry._get_span(session.date), one._get_spans())
                if inside:
                    timed += inside
                elif entry.id not in used and (
                    entry.session_id == session
                    or (entry.start_minute < 0 and entry._is_for_session(session, one.minutes))
                ):
                    untimed += entry.minutes
                    used.add(entry.id)
                else:
                    continue
                here |= entry
                if entry.date == session.date and spans.length(inside) in (0, entry.minutes):
                    entry._note_session(session)
            if here:
                found[one.id] = here, max(one.minutes - spans.length(timed) - untimed, 0)
        return found

    def _recognise_undecided(self, minutes, entries):
        """Entries that people made themselves for these sessions, and that nobody has decided on.

        :param dict minutes: line id → minutes of the line that no other entry has
        :param entries: those of these people, of these days and of no other session
        :return: dict of line id → entry
        """
        entries = entries.filtered(lambda entry: entry.state != "approved")
        if not entries:
            return {}
        by_person = entries.grouped(lambda entry: (entry.scheme_id.id, entry.partner_id.id, entry.date))
        found, used = {}, set()
        for one in self:
            session = one.session_id
            for entry in by_person.get((session.scheme_id.id, one.partner_id.id, session.date), ()):
                inside = spans.common(entry._get_span(session.date), one._get_spans())
                if entry.id not in used and (
                    inside
                    or entry.session_id == session
                    or (entry.start_minute < 0 and entry._is_for_session(session, minutes[one.id]))
                ):
                    found[one.id] = entry
                    used.add(entry.id)
                    entry._note_session(session)
                    break
        return found

    def _get_hours_of_the_days(self):
        """Standing entries of the people on these lines, on days of their sessions."""
        days = {
            session._local(moment).date()
            for session in self.session_id
            for moment in (session.start - timedelta(days=1), session.start, session.stop)
        }
        # sudo: the entries of those on a register that the user may write
        return (
            self.env["timebank.hours"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("scheme_id", "in", self.scheme_id.ids),
                    ("date", "in", list(days)),
                    ("state", "in", ("draft", "submitted", "approved")),
                ],
                order="state, id",
            )
        )

    def _undo_logged_hours(self, reason):
        """Reverse the hours that logging approved, take back those that still wait for approval."""
        # sudo: re-opening was allowed by the verb; the hours follow their register
        lines = self.sudo().filtered(lambda one: one.hours_id and not one.hours_recognised)
        approved = lines.hours_id.filtered(lambda entry: entry.state == "approved")
        refused = approved._post_reversals(reason)
        undone = approved.filtered(lambda entry: entry.id not in refused)
        undone._in_verb().write({"state": "reversed", "refusal_reason": reason})
        waiting = lines.hours_id.filtered(lambda entry: entry.state == "submitted")
        lines.filtered(lambda one: one.hours_id in waiting)._in_verb().write({"hours_id": False})
        made = waiting.filtered(lambda entry: entry.source == "session")
        waiting._in_verb().write({"state": "draft"})
        waiting._close_todos()
        made.unlink()
        return {one.id: refused[one.hours_id.id] for one in lines if one.hours_id.id in refused}
