"""Certificates that were handed in, in words, for the official and for HR alike. Pure."""

from handlers.asking import Choice
from handlers.handed_in import PDF
from handlers.phrases import _, ngettext, show_day, show_day_of
from handlers.reply import File, Line
from handlers.wording import name_credential
from knowledge.facts import Credential
from knowledge.rulebook import RulesOn
from storage.records import Evidence, EvidenceFile, EvidenceState

_ENDINGS = {PDF: "pdf", "image/jpeg": "jpg"}


def name_certificate(credential: Credential, rules: RulesOn) -> str:
    """The certificate as people name it, with its day of issue."""
    return name_credential(rules.library, credential.kind, credential.level, credential.issued_on)


def describe_credential(credential: Credential, files: int, rules: RulesOn) -> list[Line]:
    """Everything that was said of it, line by line."""
    none = _("none")
    kind = rules.library.kinds[credential.kind]
    lines = [_item(_("Certificate"), kind.name)]
    if credential.level:
        lines.append(_item(_("Level or score"), credential.level))
    if credential.issued_on is not None:
        lines.append(_item(_("Day of issue"), show_day(credential.issued_on)))
    lines += [
        _item(_("Number"), credential.number or none),
        _item(_("Issuer"), credential.issuer or none),
        _item(_("Files"), count_files(files) if files else none),
    ]
    return lines


def count_files(files: int) -> str:
    """How many, in words."""
    return ngettext("{n} file", "{n} files", files).format(n=files)


def name_evidence_state(one: Evidence) -> str:
    """Where it stands, in words."""
    match one.state:
        case EvidenceState.WAITING:
            return _("waits for HR since {day}").format(day=show_day_of(one.submitted_at))
        case EvidenceState.CHECKED:
            return _("checked by one person of HR; a second one has to see it")
        case EvidenceState.ASKED_BACK:
            return _("HR asked something on {day}; it waits for the official").format(day=show_day_of(one.changed_at))
        case EvidenceState.VERIFIED:
            return _("verified on {day}").format(day=show_day_of(one.decided_at or one.changed_at))
        case EvidenceState.REJECTED:
            return _("rejected on {day}").format(day=show_day_of(one.decided_at or one.changed_at))
        case EvidenceState.WITHDRAWN:
            return _("taken back on {day}").format(day=show_day_of(one.changed_at))


def describe_in_list(one: Evidence, rules: RulesOn) -> str:
    """One line of a list: number, certificate, state."""
    text = _("No. {number}, {certificate}: {state}")
    return text.format(
        number=one.number, certificate=name_certificate(one.credential, rules), state=name_evidence_state(one)
    )


def describe_submission(one: Evidence, rules: RulesOn) -> list[Line]:
    """Where it stands, the last words of HR, and everything that was said of it."""
    lines = [_item(_("State"), name_evidence_state(one))]
    if one.words and one.state is EvidenceState.REJECTED:
        lines.append(_item(_("Reason of HR"), f"“{one.words}”"))
    elif one.words and one.state is EvidenceState.ASKED_BACK:
        lines.append(_item(_("Question of HR"), f"“{one.words}”"))
    held = one.credential
    if not one.is_undecided and not any((held.level, held.issuer, held.number, held.issued_on)):
        gone = _("What was said of it and its files are no longer kept; what HR decided stands in the record.")
        return [*lines, _item(_("Certificate"), rules.library.kinds[held.kind].name), Line(gone, is_item=True)]
    return [*lines, *describe_credential(held, len(one.files), rules)]


def list_file_choices(one: Evidence, action: str) -> list[Choice]:
    """A button for each file."""
    labels = {PDF: _("Open PDF {n}")}
    return [
        Choice(labels.get(file.media_type, _("Open picture {n}")).format(n=place), action, f"{one.number}:{file.id}")
        for place, file in enumerate(one.files, start=1)
    ]


def file_to_show(one: Evidence, file: EvidenceFile, content: bytes, rules: RulesOn) -> File:
    """The file to hand over, named after its number and nobody."""
    place = next(at for at, known in enumerate(one.files, start=1) if known.id == file.id)
    text = _("File {place} of certificate No. {number}: {certificate}")
    return File(
        name=f"minh-chung-{one.number}-{place}.{_ENDINGS.get(file.media_type, 'bin')}",
        content=content,
        media_type=file.media_type,
        description=text.format(place=place, number=one.number, certificate=name_certificate(one.credential, rules)),
    )


def _item(name: str, value: str) -> Line:
    return Line(f"{name}: {value}", is_item=True)
