/**
 * Log-in buttons: their look. How a page without a back end logs in comes with the first pointer, finger or focus that
 * is near, and where the visitor comes back from a login.
 *
 * @typedef {{key: string, label: string, icon: string, href: string, color?: string, ink?: string}} Button
 * @typedef {{lang: string, dir: string, words: {label: string}, buttons: Button[]}} Data
 */

import css from '../css/login.css';
import { ask } from './ask.js';
import { edge, ROOM } from './edge.js';
import { make } from './make.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** @param {HTMLElement} el @param {import("./start.js").Kit} kit */
export const draw = async (el, kit) => {
  /** @param {string} name */
  const said = (name) => el.getAttribute(name) || el.getAttribute('data-' + name) || '';
  /** @type {Record<string, string>} */
  const query = {};
  for (const name of 'networks start color lang site return-to'.split(' ')) if (said(name)) query[name] = said(name);
  /** @type {[Data, string]} */
  const [{ lang, dir, words, buttons }] = await ask(el, kit, 'login', query);

  /** What uses a link, once it is there. @type {any} */
  let flow;
  /** @param {any} e */
  const use = async (e) => {
    const a = e.target.closest('a[slot]');
    if (!a || said('start') || e.defaultPrevented || e.button > 1) return;
    if (flow) return flow(e, a);
    // Too early: the click waits a moment and comes again. Without the part, the link does what links do.
    const clicked = /click/.test(e.type);
    if (clicked) e.preventDefault();
    flow = await kit.load('o').then((part) => part.attend(el, kit, said)).catch(() => () => {});
    clicked && e.detail < 2 && a.click(); // a double click is one
  };

  /** @param {Button} b */
  const item = ({ key, label, icon, href, color, ink }) => {
    /** @type {any} */
    const a =
      el.querySelector(`[slot=${key}],[href*="/login/${key}?"],[href*="network=${key}&"],[href$="network=${key}"]`) ||
      make('a', {}, label);
    const mark =
      a.querySelector('svg path')?.parentNode.cloneNode(true) || make('svg', { viewBox: '0 0 24 24' }, make('path', { d: icon }));
    mark.setAttribute('part', 'icon');
    a.parentNode == el || el.append(a);
    a.slot = key;
    a.ariaLabel = label;
    a.href ||= href; // an owner's link may say more than ours
    const li = make('li', { part: 'button' }, mark, make('span', { part: 'label', 'aria-hidden': true }, label), make('slot', { name: key }));
    if (color) li.style.cssText = `background:#${color};color:#${ink}`;
    return li;
  };

  return () => {
    const before = el.querySelector('a') ? edge(el) : NaN;
    const first = !el.shadowRoot;
    const root = el.shadowRoot || el.attachShadow({ mode: 'open' });
    const list = make('ul', { role: 'list', 'aria-label': words.label, lang, dir, class: said('theme') }, ...buttons.map(item));
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(make('slot'), list); // what else stands in the element stays
    if (!said('start') && /[?&]iss=/.test(location.search)) kit.load('o').then((part) => part.arrive(el, kit, said));
    if (!first) return;
    for (const type of ['pointerover', 'focusin', 'click', 'auxclick']) el.addEventListener(type, use);
    // Leave the page where it was.
    const gap = before - edge(el);
    if (gap > -ROOM) list.style.marginBlock = gap / 2 + 'px';
  };
};
