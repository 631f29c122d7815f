/** @odoo-module ignore **/
// Keeps the claim that is looked at, and its style sheet, so that it can be shown where there is no network.
(async () => {
    if (!("serviceWorker" in navigator && "caches" in window)) {
        return;
    }
    await navigator.serviceWorker.register("/timebank/worker.js", { scope: "/timebank/" });
    const sheets = [...document.querySelectorAll("link[rel=stylesheet]")].map((link) => link.href);
    const kept = await caches.open("timebank-claims");
    await kept.addAll([location.origin + location.pathname, ...sheets]);
})().catch(() => {
    // without a worker, or room for it, the page is shown with a network only
});
