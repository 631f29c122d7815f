"""All rows in the database that hold something about a person.

Found by looking at every model: ours by how their fields are sorted (``common/personal.py``), Odoo's by
what hangs on a contact, and other apps' by whatever names one. What is shown to who asks for a copy and
what goes when somebody is forgotten is the same list.
"""

import re
from functools import cached_property

from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from ...tools import names
from ..common.personal import (
    ABOUT,
    LOGIN,
    NAMED,
    PEOPLE,
    THROUGH,
    TRADE,
    fields_of,
    is_about_people,
    models_of_ours,
)

#: Odoo's models that are gone through one by one, or whose rows are no more than a setting.
BESIDE = ("res.partner", "res.users", "res.groups", "res.company", "privacy.log")
#: Fields of a message that hold addresses.
ADDRESS_FIELDS = ("email_from", "incoming_email_to", "incoming_email_cc", "outgoing_email_to", "reply_to")
#: Addresses of a person, as contacts of their own.
ADDRESSES = ("invoice", "delivery", "other")


class Held:
    """What is held about one person.

    :param person: a contact
    :param schemes: only what these banks hold, or all where none is named
    :param bool beyond: whether the contact is others' as well: what isn't of a bank is left out
    """

    def __init__(self, person, schemes=None, beyond=False):
        # sudo: who may have it, or erase it, was asked by whoever looks; rows of all banks have to be found
        self.person = person.sudo().with_context(
            active_test=False, prefetch_fields=False, lang=person.env.lang
        )
        self.env = self.person.env
        self.schemes = schemes and schemes.sudo()
        #: Whether all that is held is meant, and not what the banks, or some of them, hold.
        self.is_whole = not schemes and not beyond
        self.users = self.person.user_ids
        children = self.person.child_ids if not self.person.is_company else self.person.browse()
        self.contacts = self.person | children.filtered(
            lambda one: one.type in ADDRESSES and not one.user_ids and not one.timebank_member_ids
        )

    @cached_property
    def called(self):
        """What the person is called, and was as a contact that is one with theirs: whole names, but for those
        that another of the banks has.
        """
        merges = self.rows.get("timebank.merge")
        joined = [name for text in (merges or ()) for name in (text.joined_names or "").split(", ")]
        called = [name for name in dict.fromkeys([self.person.name, *joined]) if names.whole(name)]
        members = self.env["timebank.member"].search(
            Domain("scheme_id", "in", self.banks.ids)
            & Domain("partner_id", "!=", self.person.id)
            & Domain.OR(Domain("name", "=ilike", escape_psql(name)) for name in called)
        )
        others = {(name or "").casefold() for name in members.mapped("name")}
        return [name for name in called if name.casefold() not in others]

    @cached_property
    def found(self):
        """What finds the person's names in texts, or nothing."""
        patterns = [names.whole(name).pattern for name in self.called]
        return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    # Ours
    @cached_property
    def rows(self):
        """Dict of model → the rows that are about the person."""
        models = [self.env[model._name] for model in models_of_ours(self.env) if is_about_people(model)]
        rows = {model._name: model.browse() for model in models}
        grows = True
        while grows:
            grows = False
            for model in models:
                new = self._in_banks(model.search(self._get_domain(model, rows))) - rows[model._name]
                if new:
                    rows[model._name] |= new
                    grows = True
        return {name: found for name, found in rows.items() if found}

    def _get_domain(self, model, rows):
        people = {"res.partner": self.contacts, "res.users": self.users}
        parts = []
        shared = self.schemes and "scheme_id" not in model._fields  # such as checks, for all of their banks
        for field in fields_of(model, THROUGH) if shared else fields_of(model, ABOUT, THROUGH):
            known = people.get(field.comodel_name) or rows.get(field.comodel_name)
            if known:
                parts.append(Domain(field.name, "in", known.ids))
        logins = [login for login in self.users.mapped("login") if login]
        parts += [Domain(field.name, "in", logins) for field in fields_of(model, LOGIN)]
        return Domain.OR(parts)

    def _in_banks(self, rows):
        """Those of the banks that are asked about; what belongs to no bank is everybody's."""
        if not self.schemes or "scheme_id" not in rows._fields:
            return rows
        return rows.filtered(lambda row: row.scheme_id in self.schemes)

    @cached_property
    def banks(self):
        """The banks that hold any of it."""
        schemes = self.env["timebank.scheme"]
        for rows in self.rows.values():
            if "scheme_id" in rows._fields:
                schemes |= rows.scheme_id
        return schemes

    @cached_property
    def asked_banks(self):
        """The banks that have a say in who is shown all of it: what only names the person counts as well."""
        schemes = self.banks
        for _field, rows in self.named:
            schemes |= rows.scheme_id if "scheme_id" in rows._fields else schemes
        for rows, model_field in (
            (self.messages, "model"),
            (self.todos, "res_model"),
            (self.files, "res_model"),
        ):
            for name, group in rows.grouped(model_field).items():
                schemes = schemes.union(*self._get_schemes(name, group.mapped("res_id")).values())
        return schemes

    def _get_schemes(self, name, ids):
        """The bank of each record of ours: dict of id → bank."""
        model = self.env.get(name or "")
        if model is None or not name.startswith("timebank."):
            return {}
        records = model.browse(filter(None, ids)).exists()
        if name == "timebank.scheme":
            return {record.id: record for record in records}
        return {record.id: record.scheme_id for record in records} if "scheme_id" in model._fields else {}

    @cached_property
    def named(self):
        """List of (field, rows of ours) that name the person without being about them."""
        found = []
        for model in models_of_ours(self.env):
            for field in fields_of(self.env[model._name], NAMED, TRADE):
                people = {"res.partner": self.contacts, "res.users": self.users}.get(field.comodel_name)
                rows = people and self._in_banks(
                    self.env[model._name].search([(field.name, "in", people.ids)])
                )
                if rows:
                    found.append((field, rows))
        return found

    # Other apps'
    @cached_property
    def elsewhere(self):
        """List of (field, rows of other apps) that name the person."""
        found = []
        for model, fields in self._get_naming_fields():
            if (
                model._name in BESIDE
                or model._name.startswith(("timebank.", "mail.", "ir."))
                or model._transient
            ):
                continue
            for field in fields:
                people = {"res.partner": self.contacts, "res.users": self.users}[field.comodel_name]
                rows = people and model.search([(field.name, "in", people.ids)])
                if rows:
                    found.append((field, rows))
        return found

    def _get_naming_fields(self):
        """(model, its stored fields that name people) of every model with a table."""
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or not model._auto:
                continue
            fields = [
                field
                for field in model._fields.values()
                if field.store
                and field.type in ("many2one", "many2many")
                and field.comodel_name in PEOPLE
                and field.name not in ("create_uid", "write_uid")
            ]
            if fields:
                yield model, fields

    # What is written beside them
    def _beside(self, model_field, id_field, others=()):
        """A domain of what stands beside the rows that are about the person."""
        places = [(name, rows.ids) for name, rows in self.rows.items()]
        if self.is_whole:
            places.append(("res.partner", self.contacts.ids))
        parts = [Domain(model_field, "=", name) & Domain(id_field, "in", ids) for name, ids in places]
        return Domain.OR([*parts, *others])

    @property
    def emails(self):
        found = {*self.contacts.mapped("email"), *self.contacts.mapped("email_normalized")}
        found |= {login for login in self.users.mapped("login") if "@" in (login or "")}
        return [email for email in found if email]

    @cached_property
    def messages(self):
        """What was said about, by and to them: beside what is theirs, and letters that stand alone."""
        people, addressed = self.contacts.ids, []
        if self.is_whole:
            addressed = [
                Domain("author_id", "in", people),
                Domain("partner_ids", "in", people),
                Domain("notification_ids.res_partner_id", "in", people),
                *(Domain(name, "ilike", email) for email in self.emails for name in ADDRESS_FIELDS),
                Domain("id", "in", self._mails_to_them.mail_message_id.ids),
            ]
        else:
            ours = Domain("model", "=like", "timebank.%") & Domain("author_id", "in", people)
            addressed = [ours & Domain("res_id", "in", rows.ids) for _field, rows in self.named]
        messages = self.env["mail.message"]
        found = messages.search(self._beside("model", "res_id", addressed))
        return found | self._mentions(messages, "model", ("body", "subject"))

    @cached_property
    def _mails_to_them(self):
        parts = [Domain("recipient_ids", "in", self.contacts.ids)]
        parts += [Domain(name, "ilike", email) for email in self.emails for name in ("email_to", "email_cc")]
        return self.env["mail.mail"].search(Domain.OR(parts))

    @cached_property
    def mails(self):
        return self._mails_to_them | self.env["mail.mail"].search(
            [("mail_message_id", "in", self.messages.ids)]
        )

    @cached_property
    def todos(self):
        activities = self.env["mail.activity"]
        mine = [Domain("user_id", "in", self.users.ids)] if self.is_whole else []
        found = activities.search(self._beside("res_model", "res_id", mine))
        return found | self._mentions(activities, "res_model", ("note", "summary", "feedback"))

    @cached_property
    def scheduled(self):
        """Messages that are to go out later."""
        mine = [Domain("author_id", "in", self.contacts.ids)] if self.is_whole else []
        return self.env["mail.scheduled.message"].search(self._beside("model", "res_id", mine))

    @cached_property
    def own_messages(self):
        """What of it is about, by or for nobody but them; the rest calls them by name, or went to others."""

        def alone(row):
            if row.author_id in self.contacts:
                return True
            return not row.model or row.partner_ids and not row.partner_ids - self.contacts

        return self.messages.filtered(lambda row: self._is_beside(row, "model", "res_id") or alone(row))

    @cached_property
    def own_todos(self):
        return self.todos.filtered(
            lambda row: self._is_beside(row, "res_model", "res_id") or row.user_id in self.users
        )

    def _is_beside(self, row, model_field, id_field):
        """Whether a row stands beside what is about the person."""
        if row[model_field] == "res.partner":
            return self.is_whole and row[id_field] in self.contacts.ids
        return row[id_field] in self._places.get(row[model_field], ())

    @cached_property
    def _places(self):
        return {name: set(rows.ids) for name, rows in self.rows.items()}

    def _mentions(self, model, model_field, text_fields):
        """Rows beside records of ours, or beside their fellows, that call the person by their whole name."""
        if not self.found:
            return model.browse()
        texts = Domain.OR(
            Domain(name, "ilike", escape_psql(called)) for name in text_fields for called in self.called
        )
        rows = model.search(self._beside_others(model_field) & texts)
        found = model.browse()
        for name, group in rows.grouped(model_field).items():
            banks = self._get_schemes(name, group.mapped("res_id"))
            found |= group.filtered(
                lambda row, banks=banks: row.res_id not in banks or banks[row.res_id] in self.banks
            )
        return found.filtered(lambda row: any(self.found.search(row[name] or "") for name in text_fields))

    def _beside_others(self, model_field):
        """A domain of what stands beside records of ours, or beside a contact of one of their fellows."""
        ours = Domain(model_field, "=like", "timebank.%")
        if not self.is_whole:
            return ours
        return ours | Domain(model_field, "=", "res.partner") & Domain("res_id", "in", self._fellows.ids)

    @cached_property
    def _fellows(self):
        """Contacts of their banks' members, and those that others became one with: Odoo notes names there."""
        members = self.env["timebank.member"].search([("scheme_id", "in", self.banks.ids)])
        return members.partner_id | self.env["timebank.merge"].search([]).partner_id

    @cached_property
    def followers(self):
        domain = Domain("partner_id", "in", self.contacts.ids)
        if not self.is_whole:
            domain &= self._beside("res_model", "res_id")
        return self.env["mail.followers"].search(domain)

    @cached_property
    def files(self):
        """Files put to what is theirs, in a field or beside it, and those that came with messages."""
        mine = [Domain("create_uid", "in", self.users.ids) & Domain("res_model", "=like", "timebank.%")]
        beside = self._beside("res_model", "res_id", mine if self.is_whole else [])
        # asks for the files in fields as well, which Odoo leaves out unless they are named
        named = Domain("res_field", "=", False) | Domain("res_field", "!=", False)
        resized = re.compile(r"^image_(1024|512|256|128)$")
        found = self.env["ir.attachment"].search(beside & named) | self.own_messages.attachment_ids
        return found.filtered(lambda one: not resized.match(one.res_field or ""))

    @cached_property
    def trackings(self):
        """Notes of what a field of another record was before and after that say the person's name."""
        if not self.found:
            return self.env["mail.tracking.value"]
        texts = Domain.OR(
            Domain(column, "ilike", escape_psql(called))
            for column in ("old_value_char", "new_value_char")
            for called in self.called
        )
        rows = self.env["mail.tracking.value"].search(
            texts & Domain("mail_message_id", "any", self._beside_others("model"))
        )
        return rows.filtered(
            lambda row: (
                row.mail_message_id not in self.messages
                and self.found.search(f"{row.old_value_char} {row.new_value_char}")
            )
        )

    # What was being typed in
    @cached_property
    def remains(self):
        """Dialogs that were filled in, and files that were read, as far as Odoo hasn't swept them up."""
        found = []
        members = self.rows.get("timebank.member")
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not model._transient or model._abstract or not model._auto:
                continue
            parts = []
            for field in model._fields.values():
                if not field.store or field.name in ("create_uid", "write_uid"):
                    continue
                people = {"res.partner": self.contacts, "timebank.member": members}.get(
                    getattr(field, "comodel_name", None)
                )
                if field.type in ("many2one", "many2many") and people:
                    parts.append(Domain(field.name, "in", people.ids))
                elif field.type in ("char", "text", "html") and not field.translate:
                    parts += [Domain(field.name, "ilike", word) for word in self.words]
            rows = model.search(Domain.OR(parts)) if parts else model.browse()
            if rows:
                found.append(rows)
        imports = self.env["base_import.import"].search([])
        words = [word.encode() for word in self.words]
        imports = imports.filtered(lambda one: any(word in bytes(one.file or b"") for word in words))
        return [*found, imports] if imports else found

    @cached_property
    def words(self):
        """By what a person is found in texts: whole names, addresses, numbers."""
        found = [*self.emails, *self.contacts.mapped("phone")]
        found += self.called
        return [word for word in found if word and len(word) > 5]
