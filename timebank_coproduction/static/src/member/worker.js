// Shows claims that somebody has opened where there is no network; with one, always what is so now.
// Signing out forgets them, and so does an answer that sends a claim's reader elsewhere.

const KEPT = "timebank-claims";
const CLAIM = /^\/timebank\/\d+\/rewards\/claims\/\d+$/;
const SIGN_OUT = "/timebank/sign-out";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const address = new URL(request.url);
    if (request.method !== "GET" || address.origin !== self.location.origin) {
        return;
    }
    if (request.mode === "navigate" && address.pathname === SIGN_OUT) {
        event.respondWith(caches.delete(KEPT).then(() => fetch(request)));
    } else if (request.mode === "navigate" && CLAIM.test(address.pathname)) {
        event.respondWith(showClaim(request, address.origin + address.pathname));
    } else if (request.destination === "style") {
        event.respondWith(fetch(request).catch(() => showKept(request.url)));
    }
});

async function showClaim(request, address) {
    let answer;
    try {
        answer = await fetch(request);
    } catch {
        return showKept(address);
    }
    if (answer.ok) {
        const kept = await caches.open(KEPT);
        await kept.put(address, answer.clone());
    } else if (answer.type === "opaqueredirect" || answer.status === 404) {
        await caches.delete(KEPT);
    }
    return answer;
}

async function showKept(address) {
    const kept = await caches.open(KEPT);
    return (await kept.match(address)) || Response.error();
}
