"""A pytest plug-in: an expression of a view, a rule or an action is compiled once, not each time it is asked.

Whether it may be evaluated at all is looked at once, too. What is wrong with an expression is said anew.
"""

from functools import lru_cache
from importlib import import_module

MOST = 4096
#: Numbers of the codes that are allowed and of an expression's → both, which so keep their numbers.
checked = {}

_evaluating = import_module("odoo.tools.safe_eval")
_compile, _assert_valid = _evaluating.compile_codeobj, _evaluating.assert_valid_codeobj
_compile_once = lru_cache(MOST, typed=True)(_compile)


def _compiled(expr, /, filename="<unknown>", mode="eval"):
    make = _compile_once if type(expr) in (str, bytes) else _compile
    return make(expr, filename=filename, mode=mode)


def _assert_valid_once(allowed_codes, code_obj, expr):
    key = id(allowed_codes), id(code_obj)
    if key not in checked:
        _assert_valid(allowed_codes, code_obj, expr)
        if len(checked) >= MOST:
            checked.clear()
        checked[key] = allowed_codes, code_obj


_evaluating.compile_codeobj = _compiled
_evaluating.assert_valid_codeobj = _assert_valid_once
