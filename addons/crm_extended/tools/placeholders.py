"""Placeholders in texts: `{{ partner_id.name }}`. Plain strings, nothing of Odoo."""

import re

# An editor may put formatting inside the braces; that is found as well, and known to be wrong.
PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
PATH = re.compile(r"[a-z]\w*(\.[a-z]\w*)*")
TAG = re.compile(r"<[^>]*>")


def normalize_path(inside):
    """Return the field path written between two pairs of braces, or None when it is none.

    `object.`, which mail templates begin with, may be left out.
    """
    path = inside.replace("&nbsp;", " ").replace("\xa0", " ").strip().removeprefix("object.")
    return path if PATH.fullmatch(path) else None


def find_placeholders(text):
    """Return the placeholders of `text` as they are written there, each once, in their order."""
    return list(dict.fromkeys(match.group(0) for match in PLACEHOLDER.finditer(text or "")))


def get_path(placeholder):
    """Return the field path of a placeholder, or None when what it holds is none."""
    return normalize_path(placeholder[2:-2])


def get_label(placeholder):
    """Return the placeholder as it reads, without the formatting an editor put into it."""
    return TAG.sub("", placeholder).replace("&nbsp;", " ").replace("\xa0", " ")


def fill(text, values):
    """Return `text` with the placeholders that have a value in `values` replaced.

    :param values: {placeholder as it is written: text to put there, escaped already}
    """
    return PLACEHOLDER.sub(lambda match: values.get(match.group(0)) or match.group(0), text or "")
