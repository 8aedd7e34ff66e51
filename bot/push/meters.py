"""What `/metrics` tells about messages sent unasked; no label names a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge

from bot.push.figures import Figures


class PushMeters:
    """Gauges of the push half, the same whichever process of the fleet tells them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, words: str, *labels: str) -> Gauge:
            return Gauge(f"nhacchuan_push_{name}", words, labels, registry=registry)

        self._deliveries = gauge(
            "deliveries", "Messages that wait or ended in a day, by identity and state", "identity", "state"
        )
        self._due = gauge("due", "Messages that could leave now", "identity")
        self._rate = gauge("delivered_last_minute", "Messages delivered in the last minute", "identity")
        self._paused = gauge("paused", "1 while nothing is sent by this identity", "identity")
        self._refused = gauge("refused_last_week", "Messages refused in the last seven days, by reason", "reason")
        self._oldest = gauge("oldest_due_seconds", "How long the oldest message that is due has waited")
        self._stuck = gauge("stuck", "Messages under way beyond their lease, and jobs that dead workers left")
        self._unclear = gauge("unclear", "Messages of which nobody knows whether they arrived, a hundred at most")
        self._jobs = gauge("jobs", "Jobs in line and done, by status", "status")
        self._workers = gauge("workers", "Workers, heard of or silent", "sign")
        self._planned = gauge("today_planned", "1 when today's plan is stored, or today is a day off")

    def show(self, figures: Figures) -> None:
        """Set every gauge to these figures; what is no longer counted disappears."""
        for one in (self._deliveries, self._due, self._rate, self._paused, self._refused, self._jobs):
            one.clear()
        for (identity, state), count in figures.states.items():
            self._deliveries.labels(identity, state).set(count)
        for line in figures.queues:
            self._due.labels(line.sender).set(line.due)
            self._rate.labels(line.sender).set(line.delivered_last_minute)
            self._paused.labels(line.sender).set(line.paused_until is not None)
        for reason, count in figures.refused.items():
            self._refused.labels(reason).set(count)
        for status, count in figures.jobs.items():
            self._jobs.labels(status).set(count)
        self._oldest.set(figures.oldest_wait())
        self._stuck.set(figures.stuck)
        self._unclear.set(len(figures.unclear))
        self._workers.labels("heard").set(figures.workers)
        self._workers.labels("silent").set(figures.silent)
        self._planned.set(figures.is_today_planned or not figures.is_working_day)


class Standing(Protocol):
    """How personal data stands."""

    @property
    def running(self) -> int: ...
    @property
    def overdue(self) -> int: ...
    @property
    def breaches(self) -> int: ...
    @property
    def cleaned_at(self) -> datetime | None: ...
    @property
    def removed(self) -> Mapping[str, int]: ...


class PrivacyMeters:
    """Gauges of personal data: clocks, breaches and clean-ups; counts alone."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, words: str, *labels: str) -> Gauge:
            return Gauge(f"nhacchuan_privacy_{name}", words, labels, registry=registry)

        self._running = gauge("requests_open", "Requests about personal data whose clocks run")
        self._overdue = gauge("requests_overdue", "Those of them that are overdue")
        self._breaches = gauge("breaches_open", "Breaches of personal data whose clock runs")
        self._cleaned = gauge("last_cleanup_timestamp_seconds", "When what had had its time was last removed")
        self._removed = gauge("removed_last_day", "Rows removed or emptied by the clean-ups of that day", "table")

    def show(self, standing: Standing) -> None:
        """Set every gauge."""
        self._running.set(standing.running)
        self._overdue.set(standing.overdue)
        self._breaches.set(standing.breaches)
        self._cleaned.set(standing.cleaned_at.timestamp() if standing.cleaned_at is not None else 0)
        self._removed.clear()
        for table, count in standing.removed.items():
            self._removed.labels(table).set(count)
