/** Between two looks at the picture, in milliseconds. */
const PAUSE = 150;
/** For how long a code has to be out of sight before it counts as held up again. */
const AWAY = 4000;

/** Whether this page may ask for a camera: browsers allow it over https alone. */
export function canScan() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * Reads QR codes that are held up to the camera. A code counts once for as long as it is
 * in sight, however often it could be read in between.
 */
export class CodeReader {
    /**
     * @param {HTMLVideoElement} video shows what the camera sees
     * @param {(text: string) => any} onCode called with what a code says; no further look is
     *     taken before it is done
     * @param {"user"|"environment"} facingMode the camera beside the screen or behind it
     * @param {(formats: string[]) => Promise<any>} makeSubstitute makes what reads codes where the
     *     browser itself can't
     */
    constructor(video, onCode, facingMode, makeSubstitute) {
        Object.assign(this, { video, onCode, facingMode, makeSubstitute });
        this.stream = null;
        this.seen = { text: "", at: 0 };
    }

    /** Ask for the camera and begin to look; throws where there is none or it isn't allowed. */
    async start() {
        const detector = await this.makeDetector();
        const video = { facingMode: this.facingMode };
        const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
        this.stream = stream;
        this.video.srcObject = stream;
        await this.video.play();
        this.look(stream, detector);
    }

    stop() {
        this.stream?.getTracks().forEach((track) => track.stop());
        this.stream = null;
        this.video.srcObject = null;
    }

    async makeDetector() {
        const formats = ["qr_code"];
        const native = window.BarcodeDetector;
        if (native && (await native.getSupportedFormats()).includes("qr_code")) {
            return new native({ formats });
        }
        return this.makeSubstitute(formats);
    }

    async look(stream, detector) {
        while (this.stream === stream) {
            const text = await this.read(detector);
            const { seen } = this;
            if (text) {
                const again = text === seen.text && Date.now() - seen.at < AWAY;
                this.seen = { text, at: Date.now() };
                if (!again) {
                    await this.onCode(text);
                    this.seen.at = Date.now();
                }
            }
            await new Promise((resolve) => setTimeout(resolve, PAUSE));
        }
    }

    /** What the code in the picture says; nothing where there is none, or half of one. */
    async read(detector) {
        try {
            const codes = await detector.detect(this.video);
            return codes[0]?.rawValue || "";
        } catch {
            return "";
        }
    }
}
