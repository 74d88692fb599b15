def test_ready_is_first(connect, make_user):
    ana = make_user("ana")

    client = connect(ana)

    assert client.ready["user"] == str(ana.public_id)
    assert client.ready["epoch"] == 1
    assert client.ready["me"] == 0
    assert client.ready["language"] == "id"
    assert client.subprotocol == "app.v1"
    assert list(client.ok("ping")) == ["now"]
    print(client.ok("sync", cursor=None))
    print(client.err("sync", cursor=5))
