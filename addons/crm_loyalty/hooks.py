def post_init_hook(env):
    """Number the loyalty cards that were there before this add-on."""
    env["loyalty.card"]._number_existing_cards()
