"""One card for each customer and program, in a database where core let a customer have several.

For the time before this add-on's own models are there (installation) or changed (upgrade): plain
SQL on the tables of Odoo's loyalty, so that the constraint can be added afterwards.
"""

from odoo.tools import SQL

_ADD_COLUMNS = """
    ALTER TABLE loyalty_card
        ADD COLUMN IF NOT EXISTS state varchar,
        ADD COLUMN IF NOT EXISTS is_nominative boolean,
        ADD COLUMN IF NOT EXISTS issue_date date,
        ADD COLUMN IF NOT EXISTS replaced_by_id integer;
    ALTER TABLE loyalty_history ADD COLUMN IF NOT EXISTS kind varchar;
"""
# What loyalty.program calls nominative (_compute_is_nominative)
_FILL_COLUMNS = """
    UPDATE loyalty_card card
       SET state = 'active',
           issue_date = CASE WHEN card.partner_id IS NOT NULL THEN card.create_date::date END,
           is_nominative = COALESCE((
               SELECT applies_on = 'both'
                      OR program_type IN ('ewallet', 'loyalty') AND applies_on = 'future'
                 FROM loyalty_program
                WHERE id = card.program_id
           ), FALSE)
     WHERE card.state IS NULL
"""
_FIND_SPARE_CARDS = """
    SELECT id, kept_id, COALESCE(points, 0)
      FROM (SELECT id, points, first_value(id) OVER (
                       PARTITION BY program_id, partner_id ORDER BY id
                   ) AS kept_id
              FROM loyalty_card
             WHERE active AND is_nominative AND partner_id IS NOT NULL) AS card
     WHERE id <> kept_id
     ORDER BY id
"""
_WRITE_HISTORY = """
    INSERT INTO loyalty_history (
        card_id, kind, description, issued, used, create_uid, write_uid, create_date, write_date
    )
    SELECT side.card_id,
           'transfer',
           side.description,
           greatest(side.points, 0),
           greatest(-side.points, 0),
           1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM unnest(%(spare)s, %(kept)s, %(points)s) AS spare(id, kept_id, points)
      JOIN loyalty_card card ON card.id = spare.id
      JOIN loyalty_card kept ON kept.id = spare.kept_id,
           LATERAL (VALUES
               (spare.id, -spare.points, 'Moved to the card ' || kept.code),
               (spare.kept_id, spare.points, 'Moved from the card ' || card.code)
           ) AS side(card_id, points, description)
     WHERE spare.points <> 0
"""
_MOVE_POINTS = """
    UPDATE loyalty_card card
       SET points = card.points + moved.points
      FROM (SELECT kept_id, sum(points) AS points
              FROM unnest(%(kept)s, %(points)s) AS spare(kept_id, points)
             GROUP BY kept_id) AS moved
     WHERE card.id = moved.kept_id
"""
_RETIRE = """
    UPDATE loyalty_card card
       SET points = 0, active = FALSE, state = 'replaced', replaced_by_id = spare.kept_id
      FROM unnest(%(spare)s, %(kept)s) AS spare(id, kept_id)
     WHERE card.id = spare.id
"""
# What an order that is not confirmed yet would give to the old card, or use of it.
_MOVE_ORDERS = (
    """
    UPDATE sale_order_coupon_points entry
       SET coupon_id = first.kept_id
      FROM (SELECT DISTINCT ON (other.order_id, moved.kept_id) other.id, moved.kept_id
              FROM sale_order_coupon_points other
              JOIN unnest(%(spare)s, %(kept)s) AS moved(id, kept_id) ON moved.id = other.coupon_id
              JOIN sale_order ON sale_order.id = other.order_id
             WHERE sale_order.state IN ('draft', 'sent')
             ORDER BY other.order_id, moved.kept_id, other.id) AS first
     WHERE entry.id = first.id
       AND NOT EXISTS (SELECT FROM sale_order_coupon_points own
                        WHERE own.order_id = entry.order_id AND own.coupon_id = first.kept_id)
    """,
    """
    DELETE FROM sale_order_coupon_points entry
     USING sale_order
     WHERE entry.coupon_id = ANY(%(spare)s)
       AND sale_order.id = entry.order_id
       AND sale_order.state IN ('draft', 'sent')
    """,
    """
    UPDATE sale_order_line line
       SET coupon_id = moved.kept_id
      FROM unnest(%(spare)s, %(kept)s) AS moved(id, kept_id)
     WHERE line.coupon_id = moved.id AND line.state IN ('draft', 'sent')
    """,
    """
    INSERT INTO loyalty_card_sale_order_rel (sale_order_id, loyalty_card_id)
    SELECT rel.sale_order_id, moved.kept_id
      FROM loyalty_card_sale_order_rel rel
      JOIN unnest(%(spare)s, %(kept)s) AS moved(id, kept_id) ON moved.id = rel.loyalty_card_id
      JOIN sale_order ON sale_order.id = rel.sale_order_id
     WHERE sale_order.state IN ('draft', 'sent')
        ON CONFLICT DO NOTHING
    """,
    """
    DELETE FROM loyalty_card_sale_order_rel rel
     USING sale_order
     WHERE rel.loyalty_card_id = ANY(%(spare)s)
       AND sale_order.id = rel.sale_order_id
       AND sale_order.state IN ('draft', 'sent')
    """,
)


def prepare_cards(cr):
    """Add the columns that the constraint is about, and retire the cards that are one too many.

    The first card of a customer stays: the one core found first, too. The others become
    "replaced", their balances move to it by paired rows of the history.
    """
    cr.execute(_ADD_COLUMNS)
    cr.execute(_FILL_COLUMNS)
    cr.execute(_FIND_SPARE_CARDS)
    found = cr.fetchall()
    if not found:
        return
    spare, kept, points = map(list, zip(*found, strict=True))
    values = {"spare": spare, "kept": kept, "points": points}
    for query in (_WRITE_HISTORY, _MOVE_POINTS, _RETIRE):
        cr.execute(SQL(query, **values))
    move_open_orders(cr, spare, kept)


def move_open_orders(cr, old_ids, new_ids):
    """Let the quotations that refer to the old cards refer to the new ones instead."""
    for query in _MOVE_ORDERS:
        cr.execute(SQL(query, spare=old_ids, kept=new_ids))
