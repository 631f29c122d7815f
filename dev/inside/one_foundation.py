"""A pytest plug-in: what many classes of tests start from is made once, not for each of them.

A class of tests whose only base is one of ours starts from what that base's `setUpClass` makes: the
same small bank, the same people. Here the base itself is set up. Its classes follow each other, and
each takes back at its end what it has added, as tests do within a class.

A class that changes something of a base's is set up by itself, as by Odoo's own runner.
"""

from collections import deque
from copy import deepcopy
from functools import cache

import pytest

from odoo.tests import TransactionCase, common
from odoo.tools import config

from dev.inside import kept_in_mind

OURS = "odoo.addons.timebank_coproduction.tests."
#: What a class may have of its own and be set up as its base is, beside tests and what Python gives it.
BESIDE = {"setUpClass", "setUp", "tearDown", "_class_cleanups", "_classSetupFailed"}
#: The bases that are set up, each on the one before.
standing = []
prepared = set()


def _is_ours(cls):
    return cls.__module__.startswith(OURS) and issubclass(cls, TransactionCase)


@cache  # as long as no class has what setting it up adds
def _foundations(cls):
    """The bases that a class can share with others, the lowest first."""
    found, below, own = [], cls, set()
    while _is_ours(below) and len(below.__bases__) == 1 and _is_ours(below.__bases__[0]):
        own |= {name for name in vars(below) if not name.startswith(("test_", "__"))} - BESIDE
        below = below.__bases__[0]
        found.append(below)
        if any(hasattr(below, name) for name in own):
            found.clear()
    return found[::-1]


def _prepare(cls):
    """Have a class, and those it is made of, set up on what stands already."""
    for owner in filter(_is_ours, cls.__mro__):
        if owner not in prepared:
            prepared.add(owner)
            _foundations(owner)
            owner.setUpClass = classmethod(_on_foundations(owner, vars(owner).get("setUpClass")))


def _on_foundations(owner, original):
    def set_up(cls):
        if cls is owner:
            for base in _foundations(cls)[len(standing) :]:
                _raise(base)
        elif owner in standing:
            return _step_on(cls, owner)
        if original:
            return original.__func__(cls)
        return super(owner, cls).setUpClass()

    return set_up


def _raise(base):
    try:
        base.setUpClass()
    except BaseException:
        base.doClassCleanups()
        raise
    standing.append(base)


def _pull_down(needed):
    """Take away what stands, but for the bases that are needed."""
    enabled, config["test_enable"] = config["test_enable"], True  # pytest-odoo sets it for a module at a time
    try:
        while standing != needed[: len(standing)]:
            base = standing.pop()
            base.tearDownClass()
            base.doClassCleanups()
            for _type, error, _traceback in base.tearDown_exceptions:
                raise error
    finally:
        config["test_enable"] = enabled


def _step_on(cls, base):
    """What is done until the class's end is taken back there, from what the registry remembers as well."""
    cr, registry, transaction = base.cr, base.registry, base.env.transaction
    base.env.flush_all()
    envs, default_env = list(transaction.envs), transaction.default_env
    sequence, sequences = registry.registry_sequence, dict(registry.cache_sequences)
    callbacks = (cr.precommit, cr.postcommit, cr.prerollback, cr.postrollback)
    before = [(callback, deque(callback._funcs), deepcopy(callback.data)) for callback in callbacks]
    savepoint = common.Savepoint(cr)
    remembered = kept_in_mind.Remembered(registry)

    def step_back():
        transaction.clear()
        savepoint.close()
        transaction.envs.clear()
        transaction.envs.update(envs)
        transaction.default_env = default_env
        for callback, functions, data in before:
            callback._funcs, callback.data = functions, data
        if registry.registry_invalidated or registry.registry_sequence != sequence:
            with registry.cursor() as cursor:
                registry._setup_models__(cursor)
            with base.muted_registry_logger:
                registry.clear_all_caches()
        else:
            remembered.restore()
        registry.registry_invalidated, registry.registry_sequence = False, sequence
        registry.cache_invalidated.clear()
        registry.cache_sequences = sequences

    cls.addClassCleanup(step_back)


def _family(cls):
    """Where a class stands in the order: beside those with the same bases, what is built on most first.

    Of these, one that says that it takes long is first: were it the last of all, only one worker would be at
    work in the end.
    """
    bases = _foundations(cls)
    names = tuple(base.__qualname__ for base in bases)
    return -len((bases or [cls])[0].__mro__), names, not getattr(cls, "takes_long", False)


def pytest_configure(config):
    """Called by pytest at its start: pytest-xdist would put classes of many tests first."""
    config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector, name, obj):
    """Called by pytest for each name of a module."""
    if isinstance(obj, type) and _is_ours(obj):
        _prepare(obj)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Called by pytest once all tests are collected."""
    items.sort(key=lambda item: _family(item.cls))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Called by pytest at the end of each test."""
    result = yield
    if nextitem and nextitem.cls is not item.cls:
        _pull_down(_foundations(nextitem.cls))
    return result


@pytest.fixture(scope="session", autouse=True)
def nothing_stands(load_http):
    """Before pytest-odoo stops its server, which closes all connections."""
    yield
    _pull_down([])
