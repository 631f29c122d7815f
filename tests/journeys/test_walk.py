"""Every entry of every role's menu, and every view behind it, opened in a browser."""

from .common import JourneyCase
from .rows import read_texts
from .walk_world import WalkWorld

#: Buttons over what an entry opens that lead to a list of their own, which is walked as entries are.
DOORS = {
    "Today": ("My hours", "My credits"),
    "Perhaps the same person": ("Merged contacts",),
    "Vouchers": ("Single vouchers", "Hand in vouchers"),
    "How long is kept what": ("What was erased",),
    "Health": ("Jobs", "Seals", "Codes tried"),
}
#: What leads from the page of evidence to a report each.
REPORTS = ".o_timebank_evidence_reports button"


def find_doors(screen, entry):
    """The buttons of :data:`DOORS` that this person sees, and all reports."""
    reports = read_texts(screen.page.locator(REPORTS))
    return reports or [door for door in DOORS.get(entry, ()) if screen.shows_button(door)]


def get_menu(user):
    """``{section: [entry, ...]}`` that Odoo has for somebody in the app, whatever the window shows of it."""
    menus = user.env["ir.ui.menu"].with_user(user).load_menus(False)

    def find_entries(number):
        menu = menus[number]
        if not menu["children"]:
            return [menu["name"]]
        return [entry for child in menu["children"] for entry in find_entries(child)]

    root = menus[user.env.ref("timebank_coproduction.menu_timebank").id]
    return {menus[section]["name"]: find_entries(section) for section in root["children"]}


class WalkCase(WalkWorld):
    """A walk through everything that the menu offers to ``walker``: there is something behind each entry."""

    walker = None

    def _open_every_entry(self):
        bare, walker = set(), getattr(self, self.walker)
        with self.at_screen(walker) as screen:
            screen.open_app()
            self.assertEqual(screen.sections(), get_menu(walker))
            for section, entries in screen.sections().items():
                for entry in entries:
                    where = f"{section} ‣ {entry}"
                    with self.subTest(where):
                        screen.open_menu(section, entry)
                        doors = find_doors(screen, entry)
                        self._look_in(screen, where, bare)
                    for door in doors:
                        with self.subTest(f"{where} ‣ {door}"):
                            screen.open_menu(section, entry)
                            screen.press(door)
                            self._look_in(screen, f"{where} ‣ {door}", bare)
        self.assertFalse(bare)

    def _look_in(self, screen, where, bare):
        if screen.dialog():
            screen.close()
        elif not self._look_around(screen):
            bare.add(where)
        screen.check()

    def _look_around(self, screen):
        """Open each view, and the first record of the first list or of cards.

        :return: whether something is there
        """
        views, opened = screen.views(), screen.view()
        full = True
        for view in [opened, *(view for view in views if view != opened)]:
            if view != opened:
                screen.switch(view)
            screen.check()
            self.assertFalse(screen.cut())
            full &= not screen.is_bare()
        if full and {"list", "kanban"}.intersection(views):
            if view not in ("list", "kanban"):
                screen.switch("list" if "list" in views else "kanban")
            self._open_first(screen)
        return full

    def _open_first(self, screen):
        """The first record, with each page of its form's notebook."""
        screen.open_first()
        for name in screen.tabs():
            screen.tab(name)
        if screen.dialog():
            screen.close()


class TestWalkOfCoordinator(WalkCase):
    walker = "coordinator"

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfManager(WalkCase):
    walker = "manager"

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfFinance(WalkCase):
    walker = "finance"

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfSeveralRoles(WalkCase):
    walker = "several"

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfStaff(WalkCase):
    walker = "staff"

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfAdministrator(JourneyCase):
    """What is in the menu of Odoo's administrator alone."""

    def test_settings_open(self):
        admin = self.env.ref("base.user_admin")
        admin.odoobot_state = "disabled"
        mine, managers = get_menu(admin), get_menu(self.manager)
        self.assertEqual(
            [one for one in mine["Configuration"] if one not in managers["Configuration"]], ["Settings"]
        )
        with self.at_screen(admin) as screen:
            screen.open_app()
            self.assertEqual(screen.sections(), mine)
            screen.open_menu("Configuration", "Settings")
            self.assertEqual(screen.view(), "form")
            self.assertIn("WeasyPrint", screen.text())
            screen.check()


class TestWalkOnPhone(JourneyCase):
    """What a manager, whose menu is the longest, opens on a phone."""

    def test_nothing_is_too_wide(self):
        with self.at_screen(self.manager, phone=True) as screen:
            screen.open_app()
            entries = screen.entries()
            self.assertEqual(
                entries, [entry for section in get_menu(self.manager).values() for entry in section]
            )
            for entry in entries:
                with self.subTest(entry):
                    screen.open_menu(entry)
                    doors = find_doors(screen, entry)
                    self._look_in(screen)
                for door in doors:
                    with self.subTest(f"{entry} ‣ {door}"):
                        screen.open_menu(entry)
                        screen.press(door)
                        self._look_in(screen)

    def _look_in(self, screen):
        if screen.dialog():
            screen.close()
            return
        screen.check()
        self.assertEqual(screen.too_wide(), [])
        if screen.view() == "kanban" and not screen.is_bare():
            screen.open_first()
            self.assertEqual(screen.too_wide(), [])
            screen.check()
        if screen.dialog():
            screen.close()
