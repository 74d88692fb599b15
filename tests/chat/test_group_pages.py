"""Pages of groups and of the links to them."""

from __future__ import annotations

import re

import pytest

from chat.models import Group, Member, Message
from superapp.accounts.models import User

DESCRIPTION = "<b>Arisan</b>\nlihat https://contoh.id/a?b=1&c=2 ya, bukan https://nusa.example@evil.example"


def page(client, user, address):
    client.force_login(user)
    return client.get(address).content.decode()


def seen(client, user, address):
    """The page without its templates and the sentences of its modules."""
    return page(client, user, address).partition("<template")[0]


def test_join_request_is_shown_to_admins_in_the_group(people, group, link_of, ask, client):
    _ana, bo, citra, _dewi, eve = people
    details = f"/obrolan/{group.public_id}/rincian/"
    assert "minta bergabung" not in seen(client, bo, details)
    ask(eve, "chat.group_join", token=link_of(approval=True)["token"])

    assert "1 orang minta bergabung" in seen(client, bo, details)
    assert "minta bergabung" not in seen(client, citra, details)


def test_link_page_recognizes_members_and_requesters(people, group, link_of, ask, client):
    _ana, bo, _citra, _dewi, eve = people
    link = link_of(approval=True)
    address = f"/grup/undangan/{link['token']}/"
    assert "Minta bergabung" in page(client, eve, address)
    ask(eve, "chat.group_join", token=link["token"])

    asked, inside = page(client, eve, address), page(client, bo, address)

    assert "Permintaanmu sudah terkirim" in asked
    assert "Kamu sudah ada di grup ini" in inside
    assert f'href="/obrolan/{group.public_id}/"' in inside
    assert '<form class="stack" method="post"' not in asked + inside


def test_later_member_sees_that_earlier_messages_are_hidden(people, group, invited, ask, client):
    ana, _bo, _citra, _dewi, eve = people
    ask(eve, "chat.invitation_answer", conversation=invited, accept=True)
    address = f"/obrolan/{group.public_id}/"

    assert "Pesan sebelum kamu bergabung tidak ditampilkan." in page(client, eve, address).partition("<template")[0]
    assert "Semuanya mulai dari sini." in page(client, ana, address).partition("<template")[0]


def test_group_is_handed_over_only_after_a_question(people, group, client):
    owner = Member.objects.get(conversation=group, role="owner").user
    details = page(client, owner, f"/obrolan/{group.public_id}/rincian/")

    [question] = re.findall(r'id="hand-over-[^"]+" popover>(.*?)</div>', details, re.DOTALL)[:1]
    assert "pemilik grup?" in question
    assert 'value="hand_over"' in question
    assert details.count('value="hand_over"') == details.count('id="hand-over-')


def test_markup_in_names_texts_and_captions_is_text_on_every_page(people, group, link_of, ask, client):
    ana, bo, _citra, _dewi, eve = people
    tag = "<img src=x onerror=alert(1)>"
    id_ = str(group.public_id)
    User.objects.filter(pk=bo.pk).update(name=f"Bo {tag}")
    ask(ana, "chat.group_change", conversation=id_, title=f"Arisan {tag}", description=f"Jam 4 {tag}")
    poll = {"type": "poll", "question": f"Kapan {tag}", "options": [f"Sabtu {tag}", "Minggu"]}
    place = {"type": "location", "latitude": -7.8, "longitude": 110.4, "name": f"Balai {tag}"}
    for number, attachment in enumerate((poll, place)):
        ask(bo, "chat.send", conversation=id_, client_id=f"c-{number}", body=f"lihat {tag}", attachment=attachment)
    ask(
        ana,
        "chat.mark",
        conversation=id_,
        seq=Message.objects.filter(conversation=group).latest("seq").seq,
        starred=True,
    )
    token = link_of()["token"]

    shown = [
        page(client, user, address)
        for user, address in (
            (ana, "/obrolan/"),
            (ana, "/obrolan/berbintang/"),
            (ana, f"/obrolan/{id_}/"),
            (ana, f"/obrolan/{id_}/rincian/"),
            (ana, f"/obrolan/{id_}/grup/"),
            (eve, f"/grup/undangan/{token}/"),
        )
    ]

    for html in shown:
        assert "&lt;img src=x" in html
        assert "<img src=x" not in html


def test_name_above_a_message_has_the_colour_of_its_person(people, group, post, client):
    ana, bo, _citra, _dewi, _eve = people
    post(group, bo)

    shown = page(client, ana, f"/obrolan/{group.public_id}/").partition("<template")[0]

    [hue] = re.findall(r'class="bubble__who" data-part="who" data-hue="(\d+)"', shown)
    assert hue == str(int(str(bo.public_id)[-1], 16))


def test_sender_stands_beside_the_first_of_a_run_of_messages_of_others(people, group, post, client):
    ana, bo, _citra, _dewi, _eve = people
    posted = [post(group, user).seq for user in (bo, bo, ana)]

    shown = seen(client, ana, f"/obrolan/{group.public_id}/")

    lines = {seq: shown.partition(f'id="m-{seq}"')[2].partition("</li>")[0] for seq in posted}
    assert ["data-of-other" in lines[seq] for seq in posted] == [True, True, False]
    assert ["avatar--tiny" in lines[seq] for seq in posted] == [True, False, False]


def test_nobody_stands_beside_the_messages_of_two(talk, ana, bo, post, client):
    post(talk, bo)

    assert 'class="avatar avatar--tiny"' not in seen(client, ana, f"/obrolan/{talk.public_id}/")


def test_description_has_links_and_no_markup_of_its_own(people, group, client):
    bo = people[1]
    Group.objects.filter(conversation=group).update(description=DESCRIPTION)

    shown = page(client, bo, f"/obrolan/{group.public_id}/rincian/").partition("<template")[0]

    assert "&lt;b&gt;Arisan&lt;/b&gt;<br>lihat" in shown
    assert 'href="https://contoh.id/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow"' in shown
    # A URL that leads elsewhere than it seems to is no link, as in messages.
    assert "evil.example" in shown
    assert "evil.example" not in "".join(re.findall("<a [^>]*>", shown))


@pytest.mark.parametrize(
    "address",
    ["grup/", "grup/tambah/", "grup/tautan/", "bisukan/", "foto/", "pesan/1/", "pesan/1/reaksi/"],
)
def test_page_of_a_conversation_stands_beside_the_list(address, people, group, post, client):
    ana = people[0]
    message = post(group, ana)
    path = f"/obrolan/{group.public_id}/{address}".replace("pesan/1/", f"pesan/{message.seq}/")

    shown = seen(client, ana, path)

    assert 'data-view="beside"' in shown
    assert f'data-beside="{group.public_id}"' in shown
    row = shown.partition(f'<li class="row" data-conversation="{group.public_id}"')[2].partition("</li>")[0]
    assert 'aria-current="page"' in row


@pytest.mark.parametrize("address", ["baru/", "grup/", "berbintang/", "undangan/"])
def test_page_of_the_list_stands_beside_it(address, people, group, client):
    shown = seen(client, people[0], f"/obrolan/{address}")

    assert 'data-view="beside"' in shown
    assert f'<li class="row" data-conversation="{group.public_id}"' in shown
