"""Notes, files and followers beside records: each model that has them, each role, each way of asking."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.mail.tools.discuss import Store

from .trust_common import SECRET, TrustCase

#: Who reads what is written beside the records of the first company, where they read the record at all.
BY_ROLE = {"coordinator", "finance", "manager"}
#: Who reads, besides, what is written beside records that belong to no company but to the database.
OF_ALL = {"manager of another company"}
NOTE = "The cash box was short"
QUIET = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


class TestTrustBeside(TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.beside, cls.notices = {}, {}
        subtype = cls.env.ref("mail.mt_note")
        for name, model in cls._stored().items():
            if "message_ids" not in model._fields or name not in cls.world[cls.here]:
                continue
            record = cls.world[cls.here][name]
            file = cls.env["ir.attachment"].create(
                {"name": f"{NOTE}.txt", "raw": b"secret", "res_model": name, "res_id": record.id}
            )
            log = record._message_log(body=NOTE, author_id=cls.env.ref("base.partner_root").id)
            post = record.message_post(body=NOTE, subtype_id=subtype.id, attachment_ids=file.ids)
            record.message_subscribe(cls.world[cls.there]["res.partner"].ids)
            people = cls.world[cls.there]["res.partner"]
            followers = record.message_follower_ids.filtered(lambda row, who=people: row.partner_id == who)
            cls.notices[name] = cls.env["mail.notification"].create(
                {
                    "mail_message_id": post.id,
                    "res_partner_id": people.id,
                    "notification_type": "inbox",
                    "failure_reason": NOTE,
                }
            )
            cls.beside[name] = record, log | post, file, followers
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _roles(self):
        return {role: user for role, user in self.roles.items() if user._is_internal()}

    def _check_model(self, model, user, rows, path, text, allowed):
        """By reading, searching, grouping and counting rows of ``model``."""
        theirs = self.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        domain = [("id", "in", rows.ids)]
        found = theirs.search(domain)
        self.assertEqual(set(found.ids), set(rows.ids) if allowed else set())
        self.assertEqual(theirs.search_count([*domain, (path, "ilike", text)]), len(rows) if allowed else 0)
        groups = theirs.formatted_read_group(domain, [path], ["__count"])
        self.assertEqual(sum(group["__count"] for group in groups), len(rows) if allowed else 0)
        if not allowed:
            for row in rows:
                with self.assertRaises(AccessError) as caught:
                    self._rpc(user, model, "read", row.ids, [path])
                self.assertNotIn(SECRET, str(caught.exception))

    @mute_logger(*QUIET)
    def test_who_reads_what_is_written_beside(self):
        tried = set()
        for name, (record, notes, file, followers) in self.beside.items():
            for role, user in self._roles().items():
                reads = record.with_user(user).has_access("read")
                allowed = reads and role in (BY_ROLE if "company_id" in record._fields else BY_ROLE | OF_ALL)
                with self.subTest(model=name, role=role):
                    self._check_model("mail.message", user, notes, "body", NOTE, allowed)
                    self._check_model("ir.attachment", user, file, "name", NOTE, allowed)
                    self._check_model("mail.followers", user, followers, "res_model", "timebank", allowed)
                    told = self.notices[name]
                    self._check_model("mail.notification", user, told, "failure_reason", NOTE, allowed)
                    if reads:
                        self.env.invalidate_all()
                        theirs = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
                        self.assertEqual(notes <= theirs.message_ids.sudo(), allowed)
                        by_note = theirs.search([("message_ids.body", "ilike", NOTE)])
                        self.assertEqual(record in by_note, allowed)
                        tried.add((name, role, allowed))
        self.assertGreater(len({name for name, *_rest in tried}), 10)
        self.assertTrue({role for _name, role, allowed in tried if not allowed} >= {"no role"})

    @mute_logger(*QUIET)
    def test_what_the_browser_is_told_by_a_message_s_number(self):
        """To whom it isn't shown, no note is there: to read, to answer, to react to."""
        shown = hidden = 0
        for name, (record, notes, _file, _followers) in self.beside.items():
            for role, user in self.roles.items():
                roles = BY_ROLE if "company_id" in record._fields else BY_ROLE | OF_ALL
                reads = record.with_user(user).has_access("read")
                messages = self.env["mail.message"].with_user(user)
                messages = messages.with_context(allowed_company_ids=user.company_ids.ids)
                for mode in ("read", "create"):
                    with self.subTest(model=name, role=role, mode=mode):
                        found = [messages._get_with_access(note.id, mode) for note in notes]
                        if role in roles and reads:
                            # to react, Odoo asks for the right to change the record
                            self.assertTrue(all(found) or mode == "create")
                            shown += all(found)
                        else:
                            self.assertFalse(any(found))
                            hidden += reads
        self.assertGreater(min(shown, hidden), 10)

    @mute_logger(*QUIET)
    def test_after_a_field_is_added(self):
        """An administrator's own field has Odoo make a model's fields anew: the rules hold as before."""
        user = self.roles["no role"]
        for name in self.beside:
            self.env["ir.model.fields"].create(
                {
                    "name": "x_day",
                    "field_description": "Day",
                    "model_id": self.env["ir.model"]._get_id(name),
                    "ttype": "date",
                }
            )
        hidden = 0
        for name, (record, _notes, _file, _followers) in self.beside.items():
            with self.subTest(model=name):
                for beside in ("message_ids", "activity_ids"):
                    field = self.env[name]._fields.get(beside)
                    self.assertFalse(field and field.bypass_search_access)
                with self.assertRaisesRegex(UserError, "check the year"):
                    record.write({"x_day": "0202-03-18"})
                if record.with_user(user).has_access("read"):
                    self.assertFalse(
                        record.with_user(user).search(
                            [("id", "=", record.id), ("message_ids.body", "ilike", NOTE)]
                        )
                    )
                    hidden += 1
        self.assertGreater(hidden, 3)

    @mute_logger(*QUIET)
    def test_what_was_logged_is_kept(self):
        """Neither changed nor removed by those who run the bank; a manager can, where the law asks for it."""
        for name, (record, notes, file, _followers) in self.beside.items():
            for role, user in self._roles().items():
                for model, row, vals in (
                    ("mail.message", notes[0], {"body": "All was well"}),
                    ("mail.message", notes[1], {"body": "All was well"}),
                    ("ir.attachment", file, {"raw": b"nothing"}),
                ):
                    may = role == "manager"
                    for method, arguments in (("write", (vals,)), ("unlink", ())):
                        with self.subTest(model=name, role=role, row=model, method=method):
                            sentence = self._refusal(
                                lambda u=user, m=model, n=method, r=row, a=arguments: self._rpc(
                                    u, m, n, r.ids, *a
                                )
                            )
                            reads = record.with_user(user).has_access("write")
                            self.assertEqual(not sentence, may and reads)

    @mute_logger(*QUIET)
    def test_what_fields_hold_is_changed_on_the_record_alone(self):
        """Each field that keeps a file: neither its file nor another one put in its place, by any role."""
        tried = 0
        for name, model in self._stored().items():
            record = self.world[self.here].get(name)
            for field in model._fields.values() if record else ():
                if not (field.type in ("binary", "image") and field.store and field.attachment):
                    continue
                where = {"res_model": name, "res_id": record.id, "res_field": field.name}
                file = self.env["ir.attachment"].create({"name": field.name, "raw": b"shown", **where})
                for role, user in self._roles().items():
                    beside = self.env["ir.attachment"].with_user(user).create({"name": "x.txt", "raw": b"x"})
                    for method, ids, arguments in (
                        ("write", file.ids, ({"raw": b"other"},)),
                        ("unlink", file.ids, ()),
                        ("write", beside.ids, (where,)),
                        ("create", None, ({"name": "y.txt", "raw": b"y", **where},)),
                    ):
                        with self.subTest(field=str(field), role=role, method=method, ids=ids):
                            asked = arguments if ids is None else (ids, *arguments)
                            self.assertTrue(
                                self._refusal(
                                    lambda u=user, m=method, a=asked: self._rpc(u, "ir.attachment", m, *a)
                                )
                            )
                tried += 1
        self.assertGreater(tried, 3)

    @mute_logger(*QUIET)
    def test_notes_reach_whom_they_are_for(self):
        """Whoever follows a session without a role isn't sent its notes, and is sent what is for all."""
        staff, session = self.roles["no role"], self.world[self.here]["timebank.session"]
        kinds = self.env.ref("mail.mt_note") | self.env.ref("mail.mt_comment")
        followers = staff | self.roles["coordinator"]
        for user in followers:
            session.with_user(user).message_subscribe(user.partner_id.ids, kinds.ids)
        note = session.message_post(body=NOTE, subtype_xmlid="mail.mt_note")
        self.assertEqual(note.notified_partner_ids & followers.partner_id, followers[1].partner_id)
        said = session.message_post(body="We start at ten", subtype_xmlid="mail.mt_comment")
        self.assertEqual(said.notified_partner_ids & followers.partner_id, followers.partner_id)
        self.assertTrue(said.with_user(staff).body)
        to_them = session.message_post(
            body="Please bring chairs", subtype_xmlid="mail.mt_note", partner_ids=staff.partner_id.ids
        )
        self.assertTrue(to_them.with_user(staff).body)

    def test_what_the_bus_carries(self):
        """What a record tells of itself at once goes to those alone who could read it there."""
        allowed = self.env.user | self.roles["coordinator"]
        everybody = allowed | self.roles["no role"] | self.roles["coordinator elsewhere"]
        everybody.notification_type = "inbox"
        bus, carried = self.env["bus.bus"].sudo(), set()
        for name, (record, *_beside) in self.beside.items():
            record.message_subscribe(everybody.partner_id.ids, self.env.ref("mail.mt_note").ids)
            self.env.cr.precommit.run()
            bus.search([]).unlink()
            record.message_post(body=NOTE, subtype_xmlid="mail.mt_note")
            self.env.cr.precommit.run()
            for row in bus.search([("message", "like", NOTE)]):
                _database, model, number = json.loads(row.channel)
                carried.add((name, model, number))
        self.assertGreater(len(carried), 10)
        self.assertEqual({model for _name, model, _number in carried}, {"res.partner"})
        self.assertLessEqual({number for _name, _model, number in carried}, set(allowed.partner_id.ids))

    def test_the_history_on_the_screen(self):
        """What the form asks for to show a record's history, its files and who follows."""
        session = self.world[self.here]["timebank.session"]
        _record, notes, file, followers = self.beside["timebank.session"]
        for role, told in (("no role", False), ("coordinator", True)):
            self.env.invalidate_all()
            theirs = session.with_user(self.roles[role])
            fetched = theirs.env["mail.message"]._message_fetch(None, thread=theirs)["messages"]
            self.assertEqual(notes <= fetched.sudo(), told)
            store = Store()
            theirs._thread_to_store(
                store, [], request_list=["activities", "attachments", "followers", "scheduledMessages"]
            )
            data = store.get_result()
            self.assertEqual(file.id in {one["id"] for one in data.get("ir.attachment", ())}, told)
            self.assertEqual(followers.id in {one["id"] for one in data.get("mail.followers", ())}, told)

    def test_their_own(self):
        """Who wrote a note reads it, and corrects it."""
        staff, session = self.roles["no role"], self.world[self.here]["timebank.session"]
        session.with_user(staff).message_subscribe(staff.partner_id.ids)
        own = session.with_user(staff).message_post(
            body="I can help", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        own.write({"body": "I can't help"})
        self.assertIn("can't", own.body)

    @mute_logger(*QUIET)
    def test_notes_about_oneself(self):
        """A coordinator who is a member reads no notes on her own membership."""
        user = self.roles["coordinator"]
        scheme = self.world[self.here]["timebank.scheme"]
        member = self._make_member(user.partner_id, scheme=scheme)
        note = member._message_log(body=NOTE, author_id=self.env.ref("base.partner_root").id)
        self.assertFalse(note.with_user(user).has_access("read"))
        self.assertTrue(note.with_user(self.roles["manager"]).has_access("read"))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.http")
    def test_a_refusal_names_nothing(self):
        """Odoo's own lists the names of records in debug mode: not those of the addon's."""
        roles = self._roles()
        for user in roles.values():  # once: each time all that is known of rights is looked up anew
            user.group_ids |= self.env.ref("base.group_no_one")
        for name, record in self.world[self.here].items():
            if not name.startswith("timebank."):
                continue
            for role, user in roles.items():
                theirs = record.with_user(user)
                for operation in ("read", "write", "unlink"):
                    if theirs.has_access(operation):
                        continue
                    with self.subTest(model=name, role=role, operation=operation):
                        error = self.env["ir.rule"].with_user(user)._make_access_error(operation, theirs)
                        self.assertNotIn(SECRET, str(error))
                        with self.assertRaises(AccessError) as caught:
                            theirs.check_access(operation)
                        self.assertNotIn(SECRET, str(caught.exception))

    def test_followers_of_all(self):
        """Commands on what stands beside, through the record, are refused alike."""
        session = self.world[self.here]["timebank.session"]
        note = self.beside["timebank.session"][1][:1]
        with self.assertRaises(AccessError), mute_logger(*QUIET):
            self._rpc(
                self.roles["coordinator"], "timebank.session", "write", session.ids,
                {"message_ids": [Command.delete(note.id)]},
            )  # fmt: skip
