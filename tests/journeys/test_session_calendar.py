"""The calendar of sessions in a browser."""

from datetime import timedelta

from odoo.tests import tagged

from ..kiosk_common import LiveKioskCase
from ..session_common import START


@tagged("post_install", "-at_install")
class TestSessionCalendar(LiveKioskCase):
    def test_crowded_day(self):
        """Of a café shift and seven teas on a day, five are drawn and three told in a line."""
        for hour in range(7):
            start = START + timedelta(hours=hour)
            self._make_session(name="Tea", helpers_wanted=2, start=start, stop=start + timedelta(minutes=45))
        self.live.write({"start": START - timedelta(days=3), "stop": START - timedelta(days=3, hours=-1)})
        self.env.ref("timebank_coproduction.timebank_session_action").context = {
            "initial_date": str(START),
        }
        self.start_tour(
            "/odoo/timebank-sessions?view_type=calendar",
            "timebank_session_calendar_tour",
            login="tb_coordinator",
        )
