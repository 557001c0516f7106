/**
 * Rows of buttons: what share and follow have in common.
 *
 * The links stay where they are, in the page. The shadow root draws a face for each, and the link itself lies over its
 * face, stretched and invisible: address, middle click, context menu and keyboard are the browser's own.
 *
 * @typedef {import("./start.js").Kit} Kit
 * @typedef {import("./page.js").Options} Options
 * @typedef {import("./intents.js").Row & {name: string, color: string, icon: string, label?: string, href?: string,
 *   account?: string, action?: string, remote?: string, phone?: boolean, clicks?: number, clicks_label?: string,
 *   window?: [number, number]}} Button
 * @typedef {{lang: string, words: Record<string, string>, buttons: Button[], hints?: string[], count?: boolean,
 *   error?: {code: string, message: string}}} Data
 *
 * @typedef {object} Trade What a widget does its own way.
 * @property {string} rel
 * @property {(b: Button, a: HTMLAnchorElement) => boolean} owns whether a link in the page is this button's
 * @property {(b: Button, a: HTMLAnchorElement) => void} aim give a link its address
 * @property {(e: Event, a: HTMLAnchorElement, b: Button, data: Data) => void} use the visitor comes near, or clicks
 */

import css from '../css/kit.css';
import { ask } from './ask.js';
import { edge, ROOM } from './edge.js';
import { make } from './make.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** What to do when a link is used. @type {WeakMap<Node, (e: Event) => void>} */
const uses = new WeakMap();

/** @param {HTMLElement} el @param {Kit} kit @param {string} widget @param {Options} query @param {Trade} trade */
export const buttons = async (el, kit, widget, query, trade) => {
  /** @type {[Data, string]} */
  const [data, url] = await ask(el, kit, widget, query);
  // Layout, size, labels, colour, counts, theme: whoever wants none of them loads nothing for them.
  const looks = /&(la[by]|siz|c|th)/.test(url) && (await kit.load('l'));

  /** @param {Button} b */
  const item = (b) => {
    const slot = b.key + (b.account || '');
    /** @type {HTMLAnchorElement} */
    const a =
      [...el.querySelectorAll('a')].find((link) => (link.slot ? link.slot == slot : trade.owns(b, link))) ||
      make('a', {}, b.name);
    const opens = b.action ? b.action == 'server' : /^http/.test(b.href || b.url || '');
    const icon = a.querySelector('svg')?.cloneNode(true) || make('svg', { viewBox: '0 0 24 24' }, make('path', { d: b.icon }));
    icon.setAttribute('part', 'icon');
    a.parentNode == el || el.append(a);
    a.slot = slot;
    a.rel = trade.rel;
    a.target = opens ? '_blank' : '';
    a.ariaLabel = (b.label || data.words.on.replace('{network}', b.name)) + (opens ? ` (${data.words.opens})` : '');
    trade.aim(b, a);
    uses.set(a, (e) => trade.use(e, a, b, data));
    const li = make('li', {}, make('span', { part: 'button', 'aria-hidden': true }, icon), make('slot', { name: slot }));
    li.hidden = b.key == 'native' && !navigator.share;
    return li;
  };

  return () => {
    const before = el.querySelector('a') ? edge(el) : NaN; // where there was nothing, there is nothing to keep
    const first = !el.shadowRoot;
    const root = el.shadowRoot || el.attachShadow({ mode: 'open' });
    const list = make('ul', { role: 'list', 'aria-label': data.words.label, lang: data.lang }, ...data.buttons.map(item));
    root.adoptedStyleSheets = [sheet];
    // What else stands in the element stays if it says something; separators and line breaks do not.
    const rest = [...el.childNodes].some((/** @type {any} */ n) => !n.slot && /\p{L}/u.test(n.textContent));
    root.replaceChildren(rest ? make('slot') : '', list);
    const body = looks ? looks.dress(el, list, data) : list;
    if (!first) return;
    for (const type of ['pointerover', 'focusin', 'click'])
      el.addEventListener(type, (e) => uses.get(/** @type {any} */ (e.target).closest('a'))?.(e));
    // Leave the page where it was: a smaller row gets room, a slightly larger one overlaps the space around it.
    const gap = before - edge(el);
    if (gap > -ROOM) body.style.marginBlock = gap / 2 + 'px';
  };
};
