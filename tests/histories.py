"""Histories that hypothesis makes up of a class's deeds, the same ones in every run."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test


def try_histories(machine, case, steps):
    """Play histories of a ``RuleBasedStateMachine``.

    :param case: the test case, which the machine has as its ``case``
    :param int steps: of how many deeds each is made
    """
    run_state_machine_as_test(
        type(machine.__name__, (machine,), {"case": case}),
        settings=settings(
            max_examples=10,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
