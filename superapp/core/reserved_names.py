"""
Reserved names: names that only the operator of the instance may use, so that people can trust them.

Names are compared by their skeletons (Unicode Technical Standard 39): look-alike characters map to one letter, so
that ``0fficial``, ``adrnin`` and a Cyrillic ``а`` are recognized. A letter of another script that is among Latin
ones in one word, and is in no table here, may stand for any letter. A name is refused if it consists only of
reserved words, one of which claims authority, or if the brand is directly beside such a word. An ordinary name that
only contains one is allowed: Nusantara, Adminah, Nusa Dua.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from django.conf import settings

# Words that claim to speak for the operator; the names of the brand and the operator are added to them.
_AUTHORITY = """
abuse admin administrator bantuan billing callcenter callcentre cs customercare customerservice gov helpdesk keamanan
layanan layananpelanggan moderator official operator pemerintah pengurus polisi postmaster privacy resmi root security
sistem staff superadmin superuser support sysadmin system verified terverifikasi webmaster
"""
# Words that are reserved only together with those above.
_COMPANIONS = """
account accounts akun app bank bonus bot care center centre chat customer dan dompet event giveaway hadiah help hq
id indonesia info kode kontak life live mall member mod news online pay payment payments pembayaran promo promosi pusat
service services shop store team the tim tm toko undian wallet web
"""
# Roles and requests of support staff: ordinary words elsewhere, reserved directly beside the brand.
_STAFF = """
dukungan kasir otp petugas refund verifikasi verifikator
"""
AUTHORITY_WORDS = frozenset(_AUTHORITY.split())
STAFF_WORDS = frozenset(_STAFF.split())
COMPANION_WORDS = frozenset(_COMPANIONS.split()) | STAFF_WORDS
# Combining marks and invisible characters.
IGNORED_CATEGORIES = frozenset({"Mn", "Me", "Mc", "Cf", "Cc"})
# Look-alikes among digits and letters of other scripts, in lower case; Greek capitals differ from their small
# letters.
GREEK_CAPITALS = str.maketrans(dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΛΔΣ", "abezhikmnoptyxaae", strict=True)))
LOOKALIKES = str.maketrans(
    {
        **dict(zip("0134578@$!|l", "oieastbasiii", strict=True)),
        **dict(zip("авекмнорстухѕіјԁԛԝгпьүһәӏ", "abekmhopctyxsijdqwrnbyhei", strict=True)),
        **dict(zip("αβεηικμνορτυχωγσς", "abenikuvoptuxwyoc", strict=True)),
        **dict(zip("աոսօհıɑɩɡłøđŋʌʊ", "wnuohiaigiodnau", strict=True)),
        **dict(zip("ⲁⲃⲉⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭ", "abehikmnopctyx", strict=True)),
        # Lisu, Cherokee, Canadian syllabics, Lycian, Carian and Thai, by their shapes.
        **dict(zip("ꓐꓑꓒꓓꓔꓕꓖꓗꓘꓙꓚꓜꓝꓟꓠꓡꓢꓣꓤꓥꓦꓧꓪꓫꓬꓭꓮꓯꓰꓱꓲꓳꓴꓵꓷ", "bppdttgkkjczfmnisrravhwxybaaeeiound", strict=True)),
        **dict(zip("ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᎽᏀᏁᏃᏎᏒᏔᏕᏙᏚᏞᏟᏢᏦᏌᎾᏴ", "drtiajewmhygnzarwsvsicpkuob", strict=True)),
        **dict(zip("ᑌᑎᐱᗩᔕᗪᗰᑕᑭᖇᗷᗴᒪᒍᐯᗯᖴᕼᗝᖆ", "unaasdmcprbeijvwfhor", strict=True)),
        **dict(zip("𐊂𐊆𐊇𐊊𐊏𐊒𐊕𐊖𐊗𐊠𐊡𐊢𐊥𐊪𐊫𐊰𐊱𐊲𐊴𐊵𐋏ภยรค", "befinopstabcfnomtyxnhnusa", strict=True)),
        # Currency signs.
        **dict(zip("₦₴₳₱₲₮₭₵₤¥€¢£", "nsapgtkciyeci", strict=True)),
    }
)
# Small capitals, letters with hooks, in squares and circles, regional indicators: recognized by their Unicode names.
_NAMED_LETTER = re.compile(r".*\b(?:LATIN|INDICATOR SYMBOL)\b.*\bLETTER (?:SMALL CAPITAL )?([A-Z])(?: BAR| WITH .*)?")
# In shorter words, a letter that may stand for any would match too much.
MIXED_CHARS_MIN = 4
_DIGITS_AT_THE_END = re.compile(r"\d+$")


def is_reserved_name(written: str) -> bool:
    """Return whether a name or handle claims to be the operator, however it is spelt."""
    return _is_reserved_name(written, settings.BRAND_NAME, settings.OPERATOR_NAME)


def is_reserved_brand_name(written: str) -> bool:
    """
    Return whether a name claims to be the operator by using its brand.

    For names of groups, where "Admin" and "Keamanan" are usual, and "Admin Nusa" is not.
    """
    return _is_reserved_name(written, settings.BRAND_NAME, settings.OPERATOR_NAME, only_with_brand=True)


@lru_cache(maxsize=1_024)
def _is_reserved_name(written: str, brand: str, operator: str, *, only_with_brand: bool = False) -> bool:
    plain = "".join(" " if _is_ornament(char) else char for char in written)
    readings = {written, plain}
    return any(_claims_operator(one, brand, operator, only_with_brand=only_with_brand) for one in readings)


def _claims_operator(written: str, brand: str, operator: str, *, only_with_brand: bool) -> bool:
    authority, companions = _vocabulary(brand, operator)
    if only_with_brand:
        companions |= authority
        needed = frozenset(filter(None, map(_joined_skeleton, (brand, operator))))
    else:
        needed = authority
    tokens = [_to_latin_word(token, authority) for token in _tokens(written)]
    # A number after a word does not make another name: admin1, nusa2027. Before letters it may stand for one of them.
    for spelt in ([_skeleton(token) for token in tokens], [_skeleton(_without_number(token)) for token in tokens]):
        kept = [token for token in spelt if token]
        if _consists_of("".join(kept), needed, companions) or _claims_the_brand(kept, authority, brand, operator):
            return True
    return False


@cache
def _vocabulary(brand: str, operator: str) -> tuple[frozenset[str], frozenset[str]]:
    names = [_joined_skeleton(name) for name in (brand, operator)]
    return (
        frozenset([*map(_skeleton, AUTHORITY_WORDS), *filter(None, names)]),
        frozenset(map(_skeleton, COMPANION_WORDS)),
    )


def _consists_of(text: str, needed: frozenset[str], companions: frozenset[str]) -> bool:
    """Return whether a text consists of these words only, at least one of them of those that are needed."""
    # By position: None where no reading ends, else True if some reading up to there has a needed word.
    reached: list[bool | None] = [False, *[None] * len(text)]
    longest = max(map(len, needed | companions))
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - longest), end):
            word, before = text[start:end], reached[start]
            if before is not None and (word in needed or word in companions):
                reached[end] = bool(reached[end]) or before or word in needed
    return bool(text) and reached[-1] is True


def _claims_the_brand(tokens: list[str], authority: frozenset[str], *names: str) -> bool:
    """Return whether the brand is directly beside a word of authority, whatever else the name has."""
    own = {_joined_skeleton(name) for name in names if name}
    others = (authority | set(map(_skeleton, STAFF_WORDS))) - own
    for start in range(len(tokens)):
        for end in range(start + 1, len(tokens) + 1):
            if "".join(tokens[start:end]) in own:
                beside = {*tokens[max(0, start - 1) : start], *tokens[end : end + 1]}
                if beside & others:
                    return True
    return False


def _tokens(written: str) -> list[str]:
    """Split a name into words of plain letters and digits in lower case."""
    # Symbols first, since ™ would decompose into letters.
    letters = "".join(char if _is_written(char) else " " for char in written)
    decomposed = unicodedata.normalize("NFKD", letters).translate(GREEK_CAPITALS)
    shown = (_latin_letter(char) for char in decomposed if unicodedata.category(char) not in IGNORED_CATEGORIES)
    return "".join(
        char if char.isalnum() or ord(char) in LOOKALIKES else " " for char in "".join(shown).casefold()
    ).split()


def _is_ornament(char: str) -> bool:
    """Return whether a character may be read as a mark beside a name; circled and raised letters may."""
    raised_or_circled = unicodedata.decomposition(char).startswith(("<super>", "<sub>", "<circle>"))
    return raised_or_circled or unicodedata.category(char) == "So"


def _is_written(char: str) -> bool:
    """Return whether a character carries text and is more than a symbol; circled letters do."""
    return unicodedata.category(char) != "So" or _NAMED_LETTER.fullmatch(unicodedata.name(char, "")) is not None


def _to_latin_word(token: str, words: frozenset[str]) -> str:
    """Return the reserved word that a token of mixed scripts resembles by its Latin letters; else the token."""
    skeleton = _skeleton(token)
    foreign = [char for char in skeleton if not char.isascii()]
    if (
        not foreign
        or len(skeleton) < max(MIXED_CHARS_MIN, 2 * len(foreign))
        or not any(char.isascii() and char.isalpha() for char in token)
    ):
        return token
    for word in sorted(words):
        if len(word) == len(skeleton) and all(a == b or not a.isascii() for a, b in zip(skeleton, word, strict=True)):
            return word
    return token


def _latin_letter(char: str) -> str:
    if char.isascii():
        return char
    named = _NAMED_LETTER.fullmatch(unicodedata.name(char, ""))
    return named[1] if named else char


def _without_number(token: str) -> str:
    return _DIGITS_AT_THE_END.sub("", token)


def _skeleton(token: str) -> str:
    return token.translate(LOOKALIKES).replace("rn", "m").replace("vv", "w")


def _joined_skeleton(written: str) -> str:
    return _skeleton("".join(_tokens(written)))
