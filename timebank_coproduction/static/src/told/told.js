import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** For how long something can be undone from the corner of the screen, in milliseconds. */
const A_WHILE = 60_000;

/** Take back what was told of just now, say what that did, and show the list as it is then. */
async function undo(env, { model, ids }) {
    const context = { timebank_told: true };
    const told = await env.services.orm.call(model, "action_undo", [ids], { context });
    const reload = { type: "ir.actions.client", tag: "soft_reload" };
    await env.services.action.doAction(told, { onClose: () => env.services.action.doAction(reload) });
    if (told.type === "ir.actions.client") {
        await env.services.action.doAction(reload);
    }
}

/** Say in the corner what was done, and offer the way back. */
function told(env, action) {
    const { text, undo: way } = action.params;
    const options = { type: "success" };
    if (way) {
        options.autocloseDelay = A_WHILE;
        options.buttons = [
            {
                name: _t("Undo"),
                onClick: () => {
                    close();
                    return undo(env, way);
                },
            },
        ];
    }
    const close = env.services.notification.add(text, options);
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("timebank_told", told);
