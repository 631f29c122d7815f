from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ...tools import codes
from ..common.said_aloud import SaidAloud
from ..common.verb import text, verb
from ..common.words import say_moment
from ..ledger.words_field import for_coordinators
from .timebank_attendance import CHECKED_ROLES, ON_THE_REGISTER, PLACE_LENGTH
from .timebank_session import TAKES_A_PLACE


class TimebankAttendance(models.Model):
    """Who can be on a register, what keeps people from coming, who comes all the same, and who waits."""

    _inherit = "timebank.attendance"

    obstacle = fields.Char(
        "Can't come",
        compute="_compute_obstacle",
        help="Why this person can't come at the time at which the session is now.",
    )
    may_waive = fields.Boolean(
        compute="_compute_obstacle", help="Whether a coordinator can sign them up anyway, with a reason."
    )
    may_sign_up = fields.Boolean(
        compute="_compute_may_sign_up", help="Whether there is a place for this person, who waits."
    )
    can_tick = fields.Boolean(
        compute="_compute_can_tick", help="Whether the register can say that this person is here, or isn't."
    )
    clash_reason = for_coordinators(
        fields.Char,
        "clash_reason",
        "attendance_id",
        "Why two at a time",
        readonly=True,
        help="Why a coordinator let this person sign up for two sessions at a time: for coordinators, other"
        " than the person.",
    )
    clash_session_ids = fields.Many2many(
        "timebank.session",
        "timebank_attendance_clash_rel",
        "attendance_id",
        "session_id",
        string="Also at",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="At the same time as these sessions a coordinator lets them come; with any other it clashes.",
    )
    why_anyway = fields.Char(
        "Why anyway",
        compute="_compute_why_anyway",
        readonly=False,
        help="Why this person may be in two places at a time. Kept on the register.",
    )

    @api.depends(
        "state",
        "role",
        "partner_id",
        "clash_session_ids",
        "session_id.start",
        "session_id.stop",
        "session_id.state",
    )
    def _compute_obstacle(self):
        coming = self.filtered(
            lambda one: (
                one.partner_id and one.state in ("signed_up", "waiting") and one.session_id.state == "open"
            )
        )
        coming = coming.sudo()  # sudo: as at sign-up, everybody's checks and sessions are looked at
        missing, clashes = coming._get_missing_checks(), coming._get_clashes()
        rest = self - coming.sudo(False)
        rest.obstacle = rest.may_waive = False
        for one in coming:
            lacking = one._why_not_checked(missing)
            clash = one._why_clash(clashes)
            one.obstacle = lacking or clash or False
            one.may_waive = bool(clash and not lacking and one.sudo(self.env.su).is_run_by_user)

    @api.depends("obstacle", "offered_until", "session_id.places_left", "session_id.helper_count")
    def _compute_may_sign_up(self):
        for one in self:
            one.may_sign_up = (
                one.state == "waiting"
                and one.session_id.state == "open"
                and one.is_run_by_user
                and not one.obstacle
                and bool(one.offered_until or not one.session_id._is_full(one.role, one._get_people()))
            )

    @api.depends("state", "settled_on", "may_sign_up", "session_id.state", "session_id.start")
    def _compute_can_tick(self):
        """Of those who wait, who has come and for whom there is a place, once it has begun."""
        for one in self:
            one.can_tick = (
                one.session_id.state == "open"
                and not one.settled_on
                and one.state != "withdrawn"
                and (one.state != "waiting" or one.may_sign_up and one.session_id.has_begun)
            )

    @api.depends("clash_reason")
    def _compute_why_anyway(self):
        """The reason that was given; where they clash with yet another session, it is to be given anew."""
        for one in self:
            one.why_anyway = False if one.may_waive else one.clash_reason

    # ------------------------------------------------------------
    # Who can't come, and is on the register to be decided on: nobody else on it has to wait for that.
    # ------------------------------------------------------------

    def _hold_back(self):
        """Let those wait whom a check or another session keeps from coming, where a register is saved.

        The register says why, and the coordinator decides.

        :return: the lines that wait for that
        """
        if not self.env.context.get("timebank_register"):
            return self.browse()
        # a screen says by the context that it is a register: it is one for who runs the bank alone
        banks = self.scheme_id.sudo(False)
        if banks - banks._run_by_user():
            return self.browse()
        self._hold_people()
        lines = self.sudo()  # sudo: as at sign-up, everybody's checks and sessions are looked at
        members, missing, clashes = lines._get_members(), lines._get_missing_checks(), lines._get_clashes()
        held = self.filtered(
            lambda one: (
                (one.id in missing and missing[one.id] or one.id in clashes)
                and not one._why_not_open()
                and not one._why_not_member(members)
            )
        )
        held._in_verb().write(
            {
                "state": "waiting",
                "waiting_since": fields.Datetime.now(),
                "minutes": 0,
                "check_in": False,
                "check_out": False,
            }
        )
        return held

    def _keep_reasons(self, reasons):
        """Keep why new lines may be there at the same time as others, where they are."""
        given = {one: reason.strip() for one, reason in zip(self, reasons, strict=True) if reason}
        clashes = self.browse(one.id for one in given).sudo()._get_clashes()  # sudo: as at sign-up
        for one, reason in given.items():
            if one.id in clashes and reason:
                # sudo: nobody reads or writes beside which sessions, but by a verb
                one.sudo()._in_verb().write(one._accept_clashes())
                one._keep_words(clash_reason={one.id: reason})
                one.session_id._note_clash()

    @verb(reason=text())
    def action_sign_up_anyway(self, reason):
        """Sign people up who are somewhere else at that time. Nobody is let off a check, nor put
        where all places are taken: they wait.

        :param str reason: why; kept on the register
        :return: ``True``, or an action listing who could not be signed up, and why
        :raises UserError: without a reason, or when none can
        """
        self.check_access("write")
        reason = self._require_reason(
            reason, self.env._("Say in a few words why they may be in two places: the register keeps it.")
        )
        refusals = {one.id: one._why_not_anyway() for one in self if not one.may_waive}
        lines = self._raise_or_list(refusals)
        for one in lines:
            one._put_in_place(one._accept_clashes())
            one._keep_words(clash_reason={one.id: reason})
        lines.session_id._note_clash()
        return self._tell(refusals, self.env._("signed up"))

    @verb()
    def action_sign_up(self):
        """Give those who wait the place that is there for them, such as when they said so by telephone.

        :return: ``True``, or an action listing who could not be signed up, and why
        :raises UserError: when none can
        """
        self.check_access("write")
        refusals = {one.id: one._why_not_anyway() for one in self if not one.may_sign_up}
        lines = self._raise_or_list(refusals)
        for one in lines:
            one._put_in_place({})
        return self._tell(refusals, self.env._("signed up"))

    def _explain(self, verb):
        """Besides what other dialogs say: what stands in the way of those who are signed up anyway."""
        if verb == "action_sign_up_anyway":
            return "\n".join(one.obstacle for one in self if one.obstacle)
        return super()._explain(verb)

    def _put_in_place(self, vals):
        """Sign up somebody who waits; whoever is signed up stays so."""
        if self.state == "waiting" and (
            self.offered_until or not self.session_id._is_full(self.role, self._get_people())
        ):
            vals = {**vals, "state": "signed_up", "offered_until": False, "claim_code": False}
        # sudo: nobody may read the link to a place, whoever uses it up; the verb asked who may do it
        line = self.sudo()
        line.session_id._put_on_list(line, line.partner_id, vals)
        line.session_id._close_moved_todo()

    def _why_not_anyway(self):
        """Why a line can't be signed up by hand."""
        if self.obstacle:
            return self.obstacle
        if self.session_id.state != "open":
            return self._why_not_open()
        if self.state != "waiting":
            return self.env._("“%s”: nothing stands in their way.", self.display_name)
        return self.env._("“%s” is waiting for a place.", self.display_name)

    # ------------------------------------------------------------
    # Who can be on the register. Sign-up, register, kiosk and waiting list ask here.
    # ------------------------------------------------------------

    def _check_joining(self):
        """:raises UserError: where somebody on these lines can't take part"""
        self._hold_people()
        self._raise_refusals(self._get_refusals_to_join())

    def _hold_people(self):
        """Let nobody be put on two lists at the same moment, by updating their memberships.

        A sign-up sees the sessions of its person as they were when it began. Of two at
        once, PostgreSQL lets one through and fails the other, which Odoo tries again, and
        which then sees the clash.
        """
        if self:
            people = SQL("partner_id IN %s", tuple(self.partner_id.ids))
            self.env["timebank.member"]._touch_rows(SQL("state = state"), where=people)

    def _get_refusals_to_join(self):
        """Lines of people who can't take part in that session in that role.

        In a constant number of queries, whatever the number of lines.
        """
        lines = self.sudo()  # sudo: the rules look at everybody's checks and sessions, and reveal none
        members = lines._get_members()
        missing = lines._get_missing_checks()
        clashes = lines._get_clashes()
        refusals = {}
        for one in lines:
            reason = (
                one._why_not_open()
                or one._why_not_member(members)
                or one._why_not_checked(missing)
                or one._why_clash(clashes, self.env._("A coordinator can sign them up anyway."))
            )
            if reason:
                refusals[one.id] = reason
        return {**lines._get_refusals_by_capacity(), **refusals}

    def _get_members(self):
        """The memberships of these people: dict of (bank id, partner id) → member. One query."""
        return self.env["timebank.member"]._find_in_banks(self.scheme_id, self.partner_id)

    @api.model
    def _why_not_bring(self, session, role, companions, most):
        """Why somebody who signs up can't bring so many people along, or an empty string.

        :param int most: how many may be brought
        """
        if role != "attendee":
            return self.env._("Who takes part can bring people along; who helps brings nobody.")
        if not most:
            return self.env._("To %s nobody can be brought along.", session._say())
        if companions > most == 1:
            return self.env._("One person can be brought along to %s.", session._say())
        if companions > most:
            return self.env._(
                "Up to %(count)s people can be brought along to %(session)s.",
                count=most,
                session=session._say(),
            )
        if 0 < session.capacity <= companions:
            return self.env._(
                "Places in %(session)s: %(count)s. There is no room for so many.",
                session=session._say(),
                count=session.capacity,
            )
        return ""

    def _why_not_open(self):
        session = self.session_id
        if session.state == "open":
            return ""
        sentences = {
            "draft": self.env._("%s is not open for sign-up yet."),
            "done": self.env._("%s has been closed: re-open it first."),
            "cancelled": self.env._("%s has been cancelled."),
        }
        return sentences[session.state] % session._say()

    def _why_not_member(self, members):
        member = members.get((self.scheme_id.id, self.partner_id.id))
        return self.scheme_id._why_not_taking_part(self.partner_id, member, self.session_id.date)

    def _get_missing_checks(self):
        """The checks that people lack: dict of line id → check types. A query for each day and set."""
        missing = {}
        checked = self.filtered(lambda one: one.role in CHECKED_ROLES and one.activity_id.check_type_ids)
        for (types, day), lines in checked.grouped(
            lambda one: (one.activity_id.check_type_ids, one.session_id.date)
        ).items():
            lacking = self.env["timebank.check"]._get_missing(types, lines.partner_id, day)
            missing.update({one.id: lacking[one.partner_id.id] for one in lines})
        return missing

    def _why_not_checked(self, missing):
        types = missing.get(self.id)
        if not types:
            return ""
        return self.env._(
            "%(person)s needs a check in date on that day: %(checks)s.",
            person=self.partner_id.name,
            checks=", ".join(types.mapped("name")),
        )

    def _get_clashes(self):
        """Other sessions that people signed up for at the same time, which nobody has accepted: dict of line
        id → session. One query.
        """
        return {line_id: sessions[0] for line_id, sessions in self._get_all_clashes().items()}

    def _get_all_clashes(self):
        """As :meth:`_get_clashes`, with all of them: dict of line id → sessions."""
        booked = self.filtered(lambda one: one.state in ("signed_up", "waiting") and not one.present)
        if not booked:
            return {}
        day = {"days": 1}  # no session is longer
        others = self.search_fetch(
            [
                ("partner_id", "in", booked.partner_id.ids),
                ("state", "in", TAKES_A_PLACE),
                ("start", ">", fields.Datetime.subtract(min(booked.mapped("start")), **day)),
                ("start", "<", max(booked.session_id.mapped("stop"))),
                ("session_id.state", "!=", "cancelled"),
            ],
            ["partner_id", "session_id"],
        ).grouped("partner_id")
        clashes = {}
        for one in booked:
            mine = one.session_id._origin
            for other in others.get(one.partner_id, ()):
                theirs = other.session_id
                if theirs == mine or theirs in one.clash_session_ids:
                    continue
                if mine.start < theirs.stop and theirs.start < mine.stop:
                    clashes[one.id] = clashes.get(one.id, theirs) | theirs
        return clashes

    def _accept_clashes(self):
        """What is written where somebody may be at two sessions at a time: with which ones, and no other."""
        self.ensure_one()
        # sudo: as at sign-up, all sessions of the person are looked at
        clashes = self.sudo()._get_all_clashes().get(self.id, self.env["timebank.session"])
        return {"clash_session_ids": [Command.link(session.id) for session in clashes]}

    def _why_clash(self, clashes, way_out=""):
        session = clashes.get(self.id)
        if not session:
            return ""
        sentence = self.env._(
            "%(person)s is signed up for %(session)s at that time.",
            person=self.partner_id.name,
            session=session._say(),
        )
        return f"{sentence} {way_out}".strip()

    def _get_refusals_by_capacity(self):
        """Attendees beyond the places of their session, and helpers beyond as many as it takes."""
        refusals = {}
        for (session, role), lines in self.grouped(lambda one: (one.session_id, one.role)).items():
            free = session._get_free_places(role)
            placed = lines.filtered(lambda one: one.state in TAKES_A_PLACE)
            if free is not None and free < 0 and placed:
                sentence = lines._say_full(session, role)
                for one in reversed(placed):
                    if free >= 0:
                        break
                    refusals[one.id] = sentence
                    free += one._get_people()
        return refusals

    def _say_full(self, session, role):
        """That there is no place for these lines, and what can be done about it."""
        sentence, more = (
            (self.env._("There are no places left in %s."), self.env._("Or give it more places."))
            if role == "attendee"
            else (self.env._("%s has as many helpers as are wanted."), self.env._("Or want more helpers."))
        )
        let_wait = (
            self.env._("Switch off “Here” for who is to wait for one.")
            if "attended" in self.mapped("state")
            else self.env._("Withdraw somebody who doesn't come.")
        )
        return f"{sentence % session._say()} {let_wait} {more}"

    def _get_refusals_to_edit(self, vals):
        """Lines of the register that can't be changed that way."""
        refusals = {}
        for one in self:
            if {"session_id", "partner_id"}.intersection(vals) and any(
                name in vals and vals[name] != one[name].id for name in ("session_id", "partner_id")
            ):
                refusals[one.id] = self.env._(
                    "“%s” stays on the register of that person and session: add another line instead.",
                    one.display_name,
                )
            elif one.settled_on:
                refusals[one.id] = self.env._(
                    "“%s” has been logged: re-open the session first.", one.display_name
                )
            elif one.session_id.state != "open":
                refusals[one.id] = one._why_not_open()
            elif vals.get("state", "attended") not in ON_THE_REGISTER:
                refusals[one.id] = self.env._(
                    "“%s”: sign up and withdraw with the buttons.", one.display_name
                )
            elif one.state == "waiting" and vals.get("state") == "signed_up":
                refusals[one.id] = self.env._("“%s” is waiting for a place.", one.display_name)
        return refusals

    # ------------------------------------------------------------
    # The waiting list: a freed place is kept for the first of it, until the link to it runs out.
    # ------------------------------------------------------------

    @verb()
    def action_withdraw(self):
        """Take people off the list, as a button of the register."""
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        refusals = {
            one.id: self.env._(
                "“%(line)s”: %(state)s.", line=one.display_name, state=labels[one.state].lower()
            )
            for one in self
            if one.state not in ("signed_up", "waiting")
        }
        self._raise_or_list(refusals)._withdraw()
        return self._tell(refusals, self.env._("withdrawn"))

    @verb(single=True)
    def action_claim(self):
        """Take the place that is kept for this person.

        :raises UserError: when none is, or not any more
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "signed_up":
            return True
        if self.state != "waiting" or not self.offered_until or self.offered_until <= fields.Datetime.now():
            raise SaidAloud(
                self.env._("That place is not kept any more. You can join the waiting list again.")
            )
        line = self.sudo()  # sudo: nobody may read the link to a place, whoever uses it up
        line.session_id._put_on_list(
            line, line.partner_id, {"state": "signed_up", "offered_until": False, "claim_code": False}
        )
        return True

    def _say_companions(self):
        """How many people the one who reads it brings along: a sentence, or nothing."""
        self.ensure_one()
        if self.companions == 1:
            return self.env._("One person comes with you.")
        return self.env._("%s people come with you.", self.companions) if self.companions else ""

    def _say_offered_until(self):
        """Until when the place is kept, as the clocks of the session's place show it."""
        self.ensure_one()
        if not self.offered_until:  # taken, or passed on, before the mail went out
            return ""
        return say_moment(self.env, self.offered_until, self.session_id.tz)

    @api.model
    def _find_kept_place(self, code):
        """The line that the link to a place stands for, as far as it still holds."""
        if not codes.may_be_link(code, PLACE_LENGTH):
            return self.browse()
        return self.search([("claim_code", "=", code)], limit=1)

    def _lapse(self):
        """Take people off the list who didn't take the place that was kept for them in time.

        Whoever runs the session is told of those whom nobody has rung.
        """
        lines = self.sudo()  # sudo: which calls are open, and the to-dos of whoever runs the session
        unrung = lines._having("place_todo_id").filtered(lambda one: one.place_todo_id.active)
        self._withdraw()
        for one in unrung:
            todo = one.session_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("A place went to the next: nobody rang the member for whom it was kept"),
                note=Markup("<p>%s</p>") % one._say_whom_to_ring(one.partner_id),
                user_id=one._get_broker().id,
            )
            one._in_verb().write({"place_todo_id": todo.id})

    def _withdraw(self):
        # sudo: nobody may read the link to a place, whoever makes it useless
        lines = self.sudo()
        gone = lines.filtered(lambda one: one.role in CHECKED_ROLES and one.state == "signed_up")
        lines._in_verb().write({"state": "withdrawn", "offered_until": False, "claim_code": False})
        self.session_id._offer_free_places()
        lines.session_id._ask_for_helpers(gone)
