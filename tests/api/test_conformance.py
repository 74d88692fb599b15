"""Schemathesis: whatever is sent, the API answers as it describes itself, on either database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chat import api as chat
from superapp.accounts import api as accounts
from superapp.core import ids
from tests.harness import depth
from tests.harness.running_site import ROOT
from tests.harness.socket_client import log_in

HERE = Path(__file__).parent
# For each of eighty operations, beside some twenty that follow from its description; a core asks and answers seventy a
# second. A stranger is refused at one door, before anything is looked at.
EXAMPLES = depth.examples(check=20, deep=500)
STRANGER_EXAMPLES = depth.examples(check=10, deep=100)
# The operations in two halves, so that two workers have something to do.
HALVES = {"money and goods": "--include-path-regex", "people and talk": "--exclude-path-regex"}
MONEY_AND_GOODS = r"^/api/v1/(wallet|shop|orders)"
SEED = 20_270_301
# Every log-out that is tried ends one.
SESSIONS = 4 * EXAMPLES + 50


@pytest.fixture
def world(real_db, make_user, now):
    """Ana, who talks with Bo, and what there is to ask for."""
    ana, bo = make_user("ana"), make_user("bowo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    talk = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)
    for body in ("Halo", "Apa kabar?"):
        entry = chat.compose_message(
            conversation_id=talk.public_id,
            sender_id=ana.pk,
            sender_public_id=ana.public_id,
            client_id=str(ids.new_id()),
            body=body,
        )
        chat.post_message(entry, now=now)
    return {
        "sessions": [log_in(ana).session_key for _ in range(SESSIONS)],
        "there": {"conversation": str(talk.public_id), "user": str(bo.public_id), "seq": 1},
    }


@pytest.fixture
def conform(make_site, real_db, tmp_path):
    """Run Schemathesis against the running product, and expect that it finds nothing."""

    def run(world, half, examples):
        # Codes go to the inbox: without a gateway, served, it would be right to say that none can be sent.
        site = make_site(program=["-m", "tests.api.server"], env={"SMS_INBOX": "1"})
        command = [str(Path(sys.executable).parent / "st"), "--config-file", str(HERE / "schemathesis.toml")]
        command += ["run", f"{site.url}/api/v1/schema/", f"--url={site.url}", "--checks=all", "--mode=all"]
        command += [HALVES[half], MONEY_AND_GOODS]
        command += [f"--seed={SEED}", f"--max-examples={examples}", "--no-color", "--continue-on-failure"]
        command += ["--generation-database=none", "--suppress-health-check=all", "--warnings=off"]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**real_db.env, "SCHEMATHESIS_HOOKS": "tests.api.hooks", "PYTHONPATH": str(ROOT)}
            | {"NUSA_API_WORLD": json.dumps(world)},
            capture_output=True,
            text=True,
        )
        (tmp_path / "said").write_text(done.stdout)
        assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
        return done.stdout

    return run


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("half", HALVES)
def test_api_responses_to_a_member_match_the_description(conform, world, half):
    said = conform(world, half, EXAMPLES)

    assert "No issues found" in said


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("half", HALVES)
def test_api_responses_to_a_stranger_match_the_description(conform, world, half):
    said = conform({**world, "sessions": []}, half, STRANGER_EXAMPLES)

    assert "No issues found" in said
