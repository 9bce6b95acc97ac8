"""What scheduled actions share: batches that are committed, resumed, and survive a bad record."""

import logging

from odoo.fields import Domain
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


def run_in_batches(model, domain, process, *, batch_size, lock_table, on_error=None):
    """Call `process(records)` on the records of `domain`, a batch after the other by id.

    Each batch is a transaction of its own. `process` has to take its records out of `domain` (or be
    harmless when called again): that is all a run needs to go on where another one was killed. A
    record that makes `process` fail is logged with its id and left as it was; `on_error(record,
    error)` may note it.

    Two runs at once take turns, batch by batch, by the lock on `lock_table`. It is the first
    statement of the transaction, because a transaction sees the database as it is at its first
    query: taken later, the lock would be held and the other run's work still not be seen. Neither
    readers nor writers of the table wait for it.

    :return: False when the scheduled action ran out of time and has to be called again
    """
    commit_progress = model.env["ir.cron"]._commit_progress
    remaining = model.search_count(domain)
    commit_progress(remaining=remaining)
    last_id = 0
    while True:
        batch_domain = domain & Domain("id", ">", last_id)
        ids = _run_batch(
            model,
            batch_domain,
            process,
            batch_size=batch_size,
            lock_table=lock_table,
            on_error=on_error,
        )
        if not ids:
            commit_progress(remaining=0)
            return True
        last_id = ids[-1]
        # Never 0 here: an action out of time with nothing left is not called again, and it may have
        # more to do than these records.
        remaining = max(remaining - len(ids), 1)
        if not commit_progress(len(ids), remaining=remaining):
            return False


def _run_batch(model, domain, process, *, batch_size, lock_table, on_error):
    """Process one batch and return its ids; try again when another write came between."""
    env = model.env
    for attempt in range(1, MAX_TRIES_ON_CONCURRENCY_FAILURE + 1):
        try:
            env.cr.execute(
                SQL("LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE", SQL.identifier(lock_table))
            )
            records = model.search(domain, order="id", limit=batch_size)
            process_isolated(records, process, on_error)
            return records.ids
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if attempt == MAX_TRIES_ON_CONCURRENCY_FAILURE:
                raise
            env.cr.rollback()
    return []


def process_isolated(records, process, on_error):
    """Process the records; when that fails halve them until the bad one is alone, and log it."""
    if not records:
        return
    try:
        with records.env.cr.savepoint():
            process(records)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exception:
        error = exception
        if len(records) == 1:
            _logger.warning(
                "%s %s failed and was skipped", records._name, records.id, exc_info=True
            )
            if on_error:
                process_isolated(records, lambda record: on_error(record, error), None)
            return
        middle = len(records) // 2
        process_isolated(records[:middle], process, on_error)
        process_isolated(records[middle:], process, on_error)
