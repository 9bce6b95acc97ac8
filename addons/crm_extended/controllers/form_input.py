"""What arrives from a form on the web: anything at all, until it was looked at here."""

import os
import re
import unicodedata
from typing import NamedTuple

from odoo.http import request

MAX_FILES = 5
MAX_FILES_SIZE = 10 * 1024 * 1024
MAX_FILE_NAME = 100
# What people send to show what happened. Nothing that a browser or an office would run.
FILE_TYPES = (
    *(".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".heif", ".bmp", ".tif", ".tiff"),
    *(".mp4", ".mov", ".webm", ".3gp", ".mp3", ".m4a", ".ogg", ".wav"),
    *(".pdf", ".txt", ".csv", ".eml", ".zip"),
    *(".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods"),
)
# Beyond this a text was not typed by a person, and is neither looked at nor shown again.
MAX_READ = 100_000
# Marks that turn the order of letters around. Phones put them around numbers by themselves; in a
# name they make one thing look like another.
BIDI_MARKS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
LINE_BREAKS = re.compile("\r\n|[\r\u2028\u2029]")


class TextField(NamedTuple):
    name: str
    max_length: int
    required: bool = True
    is_long: bool = False


class FormInput:
    """The texts and files of one post: what is in order, and a sentence for each that is not.

    `texts` holds what was typed in any case, to be shown again; `errors` a sentence for each field.
    """

    def __init__(self, params, text_fields, file_field="attachments"):
        self.env = request.env
        self.texts = {}
        self.errors = {}
        self.files = []
        for field in text_fields:
            self._read_text(params.get(field.name), field)
        self._read_files(file_field)

    def _read_text(self, value, field):
        # A file posted in the place of a text is no text.
        typed = value[:MAX_READ] if isinstance(value, str) else ""
        typed = LINE_BREAKS.sub("\n", typed).translate(BIDI_MARKS)
        if not field.is_long:
            typed = typed.replace("\n", " ")
        text = "".join(char for char in typed if _is_readable(char)).strip()
        self.texts[field.name] = text
        if len(text) > field.max_length:
            self.errors[field.name] = self.env._(
                "This is too long: %(length)s characters, at most %(limit)s.",
                length=len(text),
                limit=field.max_length,
            )
        elif not all(map(_is_readable, typed)):
            self.errors[field.name] = self.env._(
                "Some characters could not be read. Please check this text."
            )
        elif field.required and not text:
            self.errors[field.name] = self.env._("Please fill this in.")

    def _read_files(self, name):
        uploads = [file for file in request.httprequest.files.getlist(name) if file.filename]
        sizes = [file.seek(0, os.SEEK_END) or file.tell() for file in uploads]
        refused = [file.filename for file in uploads if not _is_accepted(file.filename)]
        if len(uploads) > MAX_FILES:
            self.errors[name] = self.env._("Please send at most %s files.", MAX_FILES)
        elif sum(sizes) > MAX_FILES_SIZE:
            self.errors[name] = self.env._(
                "The files are too big: %(size)s MB, at most %(limit)s MB in all. "
                "Please send fewer or smaller ones.",
                size=round(sum(sizes) / 1024**2, 1),
                limit=MAX_FILES_SIZE // 1024**2,
            )
        elif refused:
            self.errors[name] = self.env._(
                "We cannot take “%(file)s”. "
                "Please send pictures, videos, PDF, text or office files.",
                file=_clean_name(refused[0]),
            )
        else:
            for upload in uploads:
                upload.seek(0)
                self.files.append((_clean_name(upload.filename), upload.read()))
        if uploads and self.errors:
            # a browser does not fill in files again
            self.errors.setdefault(name, self.env._("Please choose the files once more."))


def _is_readable(char):
    """Whether a character can be stored and shown; bytes that were no text arrive as U+FFFD.

    Anything else is text: Persian joins its words with a format character, office programs put in
    spaces that do not break, and phones know signs that Python does not know yet.
    """
    is_control = unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"
    return not is_control and char != "\ufffd"


def clean_text(text, max_length):
    """What was typed, without the NUL that PostgreSQL cannot take and without a whole book."""
    text = text if isinstance(text, str) else ""
    return text.replace("\x00", "").strip()[:max_length]


def is_number(text, digits=9):
    """Whether `text` can be a record's or a page's number: not too long for the database."""
    return isinstance(text, str) and text.isdecimal() and len(text) <= digits


def _clean_name(filename):
    """The name of a file without its folders, short enough for a list, with its extension."""
    name = "".join(filter(_is_readable, filename.translate(BIDI_MARKS)))
    name = name.replace("\\", "/").rpartition("/")[2]
    stem, extension = os.path.splitext(name)
    return stem[: MAX_FILE_NAME - len(extension)] + extension[:MAX_FILE_NAME]


def _is_accepted(filename):
    return os.path.splitext(filename)[1].lower() in FILE_TYPES
