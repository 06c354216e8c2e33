"""Interleaved runs, medians, and their spread."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

Sample = Mapping[str, float]


@dataclass(frozen=True)
class Figure:
    """One row of the results.

    `value` is a ratio of medians unless `unit` says otherwise, `low` and `high` are the
    quartiles of the rounds' own ratios; `cpu` is the ratio of the processor time of the
    Saleor processes, which other load on the machine disturbs less. `holds` is None
    for what is only reported.
    """

    name: str
    value: float
    target: str
    holds: bool | None
    unit: str = "ratio"
    low: float | None = None
    high: float | None = None
    cpu: float | None = None
    rounds: int = 0
    details: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what a file keeps of it."""
        return {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }


def interleave(
    calls: Mapping[str, Callable[[int], Sample]], rounds: int, warm_up: int = 3
) -> dict[str, list[Sample]]:
    """Do each call once in every round, first in turn; return what the rounds took.

    :param warm_up: so many rounds come first and are not counted.
    """
    names = list(calls)
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for number in range(warm_up + rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            sample = calls[name](number)
            if number >= warm_up:
                samples[name].append(sample)
    return samples


def compare(
    name: str,
    ours: list[Sample],
    theirs: list[Sample],
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    is_of_cpu: bool = False,
    **details: Any,
) -> Figure:
    """Return how long ours took in terms of theirs.

    :param is_of_cpu: the target is one of the processor time.
    """
    ratios = sorted(
        one["ms"] / other["ms"] for one, other in zip(ours, theirs, strict=True)
    )
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    value = _median(ours, "ms") / _median(theirs, "ms")
    cpu = None
    if "cpu_ms" in ours[0]:
        cpu = _median(ours, "cpu_ms") / _median(theirs, "cpu_ms")
    judged = cpu if is_of_cpu and cpu is not None else value
    target, holds = _judge(judged, at_most, at_least)
    return Figure(
        name=name,
        value=value,
        target=target,
        holds=holds,
        low=low,
        high=high,
        cpu=cpu,
        rounds=len(ratios),
        details={
            "ours_ms": round(_median(ours, "ms"), 2),
            "theirs_ms": round(_median(theirs, "ms"), 2),
            **details,
        },
    )


def state(
    name: str,
    value: float,
    unit: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    **details: Any,
) -> Figure:
    """Return a figure that is no ratio of times."""
    target, holds = _judge(value, at_most, at_least)
    return Figure(name, value, target, holds, unit=unit, details=details or None)


def _judge(
    value: float, at_most: float | None, at_least: float | None
) -> tuple[str, bool | None]:
    if at_most is not None:
        return f"≤ {at_most:g}", value <= at_most
    if at_least is not None:
        return f"≥ {at_least:g}", value >= at_least
    return "", None


def _median(samples: list[Sample], key: str) -> float:
    return statistics.median(sample[key] for sample in samples)
