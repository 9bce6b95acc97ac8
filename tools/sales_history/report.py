"""What a load did, in figures that add up."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Report:
    """Counts of one load. ``str(report)`` is what the user reads."""

    file: str = ""
    company: str = ""
    currency: str = ""
    timezone: str = ""
    rows: int = 0
    accepted: int = 0
    reasons: Counter = field(default_factory=Counter)
    rejects_file: str = ""
    amount_accepted: Decimal = Decimal(0)
    amount_rejected: Decimal = Decimal(0)
    customers: int = 0
    new_customers: int = 0
    guest_orders: int = 0
    guest_lines: int = 0
    unknown_countries: list = field(default_factory=list)
    products: int = 0
    new_products: int = 0
    charges: int = 0
    invoices: int = 0
    orders: int = 0  # written by this load, returns among them
    returns: int = 0
    lines: int = 0
    lines_there: int = 0
    amount_exact: Decimal = Decimal(0)
    amount_rounded: Decimal = Decimal(0)
    seconds: float = 0.0

    @property
    def rejected(self):
        return self.reasons.total()

    @property
    def orders_there(self):
        return self.invoices - self.orders

    def __str__(self):
        return "\n".join(self._lines())

    def _lines(self):
        yield f"Sales history {self.file}, company {self.company}"
        yield _row("Rows read", self.rows)
        yield _row("  accepted", self.accepted)
        yield _row("  rejected", self.rejected)
        for reason, count in sorted(self.reasons.items()):
            yield _row(f"    {reason}", count)
        if self.rejects_file:
            yield f"    written to {self.rejects_file}"
        yield f"Quantity x price ({self.currency})"
        yield _row("  accepted", self.amount_accepted)
        yield _row("  rejected, where both are numbers", self.amount_rejected)
        yield _row("  the file", self.amount_accepted + self.amount_rejected)
        yield _row("Customers", self.customers, f"new {self.new_customers:,}")
        if self.unknown_countries:
            yield f"  left without country: {', '.join(self.unknown_countries)}"
        yield _row(
            "Products", self.products, f"new {self.new_products:,}; charges {self.charges:,}"
        )
        yield _row("Invoices accepted", self.invoices, f"{self.accepted:,} lines")
        yield _row("  already there", self.orders_there, f"{self.lines_there:,} lines")
        yield _row("  loaded as orders", self.orders, f"{self.lines:,} lines")
        yield _row("    sales", self.orders - self.returns)
        yield _row("    returns", self.returns)
        yield _row("  of guests, among all", self.guest_orders, f"{self.guest_lines:,} lines")
        yield f"Amount of the lines loaded ({self.currency})"
        yield _row("  quantity x price", self.amount_exact)
        yield _row("  as kept, rounded line by line", self.amount_rounded)
        yield _row("  difference", self.amount_rounded - self.amount_exact)
        yield f"Dates read as {self.timezone}. {self.seconds:.1f} seconds."


def _row(label, value, note=""):
    number = f"{value:,.3f}" if isinstance(value, Decimal) else f"{value:,}"
    return f"{label:<62}{number:>18}{'   ' + note if note else ''}"
