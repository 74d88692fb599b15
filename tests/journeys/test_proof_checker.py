"""A proof is checked by a page that was kept on a disk, with no network at all."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from payments import api
from payments.actions import sealing
from payments.domain.proofs import encode_proof
from payments.domain.receipt_numbers import format_number
from payments.queries.proofs import get_proof
from superapp.accounts import api as accounts
from superapp.core.money import Money
from tests.harness.browsers import launch_chromium
from tests.payments.purses import PIN

# WebCrypto is left out as on pages without https, and Ed25519 as in browsers of before 2025.
HELPS = {
    "webcrypto": "",
    "arithmetic": "Object.defineProperty(globalThis, 'crypto', {value: {}})",
    "unknown algorithm": "SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('NotSupportedError'))",
}


@pytest.fixture
def kept(make_payer, client, now, tmp_path):
    """The page and a proof as files, and the journal."""
    ana, bo = make_payer("ana", 100_000_00), make_payer("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    journal = api.send_money(
        sender_id=ana.pk,
        receiver_id=bo.pk,
        amount=Money(15_000_50),
        memo="<b>bakso</b>",
        pin=PIN,
        idempotency_key="k",
        now=now,
    ).public_id
    sealing.seal_block(now=now + timedelta(minutes=1))
    page, proof = tmp_path / "periksa.html", tmp_path / "bukti.json"
    page.write_bytes(client.get(reverse("payments:proof_checker")).content)
    proof.write_bytes(encode_proof(get_proof(ana.pk, journal)))
    return page, proof, journal


def check_offline(page, file, *, script="", language="id-ID"):
    """Open the page from the disk without a network, give it the file, and return what it says."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        context = browser.new_context(offline=True, locale=language)
        faults = []
        tab = context.new_page()
        tab.on("pageerror", lambda fault: faults.append(str(fault)))
        tab.on("console", lambda line: line.type == "error" and faults.append(line.text))
        tab.on("request", lambda request: request.url.startswith("file:") or faults.append(request.url))
        if script:
            tab.add_init_script(script)
        tab.goto(page.as_uri())
        tab.set_input_files("input[type=file]", str(file))
        tab.wait_for_selector("[data-verdict]:not([hidden])")
        said = tab.inner_text("[data-part=result]")
        browser.close()
    assert faults == []
    return said


@pytest.mark.parametrize("how", HELPS)
def test_kept_page_says_that_a_proof_is_genuine(how, kept):
    page, proof, journal = kept

    said = check_offline(page, proof, script=HELPS[how])

    assert said.startswith("Asli\n")
    for words in ("Rp15.000,50", "Kirim uang", "<b>bakso</b>", format_number(journal)):
        assert words in said


def test_kept_page_refuses_what_was_altered_in_both_languages(kept):
    page, proof, _journal = kept
    document = json.loads(proof.read_text())
    proof.write_text(json.dumps({**document, "leaf": document["leaf"].replace("1500050", "9500050")}))

    said = {language: check_offline(page, proof, language=language) for language in ("id-ID", "en-GB")}

    assert said == {
        "id-ID": "Tidak asli\n\nTransaksi di dalamnya sudah diubah, atau tidak pernah tercatat.",
        "en-GB": "Not genuine\n\nThe payment in it was changed, or it never was in the ledger.",
    }


def test_kept_page_does_not_take_a_strangers_ledger_for_ours(kept):
    page, proof, _journal = kept
    page.write_text(page.read_text().replace('"keys": ["', '"keys": ["x'))

    assert "bukan segel Nusa" in check_offline(page, proof)
