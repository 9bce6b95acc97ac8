def migrate(cr, version):
    """Empty the next alert dates of the terms that nobody watches, as they are kept from now on."""
    cr.execute(
        """
        UPDATE crm_contract_term term
           SET next_alert_date = NULL
          FROM crm_contract contract
         WHERE contract.id = term.contract_id
           AND NOT (term.state IN ('pending', 'breached')
                    AND contract.state IN ('running', 'notice'))
        """
    )
