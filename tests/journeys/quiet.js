// Tells when a page has come to rest: nothing is being fetched, looked up, waited for or announced.
(() => {
    /** What is under way: a name of each → how many. */
    const open = {};
    const begin = (name) => {
        open[name] = (open[name] || 0) + 1;
        let isOpen = true;
        return () => {
            if (isOpen) {
                isOpen = false;
                open[name]--;
            }
        };
    };
    const upTo = (name, promise) => promise.finally(begin(name));

    // the clock stands still, and so would a chart that grows into its figures
    let chart;
    Object.defineProperty(window, "Chart", {
        configurable: true,
        get: () => chart,
        set(drawer) {
            chart = drawer;
            chart.defaults.animation = false;
        },
    });

    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...args) {
        this.addEventListener("loadend", begin("request"), { once: true });
        return send.apply(this, args);
    };
    const { fetch, setTimeout, clearTimeout } = window;
    window.fetch = (...args) => upTo("fetch", fetch(...args));
    for (const read of ["arrayBuffer", "blob", "formData", "json", "text"]) {
        const plain = Response.prototype[read];
        Response.prototype[read] = function () {
            return upTo("fetch", plain.call(this));
        };
    }
    // what the page keeps in the browser between visits, in a database and in cipher
    const keeps = [
        [IDBFactory, "open", "deleteDatabase"],
        [IDBObjectStore, "add", "clear", "delete", "get", "getAll", "getAllKeys", "getKey", "put"],
    ];
    for (const [{ prototype }, ...methods] of keeps) {
        for (const method of methods) {
            const plain = prototype[method];
            prototype[method] = function (...args) {
                const request = plain.apply(this, args);
                const done = begin("database");
                request.addEventListener("success", done);
                request.addEventListener("error", done);
                return request;
            };
        }
    }
    for (const method of ["decrypt", "encrypt", "importKey"]) {
        const plain = window.SubtleCrypto?.prototype[method];
        if (plain) {
            window.SubtleCrypto.prototype[method] = function (...args) {
                return upTo("cipher", plain.apply(this, args));
            };
        }
    }
    // a page puts off what it will do when one stops typing; what takes longer is for people to read
    const SOON = 300; // ms
    const soon = new Map();
    window.setTimeout = (call, delay = 0, ...args) => {
        if (typeof call !== "function" || delay > SOON) {
            return setTimeout(call, delay, ...args);
        }
        const done = begin("timer");
        const timer = setTimeout(() => {
            soon.delete(timer);
            done();
            call(...args);
        }, delay);
        soon.set(timer, done);
        return timer;
    };
    window.clearTimeout = (timer) => {
        soon.get(timer)?.();
        soon.delete(timer);
        clearTimeout(timer);
    };
    // views bring scripts and styles of their own when they are first opened
    new MutationObserver((changes) => {
        for (const node of changes.flatMap((change) => [...change.addedNodes])) {
            if ((node.tagName === "SCRIPT" && node.src) || (node.tagName === "LINK" && node.rel === "stylesheet")) {
                const done = begin("script or style");
                node.addEventListener("load", done, { once: true });
                node.addEventListener("error", done, { once: true });
            }
        }
    }).observe(document, { childList: true, subtree: true });
    // a picture that is still to come keeps the server busy while the test goes on
    const isComing = (image) => {
        const { top, bottom, width } = image.getBoundingClientRect();
        const isSeen = width && bottom > 0 && top < window.innerHeight;
        return image.src && !image.complete && (isSeen || image.loading !== "lazy");
    };
    const underWay = () => [
        ...Object.keys(open).filter((name) => open[name]),
        ...[...document.images].filter(isComing).map((image) => image.src),
        ...(document.readyState === "complete" ? [] : [document.readyState]),
        ...[...document.querySelectorAll(".o_loading_indicator, .o_blockUI, .o-autocomplete .o_loading")].map(
            (node) => node.className
        ),
    ];
    /**
     * Resolves after some frames in a row without anything under way, with what an error says that is shown.
     * @param {number} patience milliseconds, after which it is an error that something still is
     */
    window.timebankQuiet = (patience) =>
        new Promise((resolve, reject) => {
            const start = performance.now();
            let calm = 0;
            const look = () => {
                const left = underWay();
                calm = left.length ? 0 : calm + 1;
                if (calm > 3) {
                    resolve(document.querySelector(".o_error_dialog")?.innerText);
                } else if (performance.now() - start > patience) {
                    reject(new Error(`the page doesn't come to rest: ${left.join(", ")}`));
                } else {
                    requestAnimationFrame(look);
                }
            };
            look();
        });
})();
