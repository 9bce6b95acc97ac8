from odoo.tools import SQL


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
