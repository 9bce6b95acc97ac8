from odoo import api, fields, models


class CrmDashboard(models.Model):
    """A dashboard with the words of a workbook, see ``tools.dashboard_xlsx``."""

    _inherit = "crm.dashboard"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_export(self, dashboard=None, filters=None):
        """The page as the screen shows it, and what a workbook has to say beside it."""
        data = self.get_data(dashboard, filters)
        if not data["dashboard"]:
            return data
        return {**data, "labels": self._get_export_labels(data)}

    def _get_export_labels(self, data):
        return {
            "figure": self.env._("Figure"),
            "value": self.env._("Value"),
            "target": self.env._("Target"),
            "progress": self.env._("Of Target"),
            "pace": self.env._("Of Pace"),
            "previous": self._get_window_name("previous"),
            "last_year": self._get_window_name("last_year"),
            "about": self._get_export_notes(data),
        }

    def _get_export_notes(self, data):
        """What the figures cover: a workbook is read far from the screen it came from."""
        names = {
            name: choice["name"]
            for name, choices in data["choices"].items()
            for choice in choices
            if choice["id"] == data["filters"].get(name)
        }
        currency = self.env["res.currency"].browse(data["currency_id"])
        labels = self._get_filter_labels()
        return [
            self.env._(
                "%(name)s, %(date_from)s to %(date_to)s",
                name=data["dashboard"]["name"],
                **data["windows"]["current"],
            ),
            ", ".join(self.env.companies.mapped("name")),
            *(f"{labels[name]}: {value}" for name, value in names.items()),
            self.env._(
                "Amounts in %(currency)s; read on %(moment)s UTC",
                currency=currency.name,
                moment=fields.Datetime.to_string(fields.Datetime.now()),
            ),
        ]
