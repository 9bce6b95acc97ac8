import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { useService } from "@web/core/utils/hooks";
import { isTime } from "./dashboard_format";

/** Charts with a row for each part of every day or month. */
const TWO_WAYS = ["heatmap"];
const USUAL = ["month", "user_id"];

/** What may be put on a dashboard: a KPI, how it is drawn and by what it is split. */
export class DashboardCatalogue extends Component {
    static template = "crm_analytics.DashboardCatalogue";
    static components = { Dialog, SelectMenu };
    static props = {
        close: Function,
        /** (item): as `save_layout` takes it, without an id */
        onAdd: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.title = _t("Add to the Dashboard");
        this.state = useState({ type: "tile", codes: [], groupby: null, split: null, title: "" });
        onWillStart(async () => {
            this.catalogue = await this.orm.call("crm.dashboard", "get_catalogue", []);
        });
    }

    get type() {
        return this.catalogue.types.find(({ type }) => type === this.state.type);
    }

    get chosen() {
        return this.state.codes.map((code) =>
            this.catalogue.kpis.find((kpi) => kpi.code === code)
        );
    }

    get typeChoices() {
        return this.catalogue.types.map(({ type, name }) => ({ value: type, label: name }));
    }

    get kpiGroups() {
        const groups = new Map();
        for (const { code, name, category_name } of this.catalogue.kpis) {
            const choices = groups.get(category_name) || [];
            groups.set(category_name, [...choices, { value: code, label: name }]);
        }
        return [...groups].map(([label, choices]) => ({ label, choices }));
    }

    get takesSeveral() {
        return this.type.kpis_max > 1;
    }

    get isTwoWays() {
        return TWO_WAYS.includes(this.state.type);
    }

    /** What all of the KPIs and the chart can be split by. */
    get groupbys() {
        const possible = this.type.groupby.filter((name) =>
            this.chosen.every((kpi) => kpi.groupby.includes(name))
        );
        return this.catalogue.groupby
            .filter(({ name }) => possible.includes(name))
            .map(({ name, label }) => ({
                value: name,
                label: label.charAt(0).toLocaleUpperCase() + label.slice(1),
            }));
    }

    get groupbyChoices() {
        return this.isTwoWays
            ? this.groupbys.filter(({ value }) => isTime(value))
            : this.groupbys;
    }

    get splitChoices() {
        return this.groupbys.filter(({ value }) => !isTime(value));
    }

    get canSplit() {
        return this.isTwoWays || (this.state.type === "stacked" && isTime(this.state.groupby));
    }

    /** A table shows the KPIs below each other where it is not split. */
    get needsGroupby() {
        return this.type.groupby.length > 0 && this.state.type !== "table";
    }

    get isComplete() {
        const { codes, groupby, split } = this.state;
        return (
            codes.length >= this.type.kpis_min &&
            Boolean(groupby || !this.needsGroupby) &&
            Boolean(split || !this.isTwoWays)
        );
    }

    update(values) {
        Object.assign(this.state, values);
        const { codes } = this.state;
        this.state.codes = codes.slice(0, this.type.kpis_max);
        this.state.groupby = keep(this.state.groupby, this.groupbyChoices, this.needsGroupby);
        const isNeeded = this.isTwoWays;
        this.state.split = this.canSplit
            ? keep(this.state.split, this.splitChoices, isNeeded)
            : null;
    }

    setKpis(value) {
        this.update({ codes: [value].flat().filter(Boolean) });
    }

    add() {
        const { type, width, height } = this.type;
        const { codes, groupby, split } = this.state;
        const title = this.state.title.trim();
        this.props.onAdd({
            type,
            kpi: this.takesSeveral ? [...codes] : codes[0],
            groupby: split ? [groupby, split] : groupby || false,
            title: title || this.chosen.map(({ name }) => name).join(", "),
            own_title: title,
            width,
            height,
        });
        this.props.close();
    }
}

/** The value where it may still be chosen, else what most people want or none. */
function keep(value, choices, isNeeded) {
    const values = choices.map((choice) => choice.value);
    if (values.includes(value)) {
        return value;
    }
    const usual = USUAL.find((name) => values.includes(name)) || values[0];
    return (isNeeded && usual) || null;
}
