"""A pytest plug-in: the environments of a transaction are found without going through all of them.

Odoo looks for an environment among all that a transaction knows, one by one, and goes through all of
them again whenever it forgets what was read. A request has few; a test that tries everything in
everybody's name has many hundreds. Here they are found by user and by what their context names, and
those are remembered that have read something. Which one is found, and in which order they are, is as ever.
"""

from functools import cached_property
from weakref import WeakSet, ref

from odoo.api import SUPERUSER_ID
from odoo.orm.environments import Environment, Transaction
from odoo.orm.registry import Registry
from odoo.tools import frozendict
from odoo.tools.misc import OrderedSet

_set_up = Transaction.__init__


class Environments(WeakSet):
    """What `Transaction.envs` is, with an index.

    `places`: user, whether as superuser, and names in the context → references, in the order of the set.
    `reading`: references to environments that remember what was read, and maybe to others.
    """

    def __init__(self):
        super().__init__()
        self.data = OrderedSet()
        self.places = {}
        self.reading = []

    def add(self, item):
        if item not in self:
            self.places.setdefault(_place(item.uid, item.su, item.context), []).append(ref(item))
        super().add(item)

    def clear(self):
        super().clear()
        self.places.clear()

    def discard(self, item):
        super().discard(item)
        self._index()

    def remove(self, item):
        super().remove(item)
        self._index()

    def pop(self):
        item = super().pop()
        self._index()
        return item

    def _index(self):
        self.places.clear()
        for item in self:
            self.places.setdefault(_place(item.uid, item.su, item.context), []).append(ref(item))

    def find(self, cr, uid, context, su):
        """The first environment that is the same, or None."""
        place = _place(uid, su, context)
        references = self.places.get(place, ())
        gone = False
        try:
            for reference in references:
                item = reference()
                if item is None:
                    gone = True
                elif item.cr is cr and item.context == context:
                    return item
        finally:
            if gone:
                self.places[place] = [reference for reference in references if reference() is not None]
        return None


def _place(uid, su, context):
    return uid, su, frozenset(context)


def _set_up_transaction(transaction, registry):
    _set_up(transaction, registry)
    transaction.envs = Environments()


def _find_or_make(cls, cr, uid, context, su=False):
    if uid == SUPERUSER_ID:
        su = True
    if cr.transaction is None:
        cr.transaction = Transaction(Registry(cr.dbname))
    transaction = cr.transaction
    found = transaction.envs.find(cr, uid, context, su)
    if found is not None:
        return found
    env = object.__new__(cls)
    env.cr, env.uid, env.su, env.context = cr, uid, su, frozendict(context)
    env.transaction = transaction
    transaction.envs.add(env)
    if transaction.default_env is None and uid and isinstance(uid, int):
        transaction.default_env = env
    return env


@cached_property
def _field_cache_memo(env):
    env.transaction.envs.reading.append(ref(env))
    return {}


def _invalidate_field_data(transaction):
    transaction.field_data.clear()
    reading = transaction.envs.reading
    while reading:
        env = reading.pop()()
        if env is not None:
            vars(env).pop(_field_cache_memo.attrname, None)


_field_cache_memo.__set_name__(Environment, "_field_cache_memo")
Environment._field_cache_memo = _field_cache_memo
Environment.__new__ = _find_or_make
Transaction.__init__ = _set_up_transaction
Transaction.invalidate_field_data = _invalidate_field_data
