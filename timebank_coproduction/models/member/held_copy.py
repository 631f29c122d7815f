"""A copy of all that is held about a person, to be read and to be taken elsewhere.

Others who are named in it are told by their initials.
"""

import base64
import io
import json
import re
import zipfile
from datetime import date, datetime

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import html2plaintext
from odoo.tools.mimetypes import guess_mimetype

from ...tools.initials import Abbreviated, initials
from ...tools.minutes import clock, from_hours
from ..common.hours_field import Hours
from ..common.personal import ABOUT, SECRET, fields_of, is_about_people, sorts
from ..common.words import say_day, say_moment
from .held_erasing import GO_WITH_CONTACT

#: What says nothing about anybody: how Odoo shows, sorts and counts.
TECHNICAL = frozenset(
    {"company_id", "currency_id", "sequence", "color", "create_uid", "write_uid", "write_date"}
)
#: Of a contact and a login, what isn't theirs to read: keys, and how Odoo computes.
KEYS = frozenset({"signup_type", "barcode", "commercial_partner_id", "complete_name", "email_normalized"})
RESIZED = re.compile(r"^(image|avatar)_(1024|512|256|128)$")
#: What the page leaves to the data beside it: how Odoo searches, counts and books.
NOT_ON_PAGE = frozenset(
    {
        "id",
        "active",
        "field_name",
        "type",
        "partner_share",
        "timebank_sought",
    }
)
#: Of what other apps add to a contact, the page shows what is said of the person; how these apps treat them,
#: such as their rank among customers, stands in the data beside it.
SAYING = frozenset({"char", "text", "html", "date", "datetime", "properties"})
#: What a name of a file in the parcel has none of.
UNSAFE = re.compile(r"[^\w.-]+")
MOST_NAME = 80


class Copy:
    """What is held about somebody, as whoever asks for it is shown it.

    :param held: what is held
    :param user: who asks
    """

    def __init__(self, held, user):
        self.held, self.user, self.env = held, user, held.env
        self.is_own = held.person == user.partner_id
        self.left_out, self.attached = [], {}
        self.abbreviated = Abbreviated(self._get_others().mapped("name"), between=" ")

    # Who may
    def check(self):
        """:raises UserError: where part of it is held by a bank that whoever asks doesn't run"""
        if self.is_own or self.user._is_superuser():
            return
        banks = self.held.asked_banks
        others = banks - self._as_reader(banks)._run_by_user().with_env(self.env)
        if others:
            env = self.user.env
            raise UserError(
                env._(
                    "Part of this is held by %(banks)s, and a copy is whole or isn't made. %(ask)s Or let"
                    " %(person)s open their own copy.",
                    banks=", ".join(others.mapped("name")),
                    ask=" ".join(others.mapped(lambda bank: bank._say_whom_to_ask(self.held.person))),
                    person=self.held.person.name,
                )
            )

    # What it says
    def build(self):
        """Dict of model → list of rows, each a dict of field → what it holds. Ready for JSON."""
        env, held = self.env, self.held
        data = {"_about": {}}
        data["res.partner"] = [self._row(contact) for contact in held.contacts]
        if held.users:
            data["res.users"] = [self._login(user) for user in held.users]
        for name, rows in held.rows.items():
            if self.is_own and name == "timebank.words":
                continue
            data[name] = [self._row(row) for row in rows.sorted("id")]
        for field, rows in self._get_readable():
            label = field._description_string(env)
            lines = [{"id": row.id, "name": self._call(row), "named as": label} for row in rows]
            data.setdefault(field.model_name, []).extend(lines)
            if rows._table in GO_WITH_CONTACT:  # such as a bank account: theirs, in whichever app
                for row, line in zip(rows, lines, strict=True):
                    self._texts(row, line)
        self._add_beside(data)
        self._add_done(data)
        if self.is_own:
            self.left_out.append(
                env._(
                    "What coordinators wrote for one another isn't in here, whether there is any or not. Ask"
                    " for it at your time bank: %s",
                    " ".join({bank._say_whom_to_ask(env["res.partner"]) for bank in held.banks}),
                )
            )
        data["_about"] = {
            "person": held.person.name or "",
            "made_on": fields.Datetime.to_string(fields.Datetime.now()),
            "made_for": self.user.name,
            "not_in_here": self.left_out,
        }
        return data

    def _add_beside(self, data):
        held = self.held
        messages = (
            held.messages if not self.is_own else held.messages.filtered(lambda one: not one._is_kept_note())
        )
        messages = self._leave_out(messages, lambda one: one.model)
        data["mail.message"] = [self._message(one) for one in messages.sorted("id")]
        data["mail.mail"] = [
            self._pick(one, ("email_to", "email_cc", "state", "body_html"))
            for one in self._leave_out(held.mails, lambda one: one.model, told=False).sorted("id")
            if one.mail_message_id in messages
        ]
        data["mail.scheduled.message"] = [
            self._pick(one, ("subject", "body", "scheduled_date"))
            for one in held.scheduled
            if not self.is_own and self._is_told(self.env[one.model].browse(one.res_id))
        ]
        data["mail.tracking.value"] = [self._tracking(one) for one in held.trackings if not self.is_own]
        todos = held.todos if not self.is_own else held.todos.filtered(lambda one: one.user_id in held.users)
        todos = self._leave_out(todos, lambda one: one.res_model)
        data["mail.activity"] = [
            self._pick(one, ("summary", "note", "feedback", "date_deadline", "res_model")) for one in todos
        ]
        data["mail.followers"] = [
            {"id": one.id, "follows": self._place(one.res_model, one.res_id)} for one in held.followers
        ]
        files = held.files
        if self.is_own:
            notes = held.messages - messages
            files -= notes.attachment_ids - messages.attachment_ids
            files = files.filtered(
                lambda one: (
                    one.res_field
                    or one in messages.attachment_ids
                    or not one.res_model
                    or one.create_uid in held.users
                )
            )
        data["ir.attachment"] = [self._file(one) for one in files.sorted("id")]
        for rows in map(self._get_readable_remains, held.remains):
            label = self.env["ir.model"]._get(rows._name).name
            lines = [{"id": row.id, "being typed in": label} for row in rows]
            data.setdefault(rows._name, []).extend(lines)
            for row, line in zip(rows, lines, strict=True):
                self._texts(row, line)
        for name in [name for name, rows in data.items() if not rows]:
            del data[name]

    def _add_done(self, data):
        """How much was written down under their login, model by model."""
        if not self.held.users:
            return
        done = {}
        for name in self.held.rows | {field.model_name: 0 for field, _rows in self.held.named}:
            count = self.env[name].search_count([("create_uid", "in", self.held.users.ids)])
            if count:
                done[self.env["ir.model"]._get(name).name] = count
        data["res.users"][0]["rows written under this login"] = done

    def _texts(self, row, line):
        for name, field in row._fields.items():
            if field.store and field.type in ("char", "text", "html") and row[name]:
                line[name] = self._say(row[name])

    def _get_readable(self):
        """What names the person, as far as whoever asks may read it; of the rest is said who can be asked.

        What of ours names them they are told of themselves, as a line with its name.
        """
        ours, others = self.held.named, self.held.elsewhere
        if self.is_own:
            yield from ours
        for field, rows in others if self.is_own else [*ours, *others]:
            read = self._filter_readable(rows)
            if rows - read:
                self._say_left_out(field.model_name, len(rows - read))
            if read:
                yield field, read

    def _get_readable_remains(self, rows):
        """Dialogs are whoever's filled them in; who runs the banks is shown those of the banks."""
        if not self.is_own and rows._name.startswith("timebank."):
            return rows
        return self._filter_readable(rows)

    def _as_reader(self, rows):
        """The same rows, with the rights of whoever asks."""
        return rows.with_env(self.env(user=self.user, su=False))

    def _filter_readable(self, rows):
        return self._as_reader(rows)._filtered_access("read").with_env(self.env)

    def _leave_out(self, rows, model_of, told=True):
        """Rows beside records of the banks and of the contact; of others', what whoever asks may read.

        What stands alone is the person's own, and no bank's: a link to a new password is such a mail.
        """
        ours = rows.filtered(
            lambda row: (
                (model_of(row) or "").startswith("timebank.")
                or model_of(row) == "res.partner"
                or (self.is_own and not model_of(row))
            )
        )
        rest = rows - ours
        read = self._filter_readable(rest)
        for name, group in (rest - read).grouped(model_of).items() if told else ():
            self._say_left_out(name or rows._name, len(group))
        return ours | read

    def _say_left_out(self, model, count):
        if self.is_own:  # what other parts of Odoo call it says nothing to them
            said = self.env._(
                "Other parts of this system keep something about you that isn't in here, such as when and"
                " from where you signed in. Ask an administrator for it."
            )
            self.left_out += [said] if said not in self.left_out else []
            return
        label = self.env["ir.model"]._get(model).name or model
        self.left_out.append(
            self.env._(
                "Not in here: %(count)s of “%(model)s”, which you may not read. Ask an administrator who"
                " looks after them.",
                count=count,
                model=label,
            )
        )

    # One row
    def _row(self, row):
        """All that a row holds, but keys."""
        kinds, found = sorts(row), {"id": row.id}
        reader = self._as_reader(row)
        for name, field in row._fields.items():
            if not field.store or name in TECHNICAL or kinds.get(name) == SECRET or RESIZED.match(name):
                continue
            if (
                field.type in ("one2many",)
                or field.groups == fields.NO_ACCESS
                or row._name in ("res.partner",)
                and name in KEYS
            ):
                continue
            if (self.is_own or row._name == "res.partner") and not reader._has_field_access(field, "read"):
                continue
            if field.type == "binary" and field.attachment:
                continue  # among the files
            value = self._value(row, field)
            if value not in (None, False, "", [], {}):
                found[name] = value
        return found

    def _login(self, user):
        names_ = (
            "login",
            "lang",
            "tz",
            "signature",
            "create_date",
            "login_date",
            "active",
            "out_of_office_message",
        )
        return self._pick(user, [name for name in names_ if name in user._fields])

    def _pick(self, row, wanted):
        found = {name: self._value(row, row._fields[name]) for name in wanted}
        return {
            "id": row.id,
            **{name: value for name, value in found.items() if value not in (None, False, "")},
        }

    def _value(self, row, field):
        value = row[field.name]
        if field.type in ("many2one", "many2many"):
            said = [self._call(one) for one in value]
            return said if field.type == "many2many" else next(iter(said), False)
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if field.type == "properties":
            return [self._say(str(one.get("value") or "")) for one in value or ()] if value else False
        if field.type == "many2one_reference" or not isinstance(value, str):
            return value
        return self._say(value)

    def _say(self, text):
        """A text, with others called by their initials."""
        return self.abbreviated(str(text))

    def _call(self, row):
        """What a row that is named is called, as far as this person may be told."""
        held = self.held
        if not row:
            return False
        if row._name == "res.users":
            row = row.partner_id
        if row._name == "res.partner":
            if row in held.contacts or row.is_company:
                return row.name or row.display_name or ""
            return self._say_who(row.name)
        mine = held.rows.get(row._name)
        about = fields_of(row, ABOUT)
        is_banks = about and not any(row[field.name] for field in about)  # such as a pot
        if is_about_people(row) and not is_banks and not (mine and row in mine):
            who = row["partner_id"] if "partner_id" in row._fields else self.env["res.partner"]
            label = self.env["ir.model"]._get(row._name).name
            return f"{label} {row.id}" + (f" ({self._call(who)})" if who else "")
        return self._say(row.display_name or "")[:MOST_NAME]

    def _get_others(self):
        """Everybody else who is named in these rows: they are called by their initials."""
        people = self.env["res.partner"]
        for rows in self.held.rows.values():
            for field in rows._fields.values():
                if (
                    field.store
                    and field.type in ("many2one", "many2many")
                    and field.comodel_name == "res.partner"
                ):
                    people |= rows[field.name]
        transfers = self.held.rows.get("timebank.transfer")
        if transfers:
            people |= (transfers.from_account_id | transfers.to_account_id).partner_id
        people |= self.held.messages.author_id | self.held.messages.partner_ids
        for _field, rows in self.held.named:
            people |= (
                rows["partner_id"]
                if "partner_id" in rows._fields and rows._fields["partner_id"].comodel_name == "res.partner"
                else people.browse()
            )
        return (people - self.held.contacts).filtered(lambda one: not one.is_company)

    def _say_who(self, name):
        """What is told of others to somebody who only has to know that there was somebody."""
        return initials(name, " ") if name else ""

    def _message(self, one):
        line = self._pick(one, ("date", "subject", "body", "email_from", "message_type"))
        line["about"] = self._place(one.model, one.res_id)
        line["by"] = self._call(one.author_id)
        if one.author_id not in self.held.contacts:
            line.pop("email_from", None)
        # sudo: what a field of theirs was before
        changes = [self._tracking(value) for value in one.sudo().tracking_value_ids]
        if changes:
            line["what changed"] = changes
        return line

    def _tracking(self, one):
        line = {"id": one.id, "field": one.field_id.field_description or ""}
        for side in ("old", "new"):
            for kind in ("char", "text", "integer", "float", "datetime"):
                value = one[f"{side}_value_{kind}"]
                if value:
                    line[side] = self._say(value) if isinstance(value, str) else str(value)
                    break
        return line

    def _place(self, model, record_id):
        if not model or model not in self.env:
            return ""
        row = self.env[model].browse(record_id).exists()
        label = self.env["ir.model"]._get(model).name
        return f"{label}: {self._call(row)}" if row and self._is_told(row) else label

    def _is_told(self, row):
        """Whether a record is the banks' or a contact; of other apps', whether whoever asks may read it."""
        if row._name == "res.partner" or row._name.startswith("timebank."):
            return True
        return self._as_reader(row).has_access("read")

    def _file(self, one):
        name = UNSAFE.sub("_", one.name or "file")[-60:]
        path = f"files/{one.id}_{name}"
        content = one.raw or b""
        if "." not in path.rsplit("/", 1)[-1] and content:
            ending = guess_mimetype(content).rsplit("/", 1)[-1]
            path += f".{ending}" if ending.isalnum() else ""
        self.attached[path] = content
        line = self._pick(one, ("name", "mimetype", "create_date", "url", "description"))
        return {**line, "about": self._place(one.res_model, one.res_id), "file": path}

    # As a page, and as a parcel
    def page(self, data, links):
        """HTML: the copy as a page to read and to print."""
        values = {
            "copy": self,
            "about": data["_about"],
            "parts": [self._part(name, rows) for name, rows in data.items() if name != "_about"],
            "links": links,
            "lang": (self.env.lang or "en_GB").replace("_", "-"),
        }
        page = self.env["ir.qweb"]._render("timebank_coproduction.personal_page", values)
        return Markup("<!DOCTYPE html>\n") + page

    def parcel(self, data):
        """A zip of the page, the data as JSON, and all files."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parcel:
            parcel.writestr("everything.html", str(self.page(data, {})))
            parcel.writestr("everything.json", json.dumps(data, ensure_ascii=False, indent=2, default=str))
            for path, content in self.attached.items():
                parcel.writestr(path, content)
        return target.getvalue()

    def _part(self, name, rows):
        """What the page shows of a model: a title, columns, and a line for each row."""
        model = self.env[name]
        keys = dict.fromkeys(key for row in rows for key in row)
        columns = [key for key in keys if self._is_on_page(model, key)]
        columns = [key for key in columns if "minutes" not in key or self._get_hours(key) not in keys]
        lines = [[self._cell(model, key, row.get(key)) for key in columns] for row in rows]
        return {
            "title": self.env["ir.model"]._get(name).name or name,
            "labels": [self._label(model, key) for key in columns],
            "lines": lines,
            "tall": len(columns) > 6,
        }

    def _is_on_page(self, model, key):
        field = model._fields.get(key)
        if key in NOT_ON_PAGE or key in getattr(model, "_off_page", ()):
            return False
        if field is None:
            return True
        if model._name == "res.partner" and not field.manual:
            own = {"base", "timebank_coproduction"}.intersection(field._modules)
            return bool(own) or field.type in SAYING and not field.company_dependent
        return field.comodel_name != "mail.activity"  # somebody's to-do, such as of many hours at a time

    def _get_hours(self, key):
        """The field that shows in hours what another holds in minutes."""
        return key.replace("minutes", "hours")

    def _label(self, model, key):
        field = model._fields.get(self._get_hours(key)) or model._fields.get(key)
        return field._description_string(self.env) if field is not None else key.capitalize()

    def _cell(self, model, key, value):
        field = model._fields.get(key)
        if value in (None, False, "", []):
            return ""
        if isinstance(value, list):
            return "; ".join(self._cell(model, "", one) for one in value)
        if isinstance(value, dict):
            return ", ".join(f"{label}: {said}" for label, said in value.items() if label != "id")
        if value is True:
            return self.env._("Yes")
        if field is None:
            return str(value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "date":
            return say_day(self.env, fields.Date.to_date(value))
        if field.type == "datetime":
            return say_moment(self.env, fields.Datetime.to_datetime(value), self.user.tz)
        if field.type == "html" or key == "body_html" or field.type == "text" and value.lstrip()[:1] == "<":
            return html2plaintext(value).strip()
        if field.type == "integer" and "minutes" in key:
            return clock(value)
        if isinstance(field, Hours):
            return clock(from_hours(value))
        if key.endswith("_minute"):  # of a day; below zero where not known
            return clock(value) if value >= 0 else ""
        if key == "res_model":
            return self.env["ir.model"]._get(value).name or value
        if field.type in ("float", "monetary"):
            return f"{value:.2f}".rstrip("0").rstrip(".")
        return str(value)
