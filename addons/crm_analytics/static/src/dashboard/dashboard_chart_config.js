import { getColor, hexToRGBA } from "@web/core/colors/colors";
import { isolate } from "../period/period_format";
import { formatLabel, formatTick, getLabels, isTime, shorten } from "./dashboard_format";

const RING_NAME = 24;

/**
 * What Chart.js draws of an item. Lines and words take the colour of the text around them, so that
 * they are right in any theme.
 *
 * @param {object} item as `crm.dashboard.get_data` gives it
 * @param {{ color: string, fontFamily: string, rtl: boolean, isSmall: boolean }} look
 * @param {(value: number) => string} format
 */
export function getChartConfig(item, look, format) {
    const isDoughnut = item.type === "doughnut";
    const horizontal = isHorizontal(item);
    return {
        type: isDoughnut ? "doughnut" : item.type === "line" ? "line" : "bar",
        data: {
            labels: getLabels(item).map((label) =>
                isolate(isDoughnut ? getRingName(label, item) : label)
            ),
            datasets: isDoughnut
                ? [getRing(item)]
                : item.series.map((series, index) => getDataset(item, series, index, look)),
        },
        options: {
            animation: false,
            maintainAspectRatio: false,
            font: { family: look.fontFamily },
            // Chart.js leaves room for half of the last label on the right only.
            layout: { padding: { left: look.rtl && !isDoughnut && !horizontal ? 40 : 0 } },
            ...(isDoughnut
                ? { cutout: "60%" }
                : {
                      indexAxis: horizontal ? "y" : "x",
                      interaction: {
                          mode: "index",
                          axis: horizontal ? "y" : "x",
                          intersect: false,
                      },
                      scales: getScales(item, horizontal, look),
                  }),
            onHover: (ev, elements) => {
                ev.native.target.style.cursor = elements.length ? "pointer" : "";
            },
            plugins: {
                legend: getLegend(item, isDoughnut, look),
                tooltip: getTooltip(item, isDoughnut, look, format),
            },
        },
    };
}

/** Names are read along a line: bars of persons or countries lie, those of months stand. */
function isHorizontal({ type, groupby }) {
    return type !== "line" && !isTime(groupby);
}

/**
 * The legend of a ring has no room for the path of a category, and would cut a long name without a
 * sign: the tooltip and the table have it in full.
 */
function getRingName(label, { groupby }) {
    const isCategory = [groupby].flat()[0] === "category_id";
    return shorten(isCategory ? label.split(" / ").at(-1) : label, RING_NAME);
}

/** What the figures are held against. */
function isReference(kind) {
    return kind === "target" || kind === "last_year";
}

function getDataset(item, { name, kind, values }, index, { color }) {
    const base = { label: name, data: values };
    if (isReference(kind)) {
        return {
            ...base,
            type: "line",
            order: -index,
            borderColor: color,
            backgroundColor: color,
            borderWidth: 1.5,
            borderDash: kind === "target" ? [8, 3] : [2, 3],
            pointRadius: kind === "target" ? 0 : 2,
            pointStyle: "line",
        };
    }
    const tone = getColor(index, "bright", item.series.length);
    if (item.type === "line") {
        return {
            ...base,
            borderColor: tone,
            backgroundColor: hexToRGBA(tone, 0.15),
            fill: item.series.filter((series) => series.kind === kind).length === 1,
            borderWidth: 2,
            pointRadius: values.length > 40 ? 0 : 3,
            pointHitRadius: 8,
            pointBackgroundColor: tone,
            pointStyle: "circle",
            // Rounded, but never beyond the figures: not below zero between two months.
            cubicInterpolationMode: "monotone",
        };
    }
    return {
        ...base,
        backgroundColor: values.map((_value, place) =>
            place === item.running ? hexToRGBA(tone, 0.5) : tone
        ),
        borderRadius: 4,
        maxBarThickness: 48,
        pointStyle: "rectRounded",
        stack: item.type === "stacked" ? "stack" : undefined,
    };
}

function getRing({ series, labels }) {
    return {
        label: series[0]?.name,
        data: series[0]?.values || [],
        backgroundColor: labels.map((_label, index) => getColor(index, "bright", labels.length)),
        borderWidth: 0,
        pointStyle: "rectRounded",
    };
}

function getScales({ type, unit, labels, groupby }, horizontal, { color, rtl, isSmall }) {
    const stacked = type === "stacked";
    const names = labels.map((label) =>
        isolate(shorten(formatLabel(label, groupby), horizontal ? (isSmall ? 16 : 28) : 24))
    );
    const values = {
        beginAtZero: true,
        stacked,
        border: { display: false },
        grid: { color: "rgba(128, 128, 128, .25)" },
        ticks: {
            color,
            // A minus stays before its number where words run the other way.
            callback: (value) => isolate(formatTick(value, unit)),
            maxTicksLimit: 6,
            ...(unit === "number" ? { precision: 0 } : {}),
        },
    };
    const groups = {
        stacked,
        grid: { display: false },
        ticks: {
            color,
            autoSkip: !horizontal || names.length > 15,
            maxRotation: 0,
            callback: (_value, index) => names[index],
        },
    };
    const scales = horizontal ? { x: values, y: groups } : { x: groups, y: values };
    scales.x.reverse = rtl;
    scales.y.position = rtl ? "right" : "left";
    return scales;
}

function getLegend({ series }, isDoughnut, { color, rtl, isSmall }) {
    const besideRing = rtl ? "left" : "right";
    return {
        display: isDoughnut || series.length > 1,
        position: isDoughnut && !isSmall ? besideRing : "top",
        rtl,
        // What lies over the others is drawn last and named after them.
        reverse: series.some(({ kind }) => isReference(kind)),
        labels: { color, usePointStyle: true, boxHeight: 8 },
    };
}

function getTooltip(item, isDoughnut, { rtl }, format) {
    const { series } = item;
    const total = isDoughnut && series[0]?.values.reduce((sum, value) => sum + (value || 0), 0);
    return {
        rtl,
        callbacks: {
            // The ring's own title would be the short name.
            ...(isDoughnut ? { title: () => "" } : {}),
            label: ({ dataset, dataIndex, raw }) => {
                const name = isDoughnut ? isolate(getLabels(item)[dataIndex]) : dataset.label;
                const share = total ? ` (${formatTick(raw / total, "percent")})` : "";
                return ` ${name}: ${format(raw)}${share}`;
            },
        },
    };
}
