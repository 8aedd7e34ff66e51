"""Everything that is kept about somebody as one copy: a paper to read, and beside it the same for a program. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.phrases import _
from handlers.privacy import describe_notice, describe_period
from handlers.reply import File, Line, Paper, PaperTable
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.library import Library
from storage.records import Kept

_MOST_PRINTED = 200


def make_copy(visit: Visit, person: Person, kept: Sequence[Kept], now: datetime, closing: str) -> Paper:
    """The paper with the data file beside it. `closing` says for whom it was made, and when."""
    library = visit.rules.library
    rows = {one.group: one.rows for one in kept}
    tables = [
        PaperTable(
            rows=tuple((table, _in_words(row)) for table, row in rows[group.code][:_MOST_PRINTED]),
            header=(_("Table"), _("What is kept")),
            title=_("{group} – for: {purpose}; kept: {period}").format(
                group=group.name,
                purpose=library.privacy.purpose(group.purpose).name,
                period=describe_period(library, group.code),
            ),
            widths=(3.5, 13.0),
        )
        for group in library.privacy.groups
        if rows.get(group.code)
    ]
    name = f"du-lieu-{person.code}"
    data = json.dumps(_as_data(library, person, kept, now), ensure_ascii=False, indent=1).encode()
    return Paper(
        name=name,
        title=_("Personal data that is kept"),
        subtitle=f"{person.name} ({person.code})",
        tables=tuple(tables),
        paragraphs_title=_("What you were told"),
        paragraphs=(
            *describe_notice(visit),
            Line(_("Of each group at most {n} entries are printed; the data file has all.").format(n=_MOST_PRINTED)),
        ),
        closing=closing,
        printed_at=now,
        beside=(File(name=f"{name}.json", content=data, media_type="application/json"),),
    )


def _as_data(library: Library, person: Person, kept: Sequence[Kept], now: datetime) -> dict[str, Any]:
    names = {one.code: one for one in library.privacy.groups}
    groups = []
    for one in kept:
        group = names.get(one.group)
        groups.append(
            {
                "nhom": one.group,
                "ten": group.name if group is not None else one.group,
                "muc_dich": library.privacy.purpose(group.purpose).name if group is not None else "",
                "luu": describe_period(library, one.group) if group is not None else "",
                "du_lieu": [{"bang": table, **row} for table, row in one.rows],
            }
        )
    return {"ma_can_bo": person.code, "ho_ten": person.name, "luc_xuat": now.isoformat(), "nhom_du_lieu": groups}


def _in_words(row: Mapping[str, Any]) -> str:
    told = ((name, value) for name, value in row.items() if value not in (None, "", [], {}))
    return "; ".join(f"{name}: {_one_line(value)}" for name, value in told)


def _one_line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
