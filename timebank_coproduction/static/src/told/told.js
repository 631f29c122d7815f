import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** For how long something can be undone from the corner of the screen, in milliseconds. */
const A_WHILE = 60_000;

/** Show the page as it is now. */
function reload(env) {
    return env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
}

/** A dialog that a menu opens: the page behind it is shown as it is when it closes, as behind a button's. */
function dialog(env, { params }) {
    const onClose = (closing) => (closing?.noReload ? undefined : reload(env));
    return env.services.action.doAction(params.dialog, { onClose });
}

/** Take back what was told of just now, say what that did, and show the list as it is then. */
async function undo(env, { model, ids }) {
    const context = { timebank_told: true };
    const told = await env.services.orm.call(model, "action_undo", [ids], { context });
    await env.services.action.doAction(told, { onClose: () => reload(env) });
    if (told.type === "ir.actions.client") {
        await reload(env);
    }
}

/** Puts the last way back away, while it is there. */
let forget = () => {};

/** Call `leave` once another view is open than now; a view that is loaded anew is the same one. */
function whenLeft({ bus, services }, leave) {
    const here = services.action.currentController?.jsId;
    const look = () => services.action.currentController?.jsId !== here && leave();
    bus.addEventListener("ACTION_MANAGER:UI-UPDATED", look);
    return () => bus.removeEventListener("ACTION_MANAGER:UI-UPDATED", look);
}

/**
 * Say in the corner what was done, and offer the way back: from what was done last, and from where it
 * was done.
 */
function told(env, action) {
    const { text, undo: way } = action.params;
    const options = { type: "success" };
    forget();
    if (way) {
        options.className = "o_timebank_undo";
        options.onClose = whenLeft(env, () => close());
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
    forget = way ? close : () => {};
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("timebank_told", told);
registry.category("actions").add("timebank_dialog", dialog);
