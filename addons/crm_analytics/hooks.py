def uninstall_hook(env):
    """Take along what no table owns: the function of the trigger on split credits."""
    env.cr.execute("DROP FUNCTION IF EXISTS sale_order_credit_check_total() CASCADE")
    env["crm.kpi.stale"]._remove_triggers()
