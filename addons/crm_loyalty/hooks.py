from odoo.tools import SQL

from .tools.one_card import prepare_cards


def pre_init_hook(env):
    """Leave each customer one card of a program before the database insists on it."""
    prepare_cards(env.cr)


def post_init_hook(env):
    """Number the loyalty cards that were there before this add-on."""
    env["loyalty.card"]._number_existing_cards()


def uninstall_hook(env):
    """Keep the points given because of complaints, without naming the complaint.

    Complaints may be uninstalled next, and core reads what a line of the history names.
    """
    env.cr.execute(
        SQL(
            "UPDATE loyalty_history SET order_model = NULL, order_id = NULL"
            " WHERE order_model = 'crm.complaint'"
        )
    )
    env["loyalty.history"].invalidate_model(["order_model", "order_id"])
