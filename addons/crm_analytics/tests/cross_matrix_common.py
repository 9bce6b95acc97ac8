import itertools

from .common import BasketCommon


class CrossMatrixCommon(BasketCommon):
    """Baskets in two categories, and customers who are in groups by themselves or their company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.food, cls.dairy = cls.env["product.category"].create(
            [{"name": "Food"}, {"name": "Dairy"}]
        )
        (cls.apple + cls.butter).categ_id = cls.food
        (cls.cheese + cls.dates + cls.eggs).categ_id = cls.dairy
        cls.industry = cls.env["res.partner.industry"].create({"name": "Matrix Industry"})
        cls.country = cls.env.ref("base.uz")
        cls.customer.country_id = cls.env.ref("base.kz")
        house = cls.env["res.partner"].create(
            {
                "name": "Matrix House",
                "is_company": True,
                "industry_id": cls.industry.id,
                "country_id": cls.country.id,
            }
        )
        cls.contact, cls.member = cls.env["res.partner"].create(
            [{"name": "Matrix Contact", "parent_id": house.id}, {"name": "Matrix Member"}]
        )
        cls.segments = cls.env["crm.segment"].create(
            [{"name": name, "kind": "manual"} for name in ("Matrix Contacts", "Matrix Companies")]
        )
        cls.env["crm.segment.member"].create(
            [
                {"segment_id": cls.segments[0].id, "partner_id": partner.id}
                for partner in (cls.contact, house, cls.member)
            ]
            + [{"segment_id": cls.segments[1].id, "partner_id": house.id}]
        )
        program = cls.env["loyalty.program"].create(
            {"name": "Matrix Program", "program_type": "loyalty", "company_id": cls.company.id}
        )
        cls.tier = cls.env["loyalty.tier"].create(
            {"name": "Matrix Tier", "program_id": program.id, "threshold": 100}
        )
        cls.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": cls.member.id, "tier_id": cls.tier.id}
        )

    def get_matrix(self, user=None, **options):
        matrix = self.env["crm.cross.matrix"]
        return (matrix.with_user(user) if user else matrix).get_matrix(options)

    def get_action(self, options, figure, row_id=None, column_id=None, user=None):
        matrix = self.env["crm.cross.matrix"]
        matrix = matrix.with_user(user) if user else matrix
        return matrix.get_action(options, figure, row_id, column_id)

    def get_cell(self, data, row, column):
        """All that is said of the cell of two items, by their names."""
        row = [item["name"] for item in data["rows"]].index(row)
        column = [item["name"] for item in data["columns"]].index(column)
        cell = {name: table[row][column] for name, table in data["cells"].items()}
        return {**cell, "trivial": data["trivial"][row][column]}

    def check_cells(self, user=None, **options):
        """Check each figure of each cell against the list behind it.

        :return: the number of cells that have orders
        """
        data = self.get_matrix(user=user, **options)
        by_column = options.get("columns") in ("industry", "segment", "tier", "country")

        def find(figure, row, column):
            action = self.get_action(options, figure, row["id"], column["id"], user=user)
            model = self.env[action["res_model"]]
            return (model.with_user(user) if user else model).search(action["domain"])

        for row in data["rows"]:
            for column in data["columns"]:
                cell = self.get_cell(data, row["name"], column["name"])
                counts = {
                    figure: len(find(figure, row, column))
                    for figure in ("both", "row", "column", "all")
                }
                self.assertEqual(counts["both"], cell["orders"])
                self.assertEqual(counts["row"], row["orders"])
                self.assertEqual(counts["column"], column["orders"])
                self.assertEqual(counts["all"], data["orders"])
                self.assertAlmostEqual(cell["support"], counts["both"] / counts["all"])
                if not cell["trivial"]:
                    base = counts["column" if by_column else "row"]
                    self.assertAlmostEqual(cell["confidence"], counts["both"] / base)
                    expected = counts["row"] * counts["column"] / counts["all"]
                    self.assertAlmostEqual(cell["lift"], counts["both"] / expected)
                if "amount" in cell:
                    lines = find("amount", row, column)
                    self.assertAlmostEqual(sum(lines.mapped("amount_company")), cell["amount"])
        return sum(map(bool, itertools.chain(*data["cells"]["orders"])))
