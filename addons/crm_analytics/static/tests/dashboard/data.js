export const CURRENCY = 1;

export function makeAction(name) {
    return { type: "ir.actions.act_window", name, res_model: "sale.order" };
}

export function makeTile(id, values = {}) {
    return {
        id,
        type: "tile",
        kpi: id,
        groupby: false,
        title: id,
        help: `What ${id} counts`,
        unit: "number",
        direction: "higher",
        width: 3,
        height: 2,
        limit: 10,
        value: 110,
        target: null,
        progress: null,
        pace: null,
        compared: { previous: 100, last_year: 220 },
        sparkline: [],
        action: makeAction(id),
        empty: false,
        error: false,
        ...values,
    };
}

/** A chart of as many series as there are arrays of values. */
export function makeChart(id, type, series, values = {}) {
    const labels = series[0].map((_value, index) => `${id} ${index}`);
    return {
        id,
        type,
        kpi: "revenue",
        groupby: "user_id",
        title: id,
        help: "",
        unit: "money",
        direction: "higher",
        width: 6,
        height: 4,
        limit: 10,
        labels,
        series: series.map((figures, place) => ({
            name: `Series ${place}`,
            kind: "actual",
            values: figures,
            actions: labels.map((label) => makeAction(`${label}/${place}`)),
        })),
        empty: false,
        error: false,
        ...values,
    };
}

export function makeData(values = {}) {
    return {
        dashboard: {
            id: 7,
            name: "My month",
            code: "my_month",
            can_edit: true,
            can_share: false,
            is_customised: false,
        },
        dashboards: [
            { id: 7, name: "My month", code: "my_month" },
            { id: 8, name: "Mine", code: false },
        ],
        filters: { period: "this_month", team_id: false, country_id: false, notice: false },
        period: {
            key: "this_month",
            unit: "month",
            date_from: "2026-11-01",
            previous_key: "2026-10",
            next_key: false,
        },
        windows: {
            current: { date_from: "2026-11-01", date_to: "2026-11-18" },
            previous: { date_from: "2026-10-01", date_to: "2026-10-18" },
            last_year: { date_from: "2025-11-01", date_to: "2025-11-18" },
        },
        choices: {
            team_id: [
                { id: 3, name: "Direct" },
                { id: 4, name: "Shops" },
            ],
            country_id: [{ id: 5, name: "Chile" }],
        },
        history: { oldest: "2020-01-02", newest: "2026-11-17", newest_period: "2026" },
        currency_id: CURRENCY,
        updated: "2026-11-18 10:32:00",
        items: [
            makeTile("revenue", { unit: "money", value: 1234567.89 }),
            makeTile("orders"),
            makeTile("complaints", { direction: "lower" }),
        ],
        ...values,
    };
}
