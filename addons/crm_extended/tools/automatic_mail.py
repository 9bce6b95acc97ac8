"""Which e-mails were written by machines: read from their headers alone, without Odoo."""

AUTOMATIC_PRECEDENCES = {"bulk", "junk", "auto_reply", "auto-reply"}
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponse")


def is_automatic(message):
    """Tell whether a machine wrote this by itself: an absence note, a bounce, a bulk mail.

    `Precedence: list` and `List-Id` do not count: a company whose address is a group at its mail
    provider finds them on each mail of its customers.

    :param message: an email.message.Message
    """
    submitted = _words(message, "Auto-Submitted")
    return bool(
        (submitted and submitted[0] != "no")
        or AUTOMATIC_PRECEDENCES.intersection(_words(message, "Precedence"))
        or "all" in _words(message, "X-Auto-Response-Suppress")
        or any(header in message for header in AUTOMATIC_HEADERS)
        or str(message.get("Return-Path", "")).strip() == "<>"
    )


def declines_answers(message):
    """Tell whether the sender asks machines not to answer, though a person may have written."""
    suppressed = _words(message, "X-Auto-Response-Suppress")
    address = str(message.get("From", "")).lower()
    return bool(
        {"all", "autoreply"}.intersection(suppressed)
        or any(name in address for name in ("noreply@", "no-reply@", "donotreply@"))
    )


def _words(message, header):
    """The words of a header's values in lower case, without the parameters that follow a `;`."""
    values = " ".join(str(value).partition(";")[0] for value in message.get_all(header, []))
    return values.lower().replace(",", " ").split()
