// Tells when a page has come to rest: nothing is being fetched, loaded or announced.
(() => {
    let open = 0;
    const done = () => open--;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...args) {
        open++;
        this.addEventListener("loadend", done, { once: true });
        return send.apply(this, args);
    };
    const fetch = window.fetch;
    window.fetch = (...args) => {
        open++;
        return fetch(...args).finally(done);
    };
    // views bring scripts and styles of their own when they are first opened
    new MutationObserver((changes) => {
        for (const node of changes.flatMap((change) => [...change.addedNodes])) {
            if ((node.tagName === "SCRIPT" && node.src) || (node.tagName === "LINK" && node.rel === "stylesheet")) {
                open++;
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
    const busy = () =>
        open > 0 ||
        [...document.images].some(isComing) ||
        document.readyState !== "complete" ||
        document.querySelector(".o_loading_indicator, .o_blockUI, .o-autocomplete .o_loading");
    /** Resolves to true after some frames in a row without anything under way. */
    window.timebankQuiet = () =>
        new Promise((resolve) => {
            let calm = 0;
            const look = () => {
                calm = busy() ? 0 : calm + 1;
                return calm > 3 ? resolve(true) : requestAnimationFrame(look);
            };
            look();
        });
})();
