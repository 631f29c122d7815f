"""Members with cards, and a session with its kiosk open, under the clock of tests or the real one."""

from datetime import UTC, datetime

from freezegun import freeze_time
from freezegun.api import real_time

from odoo import fields
from odoo.tests import HttpCase

from .session_common import SessionCase


class KioskCase(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dora = cls._make_member("Dora Quist", name_shown="full")
        cls.hid = cls._make_member("Hidden Holly", name_shown="hidden")
        (cls.ann | cls.ben | cls.dora | cls.hid).action_new_card()


class LiveKioskCase(HttpCase, KioskCase):
    """Over HTTP, while the clock goes on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        del cls.session  # a name that browser tests use for the visitor's own
        cls.startClassPatcher(freeze_time(datetime.fromtimestamp(real_time(), UTC), tick=True))
        now = fields.Datetime.now()
        cls.live = cls._make_session(
            name="Tea at the door",
            start=fields.Datetime.subtract(now, minutes=30),
            stop=fields.Datetime.add(now, minutes=90),
        )
        cls.line = cls.live.sign_up(cls.dora.partner_id, "helper")
        cls.live.action_open_kiosk()
        cls.url = f"/timebank/kiosk/{cls.live.kiosk_token}"
