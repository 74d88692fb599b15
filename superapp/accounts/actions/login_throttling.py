"""
Throttling of log-ins from unknown browsers: growing proof of work and longer pauses, never a lockout.

A limit that refuses can be used up by somebody else, by whoever sits behind the same address or knows the number. So
what strangers share only becomes dearer; what refuses belongs to one browser alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit, RateLimitUse
from superapp.core import ip_networks

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Hashes. A phone does some hundred thousand of them a second: the least is not felt, the most takes half a minute.
WORK_MIN, WORK_MAX = 100_000, 8_000_000


@dataclass(frozen=True, slots=True)
class WorkSchedule:
    """A count that is free up to its limit; beyond it, the required work doubles with every ``step`` uses."""

    free: RateLimit
    step: int

    def work(self, count: int) -> int:
        """Return how much work the use costs that is the ``count``-th of its window."""
        beyond = count - self.free.times
        return 0 if beyond <= 0 else min(WORK_MAX, WORK_MIN << min(32, (beyond - 1) // self.step))


# Codes sent to a number that strangers asked for, and codes asked for by strangers behind one address.
CODES_OF_NUMBER = WorkSchedule(RateLimit("code.number", 5, DAY), step=1)
CODES_OF_NETWORK = WorkSchedule(RateLimit("code.network", 30, HOUR), step=20)
# The same around an address of IPv6: who has a /56 has 256 networks, who has a /48 has 65,536.
CODES_OF_WIDER = (
    WorkSchedule(RateLimit("code.network.56", 60, HOUR), step=40),
    WorkSchedule(RateLimit("code.network.48", 120, HOUR), step=80),
)
# The same number from the same address: after a few, that address waits twice as long as others.
CODES_OF_NUMBER_BY_NETWORK = RateLimit("code.number.network", 3, DAY)
# Wrong guesses at codes that were really sent; nothing else is counted against an address.
WRONG_OF_NETWORK = WorkSchedule(RateLimit("guess.network", 60, HOUR), step=20)
# With five tries for each of many codes somebody could go on guessing: after so many wrong ones codes are longer.
WRONG_OF_NUMBER = RateLimit("guess.number", 15, DAY)
# The same for all numbers together: whoever tries one guess at each of a million finds no code of six digits so.
WRONG_OF_INSTANCE = RateLimit("guess.instance", 1_000, HOUR)
# Once half of what newcomers may have is used, everybody who is new works for it.
WORK_UNDER_PRESSURE = WORK_MIN * 8
INSTANCE = "all"

RESEND_PAUSE = timedelta(seconds=60)
RESEND_PAUSE_MAX = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class UnknownBrowser:
    """A browser that the account of a number does not know, with its address."""

    number: str
    browser: str
    address: str

    @property
    def network(self) -> str:
        return f"network:{ip_networks.rate_limit_network(self.address)}"

    @property
    def wider(self) -> list[tuple[WorkSchedule, str]]:
        """Return the slopes of the networks around that of the address, each with what is counted; none of IPv4."""
        networks = ip_networks.wider_networks(self.address)
        found = zip(CODES_OF_WIDER, networks, strict=True) if len(networks) == len(CODES_OF_WIDER) else ()
        return [(slope, f"network:{network}") for slope, network in found]

    def subject(self, purpose: str) -> str:
        """Return what a solution is good for: this browser, this number, this purpose."""
        return f"{purpose}:{self.number}:{self.browser}"


@dataclass(frozen=True, slots=True)
class CodeCounts:
    """The number of codes sent to unknown browsers, this one included, by number and network."""

    of_number: int
    of_network: int
    of_number_by_network: int
    of_wider: tuple[int, ...] = ()

    def pause(self) -> timedelta:
        """Return how long after the code before this one may be sent."""
        doublings = min(16, max(0, self.of_number - CODES_OF_NUMBER.free.times - 1))
        pause = min(RESEND_PAUSE_MAX, RESEND_PAUSE * (1 << doublings))
        return pause * 2 if self.is_frequent and pause > RESEND_PAUSE else pause

    @property
    def is_frequent(self) -> bool:
        """
        Return whether this address asked for this number unusually often; it then waits longer, outside the queue.
        """
        return self.of_number_by_network > CODES_OF_NUMBER_BY_NETWORK.times

    def work(self) -> int:
        wider = (slope.work(count) for slope, count in zip(CODES_OF_WIDER, self.of_wider, strict=False))
        return max(CODES_OF_NUMBER.work(self.of_number), CODES_OF_NETWORK.work(self.of_network), *wider)

    def following(self) -> CodeCounts:
        """Return the counts of the next code, should it come from the same place."""
        wider = tuple(count + 1 for count in self.of_wider)
        return CodeCounts(self.of_number + 1, self.of_network + 1, self.of_number_by_network + 1, wider)


@dataclass(frozen=True, slots=True)
class ThrottleForecast:
    """The work for the next code, and whether it is a long one, as far as known without counting."""

    work: int
    is_long: bool


def forecast(stranger: UnknownBrowser, *, now: datetime) -> ThrottleForecast:
    """Look at what was counted, in one query and without a lock: a flood is refused as cheaply as that."""
    number = f"number:{stranger.number}"
    uses = [(CODES_OF_NUMBER.free, number), (CODES_OF_NETWORK.free, stranger.network)]
    uses += [(WRONG_OF_NUMBER, number), (WRONG_OF_INSTANCE, INSTANCE)]
    uses += [(slope.free, who) for slope, who in stranger.wider]
    of_number, of_network, wrong, wrong_of_all, *wider = rate_limits.get_counts(uses, now=now)
    work = CodeCounts(of_number, of_network, 0, tuple(wider)).following().work()
    return ThrottleForecast(work, is_long=wrong >= WRONG_OF_NUMBER.times or wrong_of_all >= WRONG_OF_INSTANCE.times)


def record_code(stranger: UnknownBrowser, *, now: datetime) -> CodeCounts:
    """Count a code that a stranger asks for. In its transaction, so that one that is refused was never counted."""
    number = f"number:{stranger.number}"
    of_network, of_number, of_both, *wider = rate_limits.increment(
        [
            (CODES_OF_NETWORK.free, stranger.network),
            (CODES_OF_NUMBER.free, number),
            (CODES_OF_NUMBER_BY_NETWORK, f"{number}:{stranger.network}"),
            *((slope.free, who) for slope, who in stranger.wider),
        ],
        now=now,
    )
    return CodeCounts(of_number, of_network, of_both, tuple(wider))


def list_refundable_uses(stranger: UnknownBrowser) -> list[RateLimitUse]:
    """Return what is given back for a code that could not be sent. The address asked all the same."""
    number = f"number:{stranger.number}"
    return [(CODES_OF_NUMBER.free, number), (CODES_OF_NUMBER_BY_NETWORK, f"{number}:{stranger.network}")]


def record_wrong_guess(stranger: UnknownBrowser, *, now: datetime) -> None:
    """Count a wrong guess at a code that was really sent."""
    # What all share comes last, and with it the transaction ends.
    rate_limits.increment(
        [
            (WRONG_OF_NETWORK.free, stranger.network),
            (WRONG_OF_NUMBER, f"number:{stranger.number}"),
            (WRONG_OF_INSTANCE, INSTANCE),
        ],
        now=now,
    )


def get_work_for_guess(stranger: UnknownBrowser, *, now: datetime) -> int:
    """Return how much work a guess costs, by how many were wrong from this address."""
    [wrong] = rate_limits.get_counts([(WRONG_OF_NETWORK.free, stranger.network)], now=now)
    return WRONG_OF_NETWORK.work(wrong + 1)
