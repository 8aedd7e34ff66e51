"""Whether somebody asks what they themself lack ("rốt cuộc tôi còn thiếu gì"), whoever else is spoken of beside it."""

from knowledge.understanding.cues import Cues
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import Text, make_text
from knowledge.understanding.wishes import Wishes

_FARTHEST = 3  # words between "I" and what is missing


class OwnGaps:
    """Finds "I" right before words for what is missing."""

    def __init__(self, cues: Cues, wishes: Wishes) -> None:
        self._wishes = wishes
        self._self: PhraseTable[str] = PhraseTable((one, one) for one in cues.self_words)
        self._owned: PhraseTable[bool] = PhraseTable(
            (
                *((one, True) for one in (*cues.relations, *cues.owned_posts, *cues.owned_places)),
                *((one, False) for one in cues.own_records),  # "hồ sơ tôi" sounds like "sở tôi"
            )
        )
        self._links = frozenset(word.folded for one in cues.owner_links for word in make_text(one).words)
        self._between = frozenset(word.folded for one in cues.between_self_and_gap for word in make_text(one).words)

    def are_asked(self, text: Text) -> bool:
        """Whether "I" is the subject of what is missing, and no owner of who or what lacks it."""
        gaps = self._wishes.gaps_at(text)
        owned = {match.last for match in self._owned.find(text) if match.value}
        for own in self._self.find(text):
            owner_of = own.first
            while owner_of > 0 and text.words[owner_of - 1].folded in self._links:
                owner_of -= 1
            if own.first in owned or owner_of in owned:
                continue
            for gap in gaps:
                between = text.words[own.last : gap]
                if 0 <= gap - own.last <= _FARTHEST and all(one.folded in self._between for one in between):
                    return True
        return False
