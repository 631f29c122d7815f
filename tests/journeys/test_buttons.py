"""Every button that is shown works, or says in a plain sentence why it doesn't.

Each form and list of the addon is opened by each role, on a record for each step of its
way; what is pressed is undone before the next button. Dialogs that a button opens are
answered once, with their first button.
"""

from contextlib import contextmanager

from ..common import JARGON
from .common import JourneyCase

#: Buttons with an action or method of ours, and of a list's the first row's. The chatter's are Odoo's.
SEEN = """() => [...document.querySelectorAll('.o_action_manager button[name]')]
    .map((button, place) => ({
        place,
        key: `${button.name} ${(button.innerText || button.title || button.dataset.tooltip || '').trim()}`,
        ours: !button.closest('[class*=o-mail], .o_data_row ~ .o_data_row'),
        shown: button.checkVisibility() && !button.disabled,
    }))
    .filter((button) => button.ours && button.shown)"""
#: Put a view in front, as a menu entry would; what was there before is forgotten.
SHOW = """async ([action]) => {
    const { dialog, notification, action: actions } = odoo.__WOWL_DEBUG__.root.env.services;
    dialog.closeAll();
    document.querySelectorAll('.o_notification_close').forEach((button) => button.click());
    await actions.doAction({ type: 'ir.actions.act_window', ...action }, { clearBreadcrumbs: true });
}"""
#: Titles of what is said to people who did nothing wrong.
PLAIN = ("Invalid Operation", "Validation Error", "User Error", "Odoo Warning")


class ButtonsCase(JourneyCase):
    """All that ``presser`` can press."""

    presser = None

    def _press_every_button(self):
        user = getattr(self, self.presser)
        pressed = set()
        with self.at_screen(user) as screen:
            screen.page.set_viewport_size({"width": 1920, "height": 1080})  # room for all buttons
            screen.page.on("popup", lambda page: page.close())
            for model in self._models("form"):
                for record in self._samples(model, user):
                    self._press_on_form(screen, record, pressed)
            for model in self._models("list"):
                if self._samples(model, user):
                    self._press_on_list(screen, model, pressed)
        return pressed

    # ------------------------------------------------------------
    # What there is.
    # ------------------------------------------------------------

    def _models(self, kind):
        """Names of the stored models of the addon that have views of that kind."""
        views = self.env["ir.ui.view"].search([("type", "=", kind), ("model", "=like", "timebank.%")])
        names = sorted(set(views.mapped("model")))
        return [name for name in names if name in self.env and self.env[name]._auto and self._is_kept(name)]

    def _is_kept(self, name):
        return not self.env[name].is_transient()

    def _samples(self, model, user):
        """The first record of each state (or kind) that ``user`` sees, as the menus would show them."""
        records = self.env[model].with_user(user)
        if not records.has_access("read"):
            return records
        step = next((name for name in ("state", "kind") if name in records._fields), None)
        found = records.search([], order="id", limit=200)
        steps = found.grouped(step).values() if step else [found]
        return records.union(*(group[:1] for group in steps))

    # ------------------------------------------------------------
    # Pressing.
    # ------------------------------------------------------------

    @contextmanager
    def _taken_back(self, screen):
        """What is done in the block, on the screen too, is undone at its end."""
        self.env.flush_all()
        savepoint = self.cr.savepoint(flush=False)
        try:
            yield
        finally:
            screen.settle()
            self._wait_remaining_requests()
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            self.env.transaction.clear()

    def _show(self, screen, **action):
        screen.page.evaluate(SHOW, [action])
        screen.settle()

    def _press_on_form(self, screen, record, pressed):
        action = {
            "name": record._description,
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
        }

        def show(tab=None):
            self._show(screen, **action)
            if tab:
                screen.tab(tab)

        show()
        with self.subTest(form=record._name, record=record.id):
            screen.check()
        for tab in screen.tabs()[1:] or [None]:
            if tab:
                screen.tab(tab)
            self._press_all(screen, record._name, pressed, lambda tab=tab: show(tab))

    def _press_on_list(self, screen, model, pressed):
        def show():
            self._show(screen, name=model, res_model=model, views=[[False, "list"], [False, "form"]])
            boxes = screen.page.locator("thead .o_list_record_selector input")
            if boxes.count():
                boxes.first.check()
                screen.settle()

        show()
        with self.subTest(list=model):
            screen.check()
        self._press_all(screen, f"list of {model}", pressed, show)

    def _press_all(self, screen, where, pressed, show):
        """Each button that is to be seen now and wasn't pressed there before."""
        for button in screen.page.evaluate(SEEN):
            key = where, button["key"]
            if key in pressed:
                continue
            pressed.add(key)
            with self.subTest(where=where, button=button["key"], presser=self.presser):
                with self._taken_back(screen):
                    screen.page.locator(".o_action_manager button[name]").nth(button["place"]).click()
                    screen.settle()
                    self._answer(screen)
                self._judge(screen)
            show()

    def _answer(self, screen):
        """A question, or a form in a dialog, is answered with its first button."""
        footer = screen.page.locator(".o_dialog:not(:has(.o_error_dialog)) .modal-footer button:visible")
        if footer.count() and not screen.page.locator(".o_error_dialog").count():
            footer.first.click()
            screen.settle()

    def _judge(self, screen):
        """:raises AssertionError: unless it worked, or a plain sentence said why not"""
        errors = screen.page.locator(".o_error_dialog")
        if errors.count():
            title = errors.first.locator(".modal-title").inner_text().strip()
            said = errors.first.locator(".modal-body").inner_text().strip()
            if title in PLAIN and not any(word in said for word in JARGON):
                told = ("odoo.http:", "error shown:")
                screen.complaints[:] = [one for one in screen.complaints if not one.startswith(told)]
        screen.check()


class TestButtonsOfCoordinator(ButtonsCase):
    presser = "coordinator"

    def test_every_button_works_or_says_why_not(self):
        self.assertGreater(len(self._press_every_button()), 60)


class TestButtonsOfManager(ButtonsCase):
    presser = "manager"

    def test_every_button_works_or_says_why_not(self):
        self.assertGreater(len(self._press_every_button()), 60)


class TestButtonsOfFinance(ButtonsCase):
    presser = "finance"

    def test_every_button_works_or_says_why_not(self):
        self.assertGreater(len(self._press_every_button()), 15)


class TestButtonsOfStaff(ButtonsCase):
    presser = "staff"

    def test_every_button_works_or_says_why_not(self):
        self.assertTrue(self._press_every_button())
