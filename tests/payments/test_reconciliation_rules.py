"""The rules by which a day of ledger, history and statement is compared, without a database."""

from __future__ import annotations

import tracemalloc
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain import reconciliation
from payments.domain.reconciliation import (
    LATE_DAYS_MAX,
    UNMATCHED_MAX,
    BreakKind,
    Coverage,
    Row,
    Source,
    reconcile,
)
from payments.domain.statement_csv import BANK_TIME_ZONE

DAY = date(2027, 3, 1)
ALL = Coverage(history={DAY}, statement={DAY})
LEDGER, HISTORY, STATEMENT = Source


def row(source, reference="R1", amount=100, *, day=DAY, account="", channel="", hour=9):
    at = datetime(day.year, day.month, day.day, hour, tzinfo=BANK_TIME_ZONE)
    return Row(source=source, reference=reference, amount=amount, day=day, at=at, account=account, channel=channel)


def compare(*rows, coverage=ALL, day=DAY, judged_until=None):
    sources = [
        sorted((one for one in rows if one.source == source), key=lambda one: one.reference) for source in Source
    ]
    return reconcile(day, sources, coverage, judged_until=judged_until)


def kinds(outcome):
    return [(found.kind, found.reference) for found in outcome.findings]


def test_movement_that_all_tell_alike_agrees():
    outcome = compare(row(LEDGER), row(HISTORY), row(STATEMENT))

    assert (outcome.agreed, outcome.findings) == (1, [])
    assert outcome.counts == {LEDGER: 1, HISTORY: 1, STATEMENT: 1}
    assert outcome.sums == {LEDGER: 100, HISTORY: 100, STATEMENT: 100}


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([row(HISTORY), row(STATEMENT)], BreakKind.MISSING_IN_LEDGER),
        ([row(HISTORY)], BreakKind.MISSING_IN_LEDGER),
        ([row(LEDGER)], BreakKind.MISSING_AT_BANK),
        ([row(LEDGER), row(HISTORY)], BreakKind.MISSING_IN_STATEMENT),
        ([row(STATEMENT)], BreakKind.UNKNOWN_LINE),
        ([row(LEDGER), row(HISTORY), row(STATEMENT, amount=90)], BreakKind.AMOUNT_DIFFERS),
        ([row(LEDGER), row(HISTORY, amount=90), row(STATEMENT)], BreakKind.AMOUNT_DIFFERS),
        ([row(LEDGER), row(HISTORY), row(STATEMENT), row(STATEMENT)], BreakKind.DUPLICATE),
        ([row(LEDGER, amount=-100), row(STATEMENT)], BreakKind.AMOUNT_DIFFERS),
    ],
    ids=[
        "bank tells, ledger does not",
        "history alone",
        "ledger alone",
        "not in the statement",
        "statement alone",
        "another amount in the statement",
        "another amount in the history",
        "twice in the statement",
        "the other way",
    ],
)
def test_difference_has_a_kind(rows, kind):
    assert kinds(compare(*rows)) == [(kind, "R1")]


def test_statement_has_the_last_word_over_a_history_that_lacks_a_movement():
    assert compare(row(LEDGER), row(STATEMENT)).findings == []


def test_history_alone_decides_where_there_is_no_statement():
    coverage = Coverage(history={DAY}, statement=set())

    assert compare(row(LEDGER), row(HISTORY), coverage=coverage).findings == []
    assert kinds(compare(row(LEDGER), coverage=coverage)) == [(BreakKind.MISSING_AT_BANK, "R1")]


def test_nothing_is_concluded_where_the_bank_said_nothing():
    outcome = compare(row(LEDGER), coverage=Coverage(history=set(), statement=set()))

    assert (outcome.agreed, outcome.findings, outcome.counts[LEDGER]) == (0, [], 1)


def test_movement_belongs_to_the_day_on_which_the_bank_booked_it():
    booked = DAY + timedelta(days=LATE_DAYS_MAX)
    coverage = Coverage(history=set(), statement={DAY, booked})
    told = [row(LEDGER), row(STATEMENT, day=booked, amount=90)]

    assert compare(*told, coverage=coverage).findings == []
    assert kinds(compare(*told, coverage=coverage, day=booked)) == [(BreakKind.AMOUNT_DIFFERS, "R1")]


def test_lines_days_apart_under_one_reference_belong_to_the_first_day():
    later = DAY + timedelta(days=1)
    coverage = Coverage(history=set(), statement={DAY, later})
    told = [row(LEDGER), row(STATEMENT), row(STATEMENT, day=later)]

    assert kinds(compare(*told, coverage=coverage)) == [(BreakKind.DUPLICATE, "R1")]
    assert kinds(compare(*told[::-1], coverage=coverage)) == [(BreakKind.DUPLICATE, "R1")]
    assert compare(*told, coverage=coverage, day=later).findings == []


def test_day_of_the_history_counts_before_that_of_the_ledger():
    later = DAY + timedelta(days=1)
    coverage = Coverage(history={DAY, later}, statement=set())
    told = [row(LEDGER), row(HISTORY, day=later)]

    assert compare(*told, coverage=coverage).agreed == 0
    assert compare(*told, coverage=coverage, day=later).agreed == 1


def test_rows_are_counted_on_the_day_of_their_source():
    later = DAY + timedelta(days=1)
    told = [row(LEDGER), row(LEDGER, amount=50), row(STATEMENT, day=later, amount=150)]

    outcome = compare(*told)
    following = compare(*told, day=later)

    assert (outcome.counts, outcome.sums) == (
        {LEDGER: 2, HISTORY: 0, STATEMENT: 0},
        {LEDGER: 150, HISTORY: 0, STATEMENT: 0},
    )
    assert (following.counts[STATEMENT], following.sums[STATEMENT]) == (1, 150)


def test_movement_is_on_its_way_until_its_newest_row_is_judged():
    until = datetime(2027, 3, 1, 8, tzinfo=BANK_TIME_ZONE)

    assert compare(row(LEDGER, hour=7), row(HISTORY, amount=90), judged_until=until).findings == []
    assert compare(row(LEDGER), row(HISTORY, amount=90, hour=7), judged_until=until).findings == []


def test_movement_on_its_way_holds_up_no_other():
    until = datetime(2027, 3, 1, 8, tzinfo=BANK_TIME_ZONE)

    outcome = compare(row(LEDGER, "A"), row(LEDGER, "B", hour=7), judged_until=until)

    assert kinds(outcome) == [(BreakKind.MISSING_AT_BANK, "B")]
    assert outcome.counts[LEDGER] == 2


def test_what_is_on_its_way_is_left_out():
    until = datetime(2027, 3, 1, 8, tzinfo=BANK_TIME_ZONE)

    assert compare(row(LEDGER), judged_until=until).findings == []
    assert len(compare(row(LEDGER, hour=8), judged_until=until).findings) == 1


def test_correction_under_the_same_reference_makes_them_agree():
    told = [row(LEDGER), row(LEDGER, amount=-10), row(HISTORY, amount=90), row(STATEMENT, amount=90)]

    assert compare(*told).findings == []
    assert compare(row(LEDGER), row(LEDGER, amount=-100)).findings == []


def test_same_amount_for_the_same_account_is_one_movement_under_two_references():
    told = [row(LEDGER, "A", account="88"), row(STATEMENT, "Z", account="88")]

    outcome = compare(*told)

    assert (outcome.agreed, outcome.findings) == (2, [])
    assert len(compare(row(LEDGER, "A", account="88"), row(STATEMENT, "Z", account="89")).findings) == 2
    assert len(compare(row(LEDGER, "A"), row(STATEMENT, "Z")).findings) == 2


def test_one_payment_stands_for_one_line_of_its_amount_alone():
    paid = row(LEDGER, "A", account="88")
    lines = [row(STATEMENT, name, account="88") for name in "YZ"]

    assert kinds(compare(paid, *lines)) == [(BreakKind.UNKNOWN_LINE, "Z")]
    assert compare(paid, row(LEDGER, "B", account="88"), *lines).findings == []


def test_same_account_on_another_day_is_another_movement():
    later = DAY + timedelta(days=1)
    coverage = Coverage(history=set(), statement={DAY, later})
    told = [row(LEDGER, "A", account="88"), row(STATEMENT, "Z", account="88", day=later)]

    assert kinds(compare(*told, coverage=coverage)) == [(BreakKind.MISSING_AT_BANK, "A")]
    assert kinds(compare(*told, coverage=coverage, day=later)) == [(BreakKind.UNKNOWN_LINE, "Z")]


def qris_days(*days):
    """Two payments by code on each of these days, of 100 together."""
    return [row(LEDGER, f"Q{day}-{part}", part, day=day, channel="qris") for day in days for part in (40, 60)]


def findings_of(*rows, days):
    coverage = Coverage(history=set(), statement=set(days))
    return [found.reference for day in days for found in compare(*rows, coverage=coverage, day=day).findings]


@pytest.mark.parametrize(("late", "count"), [(-1, 3), (0, 0), (1, 0), (LATE_DAYS_MAX, 0), (LATE_DAYS_MAX + 1, 3)])
def test_sum_may_be_booked_some_days_later_and_never_before(late, count):
    booked = DAY + timedelta(days=late)
    days = sorted({DAY, booked})

    assert len(findings_of(*qris_days(DAY), row(STATEMENT, "SETTLED", day=booked), days=days)) == count


def test_sum_of_the_nearest_day_is_matched_first_and_each_once():
    days = [DAY + timedelta(days=number) for number in range(3)]
    paid = qris_days(*days[:2])

    assert findings_of(*paid, row(STATEMENT, "S", day=days[2]), days=days) == [f"Q{DAY}-40", f"Q{DAY}-60"]
    assert findings_of(*paid, *(row(STATEMENT, name, day=days[2]) for name in "ST"), days=days) == []
    assert findings_of(*paid, *(row(STATEMENT, name, day=days[2]) for name in "STU"), days=days) == ["U"]


def test_one_payment_is_no_sum_and_two_ways_are_not_summed_up():
    alone = row(LEDGER, "Q1", channel="qris")
    two_ways = [row(LEDGER, "Q1", 40, channel="qris"), row(LEDGER, "V1", 60, channel="va")]

    assert len(compare(alone, row(STATEMENT, "SETTLED")).findings) == 2
    assert len(compare(*two_ways, row(STATEMENT, "SETTLED")).findings) == 3
    assert len(compare(*(row(LEDGER, name, 50) for name in "AB"), row(STATEMENT, "SETTLED")).findings) == 3


def test_one_line_is_the_sum_of_a_days_payments_by_code():
    paid = [row(LEDGER, f"Q{number}", amount, channel="qris") for number, amount in enumerate([100, 250, 75])]
    told = [*paid, row(LEDGER, "V", 60, channel="va"), row(STATEMENT, "SETTLED", 425), row(STATEMENT, "V", 60)]

    outcome = compare(*told)

    assert (outcome.agreed, outcome.findings) == (5, [])


def test_sum_that_is_off_by_a_sen_matches_nothing():
    paid = [row(LEDGER, f"Q{number}", 100, channel="qris") for number in range(2)]

    assert sorted(kinds(compare(*paid, row(STATEMENT, "SETTLED", 201)))) == [
        (BreakKind.MISSING_AT_BANK, "Q0"),
        (BreakKind.MISSING_AT_BANK, "Q1"),
        (BreakKind.UNKNOWN_LINE, "SETTLED"),
    ]


def test_transfer_that_came_back_cancels_itself_out():
    there, back = row(STATEMENT, "A", -100, account="w1"), row(STATEMENT, "B", 100, account="w1")

    assert compare(there, back).findings == []
    assert len(compare(there).findings) == 1


def test_movements_cancel_out_for_one_account_of_ours_alone():
    def told(there, back):
        return compare(row(STATEMENT, "A", -100, account=there), row(STATEMENT, "B", 100, account=back))

    assert len(told("w1", "w2").findings) == 2
    assert len(told("", "").findings) == 2
    assert len(compare(row(STATEMENT, "A", -100, account="w1"), row(STATEMENT, "B", 90, account="w1")).findings) == 2


def test_transfer_that_came_back_waits_for_the_line_that_the_statement_lacks():
    there = [row(source, "A", -100, account="w1") for source in (HISTORY, STATEMENT)]
    back = row(HISTORY, "B", 100, account="w1")

    assert sorted(kinds(compare(*there, back))) == [(BreakKind.MISSING_IN_STATEMENT, name) for name in "AB"]
    assert compare(*there, back, row(STATEMENT, "B", 100, account="w1")).findings == []


@pytest.mark.parametrize("has_come", [True, False], ids=["in the statement", "in the history alone"])
def test_payment_of_ours_is_not_matched_with_a_transfer_that_came_back(has_come):
    there, back = row(STATEMENT, "A", -100, account="w1"), row(HISTORY, "B", 100, account="w1")
    told = [row(LEDGER, "C", -100, account="w1"), there, back, *([row(STATEMENT, "B", 100, account="w1")] * has_come)]

    expected = [] if has_come else [(BreakKind.MISSING_IN_STATEMENT, name) for name in "AB"]
    assert sorted(kinds(compare(*told))) == [(BreakKind.MISSING_AT_BANK, "C"), *expected]


def test_more_differences_than_are_listed_are_counted():
    outcome = compare(*(row(STATEMENT, f"{number:06}") for number in range(UNMATCHED_MAX + 5)))

    assert (len(outcome.findings), outcome.unlisted) == (UNMATCHED_MAX, 5)


def test_differences_of_other_days_are_not_counted_as_unlisted(monkeypatch):
    monkeypatch.setattr(reconciliation, "UNMATCHED_MAX", 1)
    later = DAY + timedelta(days=1)
    coverage = Coverage(history=set(), statement={DAY, later})

    outcome = compare(row(STATEMENT, "A"), row(STATEMENT, "B"), row(STATEMENT, "C", day=later), coverage=coverage)

    assert (kinds(outcome), outcome.unlisted) == ([(BreakKind.UNKNOWN_LINE, "A")], 1)


def test_memory_does_not_grow_with_lines_that_agree():
    def lines(source, count):
        return (row(source, f"{number:08}") for number in range(count))

    def peak(count):
        tracemalloc.start()
        outcome = reconcile(DAY, [lines(source, count) for source in Source], ALL)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert outcome.agreed == count
        return used

    assert peak(30_000) < 2 * peak(1_000)


AMOUNTS = st.integers(min_value=-300, max_value=300).filter(bool)
TOLD = st.dictionaries(st.integers(0, 40), st.tuples(AMOUNTS, st.sampled_from(["same", "ledger", "bank", "other"])))


@given(TOLD)
def test_every_difference_is_found_once_and_nothing_else(told):
    rows, expected = [], {}
    for number, (amount, how) in told.items():
        reference = f"R{number:02}"
        if how != "bank":
            rows.append(row(LEDGER, reference, amount))
        if how != "ledger":
            rows.append(row(STATEMENT, reference, amount + (how == "other")))
            rows.append(row(HISTORY, reference, amount + (how == "other")))
        if how == "ledger":
            expected[reference] = BreakKind.MISSING_AT_BANK
        elif how == "bank":
            expected[reference] = BreakKind.MISSING_IN_LEDGER
        elif how == "other":
            expected[reference] = BreakKind.AMOUNT_DIFFERS

    outcome = compare(*rows)

    assert {found.reference: found.kind for found in outcome.findings} == expected
    assert len(outcome.findings) == len(expected)
    assert outcome.agreed == len(told) - len(expected)


@given(
    st.lists(
        st.builds(
            row,
            st.sampled_from(Source),
            st.sampled_from(["A", "B", "C", "D", "E", "F"]),
            st.sampled_from([-2, -1, 1, 2, 3]),
            day=st.sampled_from([DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)]),
            account=st.sampled_from(["", "1", "2"]),
            channel=st.sampled_from(["", "qris"]),
        ),
        max_size=20,
    )
)
def test_what_is_not_found_adds_up(rows):
    days = {DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)}
    coverage = Coverage(history=set(), statement=days)

    found = [finding for day in sorted(days) for finding in compare(*rows, coverage=coverage, day=day).findings]

    # Whatever is matched agrees to the sen: so all that is left explains the whole difference, each fact once.
    ours = sum(one.amount for one in rows if one.source == LEDGER)
    theirs = sum(one.amount for one in rows if one.source == STATEMENT)
    assert len({finding.reference for finding in found}) == len(found)
    assert ours - theirs == sum((finding.ledger or 0) - (finding.statement or 0) for finding in found)
