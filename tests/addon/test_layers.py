"""The check of layers, on small made-up addons: what it lets through, and that each fault is found."""

import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from odoo.tests import BaseCase, tagged

CHECK = Path(__file__).resolve().parents[2] / "dev" / "inside" / "check_layers.py"

#: An account in the ledger, hours that know it, and rewards beside sessions.
ADDON = {
    "models/ledger/timebank_account.py": """
        class TimebankAccount(models.Model):
            _name = "timebank.account"
            balance_minutes = fields.Integer()
            def _get_origin(self):
                return self.balance_minutes
        """,
    "models/hours/timebank_hours.py": """
        from ..ledger.timebank_account import ROLES
        class TimebankHours(models.Model):
            _name = "timebank.hours"
            account_id = fields.Many2one("timebank.account")
            receiver_id = fields.Many2one("res.partner")
            def _post_reversals(self):
                self.env.cr.execute("SELECT a.balance_minutes FROM timebank_account a")
                return self.env["timebank.account"].search([("balance_minutes", ">", 0)])
        """,
    "models/hours/timebank_account.py": """
        class TimebankAccount(models.Model):
            _inherit = "timebank.account"
            def _get_origin(self):
                return super()._get_origin() or self.env["timebank.hours"]
        """,
    "models/session/timebank_session.py": """
        class TimebankSession(models.Model):
            _name = "timebank.session"
            def _say_length(self):
                return self.account_id.balance_minutes
        """,
}


def indented(text):
    """The lines of a file, without the indentation that they have in a test."""
    return textwrap.dedent(text).strip("\n")


@tagged("post_install", "-at_install")
class TestLayers(BaseCase):
    def _check(self, **changed):
        """What the check says of the made-up addon with some lines added: list of lines.

        :param changed: name of a file, with ``__`` for ``/`` → what is added to it
        """
        files = {path: indented(text) for path, text in ADDON.items()}
        for name, text in changed.items():
            path = f"{name.replace('__', '/')}.py"
            files[path] = "\n".join(filter(None, (files.get(path), indented(text)))) + "\n"
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                file = Path(folder, "made_up", path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            done = subprocess.run(
                [sys.executable, str(CHECK), "made_up"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertFalse(done.stderr)
        found = done.stdout.splitlines()
        self.assertEqual(done.returncode, bool(found))
        return found

    def _assert_found(self, expected, **changed):
        """The check finds this alone, ``file:line: what``."""
        self.assertEqual(self._check(**changed), [f"made_up/{expected}"])

    def test_what_is_right(self):
        self.assertEqual(self._check(), [])

    def test_names_of_a_higher_subject(self):
        account, line = "models__ledger__timebank_account", "models/ledger/timebank_account.py:6"
        for kind, what, code in (
            ("comodel", "timebank.hours", 'hours_id = fields.Many2one("timebank.hours")'),
            ("env", "timebank.hours", 'hours = env["timebank.hours"]'),
            ("import", "models/hours/timebank_hours", "from ..hours.timebank_hours import ROLES"),
            ("import", "models/hours/timebank_hours", "from ..hours import timebank_hours"),
            ("string", "timebank.hours", 'VERBS = {"timebank.hours": ()}'),
            ("sql", "timebank_hours", 'QUERY = "SELECT id FROM timebank_hours"'),
            ("sql", "receiver_id", 'QUERY = "SELECT h.receiver_id FROM them h"'),
            ("field", "receiver_id", 'NAMES = ("receiver_id", "name")'),
            ("field", "receiver_id", 'NAMES = "line_ids.receiver_id"'),
            ("field", "receiver_id", "receiver = entry.receiver_id"),
            ("method", "_post_reversals", "refused = entries._post_reversals()"),
        ):
            with self.subTest(kind=kind, code=code):
                self._assert_found(f"{line}: ledger names the {kind} {what} of hours", **{account: code})

    def test_extending_a_higher_model(self):
        self._assert_found(
            "models/ledger/timebank_hours.py:2: ledger names the inherit timebank.hours of hours",
            models__ledger__timebank_hours="""
                class TimebankHours(models.Model):
                    _inherit = "timebank.hours"
                """,
        )

    def test_names_of_a_neighbour(self):
        self._assert_found(
            "models/reward/timebank_reward.py:3: reward names the comodel timebank.session of session",
            models__reward__timebank_reward="""
                class TimebankReward(models.Model):
                    _name = "timebank.reward"
                    session_id = fields.Many2one("timebank.session")
                """,
        )

    def test_a_file_beside_the_folders(self):
        """Wizards and pages that lie flat are placed by the check's own table."""
        self._assert_found(
            "wizards/timebank_gift.py:1: ledger names the env timebank.hours of hours",
            wizards__timebank_gift='hours = env["timebank.hours"]',
        )
        unplaced = "belongs to no subject: say which in dev/inside/check_layers.py"
        self._assert_found(f"wizards/timebank_new.py:1: {unplaced}", wizards__timebank_new="STEPS = ()")
        self._assert_found(f"models/elsewhere/new.py:1: {unplaced}", models__elsewhere__new="STEPS = ()")

    def test_subjects_to_come(self):
        for subject in ("evidence", "moving_in"):
            with self.subTest(subject=subject):
                code = 'hours = env["timebank.hours"]'
                self.assertEqual(self._check(**{f"models__{subject}__timebank_survey": code}), [])

    def test_a_method_twice_within_a_subject(self):
        """A chain of ``super()`` over subjects is right, one within a subject is not."""
        more = "\n".join(f"    def _step_{number}(self):\n        return" for number in range(260))
        self._assert_found(
            "models/hours/timebank_hours_verbs.py:3: timebank.hours has _post_reversals at"
            " models/hours/timebank_hours.py:6 already",
            models__hours__timebank_hours_verbs=f"""
class TimebankHours(models.Model):
    _inherit = "timebank.hours"
    def _post_reversals(self):
        return super()._post_reversals()
{more}
""",
        )

    def test_a_short_model_in_two_files(self):
        said = "timebank.hours has 9 lines in its subject: one class is enough"
        code = """
            class TimebankHours(models.Model):
                _inherit = "timebank.hours"
            """
        self._assert_found(
            f"models/hours/timebank_hours_todo.py:2: {said}", models__hours__timebank_hours_todo=code
        )
        self._assert_found(
            "models/hours/timebank_todo.py:2: timebank.hours stands in 2 files: name this one after it",
            models__hours__timebank_todo=code,
        )

    def test_a_model_twice_in_a_file(self):
        self._assert_found(
            "models/session/timebank_session.py:6:"
            " timebank.session has two classes in this file: one is enough",
            models__session__timebank_session="""
                class TimebankSession(models.Model):
                    _inherit = "timebank.session"
                """,
        )

    def test_a_long_model_in_five_files(self):
        def aspect(name, methods):
            steps = "\n".join(f"    def _{name}_{number}(self):\n        return" for number in range(methods))
            return f'class TimebankHours(models.Model):\n    _inherit = "timebank.hours"\n{steps}'

        names = ("content", "rules", "start", "verbs")
        files = {f"models__hours__timebank_hours_{name}": aspect(name, 130) for name in names}
        self._assert_found(
            "models/hours/timebank_hours_verbs.py:2: timebank.hours stands in more than 4 files", **files
        )
        del files["models__hours__timebank_hours_verbs"]
        self.assertEqual(self._check(**files), [], "four aspects of a long model")

    def test_a_long_file(self):
        self._assert_found(
            "tools/matching.py:600: has 601 lines: 600 are enough", tools__matching="# more\n" * 601
        )

    def test_this_addon(self):
        """It keeps its own rules, and the check is quick enough to be run each time."""
        addon = CHECK.parents[2] / "timebank_coproduction"
        done = subprocess.run(
            [sys.executable, str(CHECK), str(addon)], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.stdout + done.stderr, "")
