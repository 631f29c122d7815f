"""What is held about somebody, erased for good.

What the books need stays where it is, under a name that says nothing: no balance, no seal, no signed
reconciliation and no figure changes.
"""

import re

from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tools import SQL
from odoo.tools.misc import clean_context
from odoo.tools.sql import escape_psql

from ...tools import codes
from ..common.personal import ABOUT, NAMED, fields_of, models_of_ours
from .held import ADDRESS_FIELDS

#: Tables that name a contact or a login without any app relying on them by it: they go with it.
GO_WITH_CONTACT = (
    "res_partner_bank",
    "discuss_channel_member",
    "discuss_channel_rtc_session",
    "sms_sms",
    "snailmail_letter",
    "res_users_settings_volumes",
    "rating_rating",
)
GO_WITH_LOGIN = (
    "res_device_log",
    "res_users_apikeys",
    "res_users_deletion",
    "res_users_settings",
    "mail_presence",
    "auth_totp_device",
    "auth_totp_rate_limit_log",
    "ir_filters_res_users_rel",
)
#: Of an anonymised contact these stay: how Odoo sorts it, and whose it is.
CONTACT_KEEPS = frozenset({"name", "lang", "tz", "company_id", "active", "type", "is_company", "employee"})
#: Types of fields of a contact that hold something about somebody, and where they live.
EMPTIED = frozenset("char text html date datetime many2one binary".split())
PLACES = ("partner_latitude", "partner_longitude")
PSEUDONYM_LENGTH = 12


class Erasing:
    """Erase what is held; who may, and whether anything is open, was asked before.

    :param held: what is held, of all banks or of some
    """

    def __init__(self, held):
        self.held = held
        quiet = dict(
            clean_context(held.env.context), tracking_disable=True, mail_notrack=True, active_test=False
        )
        self.env = held.env(context=quiet)
        self.person = held.person.with_env(self.env)
        self.counts = {}
        code = codes.new(PSEUDONYM_LENGTH).replace("-", "")[:6]
        self.pseudonym = self.env._("Former member %s", code)

    def run(self, with_contact):
        """Erase it.

        :param bool with_contact: whether nobody else relies on the contact, which is made anonymous then
        :return: dict of what → how many
        """
        held = self.held
        # all is looked up before any of it goes
        rows, named, trackings, remains = held.rows, held.named, held.trackings, held.remains
        messages, own = held.messages, held.own_messages
        todos, own_todos = held.todos, held.own_todos
        scheduled = held.scheduled
        mails, files, followers = held.mails, held.files, held.followers
        banks, words = held.schemes or held.banks, self._get_words()
        self._erase_remains(remains)
        self._unlink("files", files)
        self._erase_mails(mails, own, words)
        self._unlink("to-dos", own_todos)
        self._unlink("messages", own)
        self._unlink("messages", scheduled)
        self._unlink("followed", followers)
        for name, found in rows.items():
            self.counts[name] = len(found)
            self.env[name].browse(found.ids)._erase_personal()
        self._rename(messages - own, ("body", "subject", *ADDRESS_FIELDS), words)
        self._rename(todos - own_todos, ("note", "summary", "feedback"), words)
        self._rename(trackings, ("old_value_char", "new_value_char"), words)
        self._sweep()
        if with_contact:
            self._anonymise()
        else:
            self._point_to_pseudonym(rows, named, banks)
        self.env.flush_all()
        self._discard_tracking(rows)
        self.env.invalidate_all()
        # files that nothing names any more are swept off the disk when all this is committed
        self.env.ref("base.autovacuum_job")._trigger()
        return self.counts

    def _discard_tracking(self, rows):
        """A change of a name that is followed would be noted when all this is committed."""
        for name, found in [*rows.items(), ("res.partner", self.held.contacts)]:
            records = self.env[name].browse(found.ids)
            if hasattr(records, "_track_discard"):
                records._track_discard()

    def _unlink(self, what, rows):
        rows = rows.with_env(self.env).exists()
        if rows:
            self.counts[what] = self.counts.get(what, 0) + len(rows)
            rows.unlink()

    def _erase_mails(self, mails, own, words):
        """Letters to nobody but them; of those to others as well, where they went to."""
        people = self.held.contacts
        emails = {email.lower() for email in self.held.emails}
        for mail in mails.with_env(self.env).exists():
            sent_to = re.findall(r"[\w.+%-]+@[\w.-]+", f"{mail.email_to or ''} {mail.email_cc or ''}")
            others = (mail.recipient_ids - people) or {one.lower() for one in sent_to} - emails
            if mail.mail_message_id in own or not others:
                self._unlink("mails", mail)
            else:
                mail.recipient_ids -= people.with_env(self.env)
                self._rename(mail, ("email_to", "email_cc", "body_html"), words)
        self.env.cr.execute(
            SQL(
                """UPDATE mail_notification SET mail_email_address = NULL, failure_reason = NULL
                    WHERE res_partner_id IN %s AND mail_message_id IN %s""",
                people._ids,
                self.held.messages._ids or (0,),
            )
        )
        self.env["mail.notification"].invalidate_model(["mail_email_address", "failure_reason"])

    def _sweep(self):
        """What was on its way to screens is not needed any more; what was logged says who no longer."""
        self.env.cr.execute(
            "DELETE FROM bus_bus WHERE create_date < (now() AT TIME ZONE 'UTC') - interval '1 minute'"
        )
        for word in self.held.words:
            found = f"%{escape_psql(word)}%"
            self.env.cr.execute(SQL("DELETE FROM bus_bus WHERE message ILIKE %s", found))
            self.env.cr.execute(SQL("DELETE FROM ir_logging WHERE message ILIKE %s", found))

    # Words that say who it was
    def _get_words(self):
        """What finds the person in others' texts, each with what is put in its place."""
        held, found = self.held, []
        if held.found:
            found.append((held.found, self.pseudonym))
        for word in held.words:
            if word not in held.called:
                found.append((re.compile(re.escape(word), re.IGNORECASE), self.env._("(erased)")))
        return found

    def _rename(self, rows, names, words):
        rows = rows.with_env(self.env).exists()
        for row in rows:
            vals = {}
            for name in names:
                text = said = str(row[name] or "")
                for found, instead in words:
                    said = found.sub(instead, said)
                if said != text:
                    vals[name] = said
            if vals:
                self._write_plain(row, vals)
        if rows:
            self.counts["renamed in messages"] = self.counts.get("renamed in messages", 0) + len(rows)

    def _write_plain(self, rows, vals):
        """Write columns as they are, past what a model does besides when somebody writes."""
        rows.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s",
                SQL.identifier(rows._table),
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in vals.items()),
                rows._ids,
            )
        )
        rows.invalidate_recordset(vals, flush=False)
        rows.modified(vals)

    def _erase_remains(self, remains):
        for rows in remains:
            self._unlink("being typed in", rows)

    # The contact
    def _anonymise(self):
        contacts = self.held.contacts.with_env(self.env)
        self._delete_from(GO_WITH_CONTACT, "res_partner", contacts)
        self._erase_logins()
        self.env["mail.blacklist"].search([("email", "in", self.held.emails)]).unlink()
        columns, vals = self._prepare_empty(contacts)
        if columns:
            empty = SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in columns)
            self.env.cr.execute(SQL("UPDATE res_partner SET %s WHERE id IN %s", empty, contacts._ids))
        contacts.invalidate_recordset()
        # Odoo looks for logins that are still used, as its own search finds them
        contacts.with_context(active_test=True).write({**vals, "name": self.pseudonym, "active": False})
        self.counts["contact"] = len(contacts)

    def _prepare_empty(self, contacts):
        """(columns to empty as they are, values to write) of whatever a contact can say of somebody."""
        columns, vals = [], {}
        for name, field in contacts._fields.items():
            if not field.store or name in CONTACT_KEEPS or name in MAGIC_COLUMNS:
                continue
            if field.company_dependent or field.type == "properties":
                columns.append(name)  # of each company, and of fields that somebody added
            elif field.related or field.required or (field.compute and field.readonly):
                continue
            elif field.type in EMPTIED:
                vals[name] = False
            elif field.type == "many2many" and not (field.compute or field.readonly):
                vals[name] = [Command.clear()]
            elif name in PLACES:
                vals[name] = 0
        return columns, vals

    def _erase_logins(self):
        users = self.held.users.with_env(self.env)
        if not users:
            return
        self.counts["logins"] = len(users)
        self._delete_from(GO_WITH_LOGIN, "res_users", users)
        self.env.cr.execute(SQL("DELETE FROM res_users_log WHERE create_uid IN %s", users._ids))
        users.write({"active": False})
        for user in users:
            columns = {
                field.name: None
                for field in user._fields.values()
                if field.store
                and field.column_type
                and field.type in ("char", "text", "html")
                and field.name != "login"
                and not field.required
                and not field.inherited
            }
            code = codes.new(PSEUDONYM_LENGTH).replace("-", "").lower()
            self._write_plain(
                user, {**columns, "login": f"forgotten-{code}", "password": None, "active": False}
            )
        self.env.registry.clear_cache()

    def _delete_from(self, tables, referred, rows):
        """Delete rows of these tables that refer to ``rows``, where the tables are there."""
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """SELECT referring.relname, a.attname
                     FROM pg_constraint c
                     JOIN pg_class referring ON referring.oid = c.conrelid
                     JOIN pg_class referred ON referred.oid = c.confrelid
                     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                    WHERE c.contype = 'f' AND referred.relname = %s AND referring.relname IN %s
                      AND a.attname NOT IN ('create_uid', 'write_uid')""",
                referred,
                tables,
            )
        )
        for table, column in found:
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE %s IN %s", SQL.identifier(table), SQL.identifier(column), rows._ids)
            )
        self.env.invalidate_all(flush=False)

    # Where others rely on the contact
    def _point_to_pseudonym(self, rows, named, banks):
        """What is kept of the banks' names somebody who is nobody; the contact stays as it is."""
        companies = banks.company_id
        somebody = self.env["res.partner"].create(
            {
                "name": self.pseudonym,
                "active": False,
                "company_id": companies.id if len(companies) == 1 else False,
                "lang": self.person.lang,
            }
        )
        kept = {name: found.ids for name, found in rows.items()}
        for field, found in named:
            kept[field.model_name] = [*kept.get(field.model_name, ()), *found.ids]
        for model in models_of_ours(self.env):
            found = self.env[model._name].browse(kept.get(model._name, ())).exists()
            for field in fields_of(model, ABOUT, NAMED):
                if field.comodel_name == "res.partner" and found:
                    self._point(found, field, somebody)
        self.counts["pseudonym"] = 1

    def _point(self, rows, field, somebody):
        if field.type == "many2one":
            mine = rows.filtered(lambda row: row[field.name] == self.person)
            if mine:
                self._write_plain(mine, {field.name: somebody.id})
            return
        rows.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE %s = %s AND %s IN %s",
                SQL.identifier(field.relation),
                SQL.identifier(field.column2),
                somebody.id,
                SQL.identifier(field.column2),
                self.person.id,
                SQL.identifier(field.column1),
                rows._ids,
            )
        )
        rows.invalidate_recordset([field.name], flush=False)
