"""The state machine, a few short lives in every run; by hand, as long as wanted:

    KHSEARCH_STEPS=20000 .venv/bin/python -m pytest -s tests/state/test_machine.py

It tells its seeds, one for each two thousand steps; KHSEARCH_SEED=... begins with that one.
"""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.extent import examples
from tests.state.machine import IndexMachine, MemoryMachine

LIFE, MANY = 50, 40
"""Steps of one index; indexes for each seed."""


PHASES = (Phase.reuse, Phase.generate, Phase.shrink)


def test_an_index_in_memory_answers_so_too() -> None:
    lives = settings(examples(4), stateful_step_count=LIFE, phases=PHASES, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(MemoryMachine, settings=lives)


def test_an_index_answers_what_its_documents_say_whatever_was_done() -> None:
    wanted = int(os.environ.get("KHSEARCH_STEPS", "0"))
    lives = settings(examples(15), stateful_step_count=LIFE, phases=PHASES, suppress_health_check=list(HealthCheck))
    if not wanted:
        run_state_machine_as_test(IndexMachine, settings=lives)
        return
    number = int(os.environ.get("KHSEARCH_SEED") or random.randrange(1 << 32))
    IndexMachine.steps = 0
    while IndexMachine.steps < wanted:
        print(f"\nafter {IndexMachine.steps} of {wanted} steps: KHSEARCH_SEED={number}", flush=True)
        run_state_machine_as_test(seed(number)(IndexMachine), settings=settings(lives, max_examples=MANY))
        number += 1
    print(f"{IndexMachine.steps} steps taken")
