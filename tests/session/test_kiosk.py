"""The tablet at the door: whom it finds, and what it can't do."""

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError

from ..kiosk_common import KioskCase
from ..session_common import NOW


class TestKiosk(KioskCase):
    def _open(self):
        self.session.with_user(self.coordinator).action_open_kiosk()
        return self.env["timebank.session"]._find_kiosk(self.session.kiosk_token)

    def test_link_is_unguessable_and_for_one_session(self):
        other = self._make_session()
        self.assertEqual(self._open(), self.session)
        other.action_open_kiosk()
        self.assertGreater(len(self.session.kiosk_token), 40)
        self.assertNotEqual(self.session.kiosk_token, other.kiosk_token)

    def test_only_its_coordinators_open_it_and_nobody_reads_the_link(self):
        for user in (self.portal, self.staff, self.coordinator2):
            with self.assertRaises(AccessError):
                self.session.with_user(user).action_open_kiosk()
        self._open()
        token = self.session.kiosk_token
        for user in (self.portal, self.staff, self.coordinator2, self.coordinator, self.manager):
            session = self.session.with_user(user)
            with self.subTest(user.login):
                for attempt in (
                    lambda session=session: session.read(["kiosk_token"]),
                    lambda session=session: session.search([("kiosk_token", "=like", f"{token[:3]}%")]),
                    lambda session=session: session.formatted_read_group([], ["kiosk_token"]),
                ):
                    with self.assertRaises(AccessError):
                        attempt()
        self.assertTrue(self.session.with_user(self.coordinator).has_kiosk)

    def test_link_ends_with_the_session(self):
        self._open()
        with freeze_time("2026-03-18 12:10:00"):
            self.assertTrue(self.session._find_kiosk(self.session.kiosk_token))
        with freeze_time("2026-03-18 12:20:00"):
            self.assertFalse(self.session._find_kiosk(self.session.kiosk_token))
            with self.assertRaises(UserError):
                self.session.action_open_kiosk()

    def test_link_ends_when_the_register_is_closed_or_the_tablet_lost(self):
        self._open()
        token = self.session.kiosk_token
        self.session.with_user(self.coordinator).action_end_kiosk()
        self.assertFalse(self.session._find_kiosk(token))
        self._open()
        token = self.session.kiosk_token
        self.session.action_close()
        self.assertFalse(self.session._find_kiosk(token))

    def test_found_by_the_name_that_is_shown(self):
        for member in (self.ann, self.dora, self.hid):
            self.session.sign_up(member.partner_id)
        kiosk = self._open()
        self.assertEqual([row["name"] for row in kiosk._kiosk_find("an")], ["Ann L."])
        self.assertEqual([row["name"] for row in kiosk._kiosk_find("quist")], ["Dora Quist"])
        for typed in ("ann lee", "Ann L.", "ann l", "Lee, Ann", "ann lewis"):
            self.assertEqual([row["name"] for row in kiosk._kiosk_find(typed)], ["Ann L."], typed)
        for typed in ("lee", "ann fox", "l.", "bob lee"):
            self.assertEqual(kiosk._kiosk_find(typed), [], typed)
        self.assertEqual(kiosk._kiosk_find("dora quentin"), [])  # hers is shown whole
        self.assertEqual(kiosk._kiosk_find("holly"), [])

    def test_members_who_are_not_on_the_list_are_not_found(self):
        self.assertEqual(self._open()._kiosk_find("ben"), [])

    def test_one_letter_shows_nobody(self):
        self.session.sign_up(self.ann.partner_id)
        self.assertEqual(self._open()._kiosk_find("a"), [])

    def test_nothing_but_names_goes_out(self):
        self.session.sign_up(self.ann.partner_id)
        self.assertEqual(set(self._open()._kiosk_find("ann")[0]), {"key", "name", "inside"})

    def test_in_and_out_by_name(self):
        line = self.session.sign_up(self.ann.partner_id, "helper")
        kiosk = self._open()
        self.assertEqual(kiosk._kiosk_move(line.id, "in"), {"name": "Ann", "inside": True})
        self.assertEqual(line.check_in, fields.Datetime.to_datetime(NOW))
        with freeze_time("2026-03-18 11:30:00"):
            self.assertEqual(kiosk._kiosk_move(line.id, "out"), {"name": "Ann", "inside": False})
        self.assertEqual(line.minutes, 60)

    def test_card_of_somebody_not_signed_up_adds_them(self):
        kiosk = self._open()
        (row,) = kiosk._kiosk_find(self.ben.card_code.lower().replace("-", " "))
        kiosk._kiosk_move(row["key"], "in")
        line = self.session.attendance_ids
        self.assertRecordValues(
            line, [{"partner_id": self.ben.partner_id.id, "state": "attended", "role": "attendee"}]
        )

    def test_card_of_another_bank_is_unknown(self):
        other = self._make_scheme("Hill Top")
        stranger = self._make_member("Zoë", scheme=other)
        stranger.action_new_card()
        kiosk = self._open()
        self.assertEqual(kiosk._kiosk_find(stranger.card_code), [])
        with self.assertRaisesRegex(UserError, "don't know that card"):
            kiosk._kiosk_move(stranger.card_code, "in")

    def test_lost_card_opens_nothing(self):
        lost = self.ben.card_code
        self.ben.action_new_card()
        self.assertEqual(self._open()._kiosk_find(lost), [])

    def test_numbers_of_other_sessions_lead_nowhere(self):
        other = self._make_session(start="2026-03-18 14:00", stop="2026-03-18 15:00")
        line = other.sign_up(self.ann.partner_id)
        with self.assertRaisesRegex(UserError, "could not find you"):
            self._open()._kiosk_move(line.id, "in")

    def test_who_is_not_shown_cannot_be_signed_in_by_number(self):
        line = self.session.sign_up(self.hid.partner_id)
        with self.assertRaisesRegex(UserError, "could not find you"):
            self._open()._kiosk_move(line.id, "in")

    def test_door_methods_are_closed_over_the_external_api(self):
        for name in ("_find_kiosk", "_kiosk_find", "_kiosk_move"):
            method = getattr(type(self.session), name)
            self.assertTrue(getattr(method, "_api_private", False), name)

    def test_cards_print(self):
        members = self.ann | self.dora
        html = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_member_card", members.ids
        )[0]
        self.assertIn(self.ann.card_code, html.decode())
        action = members.with_user(self.coordinator).action_print_cards()
        self.assertEqual(action["report_name"], "timebank_coproduction.member_card")
