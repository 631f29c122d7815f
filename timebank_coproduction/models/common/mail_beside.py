"""What is written beside the addon's records: notes, their files, and who follows.

It is for those who read the record by a role (``roles.py``), for whoever wrote it and whom it was
sent to: not for all who may read the record. And it is kept: what was logged says who did what,
and isn't for those to change or remove whom it may embarrass.
"""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .roles import MANAGER, ROLES, read_by_role

#: What fields of the thread beside a record begin with: talking about it doesn't change it.
CHATTER = ("message_", "activity_", "website_message_")


def _ours(rows, path):
    """Those of ``rows`` that stand beside records of the addon, as superuser.

    :param str path: what leads from a row to the name of that record's model
    """
    # sudo: only which record a row is beside, and who made it
    kept = rows.sudo().exists()
    return kept.filtered(lambda row: any((name or "").startswith("timebank.") for name in row.mapped(path)))


def _without(domain, kept):
    """A domain of all that was asked for but what is kept."""
    return Domain(domain) & Domain("id", "not in", kept.ids) if kept else domain


def _beside_read_by_role(rows, model_field, roles=ROLES):
    """Those of ``rows``, as superuser, whose record the user reads by a role."""
    found = rows.browse()
    for model, group in rows.grouped(model_field).items():
        if model in rows.env:
            records = rows.env[model].sudo(False).browse({row.res_id for row in group if row.res_id})
            read = set(read_by_role(records, roles)._ids)
            found |= group.filtered(lambda row, read=read: row.res_id in read)
    return found


def _with_forbidden(rows, operation, result, forbidden):
    """What ``_check_access`` returns, with more rows that are forbidden."""
    forbidden = forbidden.with_env(rows.env)
    if not forbidden:
        return result
    if result:
        return result[0] | forbidden, result[1]
    sentence = rows.env._("You are not allowed to do that: it belongs to a record of a time bank.")
    return forbidden, lambda: AccessError(sentence)


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _find_allowed_doc_ids(self, model_ids):
        """Of what a search found, the notes on records that are read without a role are left out."""
        allowed = super()._find_allowed_doc_ids(model_ids)
        return allowed - set(self.browse(allowed)._get_kept_notes().ids)

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        rest = self - forbidden
        if operation == "read":
            return forbidden | rest._get_kept_notes()
        if operation in ("write", "unlink"):
            return forbidden | rest._get_kept_evidence()
        return forbidden

    @api.model
    def _get_with_access(self, message_id, mode="read", **kwargs):
        """What a browser's call is about, by a message's number: whoever reads a record doesn't by that read,
        answer or react to each note on it."""
        message = super()._get_with_access(message_id, mode, **kwargs)
        return message - message._get_kept_notes()

    def _get_kept_notes(self):
        """The internal notes among these that the user neither wrote nor was sent, nor reads by a role."""
        me = self.env.user.partner_id
        notes = _ours(self, "model").filtered(
            lambda one: (
                one._is_kept_note()
                and me not in (one.author_id | one.partner_ids | one.notification_ids.res_partner_id)
            )
        )
        return (notes - _beside_read_by_role(notes, "model")).with_env(self.env)

    def _is_kept_note(self):
        self.ensure_one()
        return self.is_internal or not self.subtype_id or self.subtype_id.internal

    def _get_kept_evidence(self):
        """What only a manager may change or remove: what was logged, and what others wrote."""
        me = self.env.user.partner_id
        rows = _ours(self, "model").filtered(
            lambda one: one.message_type != "comment" or one.author_id != me or one.tracking_value_ids
        )
        return (rows - _beside_read_by_role(rows, "model", (MANAGER,))).with_env(self.env)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """A note reaches, of those who follow, only whoever could read it on the record."""
        found = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        # sudo: what kind of message it is, and to whom it was addressed
        sent = message.sudo()
        if not found or not self._name.startswith("timebank.") or not sent._is_kept_note():
            return found
        addressed = set((msg_vals or {}).get("partner_ids") or sent.partner_ids.ids)
        return [one for one in found if one["id"] in addressed or self._is_read_by_role_of(one["uid"])]

    def _is_read_by_role_of(self, uid):
        if not uid:
            return False
        user = self.env["res.users"].sudo().browse(uid)  # sudo: in which companies they work
        theirs = self.with_user(uid).with_context(allowed_company_ids=user.company_ids.ids)
        return bool(read_by_role(theirs))


class MailFollowers(models.Model):
    _inherit = "mail.followers"

    def _search(self, domain, *args, **kwargs):
        if not self.env.su and not kwargs.get("bypass_access"):
            # sudo: which of them follow records of the addon
            ours = self.sudo().search(Domain(domain) & Domain("res_model", "=like", "timebank.%"))
            domain = _without(domain, ours._get_kept())
        return super()._search(domain, *args, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self:
            return result
        return _with_forbidden(self, operation, result, _ours(self, "res_model")._get_kept())

    def _get_kept(self):
        rows = self.filtered(lambda row: row.partner_id != self.env.user.partner_id)
        return rows - _beside_read_by_role(rows, "res_model")


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def _search(self, domain, *args, **kwargs):
        if not self.env.su and not kwargs.get("bypass_access"):
            others = Domain(domain) & Domain("res_partner_id", "!=", self.env.user.partner_id.id)
            # sudo: which of them tell others of messages beside records of the addon
            ours = self.sudo().search(others & Domain("mail_message_id.model", "=like", "timebank.%"))
            domain = _without(domain, ours.sudo(False)._get_kept())
        return super()._search(domain, *args, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self:
            return result
        rest = self - result[0] if result else self
        return _with_forbidden(self, operation, result, rest._get_kept())

    def _get_kept(self):
        """Those that tell somebody else of a message that the user can't read: its subject says enough."""
        me = self.env.user.partner_id
        rows = _ours(self, "mail_message_id.model").filtered(lambda row: row.res_partner_id != me)
        read = rows.mail_message_id.sudo(False)._filtered_access("read")
        return rows.filtered(lambda row: row.mail_message_id.id not in read._ids).with_env(self.env)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _search(self, domain, *args, **kwargs):
        if not self.env.su and not kwargs.get("bypass_access"):
            asked = Domain(domain)
            if any(one.field_expr == "res_model" for one in asked.iter_conditions()):
                # sudo: which files of the addon's records are asked for; else Odoo asks of each
                ours = asked & Domain("res_model", "=like", "timebank.%") & Domain("res_field", "=", False)
                domain = _without(asked, self.sudo().search(ours).sudo(False)._get_kept("read"))
        return super()._search(domain, *args, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self or operation == "create":
            return result
        rest = self - result[0] if result else self
        return _with_forbidden(self, operation, result, rest._get_kept(operation))

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._refuse_in_field()
        return files

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"res_model", "res_id", "res_field"}:
            self._refuse_in_field()
        return result

    def _refuse_in_field(self):
        """:raises AccessError: for what would stand in a field of the addon's, put there past its record"""
        if not self.env.su and _ours(self, "res_model").filtered("res_field"):
            raise AccessError(self.env._("What a field of a time bank shows is changed on its record."))

    def _get_kept(self, operation):
        """Files beside the addon's records that the user neither put there nor reads by message or role.

        What is shown in a field is read as the field is and changed on its record, which sees to all that
        follows from it. What others put beside a record is a manager's to change.
        """
        ours = _ours(self, "res_model")
        in_fields = ours.filtered("res_field")
        files = (ours - in_fields).filtered(lambda one: not one.public and one.create_uid.id != self.env.uid)
        if operation != "read":
            kept = files - _beside_read_by_role(files, "res_model", (MANAGER,))
            return (kept | in_fields).with_env(self.env)
        files -= _beside_read_by_role(files, "res_model")
        if files:
            read = self.env["mail.message"].search([("attachment_ids", "in", files.ids)])
            files -= read.sudo().attachment_ids  # sudo: which files came with what the user reads
        return files.with_env(self.env)
