from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..tools import matrix_options
from ..tools import period as periods

LINES_LISTED = 500


class CrmCrossMatrix(models.AbstractModel):
    """What is bought with what, and by whom, as a table whose cells open what they count.

    Counted at each call from the orders the reader may see: nothing here goes round the reader's
    rights. Only lines that somebody chose to buy count, as for the affinities.
    """

    _name = "crm.cross.matrix"
    _inherit = ["crm.figures.mixin"]
    _description = "Cross-Selling Matrix"

    @api.model
    @api.readonly
    def get_matrix(self, options=None):
        """One page of the matrix.

        :param dict options: see ``tools.matrix_options``; what means nothing there is ignored
        :return: ``options`` as understood, ``period``, ``window`` (the days counted), ``rows`` and
            ``columns`` (``id``, ``name``, ``orders``), ``row_page`` and ``column_page``
            (``offset``, ``limit``, ``count`` of all items), ``orders`` of the period, ``cells``
            (a table for each measure, None where it says nothing), ``trivial`` (a table that is
            true where one item holds the other), ``min_orders`` below which a cell proves nothing,
            ``newest_order``, ``currency_id`` and ``names`` of the categories and the customer
            group chosen; all ready for JSON
        """
        self.check_access("read")
        return self._get_matrix(matrix_options.parse(options))

    @api.model
    @api.readonly
    def get_choices(self):
        """The axes of the reader and the customer groups to choose from.

        :return: ``rows`` and ``columns`` (``key``, ``name``), ``kinds`` of customer groups
            (``key``, ``name``, ``groups``: ``id``, ``name``)
        """
        self.check_access("read")
        names = self._get_axis_names()
        kinds = self._get_group_kinds()
        return {
            "rows": [{"key": key, "name": names[key]} for key in matrix_options.LINE_AXES],
            "columns": [
                {"key": key, "name": names[key]} for key in (*matrix_options.LINE_AXES, *kinds)
            ],
            "kinds": [
                {"key": kind, "name": names[kind], "groups": self._read_groups(kind)}
                for kind in kinds
            ],
        }

    @api.model
    @api.readonly
    def get_action(self, options, figure, row_id=None, column_id=None):
        """A window on what a figure of a cell counts.

        :param str figure: ``both``, ``row``, ``column`` or ``all`` for orders; ``amount`` for the
            lines whose amounts the cell adds up
        :param int row_id: item of the row, 0 for those without
        :param int column_id: item of the column
        """
        self.check_access("read")
        options = matrix_options.parse(options)
        row_id, column_id = matrix_options.parse_id(row_id), matrix_options.parse_id(column_id)
        matrix = self._in_company(options)
        _period, window = matrix._get_window(options, matrix._get_history()[1])
        names = [
            matrix._read_item_names(axis, [item_id]).get(item_id)
            for axis, item_id, shown in (
                (options.rows, row_id, figure in ("both", "row", "amount")),
                (options.columns, column_id, figure in ("both", "column", "amount")),
            )
            if shown
        ]
        title = " × ".join(dict.fromkeys(filter(None, names))) or self.env._("Orders")
        if figure == "amount":
            domain = matrix._get_amount_domain(options, window, row_id, column_id)
            action = matrix._prepare_action(
                title,
                "sale.order.line",
                domain,
                view="crm_analytics.sale_order_line_view_list_matrix",
            )
            # A list adds up the page it shows: one page, as far as that is reasonable.
            return {**action, "limit": LINES_LISTED}
        domain = matrix._get_order_domain(options, window)
        domain &= matrix._get_basket_order_domain()
        if figure in ("both", "row"):
            domain &= matrix._get_item_order_domain(options.rows, row_id)
        if figure in ("both", "column"):
            domain &= matrix._get_item_order_domain(options.columns, column_id)
        return matrix._prepare_action(
            title,
            "sale.order",
            domain,
            view="sale.view_order_tree",
            search="sale.sale_order_view_search_inherit_sale",
        )

    def _get_matrix(self, options):
        matrix = self._in_company(options)
        today = fields.Date.context_today(self)
        _oldest, newest = matrix._get_history()
        period, window = matrix._get_window(options, newest)
        options = options._replace(period=period.key)
        return {
            **matrix._compute_page(options, window),
            "options": matrix._prepare_options(options),
            "names": matrix._prepare_chosen_names(options),
            "period": matrix._prepare_period(period, today),
            "window": {
                "date_from": str(window[0]),
                "date_to": str(window[1] - relativedelta(days=1)),
            },
            "min_orders": self.env["product.affinity"]._get_mining_settings()["min_orders"],
            "newest_order": newest
            and {"date": str(newest), "period": periods.fixed_key("year", newest)},
            "currency_id": matrix.env.company.currency_id.id,
        }

    def _in_company(self, options):
        """Narrow the reader's companies to the chosen one, if it is one of them."""
        if options.company in self.env.companies.ids:
            return self.with_context(allowed_company_ids=[options.company])
        return self

    def _get_window(self, options, newest):
        """The period and its days ``(start, end)``, the end exclusive."""
        today = fields.Date.context_today(self)
        period = periods.parse(options.period, today) or self._get_default_period(today, newest)
        return period, period.before(0, today)

    def _prepare_options(self, options):
        """As they came, without what is not set: what an address has to keep."""
        values = options._asdict()
        if options.group:
            values["group"] = f"{options.group[0]}-{options.group[1]}"
        if options.company not in self.env.companies.ids:
            values["company"] = None
        return {name: value for name, value in values.items() if value not in (None, "")}

    def _prepare_chosen_names(self, options):
        names = {}
        for name, axis, item_id in (
            ("row_category", "category", options.row_category),
            ("column_category", "category", options.column_category),
            ("group", *(options.group or (None, None))),
        ):
            if item_id is not None:
                names[name] = self._read_item_names(axis, [item_id]).get(item_id, "")
        return names
