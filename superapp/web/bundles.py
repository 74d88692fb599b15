"""
Bundles: JavaScript modules and style sheets joined into few files for delivery.

A page with fifty modules would wait for fifty requests; joined, they are two or three. A *bundle* holds one entry
(a module that no other imports) and all modules that it imports, each in its own function, so that names do not
clash and the source is unchanged. Modules that most pages need are in the bundles of ``SHARED``, from which other
bundles import them, so that no module runs twice on a page. Style sheets are joined where one imports another.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

# The prefix of an import specifier → its folder of static files.
MODULES = {
    "#lib/": "js/lib/",
    "#ui/": "js/ui/",
    "#notifications/": "notifications/js/",
    "#addresses/": "addresses/js/",
    "#chat/": "chat/js/",
    "#payments/": "payments/js/",
    "#angpao/": "angpao/js/",
    "#peer_payments/": "peer_payments/js/",
    "#shop/": "shop/js/",
}
FOLDERS = ("js/", *MODULES.values())
STYLE_FOLDERS = (
    "css/",
    "addresses/css/",
    "console/css/",
    "chat/css/",
    "payments/css/",
    "peer_payments/css/",
    "angpao/css/",
    "shop/css/",
)
# The prefix with which one bundle imports another.
BUNDLE_PREFIX = "#bundle/"
# Bundles from which others import: the code of every page, and the live connection to the server.
SHARED = ("js/shell.js", "js/ui/live_page.js")
# Runs on pages without the shell, so that it contains everything it needs.
ALONE = ("js/forgetting.js",)
# Not a module: it runs apart from all pages, under its own URL.
SERVICE_WORKER = "js/sw.js"

# A comment on lines of its own; a comment after code is kept, since only a parser could distinguish it from a string.
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)
BLANK_LINES = re.compile(r"\n{2,}")
IMPORT = re.compile(r'^import (?:\{ ([\w$, ]+) \} from )?"(#[^"]+)"\n', re.MULTILINE)
DYNAMIC_IMPORT = re.compile(r'\bimport\("(#[^"]+)"\)')
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
MODULE_SYNTAX = re.compile(r"^(?:import|export)\b.*|\bimport\.meta\b", re.MULTILINE)
STYLE_IMPORT = re.compile(r'^@import "([^"]+)"(?: layer\((\w+)\))?;\n', re.MULTILINE)
FILE_URL = re.compile(r"""url\((?!["']?(?:data:|%23|#))[^)]*\)""")

Read = Callable[[str], str]


class UnbundlableSource(ValueError):
    """A source file has syntax that cannot be joined with others."""


def strip_comments(source: str) -> str:
    """
    Return a source without the comments on lines of their own, which are a third of its size.

    Everything else is unchanged, so that error positions remain readable.
    """
    return COMMENT.sub("", source)


@dataclass(frozen=True)
class Module:
    """A parsed module: its body without imports and exports, and those."""

    path: str
    body: str
    # Path → the names imported from it.
    imports: Mapping[str, str]
    # Paths of modules that are imported dynamically.
    later: tuple[str, ...]
    exports: tuple[str, ...]

    @property
    def variable(self) -> str:
        """The name of this module's exports in a bundle; no source begins a name with ``$``."""
        return "$" + re.sub(r"\W", "_", _specifier_of(self.path)[1:].removesuffix(".js"))


class Bundles:
    """All modules among some static files, joined into bundles. ``read`` returns the source at a path."""

    def __init__(self, paths: tuple[str, ...], read: Read) -> None:
        self._paths = tuple(
            path for path in paths if path.endswith(".js") and path.startswith(FOLDERS) and path != SERVICE_WORKER
        )
        self._read = read

    @cached_property
    def modules(self) -> dict[str, Module]:
        return {path: parse_module(path, self._read(path)) for path in self._paths}

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """The paths of all bundles: modules that are imported dynamically, or not at all."""
        imported = {path for module in self.modules.values() for path in module.imports}
        later = {path for module in self.modules.values() for path in module.later}
        return tuple(path for path in self._paths if path in later or path not in imported)

    def imports_of(self, entry: str) -> tuple[str, ...]:
        """Return the paths of the bundles that a bundle imports."""
        own = self._owned(entry)
        needed = {path for module in own for path in self.modules[module].imports} - set(own)
        return tuple(shared for shared in SHARED if needed & set(self._owned(shared)))

    def join(self, entry: str) -> str:
        """
        Return the text of a bundle.

        :raises UnbundlableSource: if a module in it cannot be joined
        """
        own = self._owned(entry)
        parts = [self._import_from(shared, own) for shared in self.imports_of(entry)]
        for path in own:
            module = self.modules[path]
            is_plain = path == entry and not module.exports
            parts.append(self._render(module) if is_plain else self._render_in_function(module))
        shown = [self.modules[path].variable for path in own if self.modules[path].exports]
        if shown and (entry in SHARED or self.modules[entry].exports):
            parts.append(f"export {{ {', '.join(shown)} }}\n")
        return "\n".join(parts)

    def _owned(self, entry: str) -> tuple[str, ...]:
        """Return the modules in a bundle, each after those that it imports, in the order of a browser."""
        found: list[str] = []
        before = () if entry in ALONE else SHARED[: SHARED.index(entry)] if entry in SHARED else SHARED
        elsewhere = {path for shared in before for path in self._owned(shared)}
        self._collect(entry, found, elsewhere, ())
        return tuple(found)

    def _collect(self, path: str, found: list[str], elsewhere: set[str], above: tuple[str, ...]) -> None:
        if path in above:
            raise UnbundlableSource(f"modules import each other: {' → '.join([*above, path])}")
        if path in found or path in elsewhere:
            return
        if path not in self.modules:
            raise UnbundlableSource(f"{above[-1] if above else 'a page'} needs {path}, which is not there")
        for imported in self.modules[path].imports:
            self._collect(imported, found, elsewhere, (*above, path))
        found.append(path)

    def _import_from(self, shared: str, own: tuple[str, ...]) -> str:
        there = self._owned(shared)
        needed = {path for module in own for path in self.modules[module].imports}
        names = ", ".join(self.modules[path].variable for path in there if path in needed)
        return f'import {{ {names} }} from "{BUNDLE_PREFIX}{shared}";\n'

    # All generated statements end with a semicolon, since a source may begin with a bracket.
    def _render(self, module: Module) -> str:
        taken = [
            f"const {{ {names.replace(' as ', ': ')} }} = {self.modules[path].variable};\n"
            for path, names in module.imports.items()
            if names
        ]
        body = DYNAMIC_IMPORT.sub(lambda found: self._import_later(_path_of(found[1])), module.body)
        return f"// {_specifier_of(module.path)}\n{''.join(taken)}{body}"

    def _render_in_function(self, module: Module) -> str:
        exports = f"return {{ {', '.join(module.exports)} }}\n" if module.exports else ""
        heading, _, body = self._render(module).partition("\n")
        begin = f"const {module.variable} = (() => {{" if exports else "(() => {"
        return f"{heading}\n{begin}\n{body}{exports}}})();\n"

    def _import_later(self, path: str) -> str:
        return f'import("{BUNDLE_PREFIX}{path}").then((bundle) => bundle.{self.modules[path].variable})'


def parse_module(path: str, source: str) -> Module:
    """
    Parse a module.

    :raises UnbundlableSource: if it imports or exports in an unsupported way
    """
    text = strip_comments(source)
    imports = {_path_of(specifier): names.strip() for names, specifier in IMPORT.findall(text)}
    exports = tuple(EXPORT.findall(text))
    body = EXPORT.sub("", IMPORT.sub("", text))
    strange = MODULE_SYNTAX.search(body)
    if strange:
        raise UnbundlableSource(f"{path}: {strange[0]!r} cannot be joined; import and export by name, one line each")
    later = tuple(_path_of(specifier) for specifier in DYNAMIC_IMPORT.findall(body))
    return Module(path, BLANK_LINES.sub("\n\n", body).lstrip("\n"), imports, later, exports)


def join_style_sheet(path: str, read: Read) -> str:
    """
    Return a style sheet with those that it imports inlined.

    :raises UnbundlableSource: if one of them has a relative URL, which would be resolved from another folder
    """
    source = strip_comments(read(path))
    strange = FILE_URL.search(source)
    if strange:
        raise UnbundlableSource(f"{path}: {strange[0]} names a file; write it out as data:")

    def inline(found: re.Match[str]) -> str:
        inner = join_style_sheet(imported_style(path, found[1]), read)
        return f"@layer {found[2]} {{\n{inner}}}\n" if found[2] else inner

    return STYLE_IMPORT.sub(inline, source)


def imported_styles(path: str, read: Read) -> Iterator[str]:
    """List the paths of the style sheets that a style sheet imports."""
    for written, _layer in STYLE_IMPORT.findall(read(path)):
        yield imported_style(path, written)


def imported_style(path: str, written: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), written))


def _path_of(specifier: str) -> str:
    begins, _, rest = specifier.partition("/")
    folder = MODULES.get(f"{begins}/")
    if folder is None:
        raise UnbundlableSource(f"{specifier} is in no folder of modules")
    return folder + rest


def _specifier_of(path: str) -> str:
    for begins, folder in MODULES.items():
        if path.startswith(folder):
            return begins + path.removeprefix(folder)
    return "#" + path
