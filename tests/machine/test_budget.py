"""The processor time budget for work that clients can cause."""

import pytest

from blog.machine.budget import Budget


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def spend(budget: Budget, processor: Clock, seconds: float) -> None:
    with budget:
        processor.now += seconds


def test_work_is_allowed_until_the_burst_is_used_up() -> None:
    clock, processor = Clock(), Clock()
    budget = Budget(0.01, 0.05, clock, processor)
    pieces = 0
    while budget.has_left():
        spend(budget, processor, 0.01001)
        pieces += 1
    assert pieces == 5


def test_the_budget_refills_at_the_rate_of_the_share_up_to_the_burst() -> None:
    clock, processor = Clock(), Clock()
    budget = Budget(0.01, 0.05, clock, processor)
    spend(budget, processor, 0.25)  # five times the burst
    assert not budget.has_left()
    clock.now += 19
    assert not budget.has_left()
    clock.now += 2
    assert budget.has_left()
    clock.now += 10_000
    assert budget.has_left()
    spend(budget, processor, 0.0501)
    assert not budget.has_left()


def test_work_that_fails_is_counted_too() -> None:
    clock, processor = Clock(), Clock()
    budget = Budget(0.01, 0.05, clock, processor)

    def fail() -> None:
        with budget:
            processor.now += 1
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert not budget.has_left()
