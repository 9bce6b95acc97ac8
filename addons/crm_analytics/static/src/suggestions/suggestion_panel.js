import { Component, onWillDestroy, useState } from "@odoo/owl";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { SuggestionCard } from "./suggestion_card";

const REFRESH_DELAY = 250;

/**
 * What goes best with a quotation, wherever it is shown. A subclass says what is on the quotation
 * (`values`), whether that is enough to ask for (`canAsk`), how a product is added (`addLine`) and
 * when the server is told (`sendPending`).
 */
export class SuggestionPanel extends Component {
    static template = "crm_analytics.SuggestionList";
    static components = { SuggestionCard };
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.state = useState({ suggestions: [], addingId: false });
        this.keepLast = new KeepLast();
        this.values = {};
        this.forget();
        this.refreshLater = useDebounced(() => this.refresh(), REFRESH_DELAY);
        onWillDestroy(() => this.refreshLater.cancel());
    }

    get readonly() {
        return false;
    }

    get canAsk() {
        return true;
    }

    /** What else can be done with a suggestion, see `actions` of the card. */
    getActions() {
        return [];
    }

    /** Another quotation: nothing is known of it. */
    forget() {
        /** {product id: {state, basketIds, position, reason}} of what the server was not told */
        this.pending = new Map();
        this.shownIds = new Set();
        this.dismissedIds = new Set();
    }

    async refresh() {
        const values = { ...this.values, dismissed_ids: [...this.dismissedIds] };
        let suggestions = [];
        if (this.canAsk) {
            suggestions = await this.keepLast.add(
                this.orm.silent.call("sale.order", "get_affinity_suggestions", [values])
            );
        } else {
            // an earlier answer must not fill the panel of an order without anything
            this.keepLast.add(Promise.resolve());
        }
        // What was added or dismissed while the server worked must not come back for a second click.
        const settledIds = [...this.dismissedIds, ...this.getSettledIds(), this.state.addingId];
        suggestions = suggestions.filter(({ product_id }) => !settledIds.includes(product_id));
        this.state.suggestions = suggestions;
        suggestions.forEach(({ product_id }, index) => {
            this.remember("shown", product_id, { position: index + 1 });
        });
        if (!suggestions.length && this.canAsk) {
            this.sendNothingShown();
        } else {
            this.sendPending();
        }
    }

    /** Products that are on the quotation by now. */
    getSettledIds() {
        return [];
    }

    // Handlers

    /** @param {() => Promise<boolean>} [addLine] another way to add it than `addLine` */
    async onAdd(suggestion, addLine = () => this.addLine(suggestion)) {
        if (this.state.addingId) {
            return;
        }
        this.state.addingId = suggestion.product_id;
        const values = { basketIds: this.values.product_ids, ...this.getPosition(suggestion) };
        try {
            if (await addLine()) {
                this.remember("added", suggestion.product_id, values);
                this.sendPending();
            }
        } finally {
            this.state.addingId = false;
        }
    }

    onDismiss(suggestion, reason) {
        const values = { reason, ...this.getPosition(suggestion) };
        this.dismissedIds.add(suggestion.product_id);
        this.hide(suggestion);
        this.remember("dismissed", suggestion.product_id, values);
        this.sendPending();
        this.refreshLater();
    }

    /** At once, so that a second click cannot add it again. */
    hide({ product_id }) {
        this.state.suggestions = this.state.suggestions.filter(
            (suggestion) => suggestion.product_id !== product_id
        );
    }

    // What the server is told

    getPosition({ product_id }) {
        const ids = this.state.suggestions.map((suggestion) => suggestion.product_id);
        return { position: ids.indexOf(product_id) + 1 };
    }

    remember(state, productId, values) {
        if (state === "shown" && this.shownIds.has(productId)) {
            return;
        }
        this.shownIds.add(productId);
        this.pending.set(productId, { state, basketIds: this.values.product_ids, ...values });
    }

    /** Tell what is settled of a saved quotation, in one call for each kind of news. */
    send(orderId, isSettled = () => true) {
        const groups = new Map();
        for (const [productId, news] of this.pending) {
            if (!isSettled(productId, news)) {
                continue;
            }
            this.pending.delete(productId);
            const { state, basketIds, reason } = news;
            const key = JSON.stringify([state, basketIds, reason || false]);
            if (!groups.has(key)) {
                groups.set(key, { ids: [], positions: [] });
            }
            groups.get(key).ids.push(productId);
            groups.get(key).positions.push(news.position);
        }
        for (const [key, { ids, positions }] of groups) {
            const [state, basketIds, reason] = JSON.parse(key);
            this.log(orderId, state, ids, basketIds, positions, reason);
        }
    }

    log(orderId, state, ids, basketIds, positions = [], reason = false) {
        this.orm.silent.call("sale.order", "log_affinity_suggestions", [
            [orderId],
            state,
            ids,
            basketIds || false,
            positions,
            reason,
        ]);
    }

    sendPending() {}

    /** A quotation that is held out shows nothing: the server remembers what it would have. */
    sendNothingShown() {}
}
