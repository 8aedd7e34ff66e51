"""Whether a word without marks can be a Vietnamese syllable, and what Telex keystrokes left in a word stand for."""

import re
import unicodedata
from functools import lru_cache

_ONSET = "(?:ngh|ng|gh|gi|kh|ch|nh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
_RIME = (
    "(?:uyen|uyet|uych|uynh|uya|uyu|uye|ieng|iec|iem|ien|iep|iet|ieu|yem|yen|yet|yeu|yeng|uong|uoc|uom|uon|uop|uot|uoi|uou|"
    "oang|oac|oach|oanh|oai|oam|oan|oap|oat|oay|oao|oang|oeo|oen|oet|uang|uan|uat|uay|uac|uech|uenh|ueo|uyt|uyn|uym|uyp|"
    "ang|anh|ach|eng|enh|ech|ing|inh|ich|ong|oong|ung|ooc|"
    "ac|am|an|ap|at|ai|ao|au|ay|ec|em|en|ep|et|eo|eu|ic|im|in|ip|it|ia|iu|io|oc|om|on|op|ot|oi|oa|oe|uc|um|un|up|ut|"
    "ua|ue|ui|uo|uu|uy|ie|a|e|i|o|u|y)"
)
_SYLLABLE = re.compile(f"^{_ONSET}{_RIME}$")

_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TELEX_SHAPES = (("dd", "đ"), ("aa", "â"), ("aw", "ă"), ("ee", "ê"), ("oo", "ô"), ("ow", "ơ"), ("uw", "ư"), ("w", "ư"))
_VOWELS = re.compile("[aeiouyăâêôơư]")


@lru_cache(maxsize=8192)
def is_syllable(folded: str) -> bool:
    """Whether these plain letters can be one syllable."""
    return bool(_SYLLABLE.match(folded))


@lru_cache(maxsize=4096)
def find_telex(word: str) -> str | None:
    """The word that these raw Telex keys would have written ("hojc" is "học"), or None."""
    if not word.isascii() or not word.isalpha():
        return None
    tones = [(at, _TELEX_TONES[key]) for at, key in enumerate(word) if at > 0 and key in _TELEX_TONES]
    # A tone key stands after the vowels: at the end, or before the closing consonants.
    for at, tone in reversed(tones):
        found = _compose(word[:at] + word[at + 1 :], tone)
        if found:
            return found
    return _compose(word, "")


def _compose(keys: str, tone: str) -> str | None:
    shaped = keys
    for typed, letter in _TELEX_SHAPES:
        shaped = shaped.replace(typed, letter)
    vowels = list(_VOWELS.finditer(shaped))
    if not vowels or (shaped == keys and not tone):
        return None
    plain = unicodedata.normalize("NFD", shaped.replace("đ", "d"))
    if not is_syllable("".join(letter for letter in plain if not unicodedata.combining(letter))):
        return None
    at = vowels[-2 if len(vowels) > 1 and vowels[-1].end() == len(shaped) else -1].end()
    return unicodedata.normalize("NFC", shaped[:at] + tone + shaped[at:])
