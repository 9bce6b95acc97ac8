import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { clamp } from "@web/core/utils/numbers";

/**
 * The table of a matrix. One stop for the Tab key, in which the arrows go from cell to cell, as
 * the ARIA practices ask of a grid. Headers are at row or column -1.
 */
export class MatrixGrid extends Component {
    static template = "crm_analytics.MatrixGrid";
    static props = {
        caption: String,
        /** [{ id, name, orders }] */
        rows: Array,
        columns: Array,
        /** see `buildCells` */
        cells: Array,
        rowTitle: String,
        columnTitle: String,
        canDrillRows: Boolean,
        canDrillColumns: Boolean,
        /** (row, column, element) */
        onOpen: Function,
        /** ("row"|"column", item) */
        onDrill: Function,
    };

    setup() {
        this.table = useRef("table");
        this.focus = useState({ row: 0, column: 0 });
        useEffect(
            () => {
                Object.assign(this.focus, { row: 0, column: 0 });
            },
            () => [this.props.cells]
        );
    }

    getTabIndex(row, column) {
        return this.focus.row === row && this.focus.column === column ? 0 : -1;
    }

    onFocusin(ev) {
        const place = ev.target.closest("[data-row]");
        if (place) {
            Object.assign(this.focus, this.getPlace(place));
        }
    }

    getPlace({ dataset }) {
        return { row: Number(dataset.row), column: Number(dataset.column) };
    }

    onKeydown(ev) {
        if (ev.altKey || ev.metaKey) {
            return;
        }
        const { row, column } = this.focus;
        const forward = localization.direction === "rtl" ? -1 : 1;
        const lastRow = this.props.rows.length - 1;
        const lastColumn = this.props.columns.length - 1;
        const target = {
            ArrowUp: [row - 1, column],
            ArrowDown: [row + 1, column],
            ArrowLeft: [row, column - forward],
            ArrowRight: [row, column + forward],
            Home: [ev.ctrlKey ? 0 : row, 0],
            End: [ev.ctrlKey ? lastRow : row, lastColumn],
        }[ev.key];
        if (target) {
            ev.preventDefault();
            this.moveTo(clamp(target[0], -1, lastRow), clamp(target[1], -1, lastColumn));
        } else if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            ev.target.click();
        }
    }

    moveTo(row, column) {
        // The corner holds nothing.
        if (row < 0 && column < 0) {
            return;
        }
        this.table.el.querySelector(`[data-row="${row}"][data-column="${column}"]`).focus();
    }

    onClick(ev) {
        const place = ev.target.closest("[data-row]");
        if (!place) {
            return;
        }
        const { row, column } = this.getPlace(place);
        const { rows, columns, canDrillRows, canDrillColumns, onDrill, onOpen } = this.props;
        if (row >= 0 && column >= 0) {
            onOpen(row, column, place);
        } else if (row >= 0 && canDrillRows) {
            onDrill("row", rows[row]);
        } else if (column >= 0 && canDrillColumns) {
            onDrill("column", columns[column]);
        }
    }
}
