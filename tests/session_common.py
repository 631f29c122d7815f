"""River Street with a café activity, and a session of two hours on the day of the tests."""

from datetime import datetime

from freezegun import freeze_time

from .common import TODAY, TimebankCase

#: Ten in the morning, while the café session is on.
NOW = "2026-03-18 10:30:00"
AFTER = "2026-03-18 12:05:00"
START = datetime(2026, 3, 18, 10, 0)
STOP = datetime(2026, 3, 18, 12, 0)


class SessionCase(TimebankCase):
    #: The moment at which a class runs.
    now = NOW

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(cls.now))
        cls.coordinator.tz = "UTC"
        cls.activity = cls._make_activity("Café shift")
        cls.session = cls._make_session()

    @classmethod
    def _make_activity(cls, name, **vals):
        return cls.env["timebank.activity"].create(
            {
                "name": name,
                "scheme_id": cls.scheme.id,
                "project_id": cls.project.id,
                "category_id": cls.env.ref("timebank_coproduction.category_neighbour").id,
                "coordinator_id": cls.coordinator.id,
                **vals,
            }
        )

    @classmethod
    def _make_session(cls, state="open", **vals):
        session = cls.env["timebank.session"].create(
            {
                "activity_id": cls.activity.id,
                "start": START,
                "stop": STOP,
                "tz": "UTC",
                **vals,
            }
        )
        if state == "open":
            session.action_open()
        return session

    @classmethod
    def _make_line(cls, member, session=None, role="helper", present=True, **vals):
        """A line of the register, as the coordinator ticks it off."""
        return cls.env["timebank.attendance"].create(
            {
                "session_id": (session or cls.session).id,
                "partner_id": member.partner_id.id,
                "role": role,
                "present": present,
                **vals,
            }
        )

    def _fund(self, member, minutes):
        """Credits earned before."""
        return self._make_hours(member, minutes, state="approved", date=TODAY.replace(day=2))


class ClosingCase(SessionCase):
    """Five minutes after the session's end."""

    now = AFTER

    def _close(self, session=None):
        return (session or self.session).with_user(self.coordinator).action_close()

    def _lines(self, *members):
        return [
            self.session.attendance_ids.filtered(lambda line, who=member.partner_id: line.partner_id == who)
            for member in members
        ]
