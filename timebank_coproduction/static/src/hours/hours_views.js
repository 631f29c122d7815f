import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";

/**
 * Views of hours tell the server which revision of each entry is on the screen when somebody
 * approves: what has been changed since isn't approved, and is shown anew.
 */
const handsOver = (Controller) =>
    class extends Controller {
        async beforeExecuteActionButton(clickParams) {
            if (clickParams.name !== "action_approve") {
                return super.beforeExecuteActionButton(clickParams);
            }
            const seen = this.getRevisions();
            const goesOn = await super.beforeExecuteActionButton(clickParams);
            for (const [id, revision] of Object.entries(this.getRevisions())) {
                // what was typed here and has just been saved is the next one
                if (revision === seen[id] + 1) {
                    seen[id] = revision;
                }
            }
            clickParams.args = JSON.stringify([seen]);
            return goesOn;
        }

        async afterExecuteActionButton(clickParams) {
            await super.afterExecuteActionButton(clickParams);
            if (clickParams.name === "action_approve") {
                await this.model.load();
            }
        }

        getRevisions() {
            const { root } = this.model;
            const records = (root.records || [root]).filter((record) => record.resId);
            return Object.fromEntries(records.map(({ resId, data }) => [resId, data.revision]));
        }
    };

for (const [type, view] of Object.entries({ list: listView, kanban: kanbanView, form: formView })) {
    registry
        .category("views")
        .add(`timebank_hours_${type}`, { ...view, Controller: handsOver(view.Controller) });
}
