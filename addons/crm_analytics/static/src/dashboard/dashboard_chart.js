/* global Chart */
import { Component, useEffect, useExternalListener, useRef } from "@odoo/owl";
import { getColor, hexToRGBA } from "@web/core/colors/colors";
import { localization } from "@web/core/l10n/localization";
import { formatFigure, formatTick } from "./dashboard_format";

/**
 * A bar chart whose bars open records, with the same numbers as a table for those who do not see
 * it or do not use a mouse: the table shows once the keyboard reaches it. Needs the bundle
 * `web.chartjs_lib`.
 */
export class DashboardChart extends Component {
    static template = "crm_analytics.DashboardChart";
    static props = {
        name: String,
        title: String,
        emptyText: String,
        currencyId: Number,
        horizontal: { type: Boolean, optional: true },
        /** [{ label, short, values, action, faded }]: a row for each bar, a value for each series */
        rows: Array,
        /** names of the series: bars, then lines over them */
        series: Array,
        onOpen: Function,
    };

    setup() {
        this.canvasRef = useRef("canvas");
        useEffect(
            (canvas) => {
                if (canvas) {
                    this.draw();
                    return () => this.chart.destroy();
                }
            },
            () => [this.canvasRef.el, this.props.rows]
        );
        // Paper has another width than the screen.
        const resize = () => this.canvasRef.el && this.chart.resize();
        useExternalListener(window, "beforeprint", resize);
        useExternalListener(window, "afterprint", resize);
    }

    get isEmpty() {
        return !this.props.rows.some(({ values }) => values.some(Boolean));
    }

    format(value) {
        return formatFigure(value, "monetary", this.props.currencyId);
    }

    draw() {
        // Lines and words take the colour of the text around them: right in any theme.
        const { color, fontFamily } = getComputedStyle(this.canvasRef.el);
        this.color = color;
        this.chart = new Chart(this.canvasRef.el, {
            type: "bar",
            data: {
                labels: this.props.rows.map(({ label }) => label),
                datasets: this.props.series.map((label, index) =>
                    index ? this.getLine(label, index) : this.getBars(label, index)
                ),
            },
            options: this.getOptions(fontFamily),
        });
    }

    getBars(label, index) {
        const color = getColor(0, "bright", "sm");
        return {
            label,
            data: this.props.rows.map(({ values }) => values[index]),
            backgroundColor: this.props.rows.map(({ faded }) =>
                faded ? hexToRGBA(color, 0.5) : color
            ),
            borderRadius: 4,
            pointStyle: "rectRounded",
        };
    }

    getLine(label, index) {
        return {
            type: "line",
            label,
            data: this.props.rows.map(({ values }) => values[index]),
            order: -index,
            borderColor: this.color,
            backgroundColor: this.color,
            borderWidth: 1.5,
            borderDash: [5, 4],
            pointRadius: 2,
            pointStyle: "line",
        };
    }

    getOptions(fontFamily) {
        const { horizontal, series } = this.props;
        const rtl = localization.direction === "rtl";
        const { color } = this;
        const values = {
            beginAtZero: true,
            border: { display: false },
            grid: { color: "rgba(128, 128, 128, .25)" },
            ticks: { color, callback: formatTick, maxTicksLimit: 6 },
        };
        const labels = {
            grid: { display: false },
            ticks: {
                color,
                autoSkip: !horizontal,
                maxRotation: 0,
                callback: (_value, index) => this.props.rows[index].short,
            },
        };
        const scales = horizontal ? { x: values, y: labels } : { x: labels, y: values };
        scales.x.reverse = rtl;
        scales.y.position = rtl ? "right" : "left";
        return {
            indexAxis: horizontal ? "y" : "x",
            maintainAspectRatio: false,
            animation: { duration: 300 },
            font: { family: fontFamily },
            interaction: { mode: "index", axis: horizontal ? "y" : "x", intersect: false },
            onClick: (ev, [element]) => element && this.open(element.index, ev.native),
            onHover: (ev, elements) => {
                ev.native.target.style.cursor = elements.length ? "pointer" : "";
            },
            plugins: {
                legend: {
                    display: series.length > 1,
                    rtl,
                    reverse: true,
                    labels: { color, usePointStyle: true },
                },
                tooltip: {
                    rtl,
                    callbacks: {
                        label: ({ dataset, raw }) => ` ${dataset.label}: ${this.format(raw)}`,
                    },
                },
            },
            scales,
        };
    }

    open(index, ev) {
        this.props.onOpen(this.props.rows[index].action, ev);
    }
}
