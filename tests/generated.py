"""What hypothesis makes up, the same in every run; ``TIMEBANK_EXAMPLES=20``: 20 times as much, anew."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import run_state_machine_as_test

TIMES = int(os.environ.get("TIMEBANK_EXAMPLES", "0"))

# Numbers and words that stand in any of our files are made up more often: any change anywhere, and which
# other tests have been loaded, would make up others.
providers._get_local_constants = lambda: providers._local_constants


def same(examples, shrinks=True):
    """Settings that make up the same ``examples`` in every run.

    :param bool shrinks: whether what fails is made smaller, which takes many runs more
    """
    return settings(
        max_examples=examples * (TIMES or 1),
        derandomize=not TIMES,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, *([Phase.shrink] if shrinks else [])),
        suppress_health_check=list(HealthCheck),
    )


def try_histories(machine, case, steps):
    """Play histories of a ``RuleBasedStateMachine``.

    :param case: the test case, which the machine has as its ``case``
    :param int steps: of how many deeds each is made
    """
    run_state_machine_as_test(
        type(machine.__name__, (machine,), {"case": case}),
        settings=settings(same(10, shrinks=bool(TIMES)), stateful_step_count=steps),
    )
