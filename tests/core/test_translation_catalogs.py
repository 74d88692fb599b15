"""Indonesian first: every sentence that people read has its translation, with the same values in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from superapp.core import generated_docs, translation_catalogs
from superapp.core.translation_catalogs import TranslatableString

VALUES = re.compile(r"%\(\w+\)s|\{\w*\}")
APPS = pytest.mark.parametrize("app", generated_docs.own_app_directories(), ids=lambda path: path.name)


@APPS
def test_every_sentence_is_translated(app):
    assert translation_catalogs.list_untranslated(app) == []


@APPS
def test_translation_has_the_values_of_its_sentence(app):
    catalogue = translation_catalogs.read_catalog(app)
    differing = []
    for message in catalogue:
        english = message.id[-1] if isinstance(message.id, tuple | list) else message.id
        translated = message.string if isinstance(message.string, str) else "".join(message.string)
        if message.id and set(VALUES.findall(english)) != set(VALUES.findall(translated)):
            differing.append(english)

    assert differing == []


@APPS
def test_no_translation_says_the_same_sentence_twice(app):
    repeated = [
        message.id
        for message in translation_catalogs.read_catalog(app)
        if isinstance(message.string, str) and re.fullmatch(r"(.{20,}?)\1+", message.string, re.DOTALL)
    ]

    assert repeated == []


@APPS
def test_catalogue_has_no_obsolete_message(app):
    said = {(sentence.key, sentence.context) for sentence in translation_catalogs.extract_from_app(app)}
    translated = {
        (_key(message.id), message.context or "") for message in translation_catalogs.read_catalog(app) if message.id
    }

    assert translated - said == set()


def _key(message_id: object) -> object:
    return tuple(message_id) if isinstance(message_id, list) else message_id


def test_sentences_of_code_are_found():
    source = """
_("one"); gettext_lazy("two"); ngettext("a thing", "{n} things", n); pgettext("verb", "open"); other("no"); _(variable)
"""

    assert sorted(translation_catalogs.extract_from_code(source)) == [
        TranslatableString("a thing", "{n} things"),
        TranslatableString("one"),
        TranslatableString("open", context="verb"),
        TranslatableString("two"),
    ]


def test_sentences_of_templates_are_found():
    source = """
{% load i18n %}<a title="{% translate "Hi" context "greeting" %}">(it's</a> {% translate "it's (a) test" as x %}
{% blocktranslate count n=x trimmed %}One
  thing{% plural %}{{ n }} things{% endblocktranslate %} {# _("never") #} {{ _("short") }}
"""

    assert sorted(translation_catalogs.extract_from_template(source)) == [
        TranslatableString("Hi", context="greeting"),
        TranslatableString("One thing", "%(n)s things"),
        TranslatableString("it's (a) test"),
        TranslatableString("short"),
    ]


def test_untranslated_sentence_is_reported(tmp_path: Path):
    (tmp_path / "errors.py").write_text('_("Never seen before.")\n')

    assert translation_catalogs.list_untranslated(tmp_path) == [TranslatableString("Never seen before.")]


def test_gathering_messages_keeps_translations_and_drops_obsolete_ones(tmp_path: Path):
    path = translation_catalogs.catalog_path(tmp_path)
    path.parent.mkdir(parents=True)
    (tmp_path / "errors.py").write_text('_("Kept.")\n_("New.")\n')
    path.write_text('msgid "Kept."\nmsgstr "Tetap."\n\nmsgid "Gone."\nmsgstr "Hilang."\n')

    path.write_bytes(translation_catalogs.render_catalog(tmp_path))

    assert path.read_bytes() == translation_catalogs.render_catalog(tmp_path)
    assert translation_catalogs.read_catalog(tmp_path).get("Kept.").string == "Tetap."
    assert translation_catalogs.read_catalog(tmp_path).get("Gone.") is None
    assert translation_catalogs.list_untranslated(tmp_path) == [TranslatableString("New.")]
