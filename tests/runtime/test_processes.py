"""One table of processes, and everything that is made from it."""

from __future__ import annotations

import itertools
import re
import resource
import subprocess
import sys

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from superapp.core import docker_files, proxy
from superapp.core.management.commands import serve_all
from superapp.core.processes import CONTAINER_PORT, METRICS_PORT_OFFSET, PAGES, PROGRAMS, SOCKETS
from tests.harness.running_site import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())


def test_container_files_match_the_process_table():
    stale = [path.name for path, text in docker_files.render_files().items() if path.read_text() != text]

    assert stale == [], "run manage.py write_docker"


def test_compose_runs_every_program_and_nothing_else_of_ours():
    ours = {name for name, service in COMPOSE["services"].items() if service.get("image") == "nusa"}

    assert ours == {program.name for program in PROGRAMS} | {"migrate"}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_compose_and_native_runner_run_the_same_processes(program):
    service = COMPOSE["services"][program.name]
    tasks = serve_all.tasks_of(program)

    assert service["command"] == program.arguments(host="0.0.0.0", port=CONTAINER_PORT)
    assert service["deploy"]["replicas"] == f"${{{program.count_variable}:-{program.count}}}"
    assert service["environment"]["BEHIND_PROXY"] == "1"
    assert [task.name for task in tasks] == [f"{program.name}-{number}" for number in range(1, program.count + 1)]
    for number, task in enumerate(tasks):
        port = settings.FIRST_PORT + program.port + number
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        assert task.argv == [*manage, *program.arguments(host="127.0.0.1", port=port)]
        assert task.env["METRICS_PORT"] == str(port + METRICS_PORT_OFFSET)
        assert task.env["BEHIND_PROXY"] == "1"


def test_every_program_has_a_command_and_a_setting():
    assert {program.command[0] for program in PROGRAMS} <= set(get_commands())
    assert [getattr(settings, program.count_variable) for program in PROGRAMS] == [
        program.count for program in PROGRAMS
    ]


def test_processes_never_share_a_port():
    ports = sorted(program.port for program in PROGRAMS)

    assert min(later - earlier for earlier, later in itertools.pairwise(ports)) >= 10


def test_containers_publish_the_proxy_and_nothing_else():
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}

    assert published == {"proxy": ["${PROXY_PORT:-8080}:8080"]}


def test_images_download_only_packages():
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()

    assert re.findall(r"https?://|\bcurl\b|\bwget\b|\bADD\b|\bgit clone\b", dockerfile) == []
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"python:3.11-slim"}


def place(**changes) -> proxy.ProxySite:
    return proxy.ProxySite(**{"run_dir": "/run/x", "static_root": "/s", "media_root": "/m", "port": 80, **changes})


def test_proxy_routes_sockets_and_pages_to_their_processes():
    text = proxy.render_native_config(place(), pages=[8110, 8111], sockets=[8140, 8141])

    upstreams = dict(re.findall(r"upstream (\w+) \{(.*?)\}", text, re.DOTALL))
    assert re.findall(r"127\.0\.0\.1:(\d+)", upstreams["pages"]) == ["8110", "8111"]
    assert re.findall(r"127\.0\.0\.1:(\d+)", upstreams["sockets"]) == ["8140", "8141"]
    assert "$$" not in text


def test_proxy_trusts_no_forwarded_header_by_default():
    believing = proxy.render_native_config(place(trusted=["10.0.0.0/8"]), pages=[1], sockets=[2])
    strict = proxy.render_native_config(place(), pages=[1], sockets=[2])

    assert "set_real_ip_from 10.0.0.0/8;" in believing
    assert "set_real_ip_from" not in strict
    assert strict.count("proxy_set_header X-Real-IP $remote_addr;") == 4


def test_rendered_proxies_limit_every_expensive_location():
    for text in (proxy.render_native_config(place(), pages=[1], sockets=[2]), proxy.render_container_template(place())):
        locations = dict(re.findall(r"\n        location (\S+(?: \S+)?) \{(.*?)\n        \}", text, re.DOTALL))
        for name, zone in (("/", "requests"), ("/api/", "requests"), ("= /ws", "connects")):
            assert f"limit_req zone={zone} burst=" in locations[name], name
            assert "limit_conn " in locations[name], name
            assert "error_page 429 = @" in locations[name], name


def test_proxy_does_not_log_each_body_with_the_address_of_its_sender():
    for text in (proxy.render_native_config(place(), pages=[1], sockets=[2]), proxy.render_container_template(place())):
        assert re.findall(r"^error_log .*;", text, re.MULTILINE) == ["error_log stderr error;"]


@pytest.mark.parametrize(("open_files", "connections"), [(65_536, 16_384), (4_096, 3_072), (1_024, 768)])
def test_proxy_connections_stay_within_the_open_file_limit(open_files, connections):
    text = proxy.render_native_config(place(open_files=open_files), pages=[1], sockets=[2])

    assert f"worker_connections {connections};" in text


@pytest.mark.parametrize("bucket", ["", "nusa"])
def test_proxies_send_photos_of_products_from_disk_unless_a_store_has_them(bucket, monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "MEDIA_S3_BUCKET", bucket)

    native = serve_all.proxy_config(tmp_path)
    container = proxy.render_container_config("http://nusa.example", "", bucket)

    assert {"/photo/$2/$1;" in text for text in (native, container)} == {not bucket}


def test_open_file_limit_is_raised_to_the_maximum():
    hard = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 8_192)
    script = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))\n"
        "from superapp.core import open_file_limit\n"
        "print(open_file_limit.raise_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )

    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout.split() == [str(hard)] * 3


def test_proxy_resolves_containers_while_running():
    text = proxy.render_container_template(place())

    assert f"set $pages http://{PAGES.name}:8000;" in text
    assert f"set $sockets http://{SOCKETS.name}:8000;" in text
    assert set(COMPOSE["services"]) >= {PAGES.name, SOCKETS.name}
