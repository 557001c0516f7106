/** The answers to a page, as the server draws them: the thread, faces, and where one can answer. */

import css from '../css/replies.css';
import { ask, asked } from './feed_nodes.js';
import { tell } from './tell.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

// Milliseconds until the server is asked again while it is still reading, each time as many times longer; then no more.
const SOON = 2000;
const LONGER = 4;
const LAST = 40000;

/** @param {HTMLElement} el @param {import("./start.js").Kit} kit */
export const draw = async (el, kit) => {
  const { host, fire } = kit;
  const query = asked(el, kit, ['href', 'posts', 'faces', 'skip']);
  /** @type {any} */
  const canonical = document.querySelector('link[rel~=canonical i]');
  query.href = new URL(query.href || canonical?.href || location.href, document.baseURI).href;
  const first = await ask(host, 'replies', query);

  return () => {
    /** @type {any} */
    const root = el.shadowRoot || el.attachShadow({ mode: 'open' });

    const more = async (/** @type {any} */ box, /** @type {any} */ a) => {
      if (box.ariaBusy) return;
      box.ariaBusy = true;
      try {
        const next = await ask(host, 'replies', { ...query, skip: new URL(a.href).searchParams.get('skip') || '' });
        tell(next);
        const answers = [...next.querySelector('.thread').children];
        const posts = next.querySelectorAll('article').length;
        box.querySelector('.thread').append(...answers);
        a.parentNode.replaceWith(next.querySelector('.more') || '');
        answers[0]?.querySelector('a').focus();
        fire(el, 'hb-load', { posts });
      } catch (/** @type {any} */ e) {
        // The button is still there.
        fire(el, 'hb-error', e);
      }
      box.ariaBusy = null;
    };

    const show = (/** @type {any} */ box, /** @type {number} */ wait) => {
      tell(box);
      for (const a of box.querySelectorAll('.faces a')) a.title = a.textContent || a.firstChild.alt;
      box.onclick = (/** @type {any} */ e) => {
        const a = e.target.closest('.more a');
        if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
        e.preventDefault();
        more(box, a);
      };
      root.replaceChildren(box);
      if (box.dataset.wait && wait < LAST)
        setTimeout(async () => {
          const next = await ask(host, 'replies', query).catch(() => box);
          if (root.firstChild == box && el.isConnected) show(next, wait * LONGER);
        }, wait);
    };

    root.adoptedStyleSheets = [sheet];
    show(first, SOON);
  };
};
