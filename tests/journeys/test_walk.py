"""Every entry of every role's menu, and every view behind it, opened in a browser."""

from .common import JourneyCase


class WalkCase(JourneyCase):
    """A walk through everything that the menu offers to ``walker``."""

    walker = None
    #: Entries behind which this person has nothing.
    bare = ()

    def _open_every_entry(self):
        bare = set()
        with self.at_screen(getattr(self, self.walker)) as screen:
            screen.open_app()
            for section, entries in screen.sections().items():
                for entry in entries:
                    where = f"{section} ‣ {entry}"
                    with self.subTest(where):
                        screen.open_menu(section, entry)
                        if screen.dialog():
                            screen.close()
                        elif not self._look_around(screen):
                            bare.add(where)
                        screen.check()
        self.assertEqual(bare, set(self.bare))

    def _look_around(self, screen):
        """Open each view, and the first record of the first list or of cards.

        :return: whether something is there
        """
        views = screen.views()
        full = True
        for view in [screen.view(), *(view for view in views if view != screen.view())]:
            if view != screen.view():
                screen.switch(view)
            screen.check()
            self.assertFalse(screen.cut())
            full &= not screen.is_bare()
        if full and {"list", "kanban"}.intersection(views):
            if screen.view() not in ("list", "kanban"):
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
    bare = (
        "Today ‣ My hours",
        "Today ‣ My credits",
        "Members ‣ Perhaps the same person",
        "Members ‣ Merged contacts",
        "Grants and reports ‣ Well-being",
        "Grants and reports ‣ Exchanges",
        "Grants and reports ‣ Stories",
        "Grants and reports ‣ Self-audit",
        "Configuration ‣ Moving in",
        "Grants and reports ‣ Funder's reports",
    )

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfManager(WalkCase):
    walker = "manager"
    bare = (
        "Today ‣ My hours",
        "Today ‣ My credits",
        "Members ‣ Perhaps the same person",
        "Members ‣ Merged contacts",
        "Grants and reports ‣ Well-being",
        "Configuration ‣ Licensed scales",
        "Configuration ‣ What was erased",
        "Grants and reports ‣ Stories",
        "Grants and reports ‣ Self-audit",
        "Configuration ‣ Moving in",
        "Grants and reports ‣ Funder's reports",
        "Configuration ‣ Funders' headings",
    )

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfFinance(WalkCase):
    walker = "finance"
    bare = (
        "Today ‣ My hours",
        "Today ‣ My credits",
        "Members ‣ Merged contacts",
        "Activities ‣ Introductions",
        "Grants and reports ‣ Accruals of claims",
        "Grants and reports ‣ Paid in advance",
        "Grants and reports ‣ Funder's reports",
        "Configuration ‣ Funders' headings",
    )

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfSeveralRoles(WalkCase):
    walker = "several"
    # she coordinates Hillside alone, where nobody has got so far
    bare = (
        "Today ‣ My credits",
        "Today ‣ Claims to approve",
        "Today ‣ Registers to close",
        "Members ‣ Checks",
        "Members ‣ Perhaps the same person",
        "Members ‣ Merged contacts",
        "Activities ‣ Introductions",
        "Rewards ‣ Single vouchers",
        "Grants and reports ‣ Accruals of claims",
        "Grants and reports ‣ Paid in advance",
        "Grants and reports ‣ Exchanges",
        "Grants and reports ‣ Stories",
        "Grants and reports ‣ Self-audit",
        "Grants and reports ‣ Well-being",
        "Configuration ‣ Moving in",
        "Grants and reports ‣ Funder's reports",
        "Configuration ‣ Funders' headings",
    )

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOfStaff(WalkCase):
    walker = "staff"
    bare = (
        "Today ‣ My hours",
        "Today ‣ My credits",
        "Activities ‣ Requests",
        "Activities ‣ Offers",
        "Activities ‣ Introductions",
        "Activities ‣ Pots",
        "Rewards ‣ Claims",
    )

    def test_every_entry_opens(self):
        self._open_every_entry()


class TestWalkOnPhone(JourneyCase):
    """What a manager, whose menu is the longest, opens on a phone."""

    def test_nothing_is_too_wide(self):
        with self.at_screen(self.manager, phone=True) as screen:
            screen.open_app()
            for entry in screen.entries():
                with self.subTest(entry):
                    screen.open_menu(entry)
                    if screen.dialog():
                        screen.close()
                        continue
                    screen.check()
                    self.assertEqual(screen.too_wide(), [])
                    if screen.view() == "kanban" and not screen.is_bare():
                        screen.open_first()
                        self.assertEqual(screen.too_wide(), [])
                        screen.check()
                    if screen.dialog():
                        screen.close()
