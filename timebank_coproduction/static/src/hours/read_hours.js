/** Signs before decimals, and how many digits may follow the one that isn't the reader's own. */
const MOST_DIGITS = 2;
const HOURS = "(?:h|hrs?|hours?)";
const MINUTES = "(?:m|mins?|minutes?)\\.?";
const CLOCK = new RegExp(
    `^([0-9]+)\\s*(?::|${HOURS}\\s*)([0-9]{2}|[0-9]+(?=\\s*${MINUTES}))(?:\\s*${MINUTES})?$`
);
const ONLY_MINUTES = new RegExp(`^([0-9]+)\\s*${MINUTES}$`);
const ONLY_HOURS = new RegExp(`^([0-9]*)(?:([.,])([0-9]+))?\\s*${HOURS}?$`);

/** Minutes after whole hours that are another hour. */
export class TooManyMinutes extends Error {}

/**
 * Hours, as a number, for an amount of time as people write it: 1.5, 1,5, 1:30, 1h30, 90m, 90 min.
 * The server reads the same words, by `tools/minutes.py`.
 *
 * @param {string} text
 * @param {string} decimal the sign that stands before decimals in the reader's language
 * @returns {number}
 * @throws {Error} where it can't be read
 */
export function readHours(text, decimal = ".") {
    let plain = text.toLowerCase().trim().replace(/\s+/g, " ").replace("\u2212", "-");
    const sign = plain.startsWith("-") ? -1 : 1;
    plain = sign < 0 ? plain.slice(1).trimStart() : plain;
    if (!plain && sign > 0) {
        return 0;
    }
    let match;
    if ((match = CLOCK.exec(plain))) {
        if (Number(match[2]) >= 60) {
            throw new TooManyMinutes(`more than 59 minutes: ${text}`);
        }
        return sign * (Number(match[1]) + Number(match[2]) / 60);
    } else if ((match = ONLY_MINUTES.exec(plain))) {
        return (sign * Number(match[1])) / 60;
    } else if ((match = ONLY_HOURS.exec(plain)) && (match[1] || match[3])) {
        if (!match[2] || match[2] === decimal || match[3].length <= MOST_DIGITS) {
            return sign * Number(`${match[1] || 0}.${match[3] || 0}`);
        }
    }
    throw new Error(`not an amount of time: ${text}`);
}
