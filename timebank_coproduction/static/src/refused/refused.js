import { RPCError } from "@web/core/network/rpc";
import { WarningDialog } from "@web/core/errors/error_dialogs";
import { UncaughtPromiseError } from "@web/core/errors/error_service";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** What stands above a refusal's sentence, instead of Odoo's "Invalid Operation" and the like. */
const TITLES = {
    "odoo.exceptions.UserError": _t("That can't be done"),
    "odoo.exceptions.ValidationError": _t("That can't be saved like this"),
    "odoo.exceptions.AccessError": _t("That isn't for you to do"),
};

/** Whether the time bank refused something: about records of its own, or in its own words. */
function isOurs({ model, data }) {
    const raised = (data?.debug || "").split('File "').at(-1);
    return model?.startsWith("timebank.") || raised.includes("/timebank_coproduction/");
}

/** The time bank's refusals under a heading that people understand; those of other apps stay as they are. */
function refused(env, error, originalError) {
    const title = originalError instanceof RPCError && TITLES[originalError.exceptionName];
    if (!(error instanceof UncaughtPromiseError) || !title || !isOurs(originalError)) {
        return false;
    }
    error.unhandledRejectionEvent.preventDefault();
    const { message, data } = originalError;
    env.services.dialog.add(WarningDialog, { title: title.toString(), message, data });
    return true;
}

// before Odoo's own, which is at 97
registry.category("error_handlers").add("timebank_refused", refused, { sequence: 96 });
