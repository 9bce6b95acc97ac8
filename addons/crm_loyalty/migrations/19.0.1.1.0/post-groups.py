from odoo import SUPERUSER_ID, Command, api

IMPLIED_GROUPS = {
    "sales_team.group_sale_salesman": "crm_loyalty.group_crm_loyalty_user",
    "sales_team.group_sale_manager": "crm_loyalty.group_crm_loyalty_manager",
}


def migrate(cr, version):
    """Give sales people the new groups: their own groups are data that no update writes again."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for sales_group, loyalty_group in IMPLIED_GROUPS.items():
        env.ref(sales_group).implied_ids = [Command.link(env.ref(loyalty_group).id)]
