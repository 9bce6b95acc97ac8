import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";
import { Pager } from "@web/core/pager/pager";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatFigure } from "../dashboard/dashboard_format";
import { formatRange, isolate } from "../period/period_format";
import { PeriodPicker } from "../period/period_picker";
import { readAddress } from "../period/period_screen";
import { readOptions, toAddress } from "./matrix_address";
import { MatrixCard } from "./matrix_card";
import { buildCells, formatMeasure, getMeasures } from "./matrix_format";
import { MatrixGrid } from "./matrix_grid";

const PAGE = 25;
const SMALL_PAGE = 12;
const SEARCH_DELAY = 300;

/** What is bought with what, and by whom: a heat map whose cells open the orders they count. */
export class CrossMatrix extends Component {
    static template = "crm_analytics.Matrix";
    static components = {
        Dropdown,
        DropdownItem,
        Layout,
        MatrixGrid,
        Pager,
        PeriodPicker,
        SelectMenu,
    };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.state = useState({
            data: null,
            choices: null,
            options: this.getInitialOptions(),
            loading: true,
            failed: false,
        });
        this.popover = usePopover(MatrixCard, {
            onClose: () => this.opened?.isConnected && this.opened.focus(),
        });
        this.searchLater = useDebounced((text) => this.update({ search: text }), SEARCH_DELAY);
        useSetupAction({ getLocalState: () => ({ options: { ...this.state.options } }) });
        onWillStart(() => this.loadChoices());
        // Not awaited: the frame of the page shows while the figures are on their way.
        onMounted(() => this.load());
    }

    // ------------------------------------------------------------------
    // Options
    // ------------------------------------------------------------------

    /** Those of the address, or of this screen when one comes back to it. */
    getInitialOptions() {
        return this.props.state?.options || readOptions(readAddress(this.props));
    }

    get request() {
        const limit = this.env.isSmall ? SMALL_PAGE : PAGE;
        return { ...this.state.options, row_limit: limit, column_limit: limit };
    }

    async loadChoices() {
        this.state.choices = await this.orm.call("crm.cross.matrix", "get_choices");
    }

    async load() {
        Object.assign(this.state, { loading: true, failed: false });
        let data;
        try {
            data = await this.keepLast.add(
                this.orm.call("crm.cross.matrix", "get_matrix", [this.request])
            );
        } catch (error) {
            Object.assign(this.state, { loading: false, failed: true });
            throw error; // Odoo shows it
        }
        const chosen = Boolean(this.state.options.period);
        Object.assign(this.state.options, readOptions(data.options));
        if (!chosen) {
            // What is shown without being asked for stays out of the address.
            this.state.options.period = undefined;
        }
        this.state.options.row_offset = data.row_page.offset;
        this.state.options.column_offset = data.column_page.offset;
        this.cells = buildCells(data, data.options.measure);
        this.rows = data.rows.map((item) => this.prepareHeader(item));
        this.columns = data.columns.map((item) => this.prepareHeader(item));
        Object.assign(this.state, { data, loading: false });
        this.props.updateActionState(toAddress(this.state.options));
    }

    /** Show something else, from its first page on unless the page is what changes. */
    update(values) {
        Object.assign(this.state.options, { row_offset: 0, column_offset: 0 }, values);
        return this.load();
    }

    setMeasure(measure) {
        const { data, options } = this.state;
        options.measure = measure;
        if (!data?.cells[measure]) {
            return this.load();
        }
        this.cells = buildCells(data, measure);
        this.state.data = { ...data };
        this.props.updateActionState(toAddress(this.state.options));
    }

    setAxis(side, axis) {
        return this.update({ [side]: axis, [`${side.slice(0, -1)}_category`]: undefined });
    }

    turnPage(side, { offset }) {
        const { row_offset, column_offset } = this.state.options;
        return this.update({ row_offset, column_offset, [`${side}_offset`]: offset });
    }

    // ------------------------------------------------------------------
    // What is drawn
    // ------------------------------------------------------------------

    get byGroup() {
        return !["category", "product"].includes(this.state.data.options.columns);
    }

    get measures() {
        return getMeasures(this.state.data && this.byGroup);
    }

    getAxisName(side) {
        const { choices, options } = this.state;
        return choices[side].find(({ key }) => key === options[side])?.name || "";
    }

    get groupChoices() {
        return this.state.choices.kinds.map(({ key, name, groups }) => ({
            label: name,
            choices: groups.map((group) => ({ value: `${key}-${group.id}`, label: group.name })),
        }));
    }

    get companies() {
        return user.activeCompanies;
    }

    get companyName() {
        const { company } = this.state.options;
        return this.companies.find(({ id }) => id === company)?.name || _t("All companies");
    }

    get caption() {
        const { window, orders } = this.state.data;
        const count = isolate(formatFigure(orders, "number"));
        const names = { period: formatRange(window), orders: count };
        return orders === 1
            ? _t("%(period)s: %(orders)s order", names)
            : _t("%(period)s: %(orders)s orders", names);
    }

    get measureHelp() {
        return this.measures[this.state.options.measure].help;
    }

    /** The narrowings that are not in a menu of their own, each to be taken back. */
    get facets() {
        const { names } = this.state.data;
        const facets = [];
        if (names.row_category !== undefined) {
            facets.push({
                name: "row_category",
                axis: "rows",
                label: _t("Rows"),
                value: names.row_category,
            });
        }
        if (names.column_category !== undefined) {
            facets.push({
                name: "column_category",
                axis: "columns",
                label: _t("Columns"),
                value: names.column_category,
            });
        }
        return facets;
    }

    get legend() {
        return this.state.options.measure === "lift"
            ? { less: _t("less often than by chance"), more: _t("more often") }
            : { less: "", more: _t("more") };
    }

    /** The newest order, when the period shown has none but another would. */
    get hint() {
        const { newest_order, period, orders } = this.state.data;
        if (orders || !newest_order || newest_order.period === period.key) {
            return null;
        }
        return {
            date: formatDate(deserializeDate(newest_order.date)),
            period: newest_order.period,
            button: _t("Show %s", newest_order.period),
        };
    }

    prepareHeader(item) {
        const count = formatMeasure(item.orders, "orders");
        return {
            ...item,
            count: formatMeasure(item.orders, "orders", undefined, true),
            title: _t("%(name)s: %(count)s orders", { name: item.name, count }),
        };
    }

    // ------------------------------------------------------------------
    // What one does
    // ------------------------------------------------------------------

    onSearchInput(ev) {
        this.searchLater(ev.target.value.trim());
    }

    openCard(row, column, element) {
        const { data } = this.state;
        this.opened = element;
        this.popover.open(element, {
            data,
            row,
            column,
            byGroup: this.byGroup,
            canDrill: data.options.rows === "category" || data.options.columns === "category",
            onOpen: (figure, ev) => this.openList(figure, row, column, ev),
            onDrill: () => this.drillCell(row, column),
        });
    }

    async openList(figure, row, column, ev) {
        const { rows, columns } = this.state.data;
        // The list of the figures shown, whatever has been chosen since.
        const options = { ...this.state.data.options };
        const newWindow = ev.ctrlKey || ev.metaKey;
        const action = await this.orm.call("crm.cross.matrix", "get_action", [
            options,
            figure,
            rows[row].id,
            columns[column].id,
        ]);
        return this.action.doAction(action, { newWindow });
    }

    drill(side, item) {
        return this.update({ ...this.getDrill(side, item), search: undefined });
    }

    drillCell(row, column) {
        const { rows, columns } = this.state.data;
        return this.update({
            ...this.getDrill("row", rows[row]),
            ...this.getDrill("column", columns[column]),
            search: undefined,
        });
    }

    getDrill(side, item) {
        const axis = `${side}s`;
        return this.state.data.options[axis] === "category"
            ? { [axis]: "product", [`${side}_category`]: item.id }
            : {};
    }

    removeFacet({ name, axis }) {
        return this.update({ [name]: undefined, [axis]: "category", search: undefined });
    }

    export() {
        return download({
            url: "/crm_analytics/matrix/xlsx",
            data: { options: JSON.stringify(this.state.data.options) },
        });
    }
}

registry.category("actions").add("crm_analytics.matrix", CrossMatrix);
