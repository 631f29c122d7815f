from odoo import fields, models
from odoo.tools import SQL

from .timebank_attendance import ON_THE_REGISTER
from .timebank_session_counts import TAKES_A_PLACE

#: Whoever does the work is asked for the activity's checks; attendees are not.
CHECKED_ROLES = ("helper", "professional")


class TimebankAttendance(models.Model):
    """Who can be on the register. Sign-up, register, kiosk and claim ask here.

    Each ``_get_refusals_to_<verb>`` returns a dict of record id → a sentence.
    """

    _inherit = "timebank.attendance"

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
        self.env.cr.execute(
            SQL(
                """UPDATE timebank_member SET state = state
                    WHERE id IN (SELECT id FROM timebank_member WHERE partner_id IN %s
                                  ORDER BY id FOR NO KEY UPDATE)""",
                tuple(self.partner_id.ids),
            )
        )

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
                or one._why_clash(clashes)
            )
            if reason:
                refusals[one.id] = reason
        return {**lines._get_refusals_by_capacity(), **refusals}

    def _get_members(self):
        """The memberships of these people: dict of (bank id, partner id) → member. One query."""
        return self.env["timebank.member"]._find_in_banks(self.scheme_id, self.partner_id)

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
        if not member:
            return self.env._(
                "%(person)s is not a member of %(bank)s: add them as a member first.",
                person=self.partner_id.name,
                bank=self.scheme_id.name,
            )
        return member._why_not_taking_part()

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
        """Other sessions that people signed up for at the same time: dict of line id → session. One query."""
        booked = self.filtered(lambda one: one.state in ("signed_up", "waiting") and not one.clash_reason)
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
            for other in others.get(one.partner_id, ()):
                mine, theirs = one.session_id, other.session_id
                if theirs != mine and mine.start < theirs.stop and theirs.start < mine.stop:
                    clashes[one.id] = theirs
        return clashes

    def _why_clash(self, clashes):
        session = clashes.get(self.id)
        if not session:
            return ""
        return self.env._(
            "%(person)s is signed up for %(session)s at that time. A coordinator can sign them up anyway.",
            person=self.partner_id.name,
            session=session._say(),
        )

    def _get_refusals_by_capacity(self):
        """Attendees beyond the places of their session."""
        refusals = {}
        for session, lines in self.grouped("session_id").items():
            over = session.taken_count - session.capacity
            attendees = lines.filtered(lambda one: one.role == "attendee" and one.state in TAKES_A_PLACE)
            if session.capacity and over > 0 and attendees:
                sentence = self.env._("There are no places left in %s.", session._say())
                refusals.update(dict.fromkeys(attendees[-over:].ids, sentence))
        return refusals

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
