"""Years of service asked about ("còn đủ 05 năm công tác")."""

import re

from knowledge.folding import fold
from knowledge.understanding.cues import Cues
from knowledge.understanding.text import Text, make_text

_MOST = 50
_REACH = 3  # words around the number in which a cue must stand


class ServiceYears:
    """Finds a count of years of service."""

    def __init__(self, cues: Cues) -> None:
        year = fold(cues.date_words["year"])
        self._count = re.compile(rf"(?<![\d/.,])(\d{{1,2}}) ?{year}\b(?! (?:19|20)\d\d)")
        self._before = frozenset(make_text(word).words[-1].folded for word in cues.years_before)
        self._after = frozenset(make_text(word).words[0].folded for word in cues.years_after)

    def find(self, text: Text) -> int | None:
        """The number of years, where words beside it say that service is meant."""
        for match in self._count.finditer(text.folded):
            before = {word.folded for word in text.words_before(match.start(), _REACH)}
            after = {word.folded for word in text.words_after(match.end(), _REACH)}
            if 0 < int(match[1]) <= _MOST and (before & self._before or after & self._after):
                return int(match[1])
        return None
