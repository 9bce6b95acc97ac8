import { Component, xml } from "@odoo/owl";

const WIDTH = 100;
const HEIGHT = 24;

/** The course of a figure in a line; what it says in words stands beside it. */
export class Sparkline extends Component {
    static template = xml`
        <svg class="o_crm_dashboard_sparkline" t-att-viewBox="viewBox" preserveAspectRatio="none" aria-hidden="true">
            <polyline t-foreach="runs" t-as="run" t-key="run_index" t-att-points="run" fill="none" stroke="currentColor"
                      stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke"/>
        </svg>`;
    static props = {
        /** numbers, null where nothing can be said: the line has a gap there */
        values: Array,
    };

    viewBox = `0 -2 ${WIDTH} ${HEIGHT + 4}`;

    /** @returns {string[]} the points of each stretch without a gap */
    get runs() {
        const { values } = this.props;
        const known = values.filter((value) => value !== null);
        const low = Math.min(...known);
        const range = Math.max(...known) - low;
        const step = WIDTH / Math.max(values.length - 1, 1);
        const runs = [[]];
        values.forEach((value, index) => {
            if (value === null) {
                runs.push([]);
            } else {
                const y = range ? HEIGHT * (1 - (value - low) / range) : HEIGHT / 2;
                runs.at(-1).push(`${(index * step).toFixed(1)},${y.toFixed(1)}`);
            }
        });
        return runs.filter((run) => run.length).map((run) => run.join(" "));
    }
}
