from ast import literal_eval
from statistics import median

from odoo.tests import tagged

from .shipped_kpis_common import ShippedKpisCommon

# Read by salespersons too: those who may not read the records have no figure.
OF_SALESPERSONS = {"revenue", "orders", "average_order", "win_rate", "pipeline", "response_time"}


@tagged("post_install", "-at_install")
class TestKpiTileIsList(ShippedKpisCommon):
    """The list a tile opens, added up by its own columns, is the figure of the tile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        xmlids = cls.env["ir.model.data"].search(
            [("module", "=", "crm_analytics"), ("model", "=", "crm.kpi")]
        )
        cls.kpis = cls.env["crm.kpi"].browse(xmlids.mapped("res_id"))

    def open_list(self, kpi, filters=None, keys=None):
        action = kpi._get_action(*self.window, filters, keys)
        records = self.env[action["res_model"]].with_env(kpi.env)
        return records.with_context(**action["context"]).search(action["domain"])

    def add_up(self, kpi, records):
        """The figure of a list, from what its records say in their fields."""
        if kpi.measure == "count":
            return len(records)
        if kpi.measure == "share":
            part = records.filtered_domain(literal_eval(kpi.part_domain))
            return len(part) / len(records) if records else None
        if kpi.since_field:
            values = [
                (record[kpi.measure_field] - record[kpi.since_field]).total_seconds() / 86400
                for record in records
            ]
        else:
            values = records.mapped(lambda record: self.follow(record, kpi.measure_field))
        if kpi.measure == "distinct":
            return len(set(values))
        if kpi.measure == "sum":
            return sum(values)
        if not values:
            return None
        return median(values) if kpi.measure == "median" else sum(values) / len(values)

    def follow(self, record, path):
        for name in path.split("."):
            record = record[name]
        return record

    def assertTileIsList(self, kpi, filters=None, keys=None, value=None):
        if value is None:
            value = kpi._read_value(*self.window, filters)
        if kpi.measure != "ratio":
            expected = self.add_up(kpi, self.open_list(kpi, filters, keys))
        else:
            parts = [kpi.numerator_id, kpi.denominator_id]
            self.assertEqual(
                self.open_list(kpi, filters), self.open_list(parts[0], filters), kpi.code
            )
            total, count = (self.add_up(each, self.open_list(each, filters)) for each in parts)
            expected = total / count if count else None
        if expected is None:
            self.assertIsNone(value, kpi.code)
        else:
            self.assertIsNotNone(value, kpi.code)
            self.assertAlmostEqual(value, expected, 2, kpi.code)
        return value

    def test_each_shipped_kpi(self):
        self.assertGreaterEqual(len(self.kpis), 30)
        for kpi in self.kpis.with_user(self.manager):
            with self.subTest(kpi=kpi.code):
                value = self.assertTileIsList(kpi)
                self.assertTrue(value, f"nothing was counted for {kpi.code}")

    def test_each_shipped_kpi_of_a_salesperson(self):
        for kpi in self.kpis.with_user(self.anna):
            if kpi.code in OF_SALESPERSONS:
                with self.subTest(kpi=kpi.code):
                    value = self.assertTileIsList(kpi)
                    self.assertTrue(value, f"nothing was counted for {kpi.code}")

    def test_each_bar_of_a_chart(self):
        """Persons, customers and the like: every bar opens its own records and no others."""
        charts = [(kpi, "user_id") for kpi in self.kpis if kpi.measure != "ratio"]
        charts += [
            (kpi, name)
            for kpi in self.kpis.filtered(lambda kpi: kpi.code in ("orders", "complaints_opened"))
            for name in ("team_id", "partner_id", "country_id", "category_id", "company_id")
        ]
        for kpi, name in charts:
            own = kpi.with_user(self.manager)
            for (key,), parts in own._read_parts(*self.window, [name]).items():
                with self.subTest(kpi=kpi.code, name=name, key=key):
                    self.assertTileIsList(own, keys={name: key}, value=own._combine(*parts))

    def test_each_filter(self):
        filters = {
            "user_id": self.anna.id,
            "team_id": self.team.id,
            "category_id": self.product.categ_id.id,
        }
        for kpi in self.kpis.with_user(self.manager):
            missing = kpi._get_missing_filters(filters)
            usable = {name: value for name, value in filters.items() if name not in missing}
            with self.subTest(kpi=kpi.code, filters=usable):
                self.assertTileIsList(kpi, usable)
                if missing:
                    self.assertIsNone(kpi._read_value(*self.window, filters))
                    self.assertFalse(self.open_list(kpi, filters))
