"""The register in a browser: ticked off, a time typed, somebody added on the spot, one save."""

from unittest.mock import patch

from odoo.tests import tagged

from ..kiosk_common import LiveKioskCase


@tagged("post_install", "-at_install")
class TestRegisterInBrowser(LiveKioskCase):
    def test_register_of_three_in_one_save(self):
        self.live.sign_up(self.ann.partner_id)
        saves = []
        session_class = type(self.live)
        web_save = session_class.web_save

        def counted(session, *args, **kwargs):
            saves.append(session)
            return web_save(session, *args, **kwargs)

        with patch.object(session_class, "web_save", counted):
            self.start_tour(
                f"/odoo/timebank-sessions/{self.live.id}", "timebank_register_tour", login="tb_coordinator"
            )
        self.assertEqual(saves, [self.live], "one save for everybody")
        lines = self.live.attendance_ids.grouped("partner_id")
        self.assertEqual(
            {person.name: (line.state, line.role, line.minutes) for person, line in lines.items()},
            {
                "Dora Quist": ("attended", "helper", 120),
                "Ann Lee": ("attended", "attendee", 75),
                "Ben Okoro": ("attended", "attendee", 120),
            },
        )
