def migrate(cr, version):
    """Say of existing complaints where they stand, before their new fields are computed.

    Computing would begin everything today. What is known is taken from the log of their stages:
    since when they are in the present one, when they were closed and how often they were reopened.
    """
    _mark_waiting_stage(cr)
    _read_log_of_stages(cr)
    cr.execute("ALTER TABLE crm_complaint ADD COLUMN IF NOT EXISTS clock_stopped_date timestamp")
    cr.execute(
        """
        UPDATE crm_complaint complaint
           SET clock_stopped_date = CASE WHEN stage.is_closed THEN complaint.closed_date
                                         ELSE complaint.date_last_stage_update END
          FROM crm_complaint_stage stage
         WHERE stage.id = complaint.stage_id
           AND (stage.is_closed OR stage.is_waiting)
        """
    )


def _mark_waiting_stage(cr):
    """The stages of the module are not updated with it."""
    cr.execute("ALTER TABLE crm_complaint_stage ADD COLUMN IF NOT EXISTS is_waiting boolean")
    cr.execute(
        """
        UPDATE crm_complaint_stage SET is_waiting = TRUE
         WHERE id IN (SELECT res_id FROM ir_model_data
                       WHERE module = 'crm_extended' AND name = 'crm_complaint_stage_waiting')
        """
    )


def _read_log_of_stages(cr):
    cr.execute(
        """
        ALTER TABLE crm_complaint
            ADD COLUMN IF NOT EXISTS date_last_stage_update timestamp,
            ADD COLUMN IF NOT EXISTS closed_date timestamp,
            ADD COLUMN IF NOT EXISTS reopened_date timestamp,
            ADD COLUMN IF NOT EXISTS reopen_count integer
        """
    )
    cr.execute(
        """
        WITH move AS (
            SELECT message.res_id AS complaint_id,
                   message.date,
                   former.is_closed IS TRUE AS was_closed,
                   latter.is_closed IS TRUE AS is_closed
              FROM mail_tracking_value value
              JOIN mail_message message ON message.id = value.mail_message_id
              JOIN ir_model_fields field ON field.id = value.field_id
         LEFT JOIN crm_complaint_stage former ON former.id = value.old_value_integer
         LEFT JOIN crm_complaint_stage latter ON latter.id = value.new_value_integer
             WHERE message.model = 'crm.complaint'
               AND field.model = 'crm.complaint'
               AND field.name = 'stage_id'
        ), known AS (
            SELECT complaint.id,
                   stage.is_closed IS TRUE AS is_closed,
                   max(move.date) AS moved,
                   max(move.date) FILTER (WHERE is_closing) AS closed,
                   max(move.date) FILTER (WHERE is_reopening) AS reopened,
                   count(*) FILTER (WHERE is_reopening) AS reopenings
              FROM crm_complaint complaint
         LEFT JOIN crm_complaint_stage stage ON stage.id = complaint.stage_id
         LEFT JOIN (
                SELECT *,
                       NOT was_closed AND is_closed AS is_closing,
                       was_closed AND NOT is_closed AS is_reopening
                  FROM move
                   ) move ON move.complaint_id = complaint.id
          GROUP BY complaint.id, stage.is_closed
        )
        UPDATE crm_complaint complaint
           SET date_last_stage_update = COALESCE(known.moved, complaint.create_date),
               closed_date = CASE WHEN known.is_closed
                                  THEN GREATEST(known.closed, complaint.resolved_date) END,
               reopened_date = known.reopened,
               -- one that is open although it was resolved was opened again, log or not
               reopen_count = GREATEST(
                   known.reopenings,
                   (NOT known.is_closed AND complaint.resolved_date IS NOT NULL)::integer
               )
          FROM known
         WHERE known.id = complaint.id
        """
    )
