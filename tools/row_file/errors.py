"""The one exception of the loaders."""


class LoadError(Exception):
    """The load cannot go on; the message is one sentence that says what to change."""
