"""The rules for commit messages, and the hook that refuses messages that break them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.harness.commit_message import breaches

WHY = "\n\nPeople asked for it.\n"


@pytest.mark.parametrize(
    "subject",
    [
        "chat: Number messages per conversation",
        "web, core: Mend a turn that was lost",
        "shop: Process what waits",
        "core: Address each host once",
        "fixup! chat: number",
    ],
)
def test_valid_commit_message_has_no_breach(subject: str) -> None:
    assert list(breaches(subject + WHY)) == []


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("chat: " + "Number " * 11 + WHY, "at most 72"),
        ("number messages" + WHY, "names the app"),
        ("chat: number messages" + WHY, "capital letter"),
        ("chat: Numbers messages" + WHY, "imperative"),
        ("chat: Numbered messages" + WHY, "imperative"),
        ("chat: Numbering messages" + WHY, "imperative"),
        ("chat: Number messages." + WHY, "full stop"),
        ("chat: Number messages\n", "says why"),
        ("chat: Number messages\n\n# What Git writes below\n", "says why"),
        ("", "names the app"),
    ],
)
def test_invalid_commit_message_names_the_broken_rule(message: str, said: str) -> None:
    assert any(said in breach for breach in breaches(message))


def test_hook_refuses_a_message_that_breaks_a_rule(tmp_path: Path) -> None:
    message = tmp_path / "message"
    message.write_text("chat: numbers" + WHY)
    refused = subprocess.run([".githooks/commit-msg", message], capture_output=True, text=True, check=False)
    message.write_text("chat: Number messages" + WHY)
    accepted = subprocess.run([".githooks/commit-msg", message], capture_output=True, text=True, check=False)
    assert (refused.returncode, accepted.returncode) == (1, 0)
    assert "capital letter" in refused.stderr
