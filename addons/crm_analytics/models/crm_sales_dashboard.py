from itertools import pairwise

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import period as periods

TOP_PRODUCTS = 10


class CrmSalesDashboard(models.AbstractModel):
    """The figures of the sales dashboard, each with the action that lists what it counts.

    A salesperson sees the own figures, a manager all: nothing here goes round the reader's rights.
    """

    _name = "crm.sales.dashboard"
    _inherit = ["crm.figures.mixin"]
    _description = "Sales Dashboard"

    @api.model
    @api.readonly
    def get_data(self, period=None):
        """All the dashboard shows, in one call.

        :param period: a key of ``tools.period``. Nothing, or a key that means nothing (an old
            link), gives a period that has sales where there are any.
        :return: ``period``, ``windows`` (the days counted, and those they are compared with),
            ``tiles``, ``months``, ``products``, ``oldest_order``, ``newest_order`` and
            ``currency_id``; all values ready for JSON.
        """
        self.check_access("read")
        today = fields.Date.context_today(self)
        oldest, newest = self._get_history()
        chosen = periods.parse(period, today) or self._get_default_period(today, newest)
        windows = self._get_windows(chosen, today, oldest)
        months = self._get_months(chosen, today)
        sales = self._read_sales(
            {day for window in windows.values() for day in window}
            | {day for window in months for day in window}
        )
        return {
            "period": self._prepare_period(chosen, today),
            "windows": {
                name: {"date_from": str(start), "date_to": str(end - relativedelta(days=1))}
                for name, (start, end) in windows.items()
            },
            "tiles": self._get_tiles(windows, sales),
            "months": self._get_month_values(months, sales, today, oldest),
            "products": self._get_top_products(windows["current"]),
            "oldest_order": oldest and str(oldest),
            "newest_order": newest
            and {"date": str(newest), "period": periods.fixed_key("year", newest)},
            "currency_id": self.env.company.currency_id.id,
        }

    # ------------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------------

    def _get_windows(self, period, today, oldest):
        """``{name: (start, end)}`` of the period and those it is compared with, ends exclusive.

        A running period counts up to today, so that all of them have the same length. What began
        before the oldest order is no fair comparison and left out.
        """
        months = periods.MONTHS[period.unit]
        windows = {
            "current": period.before(0, today),
            "previous": period.before(months, today),
        }
        if months < 12:
            windows["last_year"] = period.before(12, today)
        return {
            name: (start, end)
            for name, (start, end) in windows.items()
            if name == "current" or (oldest and oldest <= start)
        }

    def _get_months(self, period, today):
        """The thirteen months up to the end of the period and, before them, those a year earlier.

        They overlap in one month, so there are 25 windows.
        """
        last = min(period.end - relativedelta(days=1), max(today, period.start)).replace(day=1)
        starts = [last - relativedelta(months=back) for back in range(24, -2, -1)]
        return list(pairwise(starts))

    # ------------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------------

    def _get_tiles(self, windows, sales):
        """The tiles in their order. Add to it to show more; the client draws what it is given.

        :param windows: see :meth:`_get_windows`
        :param sales: see ``_read_sales``
        """
        tiles = [
            *self._get_sale_tiles(windows, sales),
            self._get_customer_tile(windows),
            self._get_quotation_tile(),
        ]
        # Not everybody who sells may read complaints: no tile then, rather than no dashboard.
        if self.env["crm.complaint"].has_access("read"):
            tiles.append(self._get_complaint_tile(windows))
        return tiles

    def _prepare_tile(self, key, label, values, action, **extra):
        """:param values: the figure by window name, ``current`` and those it is compared with"""
        return {
            "key": key,
            "label": label,
            "value": values["current"],
            "compared": {name: value for name, value in values.items() if name != "current"},
            "type": "integer",
            "better": "higher",
            "details": [],
            "action": action,
            **extra,
        }

    def _get_sale_tiles(self, windows, sales):
        sums = {name: sales(*window) for name, window in windows.items()}
        current = sums["current"]
        bought = self._prepare_order_action(
            self.env._("Orders"), self._get_purchase_domain(*windows["current"])
        )
        details = []
        if current["returns"]:
            details.append(
                self._prepare_detail(self.env._("Returns"), current["returns"], "monetary")
            )
        return [
            self._prepare_tile(
                "revenue",
                self.env._("Revenue"),
                {name: self._round(values["revenue"]) for name, values in sums.items()},
                self._prepare_order_action(
                    self.env._("Revenue"), self._get_sale_domain(*windows["current"])
                ),
                type="monetary",
                details=details,
                help=self.env._("Confirmed orders without taxes, returns deducted."),
            ),
            self._prepare_tile(
                "orders",
                self.env._("Orders"),
                {name: values["orders"] for name, values in sums.items()},
                bought,
                help=self.env._("Confirmed orders with an amount above zero."),
            ),
            self._prepare_tile(
                "average_order",
                self.env._("Average order"),
                {
                    name: self._round(values["gross"] / (values["orders"] or 1))
                    for name, values in sums.items()
                },
                bought,
                type="monetary",
                help=self.env._("Confirmed orders without taxes; returns are left out."),
            ),
        ]

    def _get_customer_tile(self, windows):
        partners = self.env["res.partner"].with_context(active_test=False)
        current = windows["current"]
        new = partners.search_count(self._get_new_customer_domain(*current))
        return self._prepare_tile(
            "customers",
            self.env._("Customers who bought"),
            {
                name: partners.search_count(self._get_customer_domain(*window))
                for name, window in windows.items()
            },
            self._prepare_action(
                self.env._("Customers who bought"),
                "res.partner",
                self._get_customer_domain(*current),
                search="base.view_res_partner_filter",
                context={"active_test": False, "res_partner_search_mode": "customer"},
            ),
            details=[self._prepare_detail(self.env._("New"), new)],
            help=self.env._("Companies and people with an order; guest accounts are left out."),
        )

    def _get_quotation_tile(self):
        amount, count, expired = self._read_quotations()
        details = [self._prepare_detail(self.env._("Quotations"), count)]
        if expired:
            details.append(self._prepare_detail(self.env._("Expired"), expired))
        return self._prepare_tile(
            "open_quotations",
            self.env._("Open quotations"),
            {"current": self._round(amount)},
            self._prepare_order_action(
                self.env._("Open quotations"),
                self._get_quotation_domain(),
                view="sale.view_quotation_tree",
                search="sale.sale_order_view_search_inherit_quotation",
            ),
            type="monetary",
            details=details,
            help=self.env._("Quotations waiting today, without taxes, whatever the period."),
        )

    def _get_complaint_tile(self, windows):
        complaints = self.env["crm.complaint"]
        start, end = windows["current"]
        received = complaints.search_count(self._get_complaint_domain(start, end))
        return self._prepare_tile(
            "open_complaints",
            self.env._("Complaints open"),
            {
                name: complaints.search_count(self._get_open_complaint_domain(window[1]))
                for name, window in windows.items()
            },
            self._prepare_action(
                self.env._("Complaints open"),
                "crm.complaint",
                self._get_open_complaint_domain(end),
            ),
            better="lower",
            details=[self._prepare_detail(self.env._("Received"), received)],
            help=self.env._("Complaints without an answer at the end of the period."),
        )

    def _prepare_detail(self, label, value, type="integer"):
        return {"label": label, "value": value, "type": type}

    def _round(self, amount):
        return self.env.company.currency_id.round(float(amount))

    # ------------------------------------------------------------------
    # Charts
    # ------------------------------------------------------------------

    def _get_month_values(self, months, sales, today, oldest):
        values = [self._round(sales(*month)["revenue"]) for month in months]
        return [
            {
                "date": str(start),
                "revenue": values[index],
                # Nothing is known of the months before the first order: no zero then.
                "last_year": values[index - 12]
                if oldest and oldest < months[index - 12][1]
                else None,
                "is_running": start <= today < end - relativedelta(days=1),
                "action": self._prepare_order_action(
                    self.env._("Revenue"), self._get_sale_domain(start, end)
                ),
            }
            for index, (start, end) in enumerate(months)
            if index >= 12
        ]

    def _get_top_products(self, window):
        rows = self._read_top_products(*window, TOP_PRODUCTS)
        products = self.env["product.product"].with_context(
            active_test=False, display_default_code=False
        )
        names = dict(
            products.search([("id", "in", [row[0] for row in rows])]).mapped(
                lambda product: (product.id, product.display_name)
            )
        )
        return [
            {
                "id": product_id,
                # A product of a company the reader may not see is sold all the same.
                "name": names.get(product_id, self.env._("Restricted product")),
                "revenue": self._round(revenue),
                "action": self._prepare_action(
                    names.get(product_id, self.env._("Restricted product")),
                    "sale.order.line",
                    self._get_sale_line_domain(*window) & Domain("product_id", "=", product_id),
                ),
            }
            for product_id, revenue in rows
        ]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def _prepare_order_action(
        self,
        name,
        domain,
        view="sale.view_order_tree",
        search="sale.sale_order_view_search_inherit_sale",
    ):
        return self._prepare_action(name, "sale.order", domain, view=view, search=search)
