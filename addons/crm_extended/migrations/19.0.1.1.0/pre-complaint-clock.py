def migrate(cr, version):
    """Say of existing complaints since when the clock stands still, before fields are computed.

    Stages are not updated with the module, and the clock of what is closed already stopped when it
    was resolved, not today.
    """
    cr.execute("ALTER TABLE crm_complaint_stage ADD COLUMN IF NOT EXISTS is_waiting boolean")
    cr.execute(
        """
        UPDATE crm_complaint_stage SET is_waiting = TRUE
         WHERE id IN (SELECT res_id FROM ir_model_data
                       WHERE module = 'crm_extended' AND name = 'crm_complaint_stage_waiting')
        """
    )
    cr.execute("ALTER TABLE crm_complaint ADD COLUMN IF NOT EXISTS clock_stopped_date timestamp")
    cr.execute(
        """
        UPDATE crm_complaint complaint SET clock_stopped_date = complaint.resolved_date
          FROM crm_complaint_stage stage
         WHERE stage.id = complaint.stage_id AND stage.is_closed
        """
    )
