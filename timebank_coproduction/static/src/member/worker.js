// Shows claims that somebody has opened where there is no network; with one, always what is so now.
// Signing out forgets them, and so does an answer that sends a claim's reader elsewhere, and what tells that
// somebody else is at this browser: the way in, or the pages of another membership.

const KEPT = "timebank-claims";
const CLAIM = /^\/timebank\/\d+\/rewards\/claims\/\d+$/;
const SIGN_OUT = "/timebank/sign-out";
const WAY_IN = "/timebank/sign-in";
const PAGES = /^\/timebank\/\d+(?=\/|$)/;

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
    } else if (request.mode === "navigate" && address.pathname.startsWith(WAY_IN)) {
        event.waitUntil(caches.delete(KEPT));
    } else if (request.mode === "navigate" && CLAIM.test(address.pathname)) {
        event.respondWith(showClaim(request, address.origin + address.pathname));
    } else if (request.mode === "navigate" && PAGES.test(address.pathname)) {
        event.waitUntil(forgetOthers(address.pathname));
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
        await forgetOthers(new URL(address).pathname);
        const kept = await caches.open(KEPT);
        await kept.put(address, answer.clone());
    } else if (answer.type === "opaqueredirect" || answer.status === 404) {
        await caches.delete(KEPT);
    }
    return answer;
}

// What is kept of another membership than that of the page goes.
async function forgetOthers(path) {
    const [own] = path.match(PAGES);
    const kept = await caches.open(KEPT);
    for (const { url } of await kept.keys()) {
        const [theirs] = new URL(url).pathname.match(PAGES) || [own];
        if (theirs !== own) {
            await kept.delete(url);
        }
    }
}

async function showKept(address) {
    const kept = await caches.open(KEPT);
    return (await kept.match(address)) || Response.error();
}
