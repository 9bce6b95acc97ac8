import { Component, useRef } from "@odoo/owl";
import { useGridNavigation } from "../grid/grid_navigation";

/** The table of a matrix. Headers are at row or column -1. */
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
        this.navigation = useGridNavigation(
            this.table,
            () => ({
                rows: this.props.rows.length,
                columns: this.props.columns.length,
                headers: true,
            }),
            () => [this.props.cells]
        );
    }

    onClick(ev) {
        const place = ev.target.closest("[data-row]");
        if (!place) {
            return;
        }
        const { row, column } = this.navigation.getPlace(place);
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
