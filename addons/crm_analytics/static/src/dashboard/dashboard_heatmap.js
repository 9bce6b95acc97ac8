import { Component, useRef } from "@odoo/owl";
import { useGridNavigation } from "../grid/grid_navigation";
import { formatFigure, formatLabel, formatTick, getLabels } from "./dashboard_format";

/** A table whose cells are the darker the more they hold: weekdays by hour, persons by month. */
export class DashboardHeatmap extends Component {
    static template = "crm_analytics.DashboardHeatmap";
    static props = {
        item: Object,
        currencyId: Number,
        onOpen: Function,
    };

    setup() {
        this.table = useRef("table");
        this.navigation = useGridNavigation(
            this.table,
            () => ({
                rows: this.props.item.series.length,
                columns: this.props.item.labels.length,
            }),
            () => [this.props.item]
        );
    }

    get columns() {
        const { labels, groupby } = this.props.item;
        return labels.map((label) => formatLabel(label, groupby));
    }

    get rows() {
        const { item } = this.props;
        const values = item.series.flatMap((series) => series.values);
        const labels = getLabels(item);
        const most = Math.max(...values.map((value) => value || 0), 0);
        return item.series.map((series) => ({
            name: series.name,
            cells: series.values.map((value, index) =>
                this.prepareCell(value, most, series.name, labels[index])
            ),
        }));
    }

    prepareCell(value, most, name, column) {
        const { item, currencyId } = this.props;
        const figure = formatFigure(value, item.unit, currencyId);
        return {
            text: value ? formatTick(value, item.unit) : "",
            label: `${name}, ${column}: ${figure}`,
            heat: most && value > 0 ? (0.08 + 0.62 * (value / most)).toFixed(2) : 0,
        };
    }

    onClick(ev, inNewWindow) {
        const cell = ev.target.closest("[data-row]");
        if (!cell) {
            return;
        }
        const { row, column } = this.navigation.getPlace(cell);
        const action = this.props.item.series[row].actions?.[column];
        if (action) {
            this.props.onOpen(action, inNewWindow);
        }
    }
}
