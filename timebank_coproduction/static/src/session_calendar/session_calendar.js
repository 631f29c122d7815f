import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { groupBy } from "@web/core/utils/arrays";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { calendarView } from "@web/views/calendar/calendar_view";

const MORE = "more-";

/**
 * A month of sessions. Of a crowded day, the first are drawn and the rest are told in one
 * line, which leads to the day: drawing thousands that nobody can see takes seconds.
 */
export class SessionMonthRenderer extends CalendarCommonRenderer {
    mapRecordsToEvents() {
        const { eventLimit, records } = this.props.model;
        const days = groupBy(Object.values(records), ({ start }) => start.toISODate());
        return Object.entries(days).flatMap(([day, sessions]) => {
            if (sessions.length <= eventLimit) {
                return sessions.map((session) => this.convertRecordToEvent(session));
            }
            sessions.sort((one, other) => one.start - other.start);
            const drawn = sessions.slice(0, eventLimit - 1);
            const rest = sessions.slice(eventLimit - 1);
            return [
                ...drawn.map((session) => this.convertRecordToEvent(session)),
                this.convertRestToEvent(day, rest),
            ];
        });
    }

    /** One line for sessions that aren't drawn; it says how many helpers they miss. */
    convertRestToEvent(day, rest) {
        const missing = rest.reduce((sum, { rawRecord }) => sum + rawRecord.helper_shortage, 0);
        const title = missing
            ? _t("+%(count)s more, %(missing)s missing", { count: rest.length, missing })
            : _t("+%s more", rest.length);
        return {
            id: MORE + day,
            title,
            start: `${day}T23:59:00`,
            end: `${day}T23:59:30`,
            editable: false,
            classNames: ["o_timebank_more"],
        };
    }

    eventClassNames(info) {
        return [...super.eventClassNames(info), "o_timebank_session"];
    }

    onEventContent(info) {
        if (!info.event.id.startsWith(MORE)) {
            return super.onEventContent(info);
        }
        const title = document.createElement("div");
        title.className = "o_event_title";
        title.textContent = info.event.title;
        return { domNodes: [title] };
    }

    onEventClick(info) {
        if (!info.event.id.startsWith(MORE)) {
            return super.onEventClick(info);
        }
        const date = luxon.DateTime.fromISO(info.event.id.slice(MORE.length));
        this.props.model.load({ date, scale: "day" });
    }
}

export class SessionCalendarRenderer extends CalendarRenderer {
    static components = { ...CalendarRenderer.components, month: SessionMonthRenderer };
}

export class SessionCalendarModel extends CalendarModel {
    /** Helpers who are missing are told before what it is: there is little room. */
    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        const count = rawRecord.helper_shortage;
        if (count) {
            record.title = _t("%(count)s missing · %(session)s", { count, session: record.title });
        }
        return record;
    }

    /** A click on a day of a month says no hour: two hours in the morning are proposed. */
    getAllDayDates(start, end) {
        return [start.set({ hours: 10 }), end.set({ hours: 12 })];
    }
}

export class SessionCalendarController extends CalendarController {
    get editRecordDefaultDisplayText() {
        return _t("New session");
    }
}

registry.category("views").add("timebank_session_calendar", {
    ...calendarView,
    Controller: SessionCalendarController,
    Model: SessionCalendarModel,
    Renderer: SessionCalendarRenderer,
});
