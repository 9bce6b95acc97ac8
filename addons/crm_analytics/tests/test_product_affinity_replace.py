import numpy as np

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged


@tagged("post_install", "-at_install")
class TestProductAffinityReplace(BaseCase):
    """Real transactions, side by side: what is written here is committed, and removed again."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self.env(cr)
            self.company_id = env["res.company"].create({"name": "Affinity Readers"}).id
            self.product_ids = env["product.product"].create([{"name": n} for n in "AB"]).ids
            env["product.affinity"]._replace_rows(*self.rows(env, 3))
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = self.env(cr)
            env["product.product"].browse(self.product_ids).product_tmpl_id.unlink()
            company = env["res.company"].browse(self.company_id)
            partner = company.partner_id
            company.unlink()
            partner.unlink()

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def rows(self, env, both):
        from ..mining.affinity import Affinities

        integers = [np.array([value]) for value in (*self.product_ids, both, 5, 6)]
        floats = [np.array([value]) for value in (0.1, 0.5, 2.0, 0.3)]
        return env["res.company"].browse(self.company_id), Affinities(*integers, *floats)

    def read_both(self, cr):
        domain = [("company_id", "=", self.company_id)]
        return self.env(cr)["product.affinity"].search(domain).mapped("orders_both")

    def test_readers_see_old_rows_until_commit(self):
        with self.registry.cursor() as writer, self.registry.cursor() as reader:
            env = self.env(writer)
            env["product.affinity"]._replace_rows(*self.rows(env, 4))
            self.assertEqual(self.read_both(writer), [4])
            self.assertEqual(self.read_both(reader), [3])
            writer.commit()
            reader.rollback()
            self.assertEqual(self.read_both(reader), [4])

    def test_failed_replacement_leaves_old_rows(self):
        with self.registry.cursor() as writer:
            env = self.env(writer)
            env["product.affinity"]._replace_rows(*self.rows(env, 4))
            writer.rollback()
        with self.registry.cursor() as reader:
            self.assertEqual(self.read_both(reader), [3])
