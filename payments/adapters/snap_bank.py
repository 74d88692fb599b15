"""A bank that speaks SNAP BI, the open API standard of Bank Indonesia."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog

from payments.adapters.bank import (
    BankAccount,
    BankNotAsked,
    BankRefused,
    BankSilent,
    GeneratedQr,
    HistoryEntry,
    RefusalReason,
    TransferState,
    TransferStatus,
)
from payments.adapters.bank_keys import BankKeys
from payments.adapters.snap_amounts import format_amount, read_amount
from payments.adapters.snap_signatures import format_timestamp, sign_request, sign_token_request
from payments.models.banking import BANK_REFERENCE_CHARS_MAX, VIRTUAL_ACCOUNT_CHARS_MAX
from superapp.core import clock
from superapp.core.http_exchange import connect, exchange
from superapp.core.money import Money
from superapp.core.outage import Outage
from superapp.core.text_cleaning import clean_line

ANSWER_BYTES_MAX = 1_048_576
# A token is asked for anew this long before it ends, so that none ends on the way.
TOKEN_SPARE_SECONDS = 60
HISTORY_PAGE_ROWS, HISTORY_PAGES_MAX = 100, 1_000
INTRABANK, INTERBANK = "17", "18"
# Case codes of a response, behind HTTP status and service.
NO_SUCH_TRANSACTION, TOKEN_INVALID, ALREADY_DONE = "40401", "40101", "40901"
_REASONS = {
    "40302": RefusalReason.AMOUNT_LIMIT,
    "40314": RefusalReason.INSUFFICIENT_FUNDS,
    "40318": RefusalReason.ACCOUNT_INACTIVE,
    "40411": RefusalReason.ACCOUNT_UNKNOWN,
}
# ``latestTransactionStatus``; whatever is not listed is not known yet.
_STATES = {
    "00": TransferState.DONE,
    "04": TransferState.FAILED,
    "05": TransferState.FAILED,
    "06": TransferState.FAILED,
    "07": TransferState.UNKNOWN,
}

log = structlog.get_logger(__name__)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    ends_at: float


class SnapBank:
    """A client of one bank. Several threads may use it at once."""

    def __init__(self, url: str, keys: BankKeys, *, seconds_max: float) -> None:
        self._url = url.rstrip("/")
        self._keys = keys
        self._seconds_max = seconds_max
        self._token: _Token | None = None
        self._token_lock = threading.Lock()
        self._outage = Outage(lambda: BankNotAsked("the bank is away, and another thread is trying"))

    def find_holder(self, account: BankAccount) -> BankAccount:
        fields = {"beneficiaryAccountNo": account.number}
        if account.bank_code == self._keys.bank_code:
            answer = self._ask("/account-inquiry-internal", fields)
        else:
            asked = {**fields, "beneficiaryBankCode": account.bank_code, "partnerReferenceNo": _random_number()}
            answer = self._ask("/account-inquiry-external", asked)
        holder = _text(answer, "beneficiaryAccountName")
        if not holder:
            raise BankSilent("an account without the name of its holder")
        return BankAccount(bank_code=account.bank_code, number=account.number, holder=holder)

    def transfer(self, to: BankAccount, amount: Money, *, partner_reference: str, now: datetime) -> TransferStatus:
        fields = {
            "partnerReferenceNo": partner_reference,
            "amount": format_amount(amount),
            "beneficiaryAccountNo": to.number,
            "sourceAccountNo": self._keys.account_number,
            "transactionDate": format_timestamp(now),
        }
        try:
            if to.bank_code == self._keys.bank_code:
                answer = self._ask("/transfer-intrabank", fields)
            else:
                more = {"beneficiaryAccountName": to.holder, "beneficiaryBankCode": to.bank_code}
                answer = self._ask("/transfer-interbank", {**fields, **more})
        except BankRefused as refusal:
            if _case(refusal.code) == ALREADY_DONE:
                return self.get_transfer_status(to, partner_reference=partner_reference)
            raise
        is_done = _text(answer, "responseCode").startswith("200")
        return TransferStatus(
            state=TransferState.DONE if is_done else TransferState.PENDING, bank_reference=_text(answer, "referenceNo")
        )

    def get_transfer_status(self, to: BankAccount, *, partner_reference: str) -> TransferStatus:
        service = INTRABANK if to.bank_code == self._keys.bank_code else INTERBANK
        try:
            answer = self._ask(
                "/transfer/status", {"originalPartnerReferenceNo": partner_reference, "serviceCode": service}
            )
        except BankRefused as refusal:
            if _case(refusal.code) == NO_SUCH_TRANSACTION:
                return TransferStatus(state=TransferState.UNKNOWN)
            raise
        state = _STATES.get(_text(answer, "latestTransactionStatus"), TransferState.PENDING)
        return TransferStatus(state=state, bank_reference=_text(answer, "originalReferenceNo"))

    def generate_qr(self, amount: Money, *, partner_reference: str, expires_at: datetime) -> GeneratedQr:
        answer = self._ask(
            "/qr/qr-mpm-generate",
            {
                "partnerReferenceNo": partner_reference,
                "amount": format_amount(amount),
                "merchantId": self._keys.partner_id,
                "validityPeriod": format_timestamp(expires_at),
            },
        )
        content = _text(answer, "qrContent")
        if not content:
            raise BankSilent("a code without content")
        return GeneratedQr(content=content, bank_reference=_text(answer, "referenceNo"))

    def get_balance(self) -> Money:
        answer = self._ask("/balance-inquiry", {"accountNo": self._keys.account_number})
        try:
            return read_amount(answer["accountInfos"][0]["availableBalance"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise BankSilent("no balance in the answer") from error

    def list_history(self, since: datetime, until: datetime) -> list[HistoryEntry]:
        entries: list[HistoryEntry] = []
        for page in range(1, HISTORY_PAGES_MAX + 1):
            asked = {
                "fromDateTime": format_timestamp(since),
                "toDateTime": format_timestamp(until),
                "pageSize": str(HISTORY_PAGE_ROWS),
                "pageNumber": str(page),
            }
            answer = self._ask("/transaction-history-list", asked)
            try:
                rows = [_read_history_entry(row) for row in answer["detailData"]]
            except (KeyError, TypeError, ValueError) as error:
                raise BankSilent("no history in the answer") from error
            entries += rows
            if len(rows) < HISTORY_PAGE_ROWS:
                return sorted(entries, key=lambda entry: (entry.at, entry.reference))
        raise BankSilent("a history without end")

    def _ask(self, path: str, fields: Json) -> Json:
        """
        Return the answer to a request under an access token, which is asked for when there is none.

        :raises BankSilent: if no answer came, or none that can be understood, or the bank itself does not know
        :raises BankRefused: if it refused
        """
        try:
            return self._send(path, fields, self._get_token())
        except BankRefused as refusal:
            if _case(refusal.code) != TOKEN_INVALID:
                raise
        # The token ended before its time. Nothing was carried out, so the request may be sent again.
        with self._token_lock:
            self._token = None
        return self._send(path, fields, self._get_token())

    def _send(self, path: str, fields: Json, token: str) -> Json:
        path, body = self._path(path), json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
        timestamp = format_timestamp(clock.now())
        signature = sign_request(
            self._keys.client_secret, method="POST", path=path, access_token=token, body=body, timestamp=timestamp
        )
        headers = {
            "Authorization": f"Bearer {token}",
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": signature,
            "X-PARTNER-ID": self._keys.partner_id,
            "X-EXTERNAL-ID": _random_number(),
            "CHANNEL-ID": self._keys.channel_id,
        }
        return self._exchange(path, body, headers)

    def _get_token(self) -> str:
        with self._token_lock:
            if self._token is None or time.monotonic() >= self._token.ends_at:
                try:
                    self._token = self._fetch_token()
                except (BankSilent, BankRefused) as error:  # What the token was for was not asked yet.
                    raise BankNotAsked(f"no access token: {error}") from error
            return self._token.value

    def _fetch_token(self) -> _Token:
        timestamp = format_timestamp(clock.now())
        headers = {
            "X-TIMESTAMP": timestamp,
            "X-CLIENT-KEY": self._keys.client_id,
            "X-SIGNATURE": sign_token_request(
                self._keys.client_private, client_id=self._keys.client_id, timestamp=timestamp
            ),
        }
        asked_at = time.monotonic()
        answer = self._exchange(self._path("/access-token/b2b"), b'{"grantType":"client_credentials"}', headers)
        value, seconds = _text(answer, "accessToken"), str(answer.get("expiresIn", ""))
        if not value or not seconds.isascii() or not seconds.isdigit():
            raise BankSilent("no access token in the answer")
        return _Token(value, asked_at + max(int(seconds) - TOKEN_SPARE_SECONDS, 1))

    def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> Json:
        with self._outage.one_at_a_time():
            try:
                code, answer = self._try_exchange(path, body, headers)
            except BankSilent as error:
                self._outage.is_noticed = True
                log.warning("bank_silent", path=path, error=str(error))
                raise
            self._outage.is_noticed = False
        if not code.startswith("2"):
            log.warning("bank_refused", path=path, answer=code)
            raise BankRefused(code, _REASONS.get(_case(code), RefusalReason.OTHER))
        return answer

    def _try_exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[str, Json]:
        """Return the code and the object of an answer that the bank itself gave."""
        try:
            status, answered = exchange(
                connect(self._url, seconds_max=self._seconds_max),
                "POST",
                path,
                body=body,
                headers={**headers, "Content-Type": "application/json"},
                seconds_max=self._seconds_max,
                bytes_max=ANSWER_BYTES_MAX,
            )
            answer = json.loads(answered)
        except ConnectionRefusedError as error:
            raise BankNotAsked(str(error)) from error
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            raise BankSilent(f"{type(error).__name__}: {error}") from error
        code = _text(answer, "responseCode") if isinstance(answer, dict) else ""
        # The body's code must agree with the status: a proxy's page of error is no answer of the bank.
        if not code.startswith(str(status)) or status >= http.client.INTERNAL_SERVER_ERROR:
            raise BankSilent(f"status {status}, code {code!r}")
        return code, answer

    def _path(self, path: str) -> str:
        return f"{urlsplit(self._url).path}/v1.0{path}"


def _read_history_entry(row: Json) -> HistoryEntry:
    """
    Return a row of the history. Its texts are cut to what is stored of them, since strangers write them.

    :raises KeyError, TypeError, ValueError: if it is none
    """
    more, at = dict(row["additionalInfo"]), datetime.fromisoformat(row["dateTime"])
    if at.tzinfo is None:
        raise ValueError("a time of no zone")
    amount = read_amount(row["amount"])
    return HistoryEntry(
        reference=clean_line(str(more["referenceNo"]))[:BANK_REFERENCE_CHARS_MAX],
        partner_reference=clean_line(_text(more, "partnerReferenceNo"))[:BANK_REFERENCE_CHARS_MAX],
        virtual_account=clean_line(_text(more, "virtualAccountNo"))[:VIRTUAL_ACCOUNT_CHARS_MAX],
        amount=amount if row["type"] == "CREDIT" else -amount,
        at=at,
        remark=_text(row, "remark"),
    )


def _case(code: str) -> str:
    """Return HTTP status and case of a response code, without the service between them."""
    return code[:3] + code[5:7]


def _text(answer: Json, name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def _random_number() -> str:
    """Return a number for one request; the standard wants digits, new each time on a day."""
    return f"{secrets.randbelow(10**20):020}"
