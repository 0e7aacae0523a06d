// Offline after the first visit: everything of this build is kept; a new build replaces the old one as a whole.
const CACHE = 'wengert-__VERSION__';
const FILES = __FILES__;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((key) => key.startsWith('wengert-') && key !== CACHE).map((key) => caches.delete(key)))).then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  event.respondWith(caches.open(CACHE).then(async (cache) => {
    const page = event.request.mode === 'navigate' && !url.pathname.endsWith('wengert.html');
    return (await cache.match(page ? './index.html' : event.request, { ignoreSearch: true })) ?? fetch(event.request);
  }));
});
