import { Component } from "@odoo/owl";
import { formatFigure } from "./dashboard_format";

/** Rows of figures; a row opens what it counts. */
export class DashboardTable extends Component {
    static template = "crm_analytics.DashboardTable";
    static props = {
        item: Object,
        currencyId: Number,
        onOpen: Function,
    };

    get rows() {
        const { item } = this.props;
        return item.rows.map(({ values, unit, action }) => ({
            // Rows of several KPIs each have a unit of their own.
            cells: values.map((value, index) =>
                this.prepareCell(value, item.columns[index].unit, unit)
            ),
            action,
        }));
    }

    prepareCell(value, columnUnit, rowUnit) {
        const isText = this.isText(columnUnit);
        const text = isText
            ? value || ""
            : formatFigure(value, rowUnit || columnUnit, this.props.currencyId);
        return { text, isText };
    }

    isText(unit) {
        return !unit || unit === "text";
    }
}
