"""What may be shown to everybody of a text that was meant for one reader."""

import re

HIDDEN = "…"
EMAIL = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+")
# Seven digits and more, however they are grouped: phone, card and account numbers.
LONG_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){6,}")
SHORTEST_NAME = 3


def without_personal_data(text, names=()):
    """Return `text` without e-mail addresses, long numbers and the words of `names`.

    It makes a proposal, which a person still has to read before it is published.
    """
    text = LONG_NUMBER.sub(HIDDEN, EMAIL.sub(HIDDEN, text or ""))
    words = {word for name in names for word in re.findall(r"\w+", name or "")}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= SHORTEST_NAME:
            text = re.sub(rf"\b{re.escape(word)}\b", HIDDEN, text, flags=re.IGNORECASE)
    return re.sub(rf"{HIDDEN}(?:\W{{0,2}}{HIDDEN})+", HIDDEN, text).strip()
