/**
 * A feed: the posts as the server draws them, in a list, a grid, a wall, a carousel or a ticker.
 *
 * While the page is open, the server is asked now and then; what is new waits behind a button as long as somebody reads.
 */

import css from '../css/feed.css';
import post from '../css/post.css';
import { edge, ROOM } from './edge.js';
import { ask, asked } from './feed_nodes.js';
import { moving, rail } from './feed_rail.js';
import { enlarge, play } from './feed_shown.js';
import { make } from './make.js';
import { tell } from './tell.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(post + css);

const MINUTE = 60000;
// Asked again every so many minutes, and so often: a page that stays open is not asked for all night.
const EVERY = 5;
const MOST = 100;
/** Ends what an earlier drawing of an element had started. @type {WeakMap<Node, AbortController>} */
const earlier = new WeakMap();

/** @param {HTMLElement} el @param {import("./start.js").Kit} kit */
export const draw = async (el, kit) => {
  const { host, fire } = kit;
  const said = (/** @type {string} */ name) => el.getAttribute(name) ?? el.dataset[name];
  const query = asked(el, kit, ['feed', 'layout', 'columns', 'height', 'cursor']);
  const first = await ask(host, 'feed', query);

  return () => {
    const before = el.shadowRoot ? NaN : edge(el);
    /** @type {any} */
    const root = el.shadowRoot || el.attachShadow({ mode: 'open' });
    const ended = new AbortController();
    const { signal } = ended;
    earlier.get(el)?.abort();
    earlier.set(el, ended);
    const words = first.dataset.w.split('|');
    const news = make('p', { class: 'news', role: 'status' });
    /** What is shown, and the newest there is. @type {any} */
    let feed;
    /** @type {any} */
    let newest = first;

    const show = () => {
      feed = newest;
      const row = feed.querySelector('.posts');
      const ticker = /ticker/.test(feed.className);
      tell(feed);
      for (const veil of feed.querySelectorAll('details')) (veil.ontoggle = () => (veil.lastChild.inert = !veil.open))();
      if (feed.dataset.h) feed.style.height = feed.dataset.h + 'px';
      if (row.tabIndex == 0) {
        const { go, buttons } = rail(row, row, words, 'li');
        const toggle = (ticker || said('autoplay') != null) && moving(feed, row, words, ticker ? 0 : go);
        feed.append(make('div', { class: 'bar' }, toggle, ...(ticker ? [] : buttons)));
      }
      news.textContent = '';
      root.replaceChildren(feed, news);
    };

    const more = async (/** @type {any} */ a) => {
      if (feed.ariaBusy) return;
      feed.ariaBusy = true;
      try {
        const next = await ask(host, 'feed', { ...query, cursor: new URL(a.href).searchParams.get('cursor') || '' });
        tell(next);
        const list = next.querySelector('.page');
        const posts = list.children.length;
        feed.querySelector('.posts').append(list);
        a.parentNode.replaceWith(next.querySelector('.more') || '');
        list.querySelector('a')?.focus();
        fire(el, 'hb-load', { posts });
      } catch (/** @type {any} */ e) {
        // The button is still there.
        fire(el, 'hb-error', e);
      }
      feed.ariaBusy = null;
    };

    /** Of an event there is a number: with it the answer is newer than what the browser keeps. @param {any} [event] */
    const look = async (event) => {
      const got = await ask(host, 'feed', event ? { ...query, at: event.lastEventId } : query).catch(() => newest);
      if (signal.aborted || got.dataset.v == newest.dataset.v) return;
      newest = got;
      const { top, bottom } = el.getBoundingClientRect();
      if (document.hidden || bottom < 0 || top > innerHeight) return show();
      const b = make('button', { type: 'button', part: 'button' }, words[0]);
      b.onclick = () => {
        show();
        root.querySelector('a')?.focus();
      };
      news.replaceChildren(b);
    };

    show();
    root.adoptedStyleSheets = [sheet];
    root.addEventListener('click', (/** @type {any} */ e) => {
      const a = e.target.closest('a');
      if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
      const act = a.matches('.more a') ? more : a.dataset.as ? play : a.matches('.large') && a.href.startsWith(host + '/') && enlarge;
      if (!act) return;
      e.preventDefault();
      act(a, words, root);
      if (act == play) fire(el, 'hb-load');
    }, { signal });

    let minutes = 0;
    let every = EVERY;
    /** @type {EventSource | undefined} */
    let stream;
    /** A stream, while somebody may look; without a place at it we ask every minute. */
    const listen = () => {
      stream?.close();
      if (document.hidden || signal.aborted || !el.isConnected) return;
      stream = new EventSource(`${host}/api/v1/feeds/${query.feed}/events?since=${newest.dataset.v}`);
      stream.onerror = () => stream?.readyState == 2 && (every = 1);
      for (const type of ['posts', 'changed']) stream.addEventListener(type, look);
    };
    const timer = setInterval(() => {
      if (signal.aborted || !el.isConnected || minutes > MOST * EVERY) return clearInterval(timer), stream?.close();
      if (document.hidden) return;
      tell(feed);
      if (++minutes % every == 0) look();
    }, MINUTE);
    if (said('live') != null) {
      listen();
      document.addEventListener('visibilitychange', listen, { signal });
      signal.onabort = listen;
    }

    // Leave the page where it was.
    const gap = before - edge(el);
    if (Math.abs(gap) < ROOM && feed.dataset.h) feed.style.height = +feed.dataset.h + gap + 'px';
  };
};
