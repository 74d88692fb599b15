"""Uploads in a store that speaks S3: the same as on disk, and a store that goes away and comes back."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from django.core.exceptions import ImproperlyConfigured
from moto.server import ThreadedMotoServer
from prometheus_client import REGISTRY

from superapp import storages
from superapp.core import clock
from superapp.media.adapters import storage
from superapp.media.errors import StorageFull, StorageUnavailable
from superapp.media.maintenance import periodic_tasks
from superapp.media.models import Media
from tests.harness.ports import free_port
from tests.harness.running_site import ROOT
from tests.media.conftest import run_jobs
from tests.media.photo_files import photo

FAILURES = "nusa_media_storage_failures_total"
BUCKET, KEY, SECRET = "unggahan-uji", "kunci", "rahasia"


class Store:
    """A store of its own on a port of this machine."""

    def __init__(self):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.start()
        # Whatever other tests have stored lives in this process, too.
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")).close()
        self.client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        self.client.create_bucket(Bucket=BUCKET)

    def start(self):
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()

    def stop(self):
        self._server.stop()

    def names(self):
        return sorted(one["Key"] for one in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", []))


@pytest.fixture
def store(settings, monkeypatch):
    """A store in which the uploads of this test lie. What it keeps outlives its being stopped."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # A client that looked for its keys elsewhere would ask hosts that nobody has named.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    store = Store()
    monkeypatch.setattr(storage, "outage", storage.Outage(storage._refuse))
    settings.MEDIA_S3_BUCKET = BUCKET
    settings.STORAGES = {
        **settings.STORAGES,
        "default": storages.describe_storage(
            bucket=BUCKET, endpoint=store.endpoint, region="us-east-1", key=KEY, secret=SECRET
        ),
    }
    yield store
    store.client.close()
    store.stop()


def test_photo_is_received_encoded_served_and_deleted(make_user, tus, store, media_root):
    ana = tus(make_user("ana"))
    content = photo(2_000, 1_000)

    media = ana.upload(content, chunk=10_000)
    chunks = store.names()
    run_jobs()
    ready = store.names()
    whole, part = ana.file(media, "small.webp"), ana.file(media, "small.webp", Range="bytes=5-14")
    ana.send("DELETE", f"/media/unggahan/{media}")
    periodic_tasks.remove_deleted_files(clock.now())

    assert len(chunks) == -(-len(content) // 10_000)
    assert all(name.startswith(f"unggahan/{media}/") for name in chunks)
    folder = f"berkas/{media[-2:]}/{media}"
    assert ready == [f"{folder}/large.webp", f"{folder}/original", f"{folder}/small.webp"]
    assert whole.body.startswith(b"RIFF")
    assert (part.status_code, part.body) == (206, whole.body[5:15])
    assert store.names() == []
    # Nothing lay on this machine's disk, not even for a while.
    assert not media_root.exists()


def test_file_of_s3_is_streamed_by_django_even_behind_the_proxy(make_user, ready_photo, tus, store, settings):
    settings.MEDIA_ACCEL = "/-/media/"
    ana = make_user("ana")
    media = ready_photo(ana)

    answer = tus(ana).file(media, "large.webp")

    assert "X-Accel-Redirect" not in answer.headers
    assert answer.body.startswith(b"RIFF")


def test_unreachable_store_is_reported_as_temporary_until_it_returns(make_user, ready_photo, tus, store):
    person = make_user("ana")
    ana, shown = tus(person), ready_photo(person)
    path = ana.begin(len(photo()))
    store.stop()

    chunk, file = ana.append(path, 0, photo()), ana.file(shown, "small.webp")
    ana.send("DELETE", f"/media/unggahan/{shown}")
    left = periodic_tasks.remove_deleted_files(clock.now())
    store.start()

    assert (chunk.status_code, json.loads(chunk.content)["code"]) == (503, "media.upload_unavailable")
    assert (file.status_code, left) == (503, 0)
    assert ana.offset(path) == 0
    assert ana.append(path, 0, photo()).status_code == 204
    run_jobs()
    assert ana.state(path.rsplit("/", 1)[1])["state"] == "ready"
    assert periodic_tasks.remove_deleted_files(clock.now()) == 1


class HangingStore:
    """A store each of whose calls takes until ``answers`` is set, and fails unless it ``is_back``."""

    def __init__(self):
        self.is_back = False
        self.answers = threading.Event()
        self.calls = threading.Semaphore(0)

    def open(self, _name):
        self.calls.release()
        self.answers.wait(30)
        if not self.is_back:
            raise EndpointConnectionError(endpoint_url="http://store")
        return io.BytesIO(b"content")


@pytest.fixture
def hanging(settings, monkeypatch):
    settings.MEDIA_S3_BUCKET = BUCKET
    monkeypatch.setattr(storage, "outage", storage.Outage(storage._refuse))
    monkeypatch.setattr(storage, "default_storage", HangingStore())
    return storage.default_storage


def test_hanging_store_holds_one_thread_and_refuses_others_at_once(hanging):
    hanging.answers.set()
    with pytest.raises(StorageUnavailable):
        storage.read_object("photo")
    assert hanging.calls.acquire(timeout=10)
    hanging.answers.clear()
    before = REGISTRY.get_sample_value(FAILURES, {"reason": "unavailable"})
    with ThreadPoolExecutor(1) as threads:
        tried = threads.submit(storage.read_object, "photo")
        assert hanging.calls.acquire(timeout=10)
        for _other in range(3):
            with pytest.raises(StorageUnavailable) as refused:
                storage.read_object("photo")
            assert refused.value.retry_after == 5
        assert not hanging.calls.acquire(blocking=False)
        hanging.is_back = True
        hanging.answers.set()
        assert tried.result(10) == b"content"

    assert REGISTRY.get_sample_value(FAILURES, {"reason": "unavailable"}) - before == 3
    hanging.answers.clear()
    with ThreadPoolExecutor(2) as threads:
        tried = [threads.submit(storage.read_object, "photo") for _ in range(2)]
        # Both at the same time, since it is back.
        assert [hanging.calls.acquire(timeout=10) for _ in tried] == [True, True]
        hanging.answers.set()
        assert [one.result(10) for one in tried] == [b"content"] * 2


def test_store_that_breaks_off_while_it_is_read_is_reported_as_temporary(hanging, monkeypatch):
    class Broken(io.BytesIO):
        def seek(self, *_args):
            raise EndpointConnectionError(endpoint_url="http://store")

    monkeypatch.setattr(hanging, "open", lambda _name: Broken())

    with pytest.raises(StorageUnavailable):
        storage.open_object("photo")


def test_store_that_closes_each_connection_is_tried_twice():
    described = storages.describe_storage(bucket=BUCKET, endpoint="http://x", region="r", key=KEY, secret=SECRET)
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        tries = []

        def close_each():
            while True:
                connection, _address = server.accept()
                tries.append(connection.recv(1))
                connection.close()

        threading.Thread(target=close_each, daemon=True).start()
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=described["OPTIONS"]["client_config"],
        )
        with pytest.raises(BotoCoreError):
            client.head_object(Bucket=BUCKET, Key="photo")

    assert len(tries) == 2


def test_full_store_is_asked_by_everybody_still(hanging, monkeypatch):
    def save(_name, _content):
        raise ClientError({"Error": {"Code": "XMinioStorageFull"}}, "PutObject")

    monkeypatch.setattr(hanging, "save", save, raising=False)

    with pytest.raises(StorageFull):
        storage.write_object("photo", b"")

    assert not storage.outage.is_noticed


def test_encoding_waits_for_an_unreachable_store(make_user, tus, store):
    ana = tus(make_user("ana"))
    media = ana.upload(photo())
    store.stop()
    run_jobs()
    waiting = ana.state(media)["state"]
    store.start()
    run_jobs()

    assert waiting == "processing"
    assert ana.state(media)["state"] == "ready"


def test_file_that_is_missing_from_the_store_does_not_exist(make_user, ready_photo, tus, store):
    ana = make_user("ana")
    media = ready_photo(ana)
    for name in store.names():
        store.client.delete_object(Bucket=BUCKET, Key=name)

    assert tus(ana).file(media, "small.webp").status_code == 404


def test_unreferenced_chunks_are_deleted(make_user, tus, store):
    ana = tus(make_user("ana"))
    path = ana.begin(20)
    ana.append(path, 0, b"x" * 10)
    store.client.put_object(Bucket=BUCKET, Key="unggahan/0198c0de-0000-7000-8000-000000000000/0-ab", Body=b"orphan")

    swept = periodic_tasks.sweep_chunks(clock.now())
    periodic_tasks.delete_unreferenced(clock.now() + timedelta(days=2))
    periodic_tasks.remove_deleted_files(clock.now())

    assert swept == 1
    assert store.names() == []
    assert Media.objects.get().state == "deleted"


@pytest.mark.parametrize(
    "missing",
    [{"endpoint": ""}, {"endpoint": "s3.internal"}, {"key": ""}, {"secret": ""}],
    ids=lambda one: next(iter(one)),
)
def test_s3_without_endpoint_or_keys_is_refused_at_start(missing):
    named = {"bucket": BUCKET, "endpoint": "https://s3.nusa.example", "region": "", "key": KEY, "secret": SECRET}

    with pytest.raises(ImproperlyConfigured, match="MEDIA_S3_ENDPOINT"):
        storages.describe_storage(**{**named, **missing})


def test_s3_client_connects_only_to_the_configured_host(real_db, tmp_path):
    """Without an answer from the store the client gives up, and asks nobody else for keys or regions."""
    program = """
import socket, django
asked = set()
real = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: (asked.add(host), real(host, *rest, **named))[1]
django.setup()
from superapp.media.adapters import storage
from superapp.media.errors import StorageUnavailable
try:
    storage.write_object("unggahan/x/y", b"x")
except StorageUnavailable:
    print(sorted(host if isinstance(host, str) else host.decode() for host in asked))
"""
    env = {
        **{name: value for name, value in real_db.env.items() if not name.startswith("AWS_")},
        "MEDIA_S3_BUCKET": BUCKET,
        "MEDIA_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}",
        "MEDIA_S3_KEY": KEY,
        "MEDIA_S3_SECRET": SECRET,
        "LOG_LEVEL": "ERROR",
    }

    done = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "['127.0.0.1']"
