import { useEffect, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { clamp } from "@web/core/utils/numbers";

/**
 * One stop for the Tab key, in which the arrows go from cell to cell, as the ARIA practices ask of a
 * grid. Cells carry `data-row` and `data-column`; headers are at row or column -1.
 *
 * @param {{ el: HTMLElement }} table
 * @param {() => { rows: number, columns: number, headers: boolean }} getSize
 * @param {() => any[]} getDeps what makes it another grid, to start anew in its first cell
 */
export function useGridNavigation(table, getSize, getDeps) {
    const focus = useState({ row: 0, column: 0 });
    useEffect(() => {
        Object.assign(focus, { row: 0, column: 0 });
    }, getDeps);

    function moveTo(row, column) {
        table.el.querySelector(`[data-row="${row}"][data-column="${column}"]`)?.focus();
    }

    return {
        getTabIndex(row, column) {
            return focus.row === row && focus.column === column ? 0 : -1;
        },
        getPlace,
        onFocusin(ev) {
            const place = ev.target.closest("[data-row]");
            if (place) {
                Object.assign(focus, getPlace(place));
            }
        },
        onKeydown(ev) {
            if (ev.altKey || ev.metaKey) {
                return;
            }
            const { row, column } = focus;
            const { rows, columns, headers } = getSize();
            const first = headers ? -1 : 0;
            const forward = localization.direction === "rtl" ? -1 : 1;
            const target = {
                ArrowUp: [row - 1, column],
                ArrowDown: [row + 1, column],
                ArrowLeft: [row, column - forward],
                ArrowRight: [row, column + forward],
                Home: [ev.ctrlKey ? 0 : row, 0],
                End: [ev.ctrlKey ? rows - 1 : row, columns - 1],
            }[ev.key];
            if (target) {
                ev.preventDefault();
                moveTo(clamp(target[0], first, rows - 1), clamp(target[1], first, columns - 1));
            } else if (ev.key === "Enter" || ev.key === " ") {
                ev.preventDefault();
                ev.target.click();
            }
        },
    };
}

function getPlace({ dataset }) {
    return { row: Number(dataset.row), column: Number(dataset.column) };
}
