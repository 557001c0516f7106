/**
 * The kit: finds our elements, now and later, and loads only the parts that a page uses.
 *
 * @typedef {object} Kit What every part is handed.
 * @property {string} host our server, without a slash at the end
 * @property {string} [site] the page's public key
 * @property {(file: string) => Promise<any>} load a part by its file's name
 * @property {(el: EventTarget, type: string, detail?: object) => boolean} fire raise an event; false: somebody cancelled it
 *
 * @typedef {{draw: (el: HTMLElement, kit: Kit) => Promise<() => void>}} Part `draw` gets ready, what it returns paints
 */

// Element name -> file. The file names say nothing: block lists hide what is called like a network, or "share".
/** @type {Record<string, string>} */
const PARTS = { replies: 'r', share: 's', login: 'i', card: 'd', feed: 'p', follow: 'f' };

/** @param {(host: string, file: string) => Promise<any>} fetchPart */
export const start = (fetchPart) => {
  const early = /** @type {any} */ (window).handbill;
  if (early?.scan) return; // a second copy, of whatever version, does no harm

  // By our address, not as document.currentScript: an image of that name in strangers' HTML would stand for it, and
  // bundlers take it away. The version and the name are in it, so that no other kit is taken for ours (UIkit, …).
  const me = /** @type {HTMLScriptElement} */ (document.querySelector('script[src*="/kit/1"][src*="kit.js"]'));
  const host = me.src.split('/kit/')[0];
  /** @type {Kit} */
  const kit = {
    host,
    site: me.dataset.site,
    load: (file) => fetchPart(host, file),
    fire: (el, type, detail) =>
      el.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, cancelable: true, detail })),
  };

  // While the page is still being read, an element is there before its links are.
  const parsed = new Promise((done) =>
    document.readyState == 'loading' ? addEventListener('DOMContentLoaded', done) : done(done),
  );
  // The newest drawing of each element: an older one that comes late is dropped.
  /** @type {WeakMap<Node, any>} */
  const turns = new WeakMap();

  /** @param {any} el */
  const nameOf = (el) => el.dataset?.hb || el.localName.split('hb-')[1];

  /** @param {any} el */
  const draw = async (el) => {
    const turn = {};
    turns.set(el, turn);
    try {
      const part = kit.load(PARTS[nameOf(el)]);
      await parsed;
      const paint = await (await part).draw(el, kit);
      if (turns.get(el) == turn) {
        paint();
        kit.fire(el, 'hb-ready');
      }
    } catch (/** @type {any} */ { code, message }) {
      // Its links are still there, and work.
      console.info('handbill:', message, el);
      kit.fire(el, 'hb-error', { code: code || 'failed', message });
    }
  };

  /** @param {Element} el */
  const add = (el) => {
    const name = nameOf(el);
    if (!name || turns.has(el)) return;
    if (PARTS[name]) draw(el), observer.observe(el, { attributes: true, subtree: true });
    // A widget that nobody knows is named once.
    else turns.set(el, console.info('handbill:', name, el));
  };

  /** @param {ParentNode} root */
  const scan = (root = document) => root.querySelectorAll('[data-hb],:not(:defined)').forEach(add);

  let timer = 0;
  const observer = new MutationObserver((records) => {
    for (const { attributeName, target } of /** @type {any} */ (records))
      // Markup inserted later is looked for some milliseconds after, once for all that came meanwhile.
      if (!attributeName) timer ||= setTimeout(() => scan(void (timer = 0)), 200);
      else if (turns.has(target)) /class|style/.test(attributeName) || draw(target);
      // What makes a page equal to the server's HTML (Turbo, Livewire, htmx) takes away what we gave the page's links,
      // which are then not to be seen.
      else if (attributeName == 'slot' && !target.slot) turns.has(target.parentNode) && draw(target.parentNode);
  });
  observer.observe(document, { childList: true, subtree: true });

  // Defined elements come alive at once, inside other people's shadow roots too, where the observer does not see.
  for (const name in PARTS)
    customElements.define(
      'hb-' + name,
      class extends HTMLElement {
        connectedCallback() {
          add(this);
        }
      },
    );
  scan();

  /** @type {any} */
  const api = (/** @type {any} */ (window).handbill = {
    scan,
    /** @param {{network: string, url?: string, text?: string}} what */
    share: (what) => kit.load('c').then((part) => part.share(what, kit)),
    consent: {
      /** For consent tools. @param {string} provider @param {boolean} allowed */
      set(provider, allowed) {
        api.consent[provider] = allowed;
        kit.fire(document, 'hb-consent', { provider, allowed });
      },
    },
    q: {
      // Each in a task of its own, so that a bad command does not stop the next; left whole, for it may be pushed again.
      push: (/** @type {any[]} */ ...commands) =>
        commands.forEach((c) => queueMicrotask(() => (c.call ? c(api) : api[c[0]](c[1])))),
    },
  });
  api.q.push(...(early?.q || []));
};
