def migrate(cr, version):
    """Say of the alerts there are what they are about and that they were told.

    Before: an alert was about a term; the closest of several raised at once had the activity.
    """
    cr.execute("ALTER TABLE crm_contract_alert ADD COLUMN IF NOT EXISTS subject varchar")
    cr.execute("ALTER TABLE crm_contract_alert ADD COLUMN IF NOT EXISTS state varchar")
    cr.execute("ALTER TABLE crm_contract_alert ADD COLUMN IF NOT EXISTS user_id integer")
    cr.execute(
        """
        UPDATE crm_contract_alert alert
           SET subject = 'term',
               user_id = activity.user_id,
               state = CASE WHEN activity.active THEN 'raised'
                            WHEN activity.id IS NOT NULL THEN 'closed'
                            ELSE 'superseded' END
          FROM crm_contract_alert told
          LEFT JOIN mail_activity activity ON activity.id = told.activity_id
         WHERE told.id = alert.id AND alert.subject IS NULL
        """
    )
    # Contracts whose terms already follow these dates are not to be told of them twice.
    cr.execute("ALTER TABLE crm_contract ADD COLUMN IF NOT EXISTS alert_days_notice varchar")
    cr.execute("ALTER TABLE crm_contract ADD COLUMN IF NOT EXISTS alert_days_end varchar")
    cr.execute(
        """
        UPDATE crm_contract contract
           SET alert_days_notice = CASE WHEN followed.notice THEN NULL ELSE '60,30,7,1' END,
               alert_days_end = CASE WHEN followed.end THEN NULL ELSE '60,30,7,0' END
          FROM (SELECT contract.id,
                       COALESCE(bool_or(term.due_on = 'notice'), FALSE) AS notice,
                       COALESCE(bool_or(term.due_on = 'end'), FALSE) AS end
                  FROM crm_contract contract
                  LEFT JOIN crm_contract_term term ON term.contract_id = contract.id
                 GROUP BY contract.id) followed
         WHERE followed.id = contract.id
        """
    )
