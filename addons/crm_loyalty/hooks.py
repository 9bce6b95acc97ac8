from odoo.tools import SQL

from .tools.existing_balances import settle_existing_balances
from .tools.one_card import prepare_cards


def pre_init_hook(env):
    """Make of core's cards and balances what the database insists on from now on."""
    prepare_cards(env.cr)
    settle_existing_balances(env.cr)


def post_init_hook(env):
    """Number the loyalty cards that were there before this add-on, put their points into lots."""
    env["loyalty.card"]._number_existing_cards()
    env["loyalty.card"]._create_existing_lots()


def uninstall_hook(env):
    """Keep the points given because of complaints and referrals, without naming these.

    They are uninstalled now or next, and core reads what a line of the history names.
    """
    env.cr.execute(
        SQL(
            "UPDATE loyalty_history SET order_model = NULL, order_id = NULL"
            " WHERE order_model IN ('crm.complaint', 'loyalty.referral')"
        )
    )
    env["loyalty.history"].invalidate_model(["order_model", "order_id"])
