"""What the flows of core tell the ledger while they run.

Core writes `loyalty.card.points` from many places and writes (or does not write) a line of history
before or after it. What belongs together is noted here, beside the transaction: a context could be
sent by anybody who may call a method, and would open the balance to him.
"""

from contextlib import contextmanager


def _get_state(env):
    return env.cr.cache.setdefault("crm_loyalty.points_flow", {})


@contextmanager
def points_flow(env, name, value=True):
    """Let ``get_flow(env, name)`` return ``value`` until the block ends."""
    state = _get_state(env)
    before = state.get(name)
    state[name] = value
    try:
        yield
    finally:
        _get_state(env)[name] = before


def get_flow(env, name):
    """Return what the innermost flow ``name`` was entered with, None outside of it."""
    return _get_state(env).get(name)


def get_announced(env):
    """The ids of the lines of history that core wrote before it writes the balance."""
    return _get_state(env).setdefault("announced", set())


def get_unclaimed(env):
    """The lines of history that the ledger wrote itself, and core may write a moment later.

    :return: {card id: [(history id, issued, used), ...]}
    """
    return _get_state(env).setdefault("unclaimed", {})
