import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { ContractFormController } from "./contract_form_controller";

registry.category("views").add("crm_contract_form", {
    ...formView,
    Controller: ContractFormController,
});
