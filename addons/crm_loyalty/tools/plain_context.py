"""Contexts come from whoever calls a method: what they say must not complete what is written."""


def without_defaults(records, *kept, only=None):
    """Return ``records`` without the defaults of the context.

    :param kept: fields whose defaults stay
    :param only: fields whose defaults go; left out: all but ``kept``
    """
    context = records.env.context
    kept_keys = {f"default_{name}" for name in kept}
    dropped = {
        key
        for key in context
        if key.startswith("default_")
        and key not in kept_keys
        and (only is None or key.removeprefix("default_") in only)
    }
    if not dropped:
        return records
    plain = {key: value for key, value in context.items() if key not in dropped}
    return records.with_env(records.env(context=plain))
