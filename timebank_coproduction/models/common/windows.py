from ast import literal_eval

from odoo.exceptions import UserError
from odoo.fields import Domain

from .verb import is_id


def get_chosen(env, model):
    """The records of ``model`` that a dialog is opened from; none where it is opened from elsewhere.

    Numbers without a model are of what the dialog is about, as whoever opens it by program says them.

    :raises UserError: for what are no numbers of records
    """
    context = env.context
    if context.get("active_model", model) != model:
        return env[model]
    ids = context.get("active_ids") or [one for one in (context.get("active_id"),) if one]
    if not (isinstance(ids, list | tuple) and all(map(is_id, ids))):
        raise UserError(env._("Say which records are meant by their numbers."))
    return env[model].browse(ids)


def open_list(env, name, domain=None, context=None, **more):
    """One of the addon's windows, on some of its records.

    :param str name: the action's own part of its XML id
    :param domain: what takes the place of the action's own domain
    :param dict context: what takes the place of the action's own context, with the
        filters that it sets
    :param more: further values of the action, such as ``display_name`` or ``views``
    :return: an action for the client
    """
    action = env["ir.actions.act_window"]._for_xml_id(f"timebank_coproduction.{name}")
    if domain is not None:
        action["domain"] = domain
    if context is not None:
        action["context"] = context
    return {**action, **more}


def narrow_list(env, name, domain, context):
    """As :func:`open_list`, with ``domain`` and ``context`` added to the action's own.

    All that the domain leaves is shown: a list of everything opens on the last months alone.
    """
    action = open_list(env, name)
    own_domain = literal_eval(action["domain"] or "[]")
    own_context = literal_eval(action["context"] or "{}")
    return {
        **action,
        "domain": list(Domain(own_domain) & Domain(domain)),
        "context": {**own_context, "search_default_recent": False, **context},
    }


def open_form(record, **more):
    """A record's form; without a record, an empty one.

    :param record: one record or none, of the model to open
    :param more: further values of the action, such as ``name``, ``target`` or ``context``
    :return: an action for the client
    """
    action = {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "views": [(False, "form")],
    }
    if record:
        action["res_id"] = record.ensure_one().id
    return {**action, **more}


def open_dialog(record, name, **more):
    """As :func:`open_form`, in a dialog called ``name``."""
    return open_form(record, name=name, target="new", **more)


def ask(records, verb, name):
    """The dialog that asks for a reason, or whether it is meant, before a verb of ``records`` is called.

    :param str verb: one that their model names in ``_verbs_with_reason`` or ``_verbs_to_confirm``
    :param str name: the dialog's title
    """
    context = {
        "timebank_verb": verb,
        "active_model": records._name,
        "active_ids": records.ids,
        "dialog_size": "medium",
    }
    return {**open_list(records.env, "timebank_reason_action", context=context), "name": name}


def download(record, name, content, mimetype, alone=False):
    """A file for the browser to save, which is kept beside ``record``.

    :param str name: of the file, with its ending
    :param bytes content: what is in it
    :param bool alone: whether nobody gets it but who asked for it, whoever reads the record
    :return: an action for the client
    """
    vals = {
        "name": name,
        "raw": content,
        "res_model": record._name,
        "res_id": False if alone else record.id,
        "mimetype": mimetype,
    }
    record.check_access("read")
    # sudo: Odoo takes a file from who may change the record; whoever reads it has this one made from it
    attachment = record.env["ir.attachment"].sudo().create(vals)
    return hand_out(f"/web/content/{attachment.id}?download=true")


def hand_out(address):
    """What the browser saves from an address; a dialog that asked for it closes.

    :param str address: of a file that is sent as an attachment
    :return: an action for the client
    """
    # of all targets, Odoo's client closes the dialog after this one alone
    return {"type": "ir.actions.act_url", "url": address, "target": "new", "close": True}


def tell(sentence, undo=None):
    """What was done, in the corner of the screen; a dialog that did it closes.

    :param undo: the records of which it can be taken back for a while, by their ``action_undo``
    :return: an action for the client
    """
    params = {"text": sentence}
    if undo:
        params["undo"] = {"model": undo._name, "ids": undo.ids}
    return {"type": "ir.actions.client", "tag": "timebank_told", "params": params}
