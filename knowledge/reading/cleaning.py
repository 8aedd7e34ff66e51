"""The text of a document without what nobody reads: signs of layout, invisible characters, emphasis marks.

Words, punctuation and their order stay as they are, so that a point can be quoted word for word.
"""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Soft hyphens, zero width and direction marks, private use and all other controls.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
_IS_MARKDOWN = re.compile(r"\*\*|\^\{|^#{1,6} ", re.MULTILINE)
_RAISED = re.compile(r"\^\{[^{}\n]{0,40}\}")
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
_STARS = re.compile(r"(?<!\*)\*{1,3}(?!\*)")
_LEADERS = re.compile(r"[.…_]{30,}|[-–=]{30,}")
# More space than a page is wide, or more empty lines than a signature needs, says nothing; readers of it would starve.
_WIDE_SPACE = re.compile(r" {60,}")
_MANY_TABS = re.compile(r"\t{12,}")
_TALL_SPACE = re.compile(r"\n{12,}")
_KEPT_LEADERS = 8


def clean(text: str) -> str:
    """The text composed (NFC), with plain line ends and spaces."""
    text = _LINE_ENDS.sub("\n", text)
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", _UNSEEN.sub("", text)))
    if _IS_MARKDOWN.search(text):
        text = _without_markdown(text)
    text = _LEADERS.sub(lambda dots: dots[0][:_KEPT_LEADERS], text)
    text = _MANY_TABS.sub("\t" * 8, _WIDE_SPACE.sub(" " * 40, text))
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return _TALL_SPACE.sub("\n" * 8, text)


def _without_markdown(text: str) -> str:
    text = _HEADING.sub("", _RAISED.sub("", text))
    return _STARS.sub(lambda star: star[0] if _stands_alone(text, star) else "", text)


def _stands_alone(text: str, star: re.Match[str]) -> bool:
    """Whether it is the star under a Party header, or the sign of a note, "(*)"."""
    before = text[star.start() - 1 : star.start()]
    after = text[star.end() : star.end() + 1]
    return (before in {"", "\n"} and after in {"", "\n"}) or (before == "(" and after == ")")
