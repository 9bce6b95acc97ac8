import { onMounted, useComponent, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";

/** @returns {object} what the address says to this action: nothing where it is another's */
export function readAddress({ action }) {
    const isAddress = [action.path, action.id, action.tag].includes(router.current.action);
    return isAddress ? router.current : {};
}

/**
 * A client action that shows figures of a period. What one chooses is kept in the address, so that
 * a link opens the same view and the browser goes back through it; what nobody chose stays out.
 *
 * @param {object} params
 * @param {string[]} [params.names] the options the address holds
 * @param {(options: object) => Promise<object>} params.fetch
 * @param {(data: object) => object} [params.resolve] the options as the server understood them
 * @returns {object} `state` ({ data, options, loading, failed }), and what changes it
 */
export function usePeriodScreen({
    names = ["period"],
    fetch,
    resolve = ({ period }) => ({ period: period.key }),
}) {
    const { props } = useComponent();
    const action = useService("action");
    const keepLast = new KeepLast();
    // Coming back to the screen one finds it as it was left.
    const start = props.state?.options || { ...props.action.params, ...readAddress(props) };
    const state = useState({
        data: null,
        options: Object.fromEntries(names.map((name) => [name, toOption(start[name])])),
        loading: true,
        failed: false,
    });

    async function load() {
        Object.assign(state, { loading: true, failed: false });
        try {
            const data = await keepLast.add(fetch({ ...state.options }));
            Object.assign(state, { data, loading: false });
        } catch (error) {
            Object.assign(state, { loading: false, failed: true });
            throw error; // Odoo shows it
        }
        const resolved = resolve(state.data);
        for (const name of names.filter((name) => state.options[name])) {
            state.options[name] = toOption(resolved[name]);
        }
        props.updateActionState({ ...state.options });
    }

    useSetupAction({ getLocalState: () => ({ options: { ...state.options } }) });
    // Not awaited: the frame of the page shows while the figures are on their way.
    onMounted(load);
    return {
        state,
        load,
        update(options) {
            Object.assign(state.options, options);
            return load();
        },
        open(records, inNewWindow) {
            return action.doAction(records, { newWindow: inNewWindow });
        },
        /** What the figures cover, said where it could be doubted. */
        get companies() {
            const companies = user.activeCompanies;
            return companies.length > 1 ? companies.map(({ name }) => name).join(", ") : "";
        },
    };
}

/** The router makes a number of a year; "nothing" has many spellings. */
function toOption(value) {
    return value ? String(value) : undefined;
}
