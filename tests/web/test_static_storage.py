"""Scripts as they are delivered: without comments, and otherwise as they were written."""

from __future__ import annotations

import subprocess
from pathlib import Path

from superapp.web.static_storage import strip_comments

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path for path in ROOT.glob("**/static/**/*.js") if ".venv" not in path.parts and "var" not in path.parts
)


def test_comments_on_lines_of_their_own_go_and_all_else_stays():
    script = (
        'import a from "#lib/a.js"\n\n/**\n * Says // something.\n */\n'
        'const b = "//" // why\n  // because\n/** @type {x} */ (b).c()\n/** d */\nconst c = /\\/*/\n'
    )

    assert strip_comments(script) == (
        'import a from "#lib/a.js"\n\nconst b = "//" // why\n/** @type {x} */ (b).c()\nconst c = /\\/*/\n'
    )


def test_no_string_of_ours_spans_lines_so_none_can_hold_what_looks_like_a_comment():
    for path in SCRIPTS:
        for line in strip_comments(path.read_text()).splitlines():
            assert line.count("`") % 2 == 0, f"{path}: {line}"


def test_every_script_is_still_one(tmp_path):
    """Node reads each as a module in one go: `vm.SourceTextModule` parses and runs nothing."""
    for number, path in enumerate(SCRIPTS):
        (tmp_path / f"{number}.mjs").write_text(strip_comments(path.read_text()))
    parse = """
        const { readFileSync, readdirSync } = require("node:fs")
        const files = readdirSync(".").sort()
        const Module = require("node:vm").SourceTextModule
        for (const file of files) new Module(readFileSync(file, "utf8"), { identifier: file })
        console.log(files.length)
    """

    parsed = subprocess.run(
        ["node", "--experimental-vm-modules", "--no-warnings", "--eval", parse],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert parsed.stdout.strip() == str(len(SCRIPTS)), parsed.stderr
    assert len(SCRIPTS) > 50
