"""Core's balances as the ledger can hold them: run before its columns and constraints are made."""


def settle_existing_balances(cr):
    """Round what floats made of balances; what is below zero becomes points owed.

    Core lets a balance go below zero, when an order that gave points already spent is cancelled.
    """
    cr.execute("ALTER TABLE loyalty_card ADD COLUMN IF NOT EXISTS points_debt numeric")
    cr.execute(
        """
        UPDATE loyalty_card
           SET points = GREATEST(round(points::numeric, 3), 0),
               points_debt = COALESCE(points_debt, 0) + GREATEST(-round(points::numeric, 3), 0)
         WHERE points < 0 OR points::numeric <> round(points::numeric, 3)
        """
    )
