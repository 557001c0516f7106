/**
 * A card that is a post: the post as the server draws it, in place of the picture and the words of a page.
 *
 * It comes when the first card turns out to be one. Its links are its network's; the page's own link stays where it is,
 * for pages without scripts.
 */

import css from '../css/card_post.css';
import post from '../css/post.css';
import { edge, ROOM } from './edge.js';
import { ask } from './feed_nodes.js';
import { enlarge, play } from './feed_shown.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(post + css);

/**
 * @param {HTMLElement} el @param {import("./start.js").Kit} kit @param {any} query what the card asked for
 * @returns {Promise<() => void>}
 */
export const draw = async (el, { host, fire }, query) => {
  const box = await ask(host, 'card', Object.fromEntries(query));

  return () => {
    const before = el.shadowRoot ? NaN : edge(el);
    const written = el.querySelector('article');
    /** @type {any} */
    const root = el.shadowRoot || el.attachShadow({ mode: 'open' });
    for (const veil of box.querySelectorAll('details')) (veil.ontoggle = () => (veil.lastChild.inert = !veil.open))();
    box.onclick = (/** @type {any} */ e) => {
      const a = e.target.closest('a');
      if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
      const act = a.dataset.as ? play : a.matches('.large') && a.href.startsWith(host + '/') && enlarge;
      if (!act) return;
      e.preventDefault();
      act(a, box.dataset.w.split('|'), root);
      if (act == play) fire(el, 'hb-load');
    };
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(box);
    hold(box, before - edge(el), written);
  };
};

/**
 * Leave the page where it was: a card that is lower keeps the room, a large picture gives way, a long post scrolls.
 * @param {any} box @param {number} gap how much higher what stood there was, in pixels; NaN where that does not matter
 * @param {any} written the post in the page's own HTML: without it the card takes the room it needs
 */
const hold = (box, gap, written) => {
  if (gap > 0) box.style.minHeight = box.offsetHeight + gap + 'px';
  if (!(gap < 0)) return;
  const img = box.querySelector('.n1 img');
  const high = img?.offsetHeight || 0;
  if (high + gap * 3 > 0) img.style.height = high + gap + 'px';
  else if (gap > -ROOM) box.style.marginBlock = gap / 2 + 'px';
  else if (written) {
    box.classList.add('held');
    box.style.height = box.offsetHeight + gap + 'px';
  }
};
