"""Every button that is shown works, or says in a plain sentence why it doesn't, to each role and in each bank."""

from odoo.tests import tagged

from ..journeys.world import WorldCase
from .buttons import WITH_BUTTONS, Presser

ADDON = "timebank_coproduction"


@tagged("post_install", "-at_install")
class TestButtons(WorldCase):
    def test_coordinator(self):
        self._press_all(self.coordinator)

    def _press_all(self, user):
        import time
        t = time.time()
        presser = Presser(self, user)
        manager = Presser(self, self.manager)
        faults, n = {}, 0
        for screen, button in self._buttons(presser):
            n += 1
            refusal = presser.press(button)
            if isinstance(refusal, Exception):
                faults[user.login, screen, button.label or button.name] = f"{button.model}{button.ids} {button.name} {type(refusal).__name__}: {str(refusal)[:300]}"
            elif refusal and len(button.ids) == 1 and user != self.manager and not manager.press(button):
                faults[user.login, screen, button.label or button.name] = f"{button.model}{button.ids} {button.name}: {refusal[:300]}"
        print(user.login, n, len(presser.pressed), len(manager.pressed), time.time() - t)
        for k, v in faults.items():
            print(k, v)
        self.assertFalse(faults)

    def _buttons(self, presser):
        seen = set()
        for model, context, domain, views in presser.screens(ADDON):
            ids = presser.env[model].with_context(**context).search(domain, limit=200).ids
            for view, kind in views:
                if kind not in WITH_BUTTONS or not ids:
                    continue
                screen = f"{kind} of {model} ({view})"
                if kind == "list":
                    for button in presser.over_list(model, view, context, ids[:20]):
                        yield screen, button
                for record, buttons in presser.on_records(model, view, kind, context, ids).items():
                    for button in buttons:
                        yield screen, button
