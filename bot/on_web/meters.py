"""What `/metrics` tells about the chat."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Meters:
    """Meters of the chat; no label names a person or a conversation."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.connections = Gauge("nhacchuan_web_connections", "Open chat connections", registry=registry)
        self.answers = Counter("nhacchuan_web_answers", "Answers given, by outcome", ["outcome"], registry=registry)
        self.refused = Counter("nhacchuan_web_refused", "Messages politely not accepted", registry=registry)
        self.failures = Counter("nhacchuan_web_failures", "Answers that failed unexpectedly", registry=registry)
        self.seconds = Histogram("nhacchuan_web_answer_seconds", "Time the desk took to answer", registry=registry)
