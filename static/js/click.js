/** What a click on a share button does. The address is found out anew each time: right after a change of route too. */

import { encode, intent } from './intents.js';
import { make } from './make.js';
import { about, content, head, optionsOf } from './page.js';

/**
 * @typedef {import("./start.js").Kit} Kit
 * @typedef {import("./buttons.js").Button} Button
 * @typedef {import("./buttons.js").Data} Data
 */

/** @param {string} feature */
const pointer = (feature) => matchMedia(`(pointer:${feature})`).matches;

/** What a script does instead of opening an address, if anything. An app's own scheme is for phones.
 * @param {Button} b */
const actionOf = (b) => b.action || (b.phone && !pointer('coarse') && 'native');

/** What is shared on this network. @param {import("./page.js").Options} options @param {string} key */
const contentFor = (options, key) => ({
  ...content({ ...options, text: options['text-' + key] || options.text }),
  tags: (options.hashtags || '').split(/[\s,#]+/).filter(Boolean),
  via: (options.via || '').match(`(?:^|[\\s,])${key}:([^\\s,]+)`)?.[1] || '',
  image: options.image || head('[property="og:image"]') || '',
  utm: options.utm || '',
});

/** The network itself, or our page that asks or acts. @param {Kit} kit @param {Button} b @param {import("./intents.js").Content} what */
const address = (kit, b, what) =>
  b.url && !actionOf(b)
    ? intent(/** @type {any} */ (b), what)
    : `${kit.host}/share/${b.key}?url=${encode(what.url)}&text=${encode(what.text)}`;

/**
 * The visitor comes near a link, or clicks it.
 * @param {MouseEvent} e @param {HTMLAnchorElement} a @param {Button} b @param {Data} data
 * @param {HTMLElement} el @param {Kit} kit @param {WeakSet<Node>} ours
 */
export const use = (e, a, b, data, el, kit, ours) => {
  const options = optionsOf(el);
  const what = contentFor(options, b.key);
  const action = actionOf(b);
  if (ours.has(a) || !about(a, what.url)) {
    ours.add(a);
    a.href = address(kit, b, what);
  }
  if (action) kit.load('a');
  if (e.type != 'click' || e.defaultPrevented) return;
  if (!kit.fire(el, 'hb-share', { network: b.key, url: what.url, text: what.text })) return e.preventDefault();
  if (data.count && !(/** @type {any} */ (navigator).globalPrivacyControl))
    navigator.sendBeacon(
      kit.host + '/api/v1/clicks',
      JSON.stringify({ site: options.site || kit.site, network: b.key, url: what.url }),
    );
  // Else the browser's own way: a new tab, an app's scheme, a finger.
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  if (action) {
    e.preventDefault();
    kit.load('a').then((part) => part.act(action, a, b, data, el, kit, what));
  } else if (a.target && pointer('fine')) {
    e.preventDefault();
    const [width, height] = b.window || [600, 600];
    const left = screenX + (outerWidth - width) / 2;
    const top = screenY + (outerHeight - height) / 2;
    open(a.href, '_blank', `noopener,width=${width},height=${height},left=${left},top=${top}`);
  }
};

/** @type {HTMLElement | undefined} */
let unseen;

/** Share without a button in the page: one is made out of sight, and used.
 * @param {{network: string, url?: string, text?: string}} what */
export const share = ({ network, url, text }) => {
  unseen?.remove();
  unseen = /** @type {HTMLElement} */ (
    make('hb-share', { networks: network, ...(url && { url }), ...(text && { text }) })
  );
  unseen.style.cssText = 'position:fixed;bottom:0;width:0;height:0;overflow:hidden';
  unseen.addEventListener(
    'hb-ready',
    () => {
      const a = /** @type {HTMLAnchorElement} */ (unseen?.querySelector('a'));
      a.tabIndex = -1;
      a.click();
    },
    { once: true },
  );
  document.body.append(unseen);
};
