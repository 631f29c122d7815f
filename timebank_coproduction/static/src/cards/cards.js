import { patch } from "@web/core/utils/patch";
import { KanbanRecord } from "@web/views/kanban/kanban_record";

/** For how long a further press on the same place belongs to the one before, in milliseconds. */
const A_MOMENT = 500;

/** How far apart presses on the same place may be, in pixels. */
const A_FINGER = 20;

const BUTTON = ".o_timebank_card button";

/** The cards of the time bank's own records are known by a class; those of other apps stay as they are. */
patch(KanbanRecord.prototype, {
    getRecordClasses() {
        const classes = super.getRecordClasses(...arguments);
        const isOurs = this.props.record.resModel.startsWith("timebank.");
        return isOurs ? `${classes} o_timebank_card` : classes;
    },
});

/** Where a button of a card was pressed last, and when. */
let last = null;

/**
 * A button that is pressed twice is pressed once: its card may be gone by then, and what lies there now (the next
 * card, or its button) wasn't meant.
 */
function pressOnce(ev) {
    // what a script presses has no place
    if (!ev.isTrusted || !(ev.clientX || ev.clientY)) {
        return;
    }
    const again =
        last &&
        ev.timeStamp - last.timeStamp < A_MOMENT &&
        Math.hypot(ev.clientX - last.clientX, ev.clientY - last.clientY) < A_FINGER;
    if (again && ev.target.closest(".o_timebank_card")) {
        ev.stopImmediatePropagation();
        ev.preventDefault();
    }
    if (again || ev.target.closest(BUTTON)) {
        last = ev;
    }
}

window.addEventListener("click", pressOnce, { capture: true });
