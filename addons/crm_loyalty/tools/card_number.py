"""Card numbers: 12 digits and a check digit, as in an EAN-13 (GTIN-13) symbol.

The check digit follows the GS1 General Specifications, section 7.9.1 ("Standard check digit
calculations for GS1 data structures", https://www.gs1.org/services/how-calculate-check-digit-manually):
from the right, the digits weigh 3, 1, 3, 1, ...; the check digit brings the sum to a multiple of
10. Odoo's own ``odoo.tools.barcode`` does the sum.

It finds every single wrong digit, and every swap of two neighbours unless they differ by exactly 5
(the swap of a and b changes the sum by 2 * (a - b), which is 10 or -10 there).

Nothing here needs a database: text in, text out.
"""

import re

from odoo.tools.barcode import get_barcode_check_digit

BODY_LENGTH = 12
NUMBER_LENGTH = BODY_LENGTH + 1

# What a scanner may send before the data to tell the kind of barcode (ISO/IEC 15424), e.g. "]E0".
_SYMBOLOGY_IDENTIFIER = re.compile(r"^\s*\][A-Za-z][0-9A-Za-z]")


def is_digits(text):
    """Tell whether ``text`` is made of the digits 0-9 only, at least one."""
    return text.isascii() and text.isdecimal()


def compute_check_digit(body):
    """Return the check digit, as text, of the 12 digits ``body``.

    >>> compute_check_digit("629104150021")
    '3'
    """
    if len(body) != BODY_LENGTH or not is_digits(body):
        raise ValueError(f"{body!r} is not made of {BODY_LENGTH} digits")
    return str(get_barcode_check_digit(body + "0"))


def add_check_digit(body):
    """Return the 13 digits of the card number whose first 12 digits are ``body``."""
    return body + compute_check_digit(body)


def find_fault(number):
    """Return what is wrong with a normalised number: "length", "check_digit", or None."""
    if len(number) != NUMBER_LENGTH or not is_digits(number):
        return "length"
    if compute_check_digit(number[:-1]) != number[-1]:
        return "check_digit"
    return None


def is_valid(number):
    """Tell whether the normalised ``number`` has 13 digits of which the last one checks."""
    return find_fault(number) is None


def normalise(text):
    """Return the digits of a number as people type it and scanners send it.

    Spaces, dashes, letters and control signs are dropped; decimal digits of any script (Persian,
    Arabic, Devanagari, full-width, ...) become 0-9. Scanners read an EAN-13 that begins with 0 as
    the 12 digits of a UPC-A: the same number to GS1, so the 0 is put back where the check digit
    agrees.

    >>> normalise("629-1041 500213")
    '6291041500213'
    >>> normalise("۶۲۹۱۰۴۱۵۰۰۲۱۳")
    '6291041500213'
    """
    text = _SYMBOLOGY_IDENTIFIER.sub("", text or "")
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    if len(digits) == BODY_LENGTH and is_valid("0" + digits):
        return "0" + digits
    return digits


def tidy(text):
    """Return ``text`` as it is stored and looked up: the digits of a number.

    Text without any digit is kept, to be told as wrong rather than taken for an empty field.

    >>> tidy(" no number ")
    'no number'
    """
    return normalise(text) or (text or "").strip()


def spaced(number):
    """Return a number in the groups of four in which it is printed.

    >>> spaced("6291041500213")
    '6291 0415 0021 3'
    """
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
