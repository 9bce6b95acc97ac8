import { browser } from "@web/core/browser/browser";
import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** Copies a code or a link, and shows that it did. */
export class LoyaltyCopy extends Interaction {
    static selector = ".o_loyalty_copy";
    dynamicContent = {
        button: { "t-on-click": this.copy },
        "button i": {
            "t-att-class": () => ({ "fa-clipboard": !this.isCopied, "fa-check": this.isCopied }),
        },
    };

    setup() {
        this.isCopied = false;
    }

    async copy() {
        const code = this.el.querySelector("code");
        if (!browser.navigator.clipboard) {
            // a page without https may not copy: the text is ready for the customer to do it
            document.getSelection().selectAllChildren(code);
            return;
        }
        await this.waitFor(browser.navigator.clipboard.writeText(code.textContent));
        this.isCopied = true;
    }
}

registry.category("public.interactions").add("crm_loyalty.copy", LoyaltyCopy);
