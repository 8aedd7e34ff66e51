"""What `/metrics` tells about how the cabinet is kept."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from storage.records import AuditCheck, AuditSeal, BackupKept


class KeepingMeters:
    """Gauges of the audit chain and of backups, the same whichever process tells them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, words: str) -> Gauge:
            return Gauge(f"nhacchuan_{name}", words, registry=registry)

        self._intact = gauge("audit_intact", "0 when the audit chain was found broken, 1 when it was intact")
        self._checked = gauge("audit_checked_timestamp_seconds", "When the audit chain was read last; 0 never")
        self._entries = gauge("audit_entries", "Entries of the audit chain when it was read last")
        self._sealed = gauge("audit_sealed_number", "The newest entry whose hash was signed")
        self._taken = gauge("backup_taken_timestamp_seconds", "When the last backup was taken; 0 never")
        self._proven = gauge("backup_proven_timestamp_seconds", "When a backup was last proven by restoring; 0 never")
        self._failed = gauge("backup_failed", "1 while the last backup could not be taken or did not hold")

    def show(
        self,
        check: AuditCheck | None,
        sealed: AuditSeal | None,
        backup: BackupKept | None,
        failed: BackupKept | None,
    ) -> None:
        """Set every gauge; `failed` is the last try where it failed."""
        self._intact.set(check is None or check.is_intact)
        self._checked.set(_seconds(check.checked_at if check is not None else None))
        self._entries.set(check.entries if check is not None else 0)
        self._sealed.set(sealed.number if sealed is not None else 0)
        self._taken.set(_seconds(backup.taken_at if backup is not None else None))
        self._proven.set(_seconds(backup.verified_at if backup is not None else None))
        self._failed.set(failed is not None)


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0
