"""The words by which the reader recognises what a question names, loaded from data and checked once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

QUESTIONS = Path(__file__).parent.parent / "questions"

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentKindWords:
    """Words that announce a document number.

    Kinds of the `letter` family are swapped for each other in speech, those of the `law` family are not; `any` says
    nothing of the kind.
    """

    words: Words
    family: Literal["letter", "law", "any"]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """All lists of cue words; what each is for stands beside it in the file."""

    document_kinds: tuple[DocumentKindWords, ...]
    short_document_kinds: dict[str, str]
    number_words: Words
    strong_symbols: Words
    weak_symbols: Words
    no_document_before: Words
    no_document_after: Words
    no_tight_number_before: Words
    document_verbs: Words
    document_leads: Words
    these_documents: Words
    successors: Words
    force_words: Words
    stock_words: Words
    signing: Words
    asks_who: Words
    after_that_day: Words
    said_there: Words
    which_points: Words
    these_points: Words
    these_certificates: Words
    these_persons: Words
    point_words: dict[str, str]
    ordinals: dict[str, int]
    aspects: dict[str, Words]
    certificate_words: Words
    no_certificates: Words
    old_certificate_letters: Words
    language_words: Words
    computing_words: Words
    short_computing_words: Words
    extra_criteria: dict[str, Words]
    grade_words: Words
    paper_parts: Words
    level_fillers: Words
    issue_words: Words
    as_of_words: Words
    as_of_firm_words: Words
    as_of_tails: Words
    birth_words: Words
    genders: dict[str, str]
    appointment_words: Words
    date_words: dict[str, str]
    date_leads: Words
    plain_date_before: Words
    years_before: Words
    years_after: Words
    self_words: Words
    not_self: Words
    relations: Words
    owner_links: Words
    owned_places: Words
    between_self_and_gap: Words
    own_records: Words
    owned_posts: Words
    own_post_leads: Words
    other_people: Words
    titles: Words
    weak_titles: Words
    naming_words: Words
    record_leads: Words
    record_surnames: Words
    surnames: Words
    middle_names: Words
    given_names: Words
    name_stops: Words
    person_code_prefixes: Words
    not_person_codes: Words
    positions: Words
    position_tails: Words
    unsaid_in_positions: Words
    taken_at: Words
    issued_by: Words
    issued_tails: Words
    domain_words: Words
    other_matters: Words
    matters_of_standards: Words
    outside_notions: Words
    status_words: Words
    follow_up_starts: Words
    follow_up_ends: Words
    follow_up_whys: Words
    follow_up_bases: Words
    follow_up_validities: Words
    follow_up_intents: dict[str, Words]
    fillers: Words
    greetings: Words
    polite_starts: Words
    search_stops: Words
    wanted_facts: dict[str, Words]
    quoting_verbs: Words


@dataclass(frozen=True, slots=True)
class Sense:
    """One reading of an abbreviation; where neighbours are listed, one of them must stand beside it."""

    full: str
    after: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What is written short, and its readings in order of preference."""

    short: Words
    means: tuple[Sense, ...]


@cache  # the reader and the search share them
def load_cues(directory: Path = QUESTIONS) -> Cues:
    """The cue words. Raises pydantic's ValidationError where the file does not have the expected lists."""
    return TypeAdapter(Cues).validate_python(_read(directory / "cues.yaml"))


def load_notions(directory: Path = QUESTIONS) -> dict[str, Words]:
    """Groups of phrases of nearly the same meaning, by the name of the group."""
    return TypeAdapter(dict[str, Words]).validate_python(_read(directory / "notions.yaml"))


@cache
def load_abbreviations(directory: Path = QUESTIONS) -> tuple[Abbreviation, ...]:
    """The abbreviations of the house and of the phone."""
    return TypeAdapter(tuple[Abbreviation, ...]).validate_python(_read(directory / "abbreviations.yaml"))


def _read(path: Path) -> object:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)
