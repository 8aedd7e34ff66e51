"""All checks of the library in one list."""

from knowledge.coherence.citations import list_unresolved_citations
from knowledge.coherence.documents import list_unsound_documents
from knowledge.coherence.names import list_wrong_names
from knowledge.coherence.records import Records
from knowledge.coherence.tables import list_unsound_tables


def list_contradictions(records: Records) -> list[str]:
    """Give one sentence for everything that does not fit together, each naming the file and the key."""
    return [
        *list_wrong_names(records),
        *list_unresolved_citations(records),
        *list_unsound_documents(records),
        *list_unsound_tables(records),
    ]
