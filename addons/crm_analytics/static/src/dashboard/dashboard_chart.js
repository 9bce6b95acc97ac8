/* global Chart */
import { Component, useEffect, useExternalListener, useRef } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { getChartConfig } from "./dashboard_chart_config";
import { formatFigure } from "./dashboard_format";
import { FigureTable } from "./figure_table";

/**
 * A line, bar, stacked or doughnut chart whose parts open records, with the same numbers as a table
 * behind it. Needs the bundle `web.chartjs_lib`.
 */
export class DashboardChart extends Component {
    static template = "crm_analytics.DashboardChart";
    static components = { FigureTable };
    static props = {
        item: Object,
        currencyId: Number,
        /** (action, inNewWindow) */
        onOpen: Function,
    };

    setup() {
        this.canvasRef = useRef("canvas");
        useEffect(
            () => {
                this.draw();
                return () => this.chart.destroy();
            },
            () => [this.props.item]
        );
        // Paper has another width than the screen.
        const resize = () => this.chart.resize();
        useExternalListener(window, "beforeprint", resize);
        useExternalListener(window, "afterprint", resize);
    }

    draw() {
        const { color, fontFamily } = getComputedStyle(this.canvasRef.el);
        const look = {
            color,
            fontFamily,
            rtl: localization.direction === "rtl",
            isSmall: this.env.isSmall,
        };
        this.chart = new Chart(
            this.canvasRef.el,
            getChartConfig(this.props.item, look, (value) => this.format(value))
        );
    }

    format(value) {
        return formatFigure(value, this.props.item.unit, this.props.currencyId);
    }

    /** What is under the pointer, or the first of what stands in the same place. */
    onClick(ev, inNewWindow) {
        const find = (mode, intersect) =>
            this.chart.getElementsAtEventForMode(ev, mode, { intersect }, false)[0];
        const element = find("nearest", true) || find("index", false);
        const action =
            element && this.props.item.series[element.datasetIndex].actions?.[element.index];
        if (action) {
            this.props.onOpen(action, inNewWindow);
        }
    }
}
