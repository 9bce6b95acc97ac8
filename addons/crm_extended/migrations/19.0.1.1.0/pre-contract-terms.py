def migrate(cr, version):
    """Keep what was agreed on by existing terms, now that targets have a unit.

    Payment terms agreed on days so far, where their target can be that; the others are amounts.
    """
    cr.execute("ALTER TABLE crm_contract_term ADD COLUMN IF NOT EXISTS payment_days integer")
    cr.execute("UPDATE crm_contract_term SET target = -target WHERE target < 0")
    cr.execute(
        """
        UPDATE crm_contract_term
           SET payment_days = target, target = 0
         WHERE kind = 'payment' AND target BETWEEN 1 AND 365 AND target = trunc(target)
           AND payment_days IS NULL
        """
    )
