"""What a load did, in figures that add up."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Report:
    """Counts of one load. ``str(report)`` is what the user reads."""

    file: str = ""
    company: str = ""
    timezone: str = ""
    rows: int = 0
    reasons: Counter = field(default_factory=Counter)
    rejects_file: str = ""
    there: int = 0  # complaints that a load before this one brought
    loaded: int = 0
    new: dict = field(default_factory=dict)  # what complaints refer to, made by this load
    seconds: float = 0.0

    @property
    def rejected(self):
        return self.reasons.total()

    def __str__(self):
        return "\n".join(self._lines())

    def _lines(self):
        yield f"Complaint log {self.file}, company {self.company}"
        yield _row("Rows read", self.rows)
        yield _row("  already there", self.there)
        yield _row("  loaded", self.loaded)
        yield _row("  rejected", self.rejected)
        for reason, count in sorted(self.reasons.items()):
            yield _row(f"    {reason}", count)
        if self.rejects_file:
            yield f"    written to {self.rejects_file}"
        for kind, count in self.new.items():
            yield _row(f"New: {kind.replace('_', ' ')}", count)
        yield f"Dates read as {self.timezone}. {self.seconds:.1f} seconds."


def _row(label, value):
    return f"{label:<62}{value:>18,}"
