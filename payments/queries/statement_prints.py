"""Statements as PDF, for people and their banks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from payments import queries
from payments.domain import chart_of_accounts
from payments.models import Account
from payments.queries.statement_lines import StatementLine, iterate_statement_lines
from payments.queries.statement_sheets import describe_rule
from payments.queries.statement_words import describe_kind
from superapp.core.money import Money
from superapp.core.prints import GREY, PLAIN, STRONG, printable, register_fonts
from superapp.web import time_formats

WIDTH, HEIGHT = landscape(A4)
MARGIN, LINE = 14 * mm, 5.4 * mm
TOP, BOTTOM = HEIGHT - 40 * mm, 18 * mm
# The left edge of texts, and the right edge of amounts.
_DATE, _WHAT, _RULE = MARGIN, MARGIN + 30 * mm, MARGIN + 128 * mm
_AMOUNTS = (MARGIN + 176 * mm, MARGIN + 204 * mm, MARGIN + 236 * mm, WIDTH - MARGIN)
_SIZE = 8


class _Print:
    """A statement that is being drawn: the page, and how far down it is."""

    def __init__(self, out: BytesIO, holder: str, period: str, *, has_fees: bool) -> None:
        register_fonts()
        self.canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=True, pageCompression=1)
        self.canvas.setTitle(f"{_('Statement')} · {holder}")
        self.canvas.setCreator(settings.BRAND_NAME)
        self.holder, self.period, self.page, self.has_fees = printable(holder), period, 0, has_fees
        self.begin_page()

    @property
    def room(self) -> float:
        """The width of the description column, wider if the statement has no fee column."""
        return float((_RULE if self.has_fees else _AMOUNTS[1]) - _WHAT)

    def begin_page(self) -> None:
        if self.page:
            self.canvas.showPage()
        self.page += 1
        canvas = self.canvas
        canvas.setFont(STRONG, 14)
        canvas.drawString(MARGIN, HEIGHT - 18 * mm, self.holder)
        canvas.setFont(PLAIN, 9)
        canvas.drawString(MARGIN, HEIGHT - 24 * mm, f"{_('Statement')} · {self.period}")
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 18 * mm, settings.BRAND_NAME)
        canvas.drawRightString(WIDTH - MARGIN, 10 * mm, _("Page {number}").format(number=self.page))
        self.y = TOP + 6 * mm
        if self.has_fees:
            headings = (_("Gross"), _("Fee"), _("Net"), _("Balance"))
            self.draw_row(_("Date"), _("What"), headings, rule=_("Fee rule"), font=STRONG)
        else:
            self.draw_row(_("Date"), _("What"), ("", "", _("Amount"), _("Balance")), font=STRONG)
        canvas.setStrokeGray(GREY)
        canvas.line(MARGIN, self.y + LINE - 1.5 * mm, WIDTH - MARGIN, self.y + LINE - 1.5 * mm)

    def draw_row(
        self, date: str, what: str, amounts: tuple[str, ...], *, rule: str = "", font: str = PLAIN, note: str = ""
    ) -> None:
        if self.y < BOTTOM:
            self.begin_page()
        canvas = self.canvas
        canvas.setFont(font, _SIZE)
        canvas.drawString(_DATE, self.y, date)
        canvas.drawString(_WHAT, self.y, _cut(f"{what} · {note}" if note else what, font, self.room - 2 * mm))
        canvas.drawString(_RULE, self.y, rule)
        for right, amount in zip(_AMOUNTS, amounts, strict=True):
            canvas.drawRightString(right, self.y, amount)
        self.y -= LINE


def stream_pdf(account: Account, since: datetime, until: datetime, *, holder: str) -> Iterator[bytes]:
    """Yield the bytes of a statement as PDF; it is drawn in memory, so callers bound its number of lines."""
    period = queries.get_statement_period(account, since, until)
    zone = since.tzinfo
    last_day = (until - timedelta(microseconds=1)).astimezone(zone)
    out = BytesIO()
    days = " – ".join(formats.date_format(day, "j F Y") for day in (since, last_day))
    # Only merchants pay fees; for people, gross and net would be the same.
    made = _Print(out, holder, days, has_fees=account.kind != chart_of_accounts.WALLET.name)

    def balance(word: str, minor: int) -> None:
        made.draw_row("", word, ("", "", "", str(Money(minor, account.asset))), font=STRONG)

    balance(_("Opening balance"), period.opening.balance)
    for line in iterate_statement_lines(period):
        at = line.movement.posted_at.astimezone(zone)
        fees = (str(line.gross), str(line.fee)) if made.has_fees else ("", "")
        amounts = (*fees, str(line.net), str(line.movement.balance_after))
        kind = describe_kind(line.movement)
        rule = describe_rule(line) if made.has_fees else ""
        made.draw_row(_date(at), kind, amounts, rule=rule, note=printable(_note(line)))
    balance(_("Closing balance"), period.closing.balance)
    made.canvas.showPage()
    made.canvas.save()
    yield out.getvalue()


def _date(at: datetime) -> str:
    return f"{formats.date_format(at, 'j M Y')} {time_formats.format_hour(at)}"


def _note(line: StatementLine) -> str:
    return " · ".join(part for part in (line.order, line.items or line.counterparty, line.movement.memo) if part)


def _cut(text: str, font: str, room: float) -> str:
    """Return the text, or as much of its beginning as there is room for."""
    if pdfmetrics.stringWidth(text, font, _SIZE) <= room:
        return text
    while text and pdfmetrics.stringWidth(text + "…", font, _SIZE) > room:
        text = text[:-1]
    return text + "…"
