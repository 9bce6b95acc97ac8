import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { SelectMenu } from "@web/core/select_menu/select_menu";

export const FILTERS = [
    "company_id",
    "team_id",
    "user_id",
    "country_id",
    "state_id",
    "category_id",
    "segment_id",
];

/** Whose figures and of what: a menu for each filter there is something to choose from. */
export class DashboardFilters extends Component {
    static template = "crm_analytics.DashboardFilters";
    static components = { SelectMenu };
    static props = {
        /** { name: [{ id, name }] } */
        choices: Object,
        /** { name: id } */
        values: Object,
        /** ({ name: id }) */
        onChange: Function,
    };

    setup() {
        // A telephone has no room for them until they are asked for.
        this.state = useState({ open: !this.env.isSmall });
    }

    get menus() {
        const { choices, values } = this.props;
        const labels = this.getLabels();
        return FILTERS.filter((name) => choices[name]?.length).map((name) => ({
            name,
            ...labels[name],
            value: values[name] || null,
            choices: choices[name].map((choice) => ({ value: choice.id, label: choice.name })),
        }));
    }

    getLabels() {
        return {
            company_id: { label: _t("Company"), all: _t("All companies") },
            team_id: { label: _t("Sales team"), all: _t("All teams") },
            user_id: { label: _t("Person"), all: _t("Everybody") },
            country_id: { label: _t("Country"), all: _t("All countries") },
            state_id: { label: _t("State"), all: _t("All states") },
            category_id: { label: _t("Product category"), all: _t("All products") },
            segment_id: { label: _t("Customer group"), all: _t("All customers") },
        };
    }

    get count() {
        return this.menus.filter(({ value }) => value).length;
    }

    select(name, value) {
        const values = { [name]: value || undefined };
        if (name === "country_id") {
            values.state_id = undefined; // it lies in another country
        }
        this.props.onChange(values);
    }

    clear() {
        this.props.onChange(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
    }
}
