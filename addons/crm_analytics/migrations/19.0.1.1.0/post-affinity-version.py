def migrate(cr, version):
    """What was computed before suggestions kept a version is the first one."""
    cr.execute(
        """
        UPDATE res_company SET affinity_version = 1
         WHERE affinity_date IS NOT NULL AND coalesce(affinity_version, 0) = 0
        """
    )
