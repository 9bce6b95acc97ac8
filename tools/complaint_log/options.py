"""What can be set for a load, and where it is read from."""

import json
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from tools.row_file import LoadError

REQUIRED = ("Number", "Received")
COLUMNS = (
    *REQUIRED,
    "Subject",
    "Text",
    "Kind",
    "Channel",
    "Priority",
    "Category",
    "Subcategory",
    "ProductCategory",
    "Product",
    "Customer",
    "Email",
    "Phone",
    "Team",
    "Responsible",
    "Stage",
    "FirstResponse",
    "Resolved",
    "Reopened",
    "Outcome",
    "Cause",
    "Resolution",
)
_PRESETS = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class Options:
    """Each field but the last two is set by the environment variable of its name, in capitals.

    ``values`` and ``details`` come from a preset: a JSON file in presets/, by its name, or one of
    your own, by its path. It may set any option; what the environment says goes before it.
    """

    map: dict = field(default_factory=dict)  # our column -> the file's header
    timezone: str = ""  # of the file's dates; empty: the user's, else the company's, else UTC
    date_format: str = ""  # strptime format; empty: ISO 8601
    delimiter: str = ""  # empty: found in the header
    encoding: str = ""  # empty: UTF-8, else Latin-1
    rejects: str = ""  # empty: <file name>.rejects.csv in the current directory
    company: str = ""  # name of the company; empty: the environment's
    batch: int = 500  # complaints a transaction
    values: dict = field(default_factory=dict)  # column -> {the file's word: ours}; "*" = others
    details: tuple = ()  # headers whose values are kept as a list below the text

    def __post_init__(self):
        unknown = (set(self.map) | set(self.values)) - set(COLUMNS)
        if unknown:
            raise LoadError(
                f"MAP names a column that does not exist: {', '.join(sorted(unknown))}. "
                f"The columns are {', '.join(COLUMNS)}."
            )
        if self.batch < 1:
            raise LoadError("BATCH must be at least 1.")

    @classmethod
    def from_environ(cls, environ):
        """Options from environment variables; one that is empty counts as not set."""
        preset = environ.get("PRESET", "")
        options = cls.from_preset(preset) if preset else cls()
        values = {
            option.name: environ[option.name.upper()]
            for option in fields(cls)
            if option.name not in ("values", "details") and environ.get(option.name.upper())
        }
        if "map" in values:
            values["map"] = {**options.map, **_read_map(values["map"])}
        if "batch" in values:
            values["batch"] = _read_count(values["batch"])
        return replace(options, **values)

    @classmethod
    def from_preset(cls, name, **changes):
        """Options of a preset, by the name of one of ours or the path of a file."""
        path = _PRESETS / f"{name}.json"
        path = path if path.is_file() else Path(name)
        try:
            settings = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            ours = ", ".join(sorted(file.stem for file in _PRESETS.glob("*.json")))
            raise LoadError(f"PRESET={name} is neither {ours} nor a JSON file.") from error
        known = {option.name for option in fields(cls)}
        if not isinstance(settings, dict) or not settings.keys() <= known:
            raise LoadError(f"A preset may only set {', '.join(sorted(known))}: see {name}.")
        settings["details"] = tuple(settings.get("details", ()))
        return cls(**{**settings, **changes})


def _read_map(text):
    pairs = {}
    for part in text.split(","):
        column, sign, header = part.partition("=")
        if not sign or not header.strip():
            raise LoadError(f'MAP must read "Number=Ticket,Received=Opened on", not "{text}".')
        pairs[column.strip()] = header.strip()
    return pairs


def _read_count(text):
    if not text.isdecimal():
        raise LoadError(f'BATCH must be a whole number, not "{text}".')
    return int(text)
