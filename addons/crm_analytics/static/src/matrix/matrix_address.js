/** What an address says of the screen: see tools/matrix_options.py, where each has its default. */
const DEFAULTS = {
    rows: "category",
    columns: "category",
    measure: "orders",
    period: undefined,
    company: undefined,
    group: undefined,
    row_category: undefined,
    column_category: undefined,
    search: undefined,
    row_offset: 0,
    column_offset: 0,
};

/** @returns {object} the options of an address, or of anything that has some of them */
export function readOptions(values) {
    return Object.fromEntries(
        Object.entries(DEFAULTS).map(([name, value]) => [name, values[name] ?? value])
    );
}

/** @returns {object} what an address has to hold of the options; nothing of what is usual */
export function toAddress(options) {
    return Object.fromEntries(
        Object.entries(options).map(([name, value]) => {
            const isUsual = value === DEFAULTS[name] || value === "" || value === null;
            // An address cannot hold a 0.
            return [name, isUsual ? undefined : value === 0 ? "none" : value];
        })
    );
}
