/** What a layout keeps of an item; the figures are read anew whenever it opens. */
const KEPT = ["id", "type", "kpi", "groupby", "width", "height", "limit"];
/** Twelfths of the page an item may take. */
export const WIDTHS = [2, 3, 4, 6, 8, 12];
const HEIGHTS = [2, 3, 4, 5, 6, 8];

/** @returns {object[]} the items as `save_layout` takes them */
export function toLayout(items) {
    return items.map((item) => ({
        ...Object.fromEntries(KEPT.filter((key) => item[key]).map((key) => [key, item[key]])),
        // Left to itself, an item is called as its KPI is, in the language of whoever reads it.
        title: item.own_title || "",
    }));
}

/** @returns {object[]} the items with one of them before another, or at the end */
export function moveItem(items, id, beforeId) {
    const moved = items.find((item) => item.id === id);
    const others = items.filter((item) => item.id !== id);
    const place = others.findIndex((item) => item.id === beforeId);
    others.splice(place < 0 ? others.length : place, 0, moved);
    return others;
}

/** @returns {object[]} the items with one of them a step further on, or back */
export function stepItem(items, id, step) {
    const place = items.findIndex((item) => item.id === id);
    const target = Math.min(Math.max(place + step, 0), items.length - 1);
    const moved = items.toSpliced(place, 1);
    moved.splice(target, 0, items[place]);
    return moved;
}

/** @returns {object[]} the items with one of them a size wider or higher, or smaller */
export function resizeItem(items, id, side, step) {
    const sizes = side === "width" ? WIDTHS : HEIGHTS;
    return items.map((item) =>
        item.id === id ? { ...item, [side]: getNextSize(sizes, item[side], step) } : item
    );
}

function getNextSize(sizes, size, step) {
    return step > 0
        ? (sizes.find((other) => other > size) ?? sizes.at(-1))
        : (sizes.findLast((other) => other < size) ?? sizes[0]);
}

export function removeItem(items, id) {
    return items.filter((item) => item.id !== id);
}

/** @returns {object[]} the items and a new one, under an id that is free */
export function addItem(items, item) {
    const taken = new Set(items.map(({ id }) => id));
    const stem = `${item.type}-${[item.kpi].flat()[0]}`;
    let id = stem;
    for (let number = 2; taken.has(id); number++) {
        id = `${stem}-${number}`;
    }
    return [...items, { ...item, id, isNew: true }];
}

/**
 * @returns {string} the columns an item spans, on a wide page (of 12), a narrower (of 6) and a
 *  telephone (of 2), for the style sheet to choose from
 */
export function getSpans({ type, width, height }) {
    const isTile = type === "tile";
    const spans = {
        wide: width,
        middle: isTile ? Math.min(Math.max(Math.round(width / 2), 2), 6) : 6,
        small: isTile ? 1 : 2,
        rows: height,
    };
    return Object.entries(spans)
        .map(([name, span]) => `--o-span-${name}: ${span}`)
        .join("; ");
}
