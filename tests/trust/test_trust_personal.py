"""What is held about people: every field is sorted, all of it is found, shown, and erased."""

import base64
import io
import zipfile

from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.timebank_coproduction.models.common import personal
from odoo.addons.timebank_coproduction.models.member.held import Held
from odoo.addons.timebank_coproduction.models.member.held_copy import KEYS

from ..erasing_common import find_in_database, find_in_files
from .trust_common import TrustCase

PICTURE = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class TestTrustSorted(TrustCase):
    def test_every_field_is_sorted(self):
        """A field that is new, and could name somebody or hold their words, is sorted by whoever adds it."""
        looked_at = 0
        for model, field in self._get_stored_fields():
            if not personal.could_be_personal(self.env, field):
                continue
            looked_at += 1
            with self.subTest(model=model._name, field=field.name):
                self.assertIn(
                    field.name,
                    personal.sorts(model),
                    "Sort it in the model's _personal_fields (models/common/personal.py says how).",
                )
        self.assertGreater(looked_at, 120)

    def test_what_is_sorted_is_there(self):
        for model, _fields in self._get_fields_by_model():
            for name in personal.sorts(model):
                with self.subTest(model=model._name, field=name):
                    self.assertTrue(model._fields[name].store)

    def test_what_is_about_people_is_about_somebody(self):
        """A link that says whom a row is about, or through what, leads to a person in the end."""
        about = {
            model._name for model in personal.models_of_ours(self.env) if personal.is_about_people(model)
        }
        for name in about:
            for field in personal.fields_of(self.env[name], personal.ABOUT, personal.THROUGH):
                with self.subTest(model=name, field=field.name):
                    self.assertIn(field.comodel_name, about | set(personal.PEOPLE))

    def _get_stored_fields(self):
        for model, fields in self._get_fields_by_model():
            for field in fields:
                yield model, field

    def _get_fields_by_model(self):
        """(model, its stored fields): all of those of our models, and of Odoo's those that we add."""
        ours = {model._name for model in personal.models_of_ours(self.env)}
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or not model._auto or model._transient:
                continue
            fields = [field for field in model._fields.values() if field.store]
            if name not in ours:
                fields = [one for one in fields if one._module == "timebank_coproduction"]
            if fields:
                yield model, fields


#: Stands in everything that is held about one person, and nowhere else.
CANARY = "xq7canaryz"


class TestTrustCanary(TrustCase):
    """A mark stands in all that is held about one person: the copy shows each, and nothing is left of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.world[cls.here]["res.partner"]
        cls.member = cls.world[cls.here]["timebank.member"]
        cls.bank = cls.world[cls.here]["timebank.scheme"]
        cls.login = new_test_user(
            cls.env,
            f"login{CANARY}",
            groups="base.group_portal",
            partner_id=cls.person.id,
            name=f"Ida {CANARY}name",
            email=f"{CANARY}@example.com",
        )
        cls.env.flush_all()

    def _held(self):
        return Held(self.person)

    def _plant(self):
        """Put the mark into every text, and every file field, of all that is about the person.

        :return: dict of mark → where it was put
        """
        planted = {}

        def new(where):
            mark = f"{CANARY}{len(planted):04d}end"
            planted[mark] = where
            return mark

        for name, rows in self._held().rows.items():
            for field in self._get_fields(rows):
                row = rows[:1]
                mark = new((name, field.name))
                if field.type == "binary":
                    row._in_verb().write({field.name: base64.b64encode(mark.encode())})  # as if looked at
                elif name == "timebank.transfer":
                    self._set_memo(row, mark)
                else:
                    self._set(row, field, mark)
        for field in self.person._fields.values():
            if not self._can_mark(field):
                continue
            if field.name in ("name", "email"):  # as they are called from the start
                planted[self.person[field.name]] = ("res.partner", field.name)
            else:
                self._set(self.person, field, new(("res.partner", field.name)))
        self.person.image_1920 = PICTURE
        self._plant_beside(new)
        self.env.flush_all()
        self.env.invalidate_all()
        return planted

    def _get_fields(self, rows):
        """The fields that hold people's words: all that could, but what is the bank's own or a key."""
        kinds = personal.sorts(rows)
        for field in rows._fields.values():
            if field.store and field.type in personal.WORDY and kinds[field.name] == personal.WORDS:
                yield field

    def _can_mark(self, field):
        return (
            field.store
            and field.type in ("char", "text", "html")
            and not field.related
            and not (field.compute and field.readonly)
            and not field.company_dependent
            and field.name not in KEYS
        )

    def _set(self, row, field, mark):
        value = f"<p>{mark}</p>" if field.type == "html" else mark
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(row._table),
                SQL.identifier(field.name),
                value,
                row.id,
            )
        )
        row.invalidate_recordset([field.name], flush=False)

    def _set_memo(self, row, mark):
        """A transfer is never changed: one more is posted."""
        bank = self.bank.operating_account_id
        for source, target in ((bank, self.member.account_id), (self.member.account_id, bank)):
            self.env["timebank.transfer"]._post(
                [
                    {
                        "from_account_id": source.id,
                        "to_account_id": target.id,
                        "minutes": 5,
                        "kind": "adjustment",
                        "memo": mark,
                    }
                ]
            )

    def _plant_beside(self, new):
        """In Odoo's own that hang on the person, and on each row about them."""
        env = self.env
        for name, rows in [*self._held().rows.items(), ("res.partner", self.person)]:
            row = rows[:1]
            env["ir.attachment"].create(
                {
                    "name": f"{new((name, 'file'))}.txt",
                    "raw": new((name, "content")).encode(),
                    "res_model": name,
                    "res_id": row.id,
                }
            )
            if "message_ids" in row._fields:
                env["mail.message"].create(
                    {
                        "model": name,
                        "res_id": row.id,
                        "body": new((name, "message")),
                        "subject": new((name, "subject")),
                        "message_type": "comment",
                    }
                )
                tracked = env["mail.message"].create(
                    {"model": name, "res_id": row.id, "message_type": "notification"}
                )
                env["mail.tracking.value"].create(
                    {
                        "mail_message_id": tracked.id,
                        "field_id": env["ir.model.fields"]._get(name, "id").id,
                        "old_value_char": new((name, "tracked")),
                        "new_value_text": new((name, "tracked text")),
                    }
                )
            if "activity_ids" in row._fields:
                todo = {"summary": new((name, "to-do")), "note": new((name, "to-do note"))}
                env["mail.activity"].create(
                    {
                        "res_model_id": env["ir.model"]._get(name).id,
                        "res_id": row.id,
                        "user_id": env.uid,
                        **todo,
                    }
                )
            if "message_follower_ids" in row._fields:
                row.message_subscribe(self.person.ids)
        env["mail.mail"].create(
            {
                "email_to": self.person.email,
                "body_html": new(("mail.mail", "body")),
                "subject": new(("mail.mail", "subject")),
                "recipient_ids": [Command.link(self.person.id)],
            }
        )
        letter = env["mail.message"].create(
            {
                "body": new(("mail.message", "letter")),
                "partner_ids": [Command.link(self.person.id)],
                "message_type": "email_outgoing",
            }
        )
        env["mail.notification"].create(
            {
                "mail_message_id": letter.id,
                "res_partner_id": self.person.id,
                "notification_type": "email",
                "failure_reason": f"{CANARY} bounced",
                "mail_email_address": self.person.email,
            }
        )
        env["mail.scheduled.message"].create(
            {
                "model": "res.partner",
                "res_id": self.person.id,
                "author_id": env.user.partner_id.id,
                "body": new(("mail.scheduled.message", "body")),
                "scheduled_date": "2026-04-01 08:00:00",
            }
        )
        # written by them, and about them, beside what isn't theirs
        session = self.world[self.here]["timebank.session"]
        env["mail.message"].create(
            {
                "model": session._name,
                "res_id": session.id,
                "author_id": self.person.id,
                "message_type": "comment",
                "body": new(("mail.message", "theirs")),
            }
        )
        session._message_log(body=f"Ask {self.person.name} to bring cake")
        self.bank.activity_schedule(
            "mail.mail_activity_data_todo", summary="Ring", note=f"Ring {self.person.name}", user_id=env.uid
        )
        activity = self.world[self.here]["timebank.activity"]
        tracked = env["mail.message"].create(
            {"model": activity._name, "res_id": activity.id, "message_type": "notification"}
        )
        env["mail.tracking.value"].create(
            {
                "mail_message_id": tracked.id,
                "field_id": env["ir.model.fields"]._get(activity._name, "proposer_id").id,
                "new_value_char": self.person.name,
                "new_value_integer": self.person.id,
            }
        )
        # addresses, logins, what was typed in
        env["res.partner"].create(
            {
                "parent_id": self.person.id,
                "type": "other",
                "name": new(("res.partner", "address")),
                "street": new(("res.partner", "its street")),
            }
        )
        self.login.signature = f"<p>{new(('res.users', 'signature'))}</p>"
        env["res.partner.bank"].create(
            {"acc_number": new(("res.partner.bank", "acc_number")), "partner_id": self.person.id}
        )
        env["timebank.code.attempt"]._note_attempt("voucher", self.login.login, "unknown", self.bank)
        env["base_import.import"].create(
            {
                "res_model": "res.partner",
                "file_name": "people.csv",
                "file": f"name\n{self.person.name}\n".encode(),
            }
        )
        env["timebank.intake"].create({"name": self.person.name, "scheme_id": self.bank.id})

    def test_found_everywhere_and_then_nowhere(self):
        planted = self._plant()
        self.assertGreater(len(planted), 90)
        copy, data = self.member._make_copy()
        parcel = zipfile.ZipFile(io.BytesIO(copy.parcel(data)))
        shown = b"\n".join(parcel.read(name) for name in parcel.namelist()).decode(errors="replace")
        page = parcel.read("everything.html").decode()
        names = "\n".join(parcel.namelist())
        for mark, where in planted.items():
            with self.subTest(where=where):
                self.assertIn(mark, shown)
                if where[1] not in ("content", "document", "evidence", "photo"):  # of files
                    self.assertIn(mark, page + names)
        self.assertGreater(len(self._scan()), 60)
        self.assertGreater(len(self._scan_files()), 10)
        before = self._figures()
        self._end()
        figures = self._figures()
        self.assertEqual(
            {**before, "balances": 0, "transfers": 0}, {**figures, "balances": 0, "transfers": 0}
        )
        # as in the client: changes of fields that are followed are noted when all is committed
        asking = self.member.with_user(self._get_manager()).with_context(tracking_disable=False)
        asking.action_forget("Asked for it")
        self.env.flush_all()
        self.cr.flush()
        self.assertEqual(self._figures(), figures)
        self.assertEqual(self._scan(), [])
        self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertEqual(self._scan_files(), [])

    def _get_manager(self):
        return self.roles["manager"]

    def _end(self):
        """They leave with nothing open."""
        open_claims = self.env["timebank.redemption"].search([("partner_id", "=", self.person.id)])
        open_claims.filtered(lambda one: one.state == "approved").action_fulfil()
        self.env["timebank.hours"].search(
            [("partner_id", "=", self.person.id), ("state", "=", "draft")]
        ).unlink()
        session = self.world[self.here]["timebank.session"]
        session.action_close()
        leaving = self.env["timebank.leaving"].create(
            {
                "member_ids": [Command.set(self.member.ids)],
                "credit_to": "bank",
                "debt_by": "bank",
                "reason": "Moved",
            }
        )
        leaving.action_confirm()

    def _figures(self):
        """What the books say, and what was signed."""
        self.env.flush_all()
        self.env.invalidate_all()
        env = self.env
        reconciliation = self.world[self.here]["timebank.reconciliation"]
        return {
            "balances": env["timebank.account"]
            .search([], order="id")
            .mapped(lambda one: (one.id, one.balance_minutes)),
            "transfers": env["timebank.transfer"].search_count([]),
            "seals": env["timebank.seal"].search([], order="id").mapped("hash"),
            "ledger": self.bank.check_ledger(),
            "signed": (
                reconciliation.hash,
                reconciliation.is_intact,
                reconciliation.drift,
                reconciliation.spent_amount,
                len(reconciliation.line_ids),
            ),
            "given": self.bank.member_ids.sorted("id").mapped(
                lambda one: (one.id, one.given_minutes, one.received_minutes)
            ),
        }

    def _scan(self):
        return [(table, row[:300]) for table, row in find_in_database(self.env, CANARY)]

    def _scan_files(self):
        return find_in_files(self.env, CANARY)
