"""The goal of learned pacing, on a small population: half the delay of ten minutes, with no more looks."""

from benchmarks.rhythms.histories import population
from benchmarks.rhythms.policies import Learned, fixed
from benchmarks.rhythms.simulation import quantile, run

DAYS = 10


def test_items_wait_half_as_long_as_by_a_fixed_pace_with_no_more_looks() -> None:
    histories = population(6, DAYS, 0.05)
    plain = run(histories, fixed(600), DAYS)
    learned = run(histories, Learned, DAYS)
    waits = [[delay for one in outcomes for delay in one.delays] for outcomes in (plain, learned)]
    assert len(waits[1]) > 300
    assert quantile(waits[1], 0.5) <= quantile(waits[0], 0.5) / 2
    assert quantile(waits[1], 0.95) <= quantile(waits[0], 0.95)
    assert sum(one.looks for one in learned) <= sum(one.looks for one in plain)
