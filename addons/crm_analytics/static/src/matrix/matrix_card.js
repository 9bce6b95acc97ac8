import { Component, onMounted, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { isolate } from "../period/period_format";
import { formatMeasure, hasEvidence } from "./matrix_format";

/** What a cell says in words, and the way to the records behind each of its figures. */
export class MatrixCard extends Component {
    static template = "crm_analytics.MatrixCard";
    static props = {
        data: Object,
        row: Number,
        column: Number,
        byGroup: Boolean,
        canDrill: Boolean,
        /** (figure, ev) */
        onOpen: Function,
        onDrill: Function,
        close: Function,
    };

    setup() {
        this.main = useRef("main");
        onMounted(() => this.main.el.focus());
    }

    get rowItem() {
        return this.props.data.rows[this.props.row];
    }

    get columnItem() {
        return this.props.data.columns[this.props.column];
    }

    get isTrivial() {
        return this.props.data.trivial[this.props.row][this.props.column];
    }

    get title() {
        const names = new Set([this.rowItem.name, this.columnItem.name]);
        return [...names].map(isolate).join(" × ");
    }

    getValue(measure) {
        return this.props.data.cells[measure]?.[this.props.row][this.props.column];
    }

    format(measure) {
        return formatMeasure(this.getValue(measure), measure, this.props.data.currency_id);
    }

    formatCount(count) {
        return formatMeasure(count, "orders");
    }

    get words() {
        if (this.isTrivial) {
            return "";
        }
        const { byGroup, data, row, column } = this.props;
        const [item, other] = byGroup
            ? [this.columnItem, this.rowItem]
            : [this.rowItem, this.columnItem];
        const names = {
            both: this.formatCount(this.getValue("orders")),
            count: this.formatCount(item.orders),
            item: isolate(item.name),
            other: isolate(other.name),
        };
        const sentence = byGroup
            ? _t("%(both)s of %(count)s orders of %(item)s have %(other)s.", names)
            : _t("%(both)s of %(count)s orders with %(item)s also have %(other)s.", names);
        if (!hasEvidence(data, row, column)) {
            return _t("%s These are too few orders to tell.", sentence);
        }
        return _t("%(sentence)s That is %(lift)s times as often as by chance.", {
            sentence,
            lift: this.format("lift"),
        });
    }

    /** The counts, each with the list of the orders it counts. */
    get counts() {
        const { byGroup, data } = this.props;
        const { name: row, orders: rowOrders } = this.rowItem;
        const { name: column, orders: columnOrders } = this.columnItem;
        const isSame = this.isTrivial && data.options.rows === data.options.columns;
        const counts = [
            {
                figure: "row",
                label: _t("Orders with %s", isolate(row)),
                count: rowOrders,
            },
            {
                figure: "column",
                label: byGroup
                    ? _t("Orders of %s", isolate(column))
                    : _t("Orders with %s", isolate(column)),
                count: columnOrders,
            },
            { figure: "all", label: _t("All orders"), count: data.orders },
        ];
        if (isSame) {
            counts.splice(1, 1);
        } else {
            counts.unshift({
                figure: "both",
                label: _t("Orders with both"),
                count: this.getValue("orders"),
            });
        }
        return counts;
    }

    get ratios() {
        const names = {
            support: _t("Support"),
            confidence: _t("Confidence"),
            lift: _t("Lift"),
            amount: _t("Revenue"),
        };
        return Object.entries(names)
            .filter(([measure]) => (this.getValue(measure) ?? null) !== null)
            .map(([measure, label]) => ({ measure, label, text: this.format(measure) }));
    }

    open(figure, ev) {
        this.props.close();
        this.props.onOpen(figure, ev);
    }

    drill() {
        this.props.close();
        this.props.onDrill();
    }
}
