"""One search for people: by parts of a name as it is typed, by phone and by mail."""

import re

from lxml import etree

from odoo.tests import Form, tagged

from ..session_common import SessionCase

#: First names and surnames with what people leave out, or type in another way.
NAMES = [
    ("José", "Álvarez"),
    ("Síle", "O’Neill"),
    ("Conor", "D'Arcy-O’Shea"),
    ("Mary-Jane", "Fox"),
    ("Łukasz", "Jørgensen"),
    ("Zoë", "García López"),
    ("Aïcha", "N`Diaye"),
    ("Ann", "van der Berg"),
    ("Sebastian", "Whitman"),
]
PLAIN = str.maketrans("éáíëøïÁŁóØ", "eaieoiALoO")


def ways_to_type(first, family):
    """A name with and without accents and capitals, each hyphen, each apostrophe or none, in either order."""
    name = f"{first} {family}".strip()
    ways = {name, f"{family}, {first}" if first else name, name.replace("-", " "), name.replace("-", "‐")}
    for other in ("'", "’", "‘", "´", "`", "ʼ", ""):
        ways |= {re.sub("['’`]", other, one) for one in ways}
    ways |= {one.translate(PLAIN) for one in ways}
    return {change(one) for one in ways for change in (str, str.upper, str.lower)}


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
        self.assertFalse(session.sudo()._kiosk_find("Sebastian Whitman"))  # as many letters as a card's code
        self.assertFalse(session.sudo()._kiosk_find("0113 496 0023"))

    def test_however_it_is_typed(self):
        """In the office, on members' pages and at the door, under each of the ways to be shown.

        Their own name finds everybody, in whatever way it is typed. What isn't shown finds nobody, nor does
        a name that was made up find others than the true one.
        """
        people = self.env["res.partner"].create([{"name": f"{one} {family}"} for one, family in NAMES])
        members = self.env["timebank.member"].union(*(self._make_member(person) for person in people))
        session = self._make_session()
        for person in people:
            session.sign_up(person)
        session.with_user(self.coordinator).action_open_kiosk()
        session, ann = session.sudo(), self.ann.with_user(self.portal)

        def found_at_door(text):
            lines = session.attendance_ids
            return lines.browse(row["key"] for row in session._kiosk_find(text)).partner_id

        for shown in ("initial", "full", "first"):
            members.name_shown = shown
            for person, (first, family) in zip(people, NAMES, strict=True):
                for typed in sorted(ways_to_type(first, family)):
                    with self.subTest(shown=shown, typed=typed):
                        self.assertIn(person, self._found(typed, [("id", "in", people.ids)]))
                        self.assertIn(person, ann._find_by_shown_name(typed))
                        self.assertIn(person, found_at_door(typed))
                for typed in sorted(ways_to_type("", family)):
                    with self.subTest(shown=shown, alone=typed):
                        self.assertIn(person, self._found(typed, [("id", "in", people.ids)]))
                        for found in (ann._find_by_shown_name(typed), found_at_door(typed)):
                            self.assertEqual(person in found, shown == "full")
                invented = f"{first} {family.split()[-1][0]}quux"
                for look in (ann._find_by_shown_name, found_at_door):
                    self.assertEqual(person in look(invented), shown != "full", invented)

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

    def test_every_picker_of_members_tells_them_apart(self):
        """On every form, and in the lines that are filled in there."""
        views = self.env["ir.ui.view"].search([("type", "=", "form"), ("model", "=like", "timebank.%")])
        seen, alike = 0, []
        for view in views.filtered(lambda one: not one.inherit_id):
            arch = etree.fromstring(self.env[view.model].get_view(view.id, "form")["arch"])
            for node in arch.xpath("//field"):
                model = self.env[view.model]
                for around in node.xpath("ancestor::field"):
                    model = self.env[model._fields[around.get("name")].comodel_name]
                field = model._fields[node.get("name")]
                if field.comodel_name != "res.partner" or "1" in (
                    node.get("readonly"),
                    node.get("invisible"),
                ):
                    continue
                of_members = "timebank_member_ids" in (node.get("domain") or str(field.domain))
                if field.readonly or not of_members or node.xpath("ancestor::kanban | ancestor::search"):
                    continue
                seen += 1
                if "timebank_people" not in (node.get("context") or ""):
                    alike.append(f"{view.xml_id}: {node.get('name')}")
        self.assertFalse(alike)
        self.assertGreater(seen, 10)

    def test_accounts_of_one_name(self):
        """Two of one name are told apart, by staff; one person's in two banks by the bank."""
        hillside = self._make_scheme("Hillside", coordinator_ids=self.coordinator.ids)
        people = self.env["res.partner"].create(
            [{"name": "John Smith", "phone": "0113 496 0041", "zip": "LS2 1AA"}, {"name": "John Smith"}]
        )
        one, other = (self._make_member(person).account_id for person in people)
        there = self._make_member(people[0], scheme=hillside).account_id
        pot, bank = self.scheme.pot_account_id, self.scheme.operating_account_id

        def shown(accounts, user=self.coordinator):
            self.env.invalidate_all()
            return accounts.with_user(user).with_context(formatted_display_name=True).mapped("display_name")

        apart = "0113 496 0041 · LS2 1AA"
        expected = [f"John Smith \t --{apart}--", "John Smith", pot.name, bank.display_name]
        self.assertEqual(shown(one + other + pot + bank), expected)
        expected = [f"John Smith \t --River Street · {apart}--", f"John Smith \t --Hillside · {apart}--"]
        self.assertEqual(shown(one + there), expected)
        self.assertEqual((one + there).with_user(self.coordinator).mapped("display_name"), ["John Smith"] * 2)
        # in lists and on cards it stands beside the name, once
        listed = (one + other + pot + bank).with_user(self.coordinator)
        self.assertEqual(listed.mapped("apart"), [apart, "", "", ""])
        own = self.ann.account_id
        own.partner_id.phone = "0113 496 0042"
        self.assertEqual(shown(own, self.portal), ["Ann Lee"])
        self.assertFalse(own.with_user(self.portal).apart)
        self.assertIn("0113 496 0042", shown(own)[0])

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
