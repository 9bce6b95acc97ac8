from odoo import api, models

from ..tools import matrix_options

EXPORT_ROWS, EXPORT_COLUMNS = 500, 200


class CrmCrossMatrix(models.AbstractModel):
    """The matrix with the words of a workbook, see ``tools.matrix_xlsx``."""

    _inherit = "crm.cross.matrix"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_export(self, options=None):
        """The matrix from its first items on, as much of it as a sheet is good for."""
        self.check_access("read")
        options = matrix_options.parse(options)._replace(
            row_offset=0,
            column_offset=0,
            row_limit=EXPORT_ROWS,
            column_limit=EXPORT_COLUMNS,
        )
        data = self._get_matrix(options)
        return {**data, "labels": self._get_export_labels(options, data)}

    def _get_export_labels(self, options, data):
        is_group = options.columns not in matrix_options.LINE_AXES
        names = self._get_axis_names()
        return {
            "matrix": self.env._("Matrix"),
            "pairs": self.env._("Pairs"),
            "row": names[options.rows],
            "column": names[options.columns],
            "row_orders": self.env._("Orders with Row"),
            "column_orders": self.env._("Orders of Column")
            if is_group
            else self.env._("Orders with Column"),
            "measures": {
                "orders": self.env._("Orders with Both"),
                "support": self.env._("Support"),
                "confidence": self.env._("Confidence"),
                "lift": self.env._("Lift"),
                "amount": self.env._(
                    "Revenue (%s)", self._in_company(options).env.company.currency_id.name
                ),
            },
            "about": self._get_export_notes(data),
        }

    def _get_export_notes(self, data):
        """What the figures cover: a workbook is read far from the screen it came from."""
        notes = [
            self.env._(
                "%(date_from)s to %(date_to)s, %(orders)s orders",
                orders=data["orders"],
                **data["window"],
            ),
            *(name for name in data["names"].values() if name),
        ]
        if data["options"].get("search"):
            notes.append(self.env._("Rows found by: %s", data["options"]["search"]))
        for side, message in (
            ("row_page", self.env._("The %(shown)s rows of most orders, of %(count)s")),
            ("column_page", self.env._("The %(shown)s columns of most orders, of %(count)s")),
        ):
            page = data[side]
            if page["count"] > page["limit"]:
                notes.append(message % {"shown": page["limit"], "count": page["count"]})
        return notes
