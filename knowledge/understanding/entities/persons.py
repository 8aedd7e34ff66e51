"""Persons named in a question: roster codes, names after a title, relations; and whether the visitor means themself."""

import re
from dataclasses import dataclass

from knowledge.understanding.cues import Cues
from knowledge.understanding.evidence_said import stands_behind_number_word
from knowledge.understanding.marks import can_be, has_marks, same_marks
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, Word, has_digit, is_marked, make_text

_CODE = re.compile(r"(?<![\w/\-.])([a-zđ]{1,6})[-_ ]?(\d{2,8})(?![\w/\-]|\.\d)")
_LONGEST_NAME = 5
_SHORTEST_NAME = 2
_AND_ME = "con"  # "con em thi sao": without marks "and me" opens like "my children"


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Words that stand for a person. `is_name`: a code or a name; otherwise a relation or a pronoun."""

    words: str
    start: int
    end: int
    is_name: bool
    is_pronoun: bool = False


class Persons:
    """Finds persons in a text."""

    def __init__(self, cues: Cues, foreign: frozenset[str]) -> None:
        self._foreign = foreign
        self._prefixes = frozenset(cues.person_code_prefixes)
        self._not_codes = frozenset(cues.not_person_codes)
        self._symbols = frozenset((*cues.strong_symbols, *cues.weak_symbols)) - self._prefixes
        self._links = frozenset(_by_fold(cues.owner_links))
        self._posts: PhraseTable[str] = PhraseTable(
            (f"{post} {link}{place}", post)
            for post in cues.owned_posts
            for place in cues.owned_places
            for link in ("", *(f"{one} " for one in cues.owner_links))
        )
        self._plain_posts: PhraseTable[str] = PhraseTable((post, post) for post in cues.owned_posts)
        self._places = frozenset(_by_fold(tuple(one for one in cues.owned_places if " " not in one)))
        self._own_posts = frozenset(_by_fold(cues.own_post_leads))
        self._naming = frozenset(cues.naming_words)
        self._titles: PhraseTable[str] = PhraseTable((word, word) for word in cues.titles)
        self._weak = frozenset(cues.weak_titles)
        self._relations: PhraseTable[str] = PhraseTable((word, word) for word in cues.relations)
        self._others: PhraseTable[str] = PhraseTable((word, word) for word in cues.other_people)
        self._pronouns: PhraseTable[str] = PhraseTable((word, word) for word in cues.these_persons)
        self._self: PhraseTable[str] = PhraseTable((word, word) for word in cues.self_words)
        self._not_self: PhraseTable[str] = PhraseTable((word, word) for word in cues.not_self)
        self._records: PhraseTable[str] = PhraseTable((word, word) for word in cues.record_leads)
        self._plain_surnames = _by_fold(cues.record_surnames)
        self._surnames = _by_fold(cues.surnames)
        self._middles = _by_fold(cues.middle_names)
        self._given = _by_fold(cues.given_names)
        self._stops = _by_fold(cues.name_stops)
        self._polite: PhraseTable[str] = PhraseTable((word, word) for word in (*cues.polite_starts, *cues.greetings))

    def find_code(self, text: Text) -> FoundPerson | None:
        """A roster code: letters and digits that name no level, test or document."""
        if not has_digit(text.marked):  # as in most questions
            return None
        for match in _CODE.finditer(text.marked):
            letters, digits = match.groups()
            written = text.typed[match.start() : match.end()]
            glued = f"{letters}{digits}"
            if letters not in self._prefixes and stands_behind_number_word(text.typed, match.start()):
                continue  # the number of a certificate
            if glued in self._not_codes or letters in self._foreign or letters in self._symbols:
                continue
            if " " in written and letters not in self._prefixes:
                continue
            if " " in written and not text.typed[match.start() : match.start() + len(letters)].isupper():
                continue
            if letters in self._prefixes or (len(letters) > 1 and written[: len(letters)].isupper()):
                return FoundPerson(written.replace(" ", ""), match.start(), match.end(), is_name=True)
        return None

    def find(self, text: Text, places: list[tuple[int, int]]) -> FoundPerson | None:
        """The person a text names, if it is not the visitor. Names are not looked for in `places`."""
        whole, text = text, text.without(places)
        strict = is_marked(text)
        polite = [(match.first, match.last) for match in self._polite.find(text)]
        for pronoun in self._pronouns.find(text):
            return FoundPerson(
                text.typed[pronoun.start : pronoun.end], pronoun.start, pronoun.end, is_name=False, is_pronoun=True
            )
        for other in self._others.find(text):
            return FoundPerson(text.typed[other.start : other.end], other.start, other.end, is_name=False)
        for title in self._titles.find(text):
            if any(first <= title.first < last for first, last in polite):
                continue
            if self._says_own_name(text, title) or (strict and not _written_fully(text, title)):
                continue
            if title.last < len(text.words) and text.words[title.last].start - title.end > 1:
                continue  # something else stands between the title and the next word
            last = self._name_end(text, title.last)
            is_full = last - title.last > 1 and self._is(text.words[title.last], self._surnames)
            is_weak = not is_full and not strict and title.value in self._weak
            if is_weak and last > title.last and not _is_capital(text, title.last):
                continue  # "ban hang", "Kho co nhung", "di an thi": without marks such words are anything
            if last > title.last:
                start, end = title.start, text.words[last - 1].end
                return FoundPerson(text.typed[start:end], start, end, is_name=True)
        if any(self._says_own_name(text, title) for title in self._titles.find(text)):
            return None
        return (
            self._named_after_post(whole)
            or self._bare_name(text)
            or self._owner_of_record(whole)
            or self._relation(whole)
        )

    def _says_own_name(self, text: Text, title: Match[str]) -> bool:
        """Whether the visitor introduces themself: "tôi tên là …", "em là …"."""
        return title.value in self._naming and any(own.last == title.first for own in self._self.find(text))

    def speaks_of_self(self, text: Text, person: FoundPerson | None) -> bool:
        """Whether the visitor speaks of themself outside the words that name another person."""
        others = [(match.first, match.last) for match in self._not_self.find(text) if self._is_meant(text, match)]
        others += [(polite.first, polite.last) for polite in self._polite.find(text)]
        for match in self._self.find(text):
            if any(first <= match.first < last for first, last in others):
                continue
            if person is None or not person.start <= match.start < person.end:
                return True
        return False

    @staticmethod
    def _is_meant(text: Text, match: Match[str]) -> bool:
        """Whether it is no "còn em …", typed with its tone or opening a question without any."""
        typed, wanted = text.words[match.first : match.last], make_text(match.value).words
        contradicts = any(not can_be(one.marked, other.marked) for one, other in zip(typed, wanted, strict=True))
        opens = match.first == 0 and typed[0].marked == _AND_ME
        return not (contradicts or opens)

    def _named_after_post(self, text: Text) -> FoundPerson | None:
        """Whoever is named by a title, a post and a name: "anh trưởng phòng Nguyễn Văn …"."""
        posts = {one.first: one for one in self._plain_posts.find(text)}
        for title in self._titles.find(text):
            post = posts.get(title.last)
            last = self._name_end(text, post.last) if post is not None else title.last
            if post is not None and last - post.last >= _SHORTEST_NAME:
                start, end = text.words[post.last].start, text.words[last - 1].end
                return FoundPerson(text.typed[start:end], start, end, is_name=True)
        return None

    def _name_end(self, text: Text, first: int) -> int:
        words = text.words
        if first >= len(words):
            return first
        head = words[first]
        typed_case = any(letter.isupper() for letter in text.typed) and not text.typed.isupper()
        is_capital = text.typed[head.start].isupper() and typed_case
        is_surname, is_given = self._is(head, self._surnames), self._is(head, self._given)
        is_stop = self._is(head, self._stops) and not is_capital
        if not head.folded.isalpha() or is_stop or not (is_capital or is_surname or is_given):
            return first
        if not is_capital and not self._sounds_like_name(words, first):
            return first
        last = first + 1
        while last < len(words) and last - first < _LONGEST_NAME:
            word = words[last]
            if text.folded[words[last - 1].end : word.start] != " " or not word.folded.isalpha():
                break
            if typed_case and is_capital:
                if not text.typed[word.start].isupper():
                    break
            elif len(word.folded) > 1 and not self._continues_name(word):
                break
            last += 1
        return last

    def _continues_name(self, word: Word) -> bool:
        return self._is(word, self._middles) or (self._is_name_part(word) and not self._is(word, self._stops))

    def _sounds_like_name(self, words: tuple[Word, ...], first: int) -> bool:
        """A name in small letters: surname with a middle or given name, or a given name before the verb."""
        following = words[first + 1] if first + 1 < len(words) else None
        if self._is(words[first], self._surnames) and following and self._is_name_part(following):
            return not self._is(following, self._stops) or self._is(following, self._middles)
        return self._is(words[first], self._given) and (following is None or self._is(following, self._stops))

    def _bare_name(self, text: Text) -> FoundPerson | None:
        for at, word in enumerate(text.words[:-1]):
            following = text.words[at + 1]
            if not self._is(word, self._surnames) or not self._is_name_part(following):
                continue
            is_capital = (
                text.typed[word.start].isupper() and text.typed[following.start].isupper() and not text.typed.isupper()
            )
            last = self._name_end(text, at)
            strong = self._is(following, self._middles) and last - at > 2  # noqa: PLR2004 - surname, middle, given
            if (is_capital and last - at > 1) or strong:
                start, end = word.start, text.words[last - 1].end
                return FoundPerson(text.typed[start:end], start, end, is_name=True)
        return None

    def _owner_of_record(self, text: Text) -> FoundPerson | None:
        """Whoever a record is said to be of, though no part after the surname is a known name."""
        for lead in self._records.find(text):
            following = text.words[lead.last : lead.last + _LONGEST_NAME]
            if len(following) < _SHORTEST_NAME or following[0].start - lead.end > 1:
                continue
            last = lead.last
            if self._is(following[0], self._surnames) and text.typed[following[0].start].isupper():
                last = self._name_end(text, lead.last)
            elif self._is(following[0], self._plain_surnames) and not self._is(following[1], self._stops):
                last = lead.last + _SHORTEST_NAME
            if last - lead.last >= _SHORTEST_NAME:
                start, end = following[0].start, text.words[last - 1].end
                return FoundPerson(text.typed[start:end], start, end, is_name=True)
        return None

    def _relation(self, text: Text) -> FoundPerson | None:
        owners = {match.first: match.last for match in self._self.find(text)}
        for relation in self._relations.find(text):
            last = relation.last
            while last < len(text.words) and text.words[last].folded in self._links:
                last += 1
            end_word = owners.get(last) or owners.get(relation.last)
            if end_word and _is_one_run(text, relation.start, text.words[end_word - 1].end):
                end = text.words[end_word - 1].end
                return FoundPerson(text.typed[relation.start : end], relation.start, end, is_name=False)
        return self._holder_of_post(text, owners)

    def _holder_of_post(self, text: Text, owners: dict[int, int]) -> FoundPerson | None:
        """Whoever holds a post at the visitor's place of work ("giám đốc sở tôi"), unless it is told as their own."""
        for post in self._posts.find(text):
            last = post.last
            while last < len(text.words) and text.words[last].folded in self._links | self._places:
                last += 1
            is_own = post.first > 0 and text.words[post.first - 1].folded in self._own_posts
            if last in owners and not is_own and _is_one_run(text, post.start, text.words[owners[last] - 1].end):
                end = text.words[owners[last] - 1].end
                return FoundPerson(text.typed[post.start : end], post.start, end, is_name=False)
        return None

    def _is_name_part(self, word: Word) -> bool:
        return (
            any(self._is(word, names) for names in (self._surnames, self._middles, self._given))
            or len(word.folded) == 1
        )

    @staticmethod
    def _is(word: Word, names: dict[str, tuple[str, ...]]) -> bool:
        # A tone that was typed is meant: "tháng" is nobody's "Thắng". Only a word without any mark may stand for more.
        fits = can_be if not has_marks(word.marked) else same_marks
        return any(fits(word.marked, name) for name in names.get(word.folded, ()))


def _is_one_run(text: Text, start: int, end: int) -> bool:
    """Whether nothing but spaces stands between the words: "chủ tịch xã, tôi …" is no relation."""
    return all(letter.isalnum() or letter == " " for letter in text.folded[start:end])


def _is_capital(text: Text, at: int) -> bool:
    """Whether a word is written like a name, in a text that is not all capitals."""
    return text.typed[text.words[at].start].isupper() and not text.typed.isupper()


def _written_fully(text: Text, match: Match[str]) -> bool:
    typed, wanted = text.words[match.first : match.last], make_text(match.value).words
    return all(same_marks(one.marked, other.marked) for one, other in zip(typed, wanted, strict=True))


def _by_fold(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        for word in make_text(name).words:
            found[word.folded] = (*found.get(word.folded, ()), word.marked)
    return found
