"""Modules and style sheets as they are delivered: joined, without comments, and otherwise as they were written."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import storage

from superapp.web import bundles
from superapp.web.bundles import Bundles, UnbundlableSource, parse_module, strip_comments
from superapp.web.finders import delivered

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path for path in ROOT.glob("**/static/**/*.js") if ".venv" not in path.parts and "var" not in path.parts
)
# Reads a bundle and all that it imports, links them by name as a browser does, and runs nothing of them.
LINK = """
const { readFileSync } = require("node:fs")
const { SourceTextModule } = require("node:vm")
const made = new Map()
const load = (name) => {
  const text = readFileSync(name.replaceAll("/", "!"), "utf8")
  if (!made.has(name)) made.set(name, new SourceTextModule(text, { identifier: name }))
  return made.get(name)
}
const linked = (specifier) => load(specifier.replace("#bundle/", ""))
const main = async () => {
  for (const name of process.argv.slice(1)) if (load(name).status === "unlinked") await load(name).link(linked)
  console.log(made.size)
}
main()
"""


def run_node(script: str, *arguments: str, cwd: Path) -> str:
    command = ["node", "--experimental-vm-modules", "--no-warnings", "--eval", script, *arguments]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or ended.stderr


def made_of(**sources: str) -> Bundles:
    files = {f"js/{name}.js" if name == "shell" else f"js/lib/{name}.js": text for name, text in sources.items()}
    files["js/ui/live_page.js"] = ""
    return Bundles(tuple(sorted(files)), files.__getitem__)


def test_bundling_removes_only_whole_line_comments():
    script = (
        'import a from "#lib/a.js"\n\n/**\n * Says // something.\n */\n'
        'const b = "//" // why\n  // because\n/** @type {x} */ (b).c()\n/** d */\nconst c = /\\/*/\n'
    )

    assert strip_comments(script) == (
        'import a from "#lib/a.js"\n\nconst b = "//" // why\n/** @type {x} */ (b).c()\nconst c = /\\/*/\n'
    )


def test_no_javascript_string_spans_lines():
    for path in SCRIPTS:
        for line in strip_comments(path.read_text()).splitlines():
            assert line.count("`") % 2 == 0, f"{path}: {line}"
    assert len(SCRIPTS) > 50


def test_every_bundle_is_a_module_with_its_imported_names(tmp_path):
    entries = delivered().bundles.entries
    for entry in entries:
        (tmp_path / entry.replace("/", "!")).write_text(delivered().join(entry))

    assert run_node(LINK, *entries, cwd=tmp_path) == str(len(entries))
    assert len(entries) > 8


def test_every_module_is_once_in_the_bundles_of_a_page():
    made = delivered().bundles
    for entry in set(made.entries) - set(bundles.ALONE):
        on_page = {"js/shell.js", entry, *made.imports_of(entry)}
        heads = [line for each in on_page for line in re.findall(r"^// (#\S+)$", made.join(each), re.MULTILINE)]
        assert len(heads) == len(set(heads)), entry


def test_every_bundle_is_used_and_every_page_has_an_existing_one():
    templates = [path.read_text() for path in ROOT.glob("*/**/templates/**/*.html")]
    run = {path for text in templates for path in re.findall(r'{% module "([^"]+)" %}', text)} - {"api/reference.js"}
    # Written into the page that checks proofs without a network, and into pages that are kept without a nonce.
    run |= {"payments/js/checker/page.js", "shop/js/share_page.js"}
    made = delivered().bundles
    later = {path for module in made.modules.values() for path in module.later}

    assert run | later == set(made.entries)


def test_bundled_sources_are_not_delivered():
    listed = {path for path, _storage in delivered().list([])}

    assert {"js/shell.js", "chat/js/page.js", "css/app.css", "web/icons.svg"} <= listed
    assert {
        "js/lib/line.js",
        "chat/js/timeline.js",
        "css/tokens.css",
        "chat/css/message.css",
        "js/sw.js",
    } & listed == set()


def test_bundled_modules_keep_order_scope_and_shared_state(tmp_path):
    made = made_of(
        shell='import { add } from "#lib/count.js"\nimport "#lib/first.js"\nconst secret = 1\nadd(secret)\n',
        first='console.log("first")\n',
        count="let secret = 10\nexport const add = (n) => (secret += n)\nexport const total = () => secret\n",
        page='import { add as plus, total } from "#lib/count.js"\n[5].forEach(plus)\nconsole.log(total())\n',
    )
    assert made.entries == ("js/lib/page.js", "js/shell.js", "js/ui/live_page.js")
    (tmp_path / "shell.mjs").write_text(made.join("js/shell.js"))
    page = made.join("js/lib/page.js").replace('"#bundle/js/shell.js"', '"./shell.mjs"')
    (tmp_path / "page.mjs").write_text(page)

    ended = subprocess.run(["node", "page.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (ended.stdout.split(), ended.stderr) == (["first", "16"], "")


def test_lazily_imported_module_is_a_bundle_of_its_own():
    made = made_of(
        shell='const { f } = await import("#lib/rare.js")\nf()\n',
        rare="export function f() {}\n",
    )

    assert made.entries == ("js/lib/rare.js", "js/shell.js", "js/ui/live_page.js")
    assert 'import("#bundle/js/lib/rare.js").then((bundle) => bundle.$lib_rare)' in made.join("js/shell.js")
    assert "export { $lib_rare }" in made.join("js/lib/rare.js")


@pytest.mark.parametrize(
    "source",
    [
        "export default class {}\n",
        'export * from "#lib/a.js"\n',
        'import * as a from "#lib/a.js"\n',
        'import a from "#lib/a.js"\n',
        'import {\n  a,\n} from "#lib/a.js"\n',
        'import { a } from "./a.js"\n',
        "export let a = 1\n",
        "const a = 1\nexport { a }\n",
        "console.log(import.meta.url)\n",
        'import { a } from "#elsewhere/a.js"\n',
    ],
)
def test_module_that_cannot_be_bundled_is_refused_by_collectstatic(source):
    with pytest.raises(UnbundlableSource):
        parse_module("js/lib/x.js", source)


def test_circular_and_missing_imports_are_refused():
    ring = made_of(
        shell='import { a } from "#lib/a.js"\na()\n',
        a='import { b } from "#lib/b.js"\nexport const a = () => b\n',
        b='import { a } from "#lib/a.js"\nexport const b = () => a\n',
    )
    with pytest.raises(UnbundlableSource, match=re.escape("js/lib/a.js → js/lib/b.js → js/lib/a.js")):
        ring.join("js/shell.js")
    with pytest.raises(UnbundlableSource, match=re.escape("js/lib/gone.js")):
        made_of(shell='import { a } from "#lib/gone.js"\na()\n').join("js/shell.js")


def test_style_sheet_imports_are_inlined_in_place_and_layer():
    files = {
        "css/app.css": '@layer reset, base;\n\n@import "reset.css" layer(reset);\n@import "parts/all.css";\n',
        "css/reset.css": "/* Why. */\na {\n  margin: 0;\n}\n",
        "css/parts/all.css": '@import "../base.css" layer(base);\n',
        "css/base.css": "b {\n  mask: url(\"data:image/svg+xml,<svg mask='url(%23m)'/>\");\n}\n",
    }

    joined = bundles.join_style_sheet("css/app.css", files.__getitem__)

    assert joined == (
        "@layer reset, base;\n\n@layer reset {\na {\n  margin: 0;\n}\n}\n"
        "@layer base {\nb {\n  mask: url(\"data:image/svg+xml,<svg mask='url(%23m)'/>\");\n}\n}\n"
    )


def test_style_sheet_with_a_url_is_refused():
    with pytest.raises(UnbundlableSource, match=r"picture\.png"):
        bundles.join_style_sheet("css/a.css", {"css/a.css": "a { background: url(picture.png) }\n"}.__getitem__)


def test_style_sheet_cannot_close_its_style_element():
    sheets = delivered().style_sheets

    assert len(sheets) > 5
    assert [
        sheet
        for sheet in sheets
        if "</style" in delivered().join(sheet).lower() or "@import" in delivered().join(sheet)
    ] == []


def test_collected_files_are_compressed_with_brotli_and_gzip():
    gathered = Path(settings.STATIC_ROOT) / storage.staticfiles_storage.stored_name("js/shell.js")
    text = delivered().join("js/shell.js").encode()

    assert gathered.read_bytes() == text
    assert brotli.decompress(gathered.with_name(f"{gathered.name}.br").read_bytes()) == text
    assert gzip.decompress(gathered.with_name(f"{gathered.name}.gz").read_bytes()) == text
