"""The buttons that somebody sees, found in the views as the web client gets them, and pressed."""

import re
from collections import namedtuple

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from odoo.addons.web.controllers.utils import clean_action

from ..common import TODAY, call_as, undone

#: Views whose buttons are about records that are there.
WITH_BUTTONS = ("list", "kanban", "form")
#: What calls a method or opens an action.
BUTTONS = """descendant-or-self::*[@type='object' or @type='action']
    [self::button[@name] or self::a[@name] or @action]"""
#: Attributes that hide, and those of a card's branches.
HIDING = ("invisible", "column_invisible")
BRANCHES = ("t-if", "t-elif", "t-else")
#: What a dialog is answered with, by the kind of field.
ANSWERS = {
    "char": "Because",
    "text": "Because",
    "html": "Because",
    "integer": 1,
    "float": 1.0,
    "monetary": 1.0,
    "date": TODAY,
}

#: What a context says to lists and empty forms alone.
MERELY_SHOWN = ("search_default_", "group_by", "default_")
#: How many dialogs follow each other at most; one that leads to itself is looked at once more.
MOST_DIALOGS = 2

#: What is pressed: a method, or an action, on records, with what the screen sends along.
Button = namedtuple("Button", "model ids type name context label ticked")


class Presser:
    """The screens of one user.

    :param str addon: whose screens these are
    :param codes: what is typed into dialogs that ask for a code
    """

    def __init__(self, case, user, addon, codes=()):
        self.user, self.codes = user, codes
        context = {
            "lang": "en_US",
            "tz": user.tz,
            "uid": user.id,
            "allowed_company_ids": user.company_ids.ids,
        }
        self.env = case.env(user=user, context=context, su=False)
        data = case.env["ir.model.data"].search([("module", "=", addon), ("model", "=like", "ir.actions.%")])
        self.actions = set(data.mapped("res_id"))
        self.views = {}
        self.parts = {}
        self.conditions = {}
        self.pressed = {}
        self.shown = set()
        self.deep = 0

    # ------------------------------------------------------------
    # What there is to see.
    # ------------------------------------------------------------

    def screens(self, extended):
        """Each window of ours that this user can open, and each model's usual form.

        :param extended: names of other models, to whose forms we add
        :return: yields model, context, domain, and a list of view id and kind
        """
        models = set()
        for action in self.env["ir.actions.act_window"].sudo().browse(self.actions).exists():
            model = self.env[action.res_model]
            if action.group_ids and not action.group_ids & self.user.all_group_ids:
                continue
            if model._transient or not model.has_access("read"):
                continue
            models |= {model._name} if model._name.startswith("timebank.") else set()
            context = safe_eval(action.context or "{}", self._names({}))
            domain = safe_eval(action.domain or "[]", {**self._names({}), "context_today": lambda: TODAY})
            yield model._name, context, domain, [(view or False, kind) for view, kind in action.views]
        for name in sorted(models | extended):
            if self.env[name].has_access("read"):
                yield name, {}, [], [(False, "form")]

    def dialogs(self):
        """The entries of this user's menu that open a dialog, as buttons."""
        menus = self.env["ir.ui.menu"].browse(self.env["ir.ui.menu"]._visible_menu_ids())
        for action in (menu.action for menu in menus.sudo() if menu.action):
            if action._name == "ir.actions.client" and action.tag == "timebank_dialog":
                action = self.env.ref(action.params["dialog"]).sudo()
            if action._name == "ir.actions.act_window" and self.env[action.res_model]._transient:
                yield Button(action.res_model, (), "action", str(action.id), {}, action.name, True)

    def _get(self, model, view, kind, context=None):
        """A view as the web client gets it: without what this user's groups don't see."""
        key = model, view, kind, str(context)
        if key not in self.views:
            records = self.env[model].with_context(**(context or {}))
            self.views[key] = records.get_views([(view, kind)], {"toolbar": True})["views"][kind]
        return self.views[key]

    def arch(self, model, view, kind, context=None):
        got = self._get(model, view, kind, context)
        if isinstance(got["arch"], str):
            got["arch"] = etree.fromstring(got["arch"])
        return got["arch"]

    def in_menu(self, model, view, kind, context, ids):
        """What the menu beside a view offers of ours, for the records that are ticked or open."""
        toolbar = self._get(model, view, kind, context)["toolbar"]
        for action in (*toolbar.get("action", ()), *toolbar.get("print", ())):
            if action["id"] in self.actions:
                name = str(action["id"])
                yield Button(model, tuple(ids), "action", name, context, action["name"], True)

    def over_list(self, model, view, context, ids):
        """The buttons over a list, when ``ids`` are ticked."""
        for node in self.arch(model, view, "list", context).findall("header/button"):
            if not self._is_hidden(node, {}, context):
                yield self._button(node, model, ids, {}, context)._replace(ticked=True)

    def on_records(self, model, view, kind, context, ids):
        """The buttons that each of some records shows: dict of id → list of buttons."""
        arch = self.arch(model, view, kind, context)
        records = self.env[model].with_context(**context, bin_size=True).browse(ids)
        rows = records.web_read(self._spec(arch))
        return {row["id"]: list(self._on_row(arch, model, row, context)) for row in rows}

    def _on_row(self, arch, model, row, context, parent=None):
        values = self._plain(row)
        if parent is not None:
            values["parent"] = parent
        buttons, fields = self._parts(arch)
        for node in buttons:
            if not self._is_hidden(node, values, context):
                yield self._button(node, model, [row["id"]], values, context)
        for node in fields:
            if self._is_hidden(node, values, context):
                continue
            comodel = self.env[model]._fields[node.get("name")].comodel_name
            for line in row[node.get("name")]:
                for view in node:
                    if view.tag in WITH_BUTTONS:
                        yield from self._on_row(view, comodel, line, context, _Parent(values))

    def _parts(self, arch):
        """The buttons on each record of a view, and its fields with views of their own."""
        if arch not in self.parts:
            depth = arch.xpath("count(ancestor::field)")
            buttons = [
                node
                for node in arch.xpath(BUTTONS)
                if not node.xpath("parent::header[parent::list]")
                and node.xpath("count(ancestor::field)") == depth
            ]
            fields = arch.xpath(f".//field[count(ancestor::field) = {depth}][list or kanban or form]")
            self.parts[arch] = buttons, fields
        return self.parts[arch]

    def _spec(self, arch):
        """What the web client asks ``web_read`` for."""
        depth, spec = arch.xpath("count(ancestor::field)"), {}
        for node in arch.xpath(f".//field[count(ancestor::field) = {depth}]"):
            views = [view for view in node if view.tag in WITH_BUTTONS]
            here = spec.setdefault(node.get("name"), {})
            for view in views:
                here.setdefault("fields", {}).update(self._spec(view))
        return spec

    def _plain(self, row):
        """A row's values as conditions know them: of lines the ids alone."""
        return {
            name: [line["id"] if isinstance(line, dict) else line for line in value]
            if isinstance(value, list)
            else value
            for name, value in row.items()
        }

    def _names(self, values):
        return {"uid": self.user.id, "active_id": values.get("id"), **values}

    def _is_hidden(self, node, values, context):
        """Whether it, or something around it in the same view, isn't shown for these values."""
        conditions = self._conditions(node)
        if not conditions:
            return False
        names = {**self._names(values), "context": {**self.env.context, **context}}
        # a column is there or not for all rows: the client knows the record around them alone
        around_all = {name: names[name] for name in ("parent", "context", "uid") if name in names}
        for around, word in conditions:
            if word is None:
                if not self._is_taken(around, names):
                    return True
            elif safe_eval(around.get(word), names if word == "invisible" else around_all):
                return True
        return False

    def _conditions(self, node):
        """What decides whether it is shown: list of a node, and its attribute or None if it is one of several
        branches.
        """
        if node not in self.conditions:
            depth = node.xpath("count(ancestor::field)")
            found = self.conditions[node] = []
            for around in node.xpath("ancestor-or-self::*"):
                if around.xpath("count(ancestor::field)") < depth:
                    continue
                found.extend((around, word) for word in HIDING if around.get(word))
                if any(around.get(word) is not None for word in BRANCHES):
                    found.append((around, None))
        return self.conditions[node]

    def _is_taken(self, node, names):
        """Whether this is the branch of a card that is shown."""
        if node.get("t-else") is None and not node.get("t-elif"):
            return not node.get("t-if") or safe_eval(_in_python(node.get("t-if")), names)
        before = node.getprevious()
        while before is not None:
            condition = before.get("t-elif") or before.get("t-if")
            if condition and safe_eval(_in_python(condition), names):
                return False
            before = None if before.get("t-if") else before.getprevious()
        return not node.get("t-elif") or safe_eval(_in_python(node.get("t-elif")), names)

    def _button(self, node, model, ids, values, context):
        self.shown.add((model, node.get("name") or node.get("action")))
        own = safe_eval(node.get("context") or "{}", {**self._names(values), "context": context})
        return Button(
            model,
            tuple(ids),
            node.get("type"),
            node.get("name") or node.get("action"),
            {**context, **own},
            (node.get("string") or " ".join("".join(node.itertext()).split()) or node.get("title") or ""),
            False,
        )

    # ------------------------------------------------------------
    # Pressing.
    # ------------------------------------------------------------

    def press(self, button):
        """Press it, look at what opens, answer what is asked, and take all of it back.

        :return: an empty string where it works, or what it is refused with
        :raises AccessError: and whatever else isn't a plain sentence
        """
        said = sorted(str(item) for item in button.context.items() if not item[0].startswith(MERELY_SHOWN))
        key = (*button[:4], *said)
        if key not in self.pressed:
            with undone(self.env):
                self.pressed[key] = self._refusal(lambda: self._do(button))
        return self.pressed[key]

    def _refusal(self, deed):
        """:return: an empty string, the sentence of a refusal, or the error that nobody should meet"""
        try:
            deed()
            self.env.flush_all()
        except AccessError as error:
            return error
        except UserError as refusal:
            return str(refusal)
        except Exception as error:  # reported with all the others
            return error
        return ""

    def _do(self, button):
        if button.type == "object":
            context = self._sent(button.context)
            result = call_as(self.env, button.model, button.name, list(button.ids), context=context)
            if isinstance(result, dict):
                self.open(clean_action(result, env=self.env))
            return
        action = self._load(button.name)
        about = dict(button.context)
        if button.ids:
            ids = list(button.ids)
            about = {"active_id": ids[0], "active_ids": ids, "active_model": button.model, **about}
        own = action.get("context") or {}
        if isinstance(own, str):
            own = safe_eval(own, {**self.env.context, **self._names({}), **about})
        self.open({**action, "context": {**own, **about}})

    def _sent(self, context):
        return {**self.env.context, **context}

    def _load(self, name):
        """As the web client loads the action of a button."""
        action = (
            self.env.ref(name) if "." in name else self.env["ir.actions.actions"].sudo().browse(int(name))
        )
        action = self.env[action.sudo().type].sudo().browse(action.id)
        return clean_action(action._get_action_dict(), env=self.env)

    def open(self, action):
        """What the web client does with an action."""
        kind, context = action["type"], action.get("context")
        if isinstance(context, str):
            action = {**action, "context": safe_eval(context, {**self.env.context, **self._names({})})}
        if kind == "ir.actions.act_window":
            self._open_window(action)
        elif kind == "ir.actions.report":
            context = self._sent(action.get("context") or {})
            # with data of a dialog the client says no numbers beside it: what is chosen is a dialog's, too
            data = action.get("data")
            ids = data.get("ids") if data else context.get("active_ids") or action.get("res_ids")
            report = self.env["ir.actions.report"].with_context(context)
            report._render_qweb_html(action["report_name"], ids, data=data)
        elif kind == "ir.actions.server":
            server = self.env["ir.actions.server"].browse(action["id"])
            result = server.with_context(self._sent(action.get("context") or {})).run()
            if result:
                self.open(clean_action(result, env=self.env))
        elif kind == "ir.actions.client":
            after = (action.get("params") or {}).get("next")
            if after:
                self.open(after)
        elif kind not in ("ir.actions.act_url", "ir.actions.act_window_close"):
            raise AssertionError(f"What is {kind}?")

    def _open_window(self, action):
        context = self._sent(action.get("context") or {})
        records = self.env[action["res_model"]].with_context(context)
        views = action["views"]
        got = records.get_views([[view, kind] for view, kind in views] + [[False, "search"]])
        kind = views[0][1]
        arch = etree.fromstring(got["views"][kind]["arch"])
        if kind == "form":
            record = records.browse(action.get("res_id") or ())
            if record:
                record.web_read(self._spec(arch))
            if action.get("target") == "new" and records._transient and self.deep < MOST_DIALOGS:
                self.deep += 1
                try:
                    self._answer(record, views[0][0])
                finally:
                    self.deep -= 1
            elif not record:
                records.onchange({}, [], self._spec(arch))
        elif kind in WITH_BUTTONS:
            domain = action.get("domain") or []
            domain = safe_eval(domain, self._names({})) if isinstance(domain, str) else domain
            records.web_search_read(domain, self._spec(arch), limit=3)

    # ------------------------------------------------------------
    # Dialogs.
    # ------------------------------------------------------------

    def _answer(self, record, view):
        """Fill in what a dialog asks for, each code where it takes one, and press each of its buttons."""
        form = Form(record, view=view or None)
        fields = form._view["fields"]
        typed = next((name for name in ("code", "codes") if name in fields and not record), None)
        for count, code in enumerate(self.codes if typed else [None]):
            form = Form(record, view=view or None) if count else form
            if typed and not form._get_modifier(typed, "readonly"):
                form[typed] = code
            for name in fields:
                if self._is_asked(form, name):
                    self._fill(form, name)
            if any(self._is_asked(form, name) for name in fields):
                return  # there is nothing to choose: the screen says so
            self._press_answers(form.save(), view)

    def _press_answers(self, record, view):
        self.env.flush_all()
        arch = self.arch(record._name, view, "form")
        [row] = record.web_read(self._spec(arch))
        for button in list(self._on_row(arch, record._name, row, dict(record.env.context))):
            with undone(self.env):
                refusal = self._refusal(lambda button=button: self._do(button))
            if isinstance(refusal, Exception):
                raise refusal

    def _is_asked(self, form, name):
        return (
            name != "id"
            and form._get_modifier(name, "required")
            and not form._get_modifier(name, "invisible")
            and not form._get_modifier(name, "readonly")
            and not form._values[name]
        )

    def _fill(self, form, name):
        info = form._view["fields"][name]
        if info["type"] in ("many2one", "many2many"):
            domain = info.get("domain") or []
            if isinstance(domain, str):
                domain = safe_eval(domain, form._get_eval_context())
            found = self.env[info["relation"]].with_context(form._get_context(name)).search(domain, limit=1)
            if found and info["type"] == "many2one":
                form[name] = found
            elif found:
                getattr(form, name).add(found)
        elif info["type"] == "selection":
            form[name] = info["selection"][0][0]
        elif info["type"] in ANSWERS:
            form[name] = ANSWERS[info["type"]]


class _Parent(dict):
    """The record around a line, as conditions name it: ``parent.state``."""

    __getattr__ = dict.__getitem__


def _in_python(condition):
    """A condition of a card, as far as cards of ours ask: values of fields, compared and combined."""
    condition = re.sub(r"record\.(\w+)\.raw_value", r"\1", condition)
    condition = re.sub(r"(\[[^\]]*\])\.includes\(([^)]*)\)", r"(\2 in \1)", condition)
    condition = condition.replace("===", "==").replace("!==", "!=")
    return re.sub(r"!(?!=)", " not ", condition)
