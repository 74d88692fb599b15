"""
Throttling of log-ins from unknown browsers by growing proof of work and longer pauses, without lockouts.

A hard limit on a number or an address could be used up by somebody else who knows the number or shares the address. So
shared counts only raise the cost; hard limits apply to single browsers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit, RateLimitUse
from superapp.core import ip_networks

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# In hashes. A phone computes some hundred thousand a second: the minimum is hardly felt, the maximum takes 30 s.
WORK_MIN, WORK_MAX = 100_000, 8_000_000


@dataclass(frozen=True, slots=True)
class WorkSchedule:
    """The proof of work of a count: none up to its limit, then doubling with every ``step`` uses."""

    free: RateLimit
    step: int

    def work(self, count: int) -> int:
        """Return the work, in hashes, that the ``count``-th use of a window requires."""
        beyond = count - self.free.times
        return 0 if beyond <= 0 else min(WORK_MAX, WORK_MIN << min(32, (beyond - 1) // self.step))


# Codes that unknown browsers requested: per number, and per network.
CODES_OF_NUMBER = WorkSchedule(RateLimit("code.number", 5, DAY), step=1)
CODES_OF_NETWORK = WorkSchedule(RateLimit("code.network", 30, HOUR), step=20)
# Per wider IPv6 network: the holder of a /56 has 256 networks, of a /48 65,536.
CODES_OF_WIDER = (
    WorkSchedule(RateLimit("code.network.56", 60, HOUR), step=40),
    WorkSchedule(RateLimit("code.network.48", 120, HOUR), step=80),
)
# Per number and network: beyond this limit the network waits twice as long as others.
CODES_OF_NUMBER_BY_NETWORK = RateLimit("code.number.network", 3, DAY)
# Wrong guesses at codes that were really sent, per network.
WRONG_OF_NETWORK = WorkSchedule(RateLimit("guess.network", 60, HOUR), step=20)
# Beyond this limit the number gets longer codes, since five attempts at each of many codes could find a short one.
WRONG_OF_NUMBER = RateLimit("guess.number", 15, DAY)
# The same for all numbers together, against single guesses at codes of very many numbers.
WRONG_OF_INSTANCE = RateLimit("guess.instance", 1_000, HOUR)
# Required of every unknown browser once half of the newcomers' SMS budget is used.
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
        """The wider networks around an IPv6 address, each with its work schedule; empty for IPv4."""
        networks = ip_networks.wider_networks(self.address)
        found = zip(CODES_OF_WIDER, networks, strict=True) if len(networks) == len(CODES_OF_WIDER) else ()
        return [(schedule, f"network:{network}") for schedule, network in found]

    def subject(self, purpose: str) -> str:
        """Return the subject that a solution is bound to: purpose, number and browser."""
        return f"{purpose}:{self.number}:{self.browser}"


@dataclass(frozen=True, slots=True)
class CodeCounts:
    """The numbers of codes sent to unknown browsers, this one included, by number and network."""

    of_number: int
    of_network: int
    of_number_by_network: int
    of_wider: tuple[int, ...] = ()

    def pause(self) -> timedelta:
        """Return the minimum time between the previous code and this one."""
        doublings = min(16, max(0, self.of_number - CODES_OF_NUMBER.free.times - 1))
        pause = min(RESEND_PAUSE_MAX, RESEND_PAUSE * (1 << doublings))
        return pause * 2 if self.is_frequent and pause > RESEND_PAUSE else pause

    @property
    def is_frequent(self) -> bool:
        """
        True if this network requested codes for this number unusually often; it then waits longer and cannot join the
        queue.
        """
        return self.of_number_by_network > CODES_OF_NUMBER_BY_NETWORK.times

    def work(self) -> int:
        wider = (schedule.work(count) for schedule, count in zip(CODES_OF_WIDER, self.of_wider, strict=False))
        return max(CODES_OF_NUMBER.work(self.of_number), CODES_OF_NETWORK.work(self.of_network), *wider)

    def with_one_more(self) -> CodeCounts:
        """Return the counts as they are after one more code was sent to the same network."""
        wider = tuple(count + 1 for count in self.of_wider)
        return CodeCounts(self.of_number + 1, self.of_network + 1, self.of_number_by_network + 1, wider)


@dataclass(frozen=True, slots=True)
class ThrottleForecast:
    """The work for the next code and whether it is a long one, as known without counting."""

    work: int
    is_long: bool


def forecast(stranger: UnknownBrowser, *, now: datetime) -> ThrottleForecast:
    """Read the counts in one query without locks, so that a flood is refused cheaply."""
    number = f"number:{stranger.number}"
    uses = [(CODES_OF_NUMBER.free, number), (CODES_OF_NETWORK.free, stranger.network)]
    uses += [(WRONG_OF_NUMBER, number), (WRONG_OF_INSTANCE, INSTANCE)]
    uses += [(schedule.free, who) for schedule, who in stranger.wider]
    of_number, of_network, wrong, wrong_of_all, *wider = rate_limits.get_counts(uses, now=now)
    work = CodeCounts(of_number, of_network, 0, tuple(wider)).with_one_more().work()
    return ThrottleForecast(work, is_long=wrong >= WRONG_OF_NUMBER.times or wrong_of_all >= WRONG_OF_INSTANCE.times)


def record_code(stranger: UnknownBrowser, *, now: datetime) -> CodeCounts:
    """
    Count a code requested by an unknown browser.

    Runs in the transaction of the request, so that a refusal rolls the counts back.
    """
    number = f"number:{stranger.number}"
    of_network, of_number, of_both, *wider = rate_limits.increment(
        [
            (CODES_OF_NETWORK.free, stranger.network),
            (CODES_OF_NUMBER.free, number),
            (CODES_OF_NUMBER_BY_NETWORK, f"{number}:{stranger.network}"),
            *((schedule.free, who) for schedule, who in stranger.wider),
        ],
        now=now,
    )
    return CodeCounts(of_number, of_network, of_both, tuple(wider))


def list_refundable_uses(stranger: UnknownBrowser) -> list[RateLimitUse]:
    """Return the uses to refund for a code that could not be sent; the network's count stays."""
    number = f"number:{stranger.number}"
    return [(CODES_OF_NUMBER.free, number), (CODES_OF_NUMBER_BY_NETWORK, f"{number}:{stranger.network}")]


def record_wrong_guess(stranger: UnknownBrowser, *, now: datetime) -> None:
    """Count a wrong guess at a code that was really sent."""
    # The row shared by all is locked last, just before the commit.
    rate_limits.increment(
        [
            (WRONG_OF_NETWORK.free, stranger.network),
            (WRONG_OF_NUMBER, f"number:{stranger.number}"),
            (WRONG_OF_INSTANCE, INSTANCE),
        ],
        now=now,
    )


def get_work_for_guess(stranger: UnknownBrowser, *, now: datetime) -> int:
    """Return the work that a guess requires, by the wrong guesses from this network."""
    [wrong] = rate_limits.get_counts([(WRONG_OF_NETWORK.free, stranger.network)], now=now)
    return WRONG_OF_NETWORK.work(wrong + 1)
