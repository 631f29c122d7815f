"""One search for people: by parts of a name as it is typed, by phone and by mail."""

from odoo.tests import Form, tagged

from ..session_common import SessionCase


@tagged("post_install", "-at_install")
class TestFindingPeople(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = [
            {"name": "José Álvarez", "email": "pepe@example.org"},
            {"name": "Síle O’Neill", "phone": "0113 496 0023"},
            {"name": "Mary-Jane Fox", "phone": "+44 113 496-0031"},
            {"name": "李 伟"},
            {"name": "Łukasz Jørgensen"},
        ]
        cls.jose, cls.sile, cls.mary, cls.li, cls.lukasz = cls.env["res.partner"].create(people)
        for partner in cls.jose | cls.sile | cls.mary | cls.li | cls.lukasz:
            cls._make_member(partner)
        #: what is typed → who is found
        cls.typed = {
            "jose": cls.jose,
            "JOSÉ": cls.jose,
            "alvarez jose": cls.jose,
            "oneill": cls.sile,
            "o'neill": cls.sile,
            "O’Neill": cls.sile,
            "sile": cls.sile,
            "jane": cls.mary,
            "mary jane": cls.mary,
            "fox": cls.mary,
            "李": cls.li,
            "lukasz": cls.lukasz,
            "jorgensen": cls.lukasz,
        }
        cls.details = {
            "pepe@example.org": cls.jose,
            "0113 496 0023": cls.sile,
            "+44 113 4960023": cls.sile,
            "01134960031": cls.mary,
            "496 0031": cls.mary,
        }

    def _found(self, text, domain=()):
        partners = self.env["res.partner"].with_user(self.coordinator)
        return partners.browse(found[0] for found in partners.name_search(text, domain=list(domain)))

    def test_pickers(self):
        mine = [("id", "in", (self.jose | self.sile | self.mary | self.li | self.lukasz).ids)]
        for text, expected in {**self.typed, **self.details}.items():
            with self.subTest(text=text):
                self.assertEqual(self._found(text, mine), expected)
        self.assertFalse(self._found("100%", mine))
        self.assertFalse(self._found("josephine", mine))

    def test_members_and_what_is_theirs(self):
        hours = self._make_hours(self.jose.timebank_member_ids)
        members = self.env["timebank.member"].with_user(self.coordinator)
        for text, expected in {**self.typed, **self.details}.items():
            with self.subTest(text=text):
                self.assertEqual(members.search([("partner_id", "ilike", text)]).partner_id, expected)
        entries = self.env["timebank.hours"].with_user(self.coordinator)
        self.assertEqual(entries.search([("partner_id", "ilike", "jose")]), hours)
        self.assertNotIn(hours, entries.search([("partner_id", "not ilike", "jose")]))

    def test_at_the_door(self):
        session = self._make_session()
        for partner in self.typed.values():
            if partner not in session.attendance_ids.partner_id:
                session.sign_up(partner)
        self.env["timebank.member"].search([("scheme_id", "=", self.scheme.id)]).name_shown = "full"
        session.with_user(self.coordinator).action_open_kiosk()
        for text, expected in self.typed.items():
            with self.subTest(text=text):
                self.assertEqual(
                    [row["name"] for row in session.sudo()._kiosk_find(text)], expected.mapped("name")
                )
        self.assertFalse(session.sudo()._kiosk_find("j"))
        self.assertFalse(session.sudo()._kiosk_find("0113 496 0023"))

    def test_found_again_under_a_new_name(self):
        self.jose.write({"name": "Josefa Ruíz", "phone": "0113 496 0099"})
        here = [("timebank_member_ids.scheme_id", "=", self.scheme.id)]
        self.assertEqual(self._found("ruiz", here), self.jose)
        self.assertEqual(self._found("0113 496 0099", here), self.jose)
        self.assertFalse(self._found("alvarez", here))

    def test_who_they_are(self):
        """Two of one name are told apart in a picker that asks for it."""
        context = {"timebank_people": True, "formatted_display_name": True}
        self.assertIn("0113 496 0023", self.sile.with_context(**context).display_name)
        self.assertEqual(self.sile.display_name, "Síle O’Neill")

    def test_what_several_banks_have_comes_with_the_bank(self):
        """Of two activities of one name, a picker says whose each is; of one bank's, it need not."""
        hillside = self._make_scheme("Hillside")
        vals = [{"name": "Choir", "scheme_id": scheme.id} for scheme in (self.scheme, hillside)]
        activities = self.env["timebank.activity"].create(vals).with_user(self.coordinator)
        offered = activities.with_context(formatted_display_name=True)
        self.assertEqual(
            offered.mapped("display_name"), [f"Choir \t --{self.scheme.name}--", "Choir \t --Hillside--"]
        )
        self.env.invalidate_all()
        self.assertEqual(offered.browse(offered[0].id).display_name, "Choir")
        self.assertEqual(activities.mapped("display_name"), ["Choir", "Choir"])

    def test_the_bank_follows_the_person(self):
        self._make_scheme("Hillside")
        with Form(self.env["timebank.hours"].with_user(self.coordinator)) as form:
            self.assertFalse(form.scheme_id)
            form.partner_id = self.jose
            self.assertEqual(form.scheme_id, self.scheme)
            form.hours = 1
