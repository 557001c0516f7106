/** Share buttons: their look. How a click shares comes with the first pointer, finger or focus that is near. */

import { buttons } from './buttons.js';
import { about, content, optionsOf } from './page.js';

// Of a very long title, as much as a first address needs: at the click the whole is cut to the network's limit.
const ENOUGH = 500;

/** `static/js/click.js`, once it is there. @type {any} */
let click;
/** Links whose address is ours; the owner's own are only changed where they are about another page. */
const ours = new WeakSet();

/** What of an address says whose it is: without the query, or the scheme alone. @param {string} [address] */
const trunk = (address = '') => address.split(/^http/.test(address) ? /[?#]/ : ':')[0];

/** @param {HTMLElement} el @param {import("./start.js").Kit} kit */
export const draw = (el, kit) => {
  const options = optionsOf(el);
  const { url, text } = content(options);
  const links = [...el.querySelectorAll('a')];
  // Where the page's links are in order already, all pages ask the same question, and caches answer it.
  const whole =
    links.length < (options.networks || '').split(/[\s,]+/).length ||
    el.shadowRoot ||
    options.counts != null ||
    links.some((a) => !about(a, url));
  return buttons(el, kit, 'share', whole ? { ...options, url, text: text.slice(0, ENOUGH) } : options, {
    rel: 'noopener nofollow',
    owns: (b, a) => a.pathname.endsWith('/share/' + b.key) || (!!b.url && trunk(a.href) == trunk(b.url)),
    aim(b, a) {
      if (ours.has(a) || !about(a, url)) {
        ours.add(a);
        a.href = b.href || `${kit.host}/share/${b.key}?url=${encodeURIComponent(url)}`;
      }
    },
    async use(e, a, b, data) {
      if (click) return click.use(e, a, b, data, el, kit, ours);
      // Too early: the click waits a moment and comes again. Without the part, the link does what links do.
      if (e.type == 'click') e.preventDefault();
      click = await kit.load('c').catch(() => ({ use() {} }));
      e.type == 'click' ? a.click() : click.use(e, a, b, data, el, kit, ours);
    },
  });
};
