"""The story of `make demo`: a bank's life, played by the users who would do it.

A chapter is a file `chapter_NN_subject.py` in this folder, found by its name and played
in that order. Its steps are functions, played from top to bottom:

    from story import step

    @step("coordinator", "approves the week's hours in bulk")
    def approve(world):
        hours = world.env["timebank.hours"].search([("state", "=", "submitted")])
        hours.action_approve()
        assert set(hours.mapped("state")) == {"approved"}
        world["approved"] = hours
        return f"{len(hours)} entries approved"

Each step runs as the user of that login, with that user's rights, and is committed by
itself. What it returns is printed as its result. An assertion that doesn't hold, or any
other exception, fails the step and ends the story; steps marked `always=True` (such as
the check of the ledger) are played even then.
"""

import importlib
import pkgutil
import re
from collections import namedtuple

Step = namedtuple("Step", "login what always function")
CHAPTER = re.compile(r"chapter_\d+_\w+")


def step(login, what, *, always=False):
    """Make a function a step of the story: `login` is the user, `what` what they do."""

    def decorate(function):
        function.step = Step(login, what, always, function)
        return function

    return decorate


def chapters():
    """Every chapter's title and steps, in order."""
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        if CHAPTER.fullmatch(found.name):
            module = importlib.import_module(f"{__name__}.{found.name}")
            own = [value.step for value in vars(module).values() if _is_step(value, module)]
            title = (module.__doc__ or found.name).strip().splitlines()[0].rstrip(".")
            yield title, own


def _is_step(value, module):
    return hasattr(value, "step") and value.__module__ == module.__name__
