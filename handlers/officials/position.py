"""What does my position, or another one, require?"""

from collections.abc import Mapping

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.phrases import _, show_day
from handlers.reply import Background, Line, Outcome, Reply, Statement
from handlers.stating import state
from handlers.verdicts import describe_deadlines, describe_finding
from handlers.visit import Visit, criteria_asked
from handlers.wording import name_criterion, name_document_fully, name_level
from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, ManagedBy, PositionGroup, TitleStandard
from knowledge.findings import Finding
from knowledge.library import Decider
from knowledge.understanding.meaning import Wish
from knowledge.understanding.positions_said import spell_out_position

_MOST_GROUPS = 3


def list_requirements(visit: Visit) -> Reply:
    """The standards of the position named in the question, else of the visitor's own."""
    groups = list(visit.named.position_groups[:_MOST_GROUPS])
    words = visit.named.position_words
    if not groups and words:
        groups = _groups_called(words, visit)
    if not groups and words and not _is_own_position(words, visit):
        return _not_loaded_position(words, visit)
    if not groups and visit.person is not None:
        groups = [visit.person.position_group]
    if not groups:
        return _ask_which(visit)
    lines: list[Line] = []
    found = False
    for group in groups:
        standards = visit.rules.standards_for(group, visit.territory)
        found = found or bool(standards)
        if len(groups) > 1:
            lines.append(Line(name_group(group, visit)))
        lines += [_describe_standard(one, visit) for one in standards.values() if _is_asked(one, visit)]
        lines += describe_not_asked(group, standards, visit)
        if not standards:
            lines.append(_not_loaded(group, visit))
    if not found:
        lines.append(describe_contact(visit))
    own = _own_standing(groups, visit)
    lines += [describe_finding(one, visit.rules) for one in own]
    lines += describe_deadlines([one for one in own if one.is_gap], visit.rules)
    return Reply(
        title=_title(groups, visit),
        lines=tuple(lines),
        choices=(next_steps.my_gaps(), next_steps.my_certificates(), next_steps.consequences()),
        outcome=Outcome.ANSWERED if found else Outcome.NO_BASIS,
        findings=tuple(own),
    )


def _own_standing(groups: list[PositionGroup], visit: Visit) -> list[Finding]:
    """Where the visitor stands on what their own position requires, if the question asks for that, too."""
    person = visit.person
    if person is None or visit.elsewhere is not None or groups != [person.position_group]:
        return []
    asked = criteria_asked(visit)
    wants = Wish.GAPS in visit.wishes or (bool(asked) and Wish.NEEDED in visit.wishes)
    if not wants or not visit.named.speaks_of_self:
        return []
    findings = [one for one in evaluate(person, visit.rules) if one.criterion is not None]
    return [one for one in findings if one.criterion in asked] if asked else [one for one in findings if one.is_gap]


def _groups_called(words: str, visit: Visit) -> list[PositionGroup]:
    """Position groups whose name begins with these words ("trưởng phòng": of a department, of a district)."""
    if visit.named.documents or _is_own_position(words, visit):
        return []
    asked = spell_out_position(words)
    names = (
        (group, spell_out_position(visit.rules.book.group_name(group))) for group in visit.rules.book.standards_by_group
    )
    return sorted(group for group, name in names if name == asked or name.startswith(f"{asked} "))[:_MOST_GROUPS]


def name_group(group: PositionGroup, visit: Visit) -> str:
    """A position group in words: the visitor's own position, else the code with its underscores opened."""
    person = visit.person
    if person is not None and person.position_group == group and person.position:
        return person.position
    return visit.rules.book.group_name(group)


def _title(groups: list[PositionGroup], visit: Visit) -> str:
    names = ", ".join(name_group(group, visit) for group in groups)
    if len(groups) == 1 and visit.named.position_groups and visit.named.position_words:
        names = visit.named.position_words
    return _("Standards of the position {position}, as of {day}").format(position=names, day=show_day(visit.on))


def _is_own_position(words: str, visit: Visit) -> bool:
    """Whether the position that a question names is the visitor's own; any other must not get their standards."""
    if visit.person is None:
        return False
    own, asked = spell_out_position(visit.person.position), spell_out_position(words)
    return own == asked or own.startswith(f"{asked} ") or asked.startswith(f"{own} ")


def _not_loaded_position(words: str, visit: Visit) -> Reply:
    """A position that HR has loaded no standards for: that no document is known for it, and whom to ask."""
    return Reply(
        title=_("Standards of the position {position}, as of {day}").format(position=words, day=show_day(visit.on)),
        lines=(_describe_unknown(visit), describe_contact(visit)),
        choices=(next_steps.whom_to_ask(), next_steps.my_position(), next_steps.all_documents()),
        outcome=Outcome.NO_BASIS,
    )


def _describe_unknown(visit: Visit) -> Line:
    """That nothing is known to govern a position, and which documents are known at all: those for leaders."""
    library = visit.rules.library
    deciders = _find_deciders(None, visit)
    if not deciders:
        return describe_deciders(None, visit)
    unknown = _("The assistant does not know which document sets the standards of this position.")
    known = _("Here it knows of such documents for leaders and managers only: {documents}.")
    names = "; ".join(name_document_fully(library.get_document(one.document)) for one in deciders)
    said = " ".join([unknown, known.format(documents=names), *_cautions(deciders)])
    return state(said, [library.cite(one.document) for one in deciders], visit)


def _is_asked(standard: TitleStandard, visit: Visit) -> bool:
    asked = criteria_asked(visit)
    return not asked or standard.criterion in asked


def describe_not_asked(
    group: PositionGroup, standards: Mapping[CriterionCode, TitleStandard], visit: Visit
) -> list[Statement | Background]:
    """The criteria that the question names and the position does not require."""
    library = visit.rules.library
    beyond = [one for one in criteria_asked(visit) if one in library.criteria and one not in standards]
    if not standards or not beyond:
        return []
    cites = tuple(dict.fromkeys(library.cite_loosely(one.document, None) for one in standards.values()))
    text = _("{position}: {criterion} is not among the required standards.")
    return [
        state(
            text.format(position=name_group(group, visit), criterion=name_criterion(library, one).lower()),
            cites,
            visit,
            is_item=True,
        )
        for one in beyond
    ]


def _describe_standard(standard: TitleStandard, visit: Visit) -> Line:
    library = visit.rules.library
    text = _("{criterion}: {level} or higher").format(
        criterion=name_criterion(library, standard.criterion),
        level=name_level(library, standard.criterion, standard.minimum),
    )
    if standard.valid_to is not None:
        text += _(" (until {day})").format(day=show_day(standard.valid_to))
    return state(f"{text}.", (library.cite_loosely(standard.document, standard.point),), visit, is_item=True)


def _not_loaded(group: PositionGroup, visit: Visit) -> Line:
    managed_by = visit.managed_by if visit.person is not None and visit.person.position_group == group else None
    return describe_deciders(managed_by, visit)


def describe_deciders(managed_by: ManagedBy | None, visit: Visit) -> Line:
    """Which documents settle the standards here, and that their content is not held."""
    library = visit.rules.library
    deciders = _find_deciders(managed_by, visit)
    if not deciders:
        return Line(
            _("No standards for this position have been loaded, and the library knows no document that sets them here.")
        )
    names = "; ".join(name_document_fully(library.get_document(one.document)) for one in deciders)
    text = _(
        "The standards are settled by: {documents}. Their text is not in the library and no table has been loaded."
    )
    missing = [one.document for one in deciders if not library.get_document(one.document).text_held]
    if missing and len(missing) < len(deciders):
        text = _(
            "The standards are settled by: {documents}. No table has been loaded; the text of {missing} is not held."
        )
    if not missing:
        text = _(
            "The standards are settled by: {documents}. Their text is in the library, but no table has been loaded."
        )
    said = " ".join([text.format(documents=names, missing=", ".join(missing)), *_cautions(deciders)])
    return state(said, [library.cite(one.document) for one in deciders], visit)


def _find_deciders(managed_by: ManagedBy | None, visit: Visit) -> list[Decider]:
    """The documents known to settle the standards of posts that this body manages; of all posts for None."""
    classes = [managed_by] if managed_by is not None else list(ManagedBy)
    found = {one.document: one for each in classes for one in visit.rules.standards_deciders(each, visit.territory)}
    return list(found.values())


def _cautions(deciders: list[Decider]) -> list[str]:
    is_one = len(deciders) == 1
    return [one.caution if is_one else f"{one.document}: {one.caution}" for one in deciders if one.caution]


def _ask_which(visit: Visit) -> Reply:
    loaded = sorted(visit.rules.book.standards_by_group)
    if not loaded:
        return Reply(
            title=_("What a position requires"),
            lines=(describe_deciders(None, visit), describe_contact(visit)),
            choices=(next_steps.whom_to_ask(), next_steps.all_documents(), next_steps.link_account()),
            outcome=Outcome.NO_BASIS,
        )
    names = ", ".join(visit.rules.book.group_name(group) for group in loaded)
    return Reply(
        title=_("Which position do you mean?"),
        lines=(Line(_("Standards are loaded for: {positions}. Please name one of them.").format(positions=names)),),
        choices=(next_steps.link_account(), next_steps.all_documents(), next_steps.help_me()),
    )
