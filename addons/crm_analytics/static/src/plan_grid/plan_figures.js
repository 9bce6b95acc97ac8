import { _t } from "@web/core/l10n/translation";
import { roundDecimals } from "@web/core/utils/numbers";
import { formatFloat } from "@web/views/fields/formatters";
import { parseFloat } from "@web/views/fields/parsers";

const OTHER = { bottom_up: "top_down", top_down: "bottom_up" };

/**
 * A figure without the decimals that say nothing: the cells of a grid are narrow.
 */
export function formatCell(value, digits = 2) {
    return formatFloat(value, { digits: [16, Number.isInteger(value) ? 0 : digits] });
}

/** The rows and columns of what one copies in a spreadsheet. */
export function parseBlock(text) {
    return text
        .replace(/\r\n?/g, "\n")
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => line.split("\t"));
}

/**
 * What the grid of a plan holds: the figures of the server and, over them, what was entered and
 * not saved yet.
 */
export class PlanFigures {
    /**
     * @param {Object} data see `crm.sales.plan.get_grid`
     * @param {number} digits of the currency
     */
    constructor(data, digits = 2) {
        this.digits = digits;
        this.replace(data);
    }

    replace(data) {
        const { months, rows } = data;
        Object.assign(this, { months, rows, edits: {} });
    }

    // ------------------------------------------------------------------
    // Reading
    // ------------------------------------------------------------------

    getEdit(row, column, entry) {
        return this.edits[this.getPlace(row, column, entry)];
    }

    getAmount(row, column, figure) {
        const edit = this.getEdit(row, column, figure);
        return edit && !edit.error ? edit.amount : this.rows[row][figure][column];
    }

    getDifference(row, column) {
        return this.round(
            this.getAmount(row, column, "bottom_up") - this.getAmount(row, column, "top_down")
        );
    }

    /** The text of the input of a cell: what was typed where it means nothing. */
    getText(row, column, entry) {
        const edit = this.getEdit(row, column, entry);
        if (edit?.error || edit?.isTyped) {
            return edit.text;
        }
        const amount = this.getAmount(row, column, entry);
        return amount ? formatCell(amount, this.digits) : "";
    }

    getRowTotal(row, figure) {
        return this.sum(this.months.map((_, column) => this.getAmount(row, column, figure)));
    }

    getColumnTotal(column, figure) {
        return this.sum(this.rows.map((_, row) => this.getAmount(row, column, figure)));
    }

    getTotal(figure) {
        return this.sum(this.months.map((_, column) => this.getColumnTotal(column, figure)));
    }

    sum(amounts) {
        return this.round(amounts.reduce((total, amount) => total + amount, 0));
    }

    round(amount) {
        return roundDecimals(amount, this.digits) || 0;
    }

    get isDirty() {
        return Object.keys(this.edits).length > 0;
    }

    get hasErrors() {
        return Object.values(this.edits).some((edit) => edit.error);
    }

    /** What `save_grid` is to be told. */
    get changes() {
        return Object.values(this.edits).map(({ row, column, entry, amount }) => ({
            key: this.rows[row].key,
            entry,
            month: this.months[column].key,
            amount,
            old: this.rows[row][entry][column],
        }));
    }

    // ------------------------------------------------------------------
    // Writing
    // ------------------------------------------------------------------

    /**
     * Enter a text into a cell; an empty one is no figure.
     *
     * @param {boolean} [isTyped] while it is typed: it stays as it is written
     */
    enter(row, column, entry, text, isTyped = false) {
        const place = this.getPlace(row, column, entry);
        const edit = { row, column, entry, text, isTyped, amount: 0, error: "" };
        try {
            edit.amount = text.trim() ? this.round(parseFloat(text.trim())) : 0;
        } catch {
            edit.error = _t("“%s” is not a number.", text);
        }
        if (!isTyped && !edit.error && edit.amount === this.rows[row][entry][column]) {
            delete this.edits[place];
        } else {
            this.edits[place] = edit;
        }
    }

    /** Enter a block from a cell on; what does not fit in the grid is left out. */
    enterBlock(row, column, entry, block) {
        block.slice(0, this.rows.length - row).forEach((texts, down) => {
            texts.slice(0, this.months.length - column).forEach((text, right) => {
                this.enter(row + down, column + right, entry, text);
            });
        });
    }

    /** Nothing is being typed any more: what means nothing shows as an error. */
    settle() {
        for (const edit of Object.values(this.edits)) {
            edit.isTyped = false;
        }
    }

    restore(row, column, entry) {
        delete this.edits[this.getPlace(row, column, entry)];
    }

    discard() {
        this.edits = {};
    }

    /** @returns {number} the row of that key, added where there is none */
    addRow(key, names) {
        const found = this.rows.findIndex((row) => String(row.key) === String(key));
        if (found >= 0) {
            return found;
        }
        const zeros = () => this.months.map(() => 0);
        this.rows.push({
            key,
            names,
            bottom_up: zeros(),
            top_down: zeros(),
            last_year: zeros(),
            pipeline: zeros(),
        });
        return this.rows.length - 1;
    }

    /** Show what the server refuses at its cell. */
    setErrors(errors) {
        for (const { key, month, entry, message } of errors) {
            const row = this.rows.findIndex((candidate) => String(candidate.key) === String(key));
            const column = this.months.findIndex((candidate) => candidate.key === month);
            const edit = this.getEdit(row, column, entry);
            if (edit) {
                edit.isTyped = false;
                edit.error = message;
            }
        }
    }

    getPlace(row, column, entry) {
        return `${entry}/${row}/${column}`;
    }

    static getOther(entry) {
        return OTHER[entry];
    }
}
