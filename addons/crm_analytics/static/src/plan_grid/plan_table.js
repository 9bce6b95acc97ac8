import { Component, useRef } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { formatCell, parseBlock, PlanFigures } from "./plan_figures";

/**
 * The table of a plan: an input in each cell, moved through as in a spreadsheet. Arrows and Enter
 * go from cell to cell, Tab as everywhere, Escape takes back what was typed, and a block copied
 * from a spreadsheet is pasted from the cell one is in.
 */
export class PlanTable extends Component {
    static template = "crm_analytics.PlanTable";
    static props = {
        caption: String,
        figures: PlanFigures,
        entry: String,
        /** whether figures of this entry are entered */
        isEditable: Boolean,
        rowTitle: String,
        /** the rows shown: from, to (exclusive) */
        from: Number,
        to: Number,
        /** {other, last_year, pipeline}: which figures show beside the entered ones */
        shown: Object,
        labels: Object,
    };

    setup() {
        this.table = useRef("table");
    }

    // ------------------------------------------------------------------
    // What is drawn
    // ------------------------------------------------------------------

    get other() {
        return PlanFigures.getOther(this.props.entry);
    }

    get rows() {
        const { figures, from, to } = this.props;
        return figures.rows.slice(from, to).map((row, index) => ({
            index: from + index,
            id: String(row.key),
            name: row.names.join(" · "),
        }));
    }

    /** The figures beside the entered one, in their order. */
    get asides() {
        const { shown } = this.props;
        return ["last_year", "pipeline"].filter((figure) => shown[figure]);
    }

    getCell(row, column) {
        const { figures, entry } = this.props;
        const edit = figures.getEdit(row.index, column, entry);
        return {
            text: figures.getText(row.index, column, entry),
            error: (!edit?.isTyped && edit?.error) || "",
            isEdited: Boolean(edit),
            label: this.getLabel(row, column),
        };
    }

    /** All a cell shows, as one sentence. */
    getLabel(row, column) {
        const { figures, entry, labels, shown } = this.props;
        const parts = [`${row.name}, ${figures.months[column].label}, ${labels[entry]}`];
        for (const figure of [...(shown.other ? [this.other] : []), ...this.asides]) {
            const amount = figures.getAmount(row.index, column, figure);
            if (amount) {
                parts.push(`${labels[figure]}: ${this.format(amount)}`);
            }
        }
        if (shown.other) {
            const difference = figures.getDifference(row.index, column);
            if (difference) {
                parts.push(`${labels.difference}: ${this.format(difference)}`);
            }
        }
        return parts.join(". ");
    }

    format(amount) {
        return formatCell(amount, this.props.figures.digits);
    }

    formatSigned(amount) {
        return amount > 0 ? `+${this.format(amount)}` : this.format(amount);
    }

    getDifferenceClass(difference) {
        return difference < 0 ? "text-danger" : difference > 0 ? "text-success" : "text-muted";
    }

    getTotals(get) {
        return {
            entered: get(this.props.entry),
            other: get(this.other),
            difference: this.props.figures.round(get("bottom_up") - get("top_down")),
            asides: this.asides.map((figure) => ({ figure, amount: get(figure) })),
        };
    }

    getBeside(row, column) {
        return this.getTotals((figure) => this.props.figures.getAmount(row.index, column, figure));
    }

    getRowTotals(row) {
        return this.getTotals((figure) => this.props.figures.getRowTotal(row.index, figure));
    }

    getColumnTotals(column) {
        return this.getTotals((figure) => this.props.figures.getColumnTotal(column, figure));
    }

    get totals() {
        return this.getTotals((figure) => this.props.figures.getTotal(figure));
    }

    // ------------------------------------------------------------------
    // What one does
    // ------------------------------------------------------------------

    getPlace({ dataset }) {
        return { row: Number(dataset.row), column: Number(dataset.column) };
    }

    onFocusin(ev) {
        ev.target.select?.();
    }

    onInput(ev) {
        const { row, column } = this.getPlace(ev.target);
        this.props.figures.enter(row, column, this.props.entry, ev.target.value, true);
    }

    /** Leaving a cell says whether what was typed means something. */
    onChange(ev) {
        if (!ev.target.matches?.("input[data-row]") || ev.target.readOnly) {
            return;
        }
        const { row, column } = this.getPlace(ev.target);
        const { figures, entry } = this.props;
        if (figures.getEdit(row, column, entry)) {
            figures.enter(row, column, entry, ev.target.value);
        }
    }

    onKeydown(ev) {
        const { row, column } = this.getPlace(ev.target);
        const { figures, entry, from, to } = this.props;
        const forward = localization.direction === "rtl" ? -1 : 1;
        const last = { row: to - 1, column: figures.months.length - 1 };
        const target = {
            ArrowUp: [row - 1, column],
            ArrowDown: [row + 1, column],
            Enter: [ev.shiftKey ? row - 1 : row + 1, column],
            ArrowLeft: this.isAtEdge(ev.target, "start") && [row, column - forward],
            ArrowRight: this.isAtEdge(ev.target, "end") && [row, column + forward],
            Home: ev.ctrlKey && [from, 0],
            End: ev.ctrlKey && [last.row, last.column],
        }[ev.key];
        if (ev.key === "Escape") {
            ev.stopPropagation();
            figures.restore(row, column, entry);
            ev.target.value = figures.getText(row, column, entry);
            ev.target.select();
            } else if (target && !ev.altKey && !ev.metaKey) {
            const [toRow, toColumn] = target;
            ev.preventDefault();
            if (toRow >= from && toRow <= last.row && toColumn >= 0 && toColumn <= last.column) {
                this.focusCell(toRow, toColumn);
            } else {
                ev.target.blur();
                ev.target.focus();
            }
        }
    }

    /** Whether an arrow leaves the text: all of it is selected, or the caret is at its end. */
    isAtEdge({ value, selectionStart, selectionEnd }, edge) {
        const isAll = selectionStart === 0 && selectionEnd === value.length;
        const caret = edge === "start" ? 0 : value.length;
        return isAll || (selectionStart === selectionEnd && selectionStart === caret);
    }

    onPaste(ev) {
        const text = ev.clipboardData?.getData("text/plain") || "";
        const block = parseBlock(text);
        const { figures, entry, isEditable } = this.props;
        if (!isEditable || (block.length === 1 && block[0].length === 1)) {
            return;
        }
        ev.preventDefault();
        const { row, column } = this.getPlace(ev.target);
        figures.enterBlock(row, column, entry, block);
        ev.target.value = figures.getText(row, column, entry);
        ev.target.select();
    }

    focusCell(row, column) {
        this.table.el.querySelector(`input[data-row="${row}"][data-column="${column}"]`)?.focus();
    }
}
