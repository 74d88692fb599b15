"""Every field in which a person writes is cleaned: each is declared here, written through its door, and read back."""

from __future__ import annotations

import json
import re

import pytest
from django.apps import apps
from django.core.management import call_command

from superapp.console.models import Proposal
from superapp.realtime import registry
from tests.payments.purses import PIN
from tests.security.bank_differences import write_about_the_bank
from tests.security.written_texts import is_dirty, strings, templates, text_fields
from tests.security.written_world import World
from tests.shop.conftest import ADDRESS

MARKER = "Mawar"
# What no text may carry: an override of direction, the start of a terminal's command, a pile of marks.
DIRTY = {"override": f"{MARKER}\u202e ab", "control": f"{MARKER}\x1b ab", "pile": f"{MARKER}{chr(0x0335) * 40} ab"}
OURS = (
    "accounts",
    "addresses",
    "angpao",
    "chat",
    "console",
    "core",
    "notifications",
    "payments",
    "peer_payments",
    "realtime",
    "search",
    "shop",
)


def _address(field):
    return lambda world, text: world.buy(address={**ADDRESS, field: text})


def _fields(method, field):
    return lambda world, text: getattr(world, method)(**{field: text})


# Every field of a command that takes a person's text: where it is kept, and how it is written.
WRITTEN = {
    "accounts.profile_change.name": ("accounts.User.name", lambda w, text: w.rest("ana", "patch", "me", name=text)),
    "chat.send.body": ("chat.Message.body", World.message),
    "chat.send.attachment.name": (
        "chat.Message.extras",
        lambda w, text: w.attach(type="location", latitude=-7.5, longitude=110.8, name=text),
    ),
    "chat.send.attachment.options": (
        "chat.Message.extras",
        lambda w, text: w.attach(type="poll", question="Jadi?", options=[text, "Tidak"]),
    ),
    "chat.send.attachment.question": (
        "chat.Message.extras",
        lambda w, text: w.attach(type="poll", question=text, options=["Ya", "Tidak"]),
    ),
    "chat.edit.body": ("chat.Message.body", World.edit),
    "chat.group_create.title": ("chat.Conversation.title", World.make_group),
    "chat.group_change.title": ("chat.Conversation.title", _fields("change_group", "title")),
    "chat.group_change.description": ("chat.Group.description", _fields("change_group", "description")),
    "chat.keep.draft": (
        "chat.Member.draft",
        lambda w, text: w.rest("ana", "patch", f"conversations/{w.conversation}/mine", draft=text),
    ),
    "payments.send.memo": ("payments.Memo.text", World.send_money),
    "shop.buy.address.name": ("shop.Order.address", _address("name")),
    "shop.buy.address.phone": ("shop.Order.address", _address("phone")),
    "shop.buy.address.text": ("shop.Order.address", _address("text")),
    "shop.buy.address.town": ("shop.Order.address", _address("town")),
    "shop.buy.note": ("shop.Order.note", _fields("buy", "note")),
    "shop.cancel.reason": (
        "shop.OrderEvent.reason",
        lambda w, text: w.rest("bo", "post", f"orders/{w.order}/cancel", reason=text, pin=PIN),
    ),
    "shop.change.about": ("shop.Shop.about", lambda w, text: w.rest("bo", "patch", "shop", about=text)),
    "shop.change.name": ("shop.Shop.name", lambda w, text: w.rest("bo", "patch", "shop", name=text)),
    "shop.change.town": ("shop.Shop.town", lambda w, text: w.rest("bo", "patch", "shop", town=text)),
    "shop.correct_resi.courier": ("shop.Shipment.courier", _fields("correct", "courier")),
    "shop.correct_resi.resi": ("shop.Shipment.resi", _fields("correct", "resi")),
    "shop.open.about": ("shop.Shop.about", _fields("open_shop", "about")),
    "shop.open.name": ("shop.Shop.name", _fields("open_shop", "name")),
    "shop.open.town": ("shop.Shop.town", _fields("open_shop", "town")),
    "shop.product_add.description": ("shop.Product.description", _fields("add_product", "description")),
    "shop.product_add.name": ("shop.Product.name", _fields("add_product", "name")),
    "shop.product_change.description": ("shop.Product.description", _fields("change_product", "description")),
    "shop.product_change.name": ("shop.Product.name", _fields("change_product", "name")),
    "shop.options_set.options.name": ("shop.Product.options", lambda w, text: w.set_options(text, "Merah")),
    "shop.options_set.options.values": ("shop.Product.options", lambda w, text: w.set_options("Warna", text)),
    "shop.variants_change.variants.sku": ("shop.Variant.sku", lambda w, text: w.change_variant(sku=text)),
    "shop.ship.courier": ("shop.Shipment.courier", _fields("ship", "courier")),
    "shop.ship.resi": ("shop.Shipment.resi", _fields("ship", "resi")),
}
# Fields that are refused unless they are of a closed form, or are looked up and never kept.
OF_A_CLOSED_FORM = """
    accounts.contact_ask.handle accounts.contact_ask.phone accounts.invite.token accounts.invite_accept.token
    accounts.profile_change.group_adders chat.group_create.idempotency_key chat.group_invite.token
    chat.group_join.token chat.members.after chat.members.search chat.readers.after
    chat.reactors.after chat.reactors.emoji chat.starred.before chat.voters.after
    accounts.person_by_handle.handle accounts.profile_change.handle accounts.profile_change.language
    accounts.profile_change.time_zone accounts.trust_ask.code chat.react.emoji chat.send.client_id
    notifications.notice.subject notifications.preferences_change.quiet_hours.since
    notifications.preferences_change.quiet_hours.until notifications.seen.subjects
    notifications.subscribe.auth notifications.subscribe.endpoint notifications.subscribe.p256dh
    payments.history.search payments.pin_ask.code payments.pin_change.new payments.pin_change.old
    payments.pin_reset.pin payments.pin_set.pin payments.recipient.handle payments.recipient.phone
    payments.send.amount.asset payments.send.idempotency_key payments.send.pin shop.buy.expected_total.asset
    shop.buy.idempotency_key shop.buy.pin shop.cancel.pin shop.change.opening_hours shop.change.time_zone
    shop.confirm.pin shop.open.handle shop.open.opening_hours shop.open.time_zone shop.photos_arrange.photos
    shop.product_add.idempotency_key shop.product_add.price.asset shop.product_change.category
    shop.product_change.price.asset
    shop.variants_change.idempotency_key shop.variants_change.variants.photo
    shop.variants_change.variants.price.asset shop.variants_change.variants.values
    shop.purchases.after shop.sales.after shop.shipping_options.region shop.stock_set.idempotency_key
    shop.withdraw.amount.asset shop.withdraw.idempotency_key shop.withdraw.pin sync.cursor sync.page.next sync.page.part
"""
# Columns in which the product writes: states, keys, digests, copies of cleaned texts.
OF_THE_PRODUCT = {
    "accounts": """
        Contact.state DeveloperSms.number DeveloperSms.text Device.browser_hash Device.name
        Device.session_key Invitation.number InviteLink.token LoginCode.browser_hash LoginCode.code_hash
        LoginCode.number PhoneNumber.number RateCount.what RateCount.who User.avatar User.group_adders User.handle
        User.language User.password User.time_zone
    """,
    "addresses": """
        Address.dataset_version Address.district Address.phone Address.postal_code Address.province Address.regency
        Address.region_code Address.rt Address.rw Address.village Region.code Region.name Region.parent
        RegionDataset.digest RegionDataset.version RegionWord.code RegionWord.word
    """,
    "angpao": """
        AngpaoNight.findings Packet.audience Packet.commitment Packet.mode Packet.seed Packet.state
    """,
    "chat": """
        Conversation.direct_key Conversation.kind Face.address Face.key Face.kind
        Face.name Face.picture Group.idempotency_key GroupLink.token Member.role
        Member.until_title Message.card Message.card_type Message.client_id
        Message.content_hash Message.event Message.kind MessageMark.reaction MessageMark.votes MessageVersion.body
        Reaction.emoji
    """,
    "console": """
        AuditEntry.action AuditEntry.address AuditEntry.subject ConsoleMember.roles ConsoleMember.secret
        ConsoleSession.session_key Proposal.kind Proposal.payload Proposal.state
    """,
    "core": """
        Fact.key Fact.last_error Fact.name Fact.payload Instance.place Job.arguments Job.error_code Job.name
        Job.result Job.state
    """,
    "notifications": """
        Alert.state Alert.subject Notification.subject Preferences.presence PushSubscription.auth
        PushSubscription.endpoint PushSubscription.p256dh
    """,
    "payments": """
        QrisAccount.category QrisAccount.city QrisAccount.criteria QrisAccount.merchant QrisAccount.name
        QrisAccount.nmid QrisAccount.pan QrisAccount.postal_code QrisBill.idempotency_key QrisBill.reference
        QrisPayment.terminal BankMessage.answer BankMessage.body BankMessage.external_id BankMessage.service
        IssuedMoney.asset Charge.asset Charge.bank_reference Charge.method Charge.partner_reference Charge.qr_content
        Charge.reference
        Settlement.merchant Settlement.reason SettlementSchedule.merchant SettlementSchedule.rhythm
        PayoutAccount.bank_code PayoutAccount.holder PayoutAccount.merchant PayoutAccount.number
        SettlementSchedule.target Withdrawal.merchant
        MerchantRefund.merchant MerchantRefund.number MerchantRefund.reason MerchantRefund.state
        FeeRule.category_from FeeRule.category_to FeeRule.channel FeeRule.criteria FeeRule.name FeeRule.reason
        Charge.state IncomingPayment.asset IncomingPayment.bank_reference IncomingPayment.paid_to
        IncomingPayment.reason IncomingPayment.state VirtualAccount.number
        Withdrawal.account_number Withdrawal.asset Withdrawal.bank_code Withdrawal.bank_reference
        Withdrawal.holder Withdrawal.partner_reference Withdrawal.reason Withdrawal.state
        Block.head Block.previous Block.root Block.signature LedgerKey.key_id LedgerKey.public LedgerKey.signature
        BankMovement.partner_reference BankMovement.reference BankMovement.virtual_account
        BankPosting.bank_reference ReconciliationBreak.kind ReconciliationBreak.reference ReconciliationBreak.state
        StatementFile.sha256 StatementLine.partner_reference StatementLine.reference SuspenseClearing.way
        Account.asset Account.code Account.kind Account.status Journal.kind Journal.memo_hash
        Journal.reference Memo.salt NightlyProof.findings Pin.pin_hash Request.code Request.content_hash
        Request.key Request.outcome Request.scope Tier.name TopUp.asset TopUp.state Transfer.asset
        Transfer.phase
    """,
    "peer_payments": """
        BillSplit.group BillSplit.idempotency_key BillSplit.method MoneyRequest.idempotency_key MoneyRequest.state
        Occurrence.code Occurrence.state Schedule.idempotency_key Schedule.repeat Schedule.state Schedule.time_zone
    """,
    "search": "IndexState.collection VocabularyEntry.collection VocabularyEntry.deletion VocabularyEntry.word",
    "shop": """
        Checkpoint.code Checkpoint.place Checkpoint.raw Checkpoint.raw_hash Checkpoint.source Checkpoint.step
        Checkpoint.text CourierHealth.courier CourierHealth.last_error TrackedParcel.courier TrackedParcel.resi
        Order.shipping_option Attempt.code Attempt.content_hash Attempt.idempotency_key Attempt.outcome Attempt.params
        Order.cancelled_by Order.fee_rule Order.number Order.shop_name Order.shop_town Order.state
        OrderEvent.actor_kind OrderEvent.evidence OrderEvent.from_state OrderEvent.to_state
        OrderEvent.transition OrderLine.photo OrderLine.product_name OrderLine.sku OrderLine.variant_title
        OrderTimer.kind OrderTimer.state PendingPurchase.content_hash PendingPurchase.idempotency_key
        PendingPurchase.product_name PendingPurchase.sku PendingPurchase.state PendingPurchase.variant_title
        Photo.name Photo.placeholder Product.category Product.content_hash Product.idempotency_key
        Product.slug Product.state ProductDocument.category
        Shipment.delivered_source Shop.handle Shop.logo Shop.opening_hours Shop.time_zone ShopNight.findings
        StockMove.idempotency_key StockMove.kind StockMove.reference Transition.from_state Transition.name
        Transition.to_state Transition.who ShippingSettings.areas ShippingSettings.bands ShippingSettings.origin_code
        ShippingSettings.origin_names ShippingSettings.services ProductDocument.title ProductDocument.tokens
        ProductDocument.town ProductDocument.town_key Variant.value_1 Variant.value_2 Variant.value_3
    """,
}
INPUTS = {
    # No command has these: they are tried with the form of an address, below, and in test_written_notes.py.
    **dict.fromkeys(("label", "landmark", "recipient", "street", "item", "pickup_address"), ""),
    "body": "chat.send.body",
    "name": "accounts.profile_change.name shop.open.name shop.change.name shop.product_add.name shop.buy.address.name",
    "phone": "shop.buy.address.phone",
    "text": "shop.buy.address.text",
    "town": "shop.buy.address.town shop.open.town shop.change.town",
    "note": "shop.buy.note",
    "words": "shop.cancel.reason",
    "courier": "shop.ship.courier shop.correct_resi.courier",
    "resi": "shop.ship.resi shop.correct_resi.resi",
    "title": "chat.group_create.title chat.group_change.title",
    "description": "chat.group_change.description shop.product_add.description shop.product_change.description",
    "about": "shop.change.about",
    "memo": "payments.send.memo",
    "message": "",
    "option-{{ row.number }}": "shop.options_set.options.name",
    "values-{{ row.number }}": "shop.options_set.options.values",
    "sku-{{ row.number }}": "shop.variants_change.variants.sku",
    # Numbers.
    **dict.fromkeys((f"{name}-{{{{ row.number }}}}" for name in ("price", "stock", "weight")), ""),
}
# Inputs of the console, which are tried below.
INPUTS_OF_THE_CONSOLE = {"reason"}
# Inputs whose value is a number, a day, a secret, a handle, or a question that is not kept.
INPUTS_OF_A_CLOSED_FORM = """
    account bank_reference bulan day first_on share
    city credit debit person point postal_code qr rt rw tables perihal tip
    fill-price fill-stock fill-weight cari_area area_price km band_price flat free_from free_up_to
    quantity new_pin again pin cari kata handle price weight dari sampai code who amount old receipt bulan mute_until
"""


@pytest.fixture
def world(ana, bo, product, buy, now, real_db):
    from chat import api as chat
    from payments import api as payments
    from superapp.accounts import api as accounts

    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    order = buy(ana, product).order
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    conversation = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)
    return World(ana, bo, product, order, conversation.public_id)


@pytest.mark.parametrize("dirt", DIRTY)
@pytest.mark.parametrize("field", sorted(WRITTEN))
def test_text_of_a_person_is_stored_clean_or_refused(field, dirt, world):
    column, write = WRITTEN[field]

    answer = write(world, DIRTY[dirt])

    is_refused = dirt != "override" or field == "shop.buy.address.phone"  # A word is no phone number.
    assert answer.status_code in ((200, 201, 422) if is_refused else (200, 201)), answer.content
    kept = [text for name, text in texts() if name == column and MARKER.lower() in text.lower()]
    assert bool(kept) is (answer.status_code != 422)
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


def test_phone_number_of_an_address_is_stored_clean(world):
    answer = world.buy(address={**ADDRESS, "phone": "0812\u202e 3456 7890"})

    assert answer.status_code in (200, 201), answer.content
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


def test_reason_of_a_top_up_is_stored_clean(make_user, world):
    from superapp.accounts import api as accounts

    accounts.grant_operator(user_id=make_user("op").pk)

    call_command("top_up", "ask", "ana", "Rp5.000", "".join(DIRTY.values()), "--by", "op")

    kept = [text for name, text in texts() if name == "payments.TopUp.reason" and MARKER in text]
    assert len(kept) == 1
    assert kept[0].startswith(f"{MARKER} ab{MARKER} ab{MARKER}")
    assert not is_dirty(kept[0])


@pytest.mark.parametrize("dirt", DIRTY)
def test_texts_of_a_code_for_payment_are_stored_clean(dirt, world):
    account = {"name": DIRTY[dirt], "city": DIRTY[dirt][:15], "postal_code": "55281", "category": "5814"}
    world.browsers["bo"].post("/tokoku/qris/", {**account, "criteria": "UKE"})

    world.browsers["bo"].post("/tokoku/qris/tagih/", {"amount": "1.000", "note": DIRTY[dirt]})

    kept = {name for name, text in texts() if name.startswith("payments.Qris") and MARKER in text}
    assert kept == {"payments.QrisAccount.name", "payments.QrisAccount.city", "payments.QrisBill.note"}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_texts_of_a_purchase_that_a_bank_pays_are_stored_clean(dirt, world, product, open_purchase, ana):
    open_purchase(ana, product, note=DIRTY[dirt], address={**ADDRESS, "name": DIRTY[dirt], "text": DIRTY[dirt]})

    kept = {name for name, text in texts() if name.startswith("shop.PendingPurchase") and MARKER in text}
    assert kept == {"shop.PendingPurchase.address", "shop.PendingPurchase.note"}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_reasons_at_the_console_are_stored_clean(dirt, make_operator, now, real_db):
    maker, checker = make_operator("pembuat", "admin"), make_operator("pemeriksa", "admin")
    form = {"member": str(maker.user.public_id), "roles": ["admin"], "reason": DIRTY[dirt]}

    assert maker.browser.post("/konsol/anggota/", form).status_code == 302
    made = Proposal.objects.get()
    rejected = checker.browser.post(f"/konsol/usulan/{made.public_id}/", {"do": "reject", "reason": DIRTY[dirt]})
    checker.browser.get("/konsol/anggota/", {"x": DIRTY[dirt]})

    assert rejected.status_code == 302
    kept = {name for name, text in texts() if name.startswith("console.") and MARKER in text}
    assert kept == {"console.Proposal.reason", "console.Proposal.outcome", "console.AuditEntry.detail"}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_texts_of_an_address_are_stored_clean(dirt, world):
    texts_of_it = dict.fromkeys(("recipient", "street", "landmark", "label"), DIRTY[dirt])
    form = {"region": "32.73.14.1002", "phone": "0812 3456 7890", **texts_of_it, "do": "save"}

    assert world.browsers["ana"].post("/saya/alamat/baru/", form).status_code == 302

    kept = {name for name, text in texts() if name.startswith("addresses.") and MARKER in text}
    assert kept == {f"addresses.Address.{name}" for name in texts_of_it}
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


@pytest.mark.parametrize("dirt", DIRTY)
def test_texts_about_the_bank_are_stored_clean(dirt, make_user, now, real_db):
    maker, checker = (make_user(name, is_staff=True).pk for name in ("op1", "op2"))

    write_about_the_bank(DIRTY[dirt], maker, checker, now)

    kept = {name for name, text in texts() if name.startswith("payments.") and MARKER in text}
    assert kept == {
        "payments.BankMovement.remark",
        "payments.BankPosting.reason",
        "payments.ReconciliationBreak.note",
        "payments.SuspenseClearing.reason",
    }
    assert [(name, text) for name, text in texts() if is_dirty(text)] == []


def test_every_text_field_of_a_command_is_cleaned_or_restricted():
    found = {path for name, one in registry.commands.items() for path in strings(one.schema, name)}

    assert found == set(WRITTEN) | set(OF_A_CLOSED_FORM.split())
    assert not set(WRITTEN) & set(OF_A_CLOSED_FORM.split())


def test_every_text_column_is_cleaned_or_written_by_the_product():
    elsewhere = "payments.TopUp.reason payments.QrisBill.note shop.PendingPurchase.address shop.PendingPurchase.note"
    console = "console.AuditEntry.detail console.Proposal.outcome console.Proposal.reason"
    elsewhere += " angpao.Packet.message peer_payments.MoneyRequest.note peer_payments.BillSplit.title"
    elsewhere += " peer_payments.BillSplit.items peer_payments.Schedule.note"
    elsewhere += " addresses.Address.label addresses.Address.landmark addresses.Address.recipient"
    elsewhere += " addresses.Address.street shop.ShippingSettings.pickup_address"
    elsewhere += " payments.StatementLine.description payments.BankPosting.reason"
    elsewhere += " payments.ReconciliationBreak.note payments.SuspenseClearing.reason payments.BankMovement.remark"
    written = {column for column, _write in WRITTEN.values()} | set(elsewhere.split()) | set(console.split())
    products = {f"{app}.{column}" for app, columns in OF_THE_PRODUCT.items() for column in columns.split()}

    found = {f"{model._meta.label}.{field.name}" for model in models_of_ours() for field in text_fields(model)}

    assert found == written | products
    assert not written & products


def test_every_form_input_is_cleaned_or_restricted():
    named = {
        name
        for template in templates()
        for tag in re.findall(r"<(?:textarea|input)\b[^>]*>", template.read_text())
        if not re.search(r'type="(hidden|file|checkbox|radio|submit|time)"', tag) and " hidden>" not in tag
        for name in re.findall(r'\bname="([^"]*)"', tag)
    }

    assert named == set(INPUTS) | set(INPUTS_OF_A_CLOSED_FORM.split()) | INPUTS_OF_THE_CONSOLE
    assert {field for fields in INPUTS.values() for field in fields.split()} <= set(WRITTEN)


def models_of_ours():
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def texts():
    """Every (column, text) that is stored anywhere, what the outbox carries included."""
    for model in models_of_ours():
        names = [field.name for field in text_fields(model)]
        for row in model.objects.values_list(*names) if names else ():
            for name, value in zip(names, row, strict=True):
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                yield f"{model._meta.label}.{name}", text
