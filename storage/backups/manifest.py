"""What a backup says of itself, sealed with it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from storage.backups.sealed import DamagedBackupError


@dataclass(frozen=True, slots=True)
class Manifest:
    """When it was taken, by which version, and what must be there again once it is restored.

    `counts` are the rows of each table; `chain_number` and `chain_hash` the end of the audit chain.
    """

    taken_at: datetime
    app_version: str
    revision: str
    server_major: int
    counts: Mapping[str, int]
    chain_number: int
    chain_hash: str

    @property
    def rows(self) -> int:
        """How many rows it holds in all."""
        return sum(self.counts.values())


def write_manifest(manifest: Manifest) -> bytes:
    """As it stands in the file."""
    written = asdict(manifest) | {"taken_at": manifest.taken_at.isoformat()}
    return json.dumps(written, sort_keys=True).encode()


def read_manifest(content: bytes) -> Manifest:
    """From the first frame. Raises DamagedBackupError for anything else."""
    try:
        read = json.loads(content)
        return Manifest(**(read | {"taken_at": datetime.fromisoformat(read["taken_at"])}))
    except (ValueError, TypeError, KeyError):
        raise DamagedBackupError("the backup does not say what it holds") from None
