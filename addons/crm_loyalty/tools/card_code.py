"""The codes of cards and vouchers: what is worth money must not be found by trying.

``0447-K3QX-9FM2-PTWA``: core's prefix 044, by which a point of sale tells a card from a product,
and 13 letters and digits out of 32 that nobody takes for another (no I, L, O, U): 65 random bits.
Core's own codes have 32.
"""

import re
import secrets

PREFIX = "044"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 13

# What no database takes: found by who tries what a page does with it
_UNREADABLE = re.compile("[\x00-\x1f\ud800-\udfff]")
_GENERATED = re.compile(rf"{PREFIX}[{ALPHABET}]{{{RANDOM_LENGTH}}}")


def generate():
    """Return a new random code."""
    return _group(PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH)))


def tidy(text):
    """Return a code as it is stored: typed in small letters, with spaces or without dashes.

    Codes that were not made here (core's, or typed in by hand) are kept as they are.

    >>> tidy(" 0447k3qx 9fm2 ptwa ")
    '0447-K3QX-9FM2-PTWA'
    >>> tidy(" SUMMER 26 ")
    'SUMMER 26'
    """
    text = _UNREADABLE.sub("", text or "").strip()
    joined = re.sub(r"[\s-]", "", text).upper()
    return _group(joined) if _GENERATED.fullmatch(joined) else text


def _group(code):
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
