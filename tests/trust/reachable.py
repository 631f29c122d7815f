"""What can be called from outside on the addon's models, found by looking at them."""

import inspect

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method

ADDON = "odoo.addons.timebank_coproduction."
INTRO = """# What can be called from outside

Each public method of the addon's models, as Odoo's external API (JSON-2, XML-RPC) and the web
client can call it. `make reachable` writes this page, and a test compares it.

Whoever calls one must be able to read the records it is called on; *who can read some* says
which groups can, as far as the rules on records go. A method then asks its own questions: who
decides for the bank, whether the state fits. Arguments are read by `models/common/verb.py`.
Methods that Odoo's own models have too (`create`, `write`, …) aren't listed. XML-RPC as Odoo has it
can't say that there is nothing (`None`): methods that answer it, or figures among which one may be
lacking, such as `get_measures`, are called by JSON-2.
"""


def is_ours(cls):
    return cls.__module__.startswith(ADDON) and not cls.__module__.startswith(ADDON + "tests")


def models_of_ours(env):
    """Every model that a class of the addon makes or extends, by name."""
    return {
        name: env[name]
        for name in sorted(env.registry)
        if any(is_ours(cls) for cls in env.registry[name].mro())
    }


def methods(model):
    """Public methods that the addon alone gives to a model: dict of name → function."""
    found = {}
    mro = type(model).mro()
    for cls in filter(is_ours, mro):
        for name, value in vars(cls).items():
            if not inspect.isfunction(value):
                continue
            if any(name in vars(other) and not is_ours(other) for other in mro if not _is_built(other)):
                continue
            try:
                found[name] = get_public_method(model, name)
            except AccessError:
                continue
    return dict(sorted(found.items()))


def _is_built(cls):
    """Whether the registry made this class from those of the addons."""
    return getattr(cls, "pool", None) is not None


def reachable(env):
    """Dict of model → dict of name → function, for the models with any."""
    return {name: found for name, model in models_of_ours(env).items() if (found := methods(model))}


def page(env):
    """The text of ``docs/reachable_methods.md``."""
    env = env(context={}, su=True)
    parts = [INTRO]
    for name, found in reachable(env).items():
        parts.append(f"## {env[name]._description}: `{name}`\n\nWho can read some: {_readers(env, name)}.\n")
        for method, function in found.items():
            signature = list(inspect.signature(function).parameters.values())[1:]
            arguments = ", ".join(str(one) for one in signature)
            bare = " (not on records)" if getattr(function, "_api_model", False) else ""
            what = (inspect.getdoc(function) or "").split("\n")[0]
            parts.append(f"- `{method}({arguments})`{bare}" + (f": {what}" if what else ""))
        parts[-1] += "\n"
    return "\n".join(parts)


def _readers(env, name):
    access = env["ir.model.access"].search([("model_id.model", "=", name), ("perm_read", "=", True)])
    groups = {
        "Internal users"
        if group == env.ref("base.group_user")
        else "Members (portal)"
        if group == env.ref("base.group_portal")
        else "The public"
        if group == env.ref("base.group_public")
        else group.full_name
        for group in access.group_id
    }
    groups |= {"everybody"} if any(not one.group_id for one in access) else set()
    words = ", ".join(sorted(groups)) or "nobody"
    return words + (", each their own" if env[name]._transient else "")
