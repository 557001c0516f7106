/** What a row of buttons may look like beside its default: loaded where an option asks for it. */

import accounts from '../css/follow.css';
import css from '../css/looks.css';
import { make } from './make.js';
import { content, optionsOf } from './page.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css + accounts);

// Pixels: the column's own edge around its widest button, and the air between it and the text.
const EDGE = 8;
const AIR = 16;
// A neutral mark for "share": an arrow out of a tray.
const TRAY = 'M12 2.5 17 7.5l-1.4 1.4-2.6-2.6V15h-2V6.300L8.400 8.900 7 7.500zM5 11h3v2H6v7h12v-7h-2v-2h4v11H4V11z';

/**
 * Dress a row, and return what stands in the page's flow for it.
 * @param {HTMLElement} el @param {HTMLElement} list @param {import("./buttons.js").Data} data
 * @returns {HTMLElement}
 */
export const dress = (el, list, data) => {
  const { layout = 'inline', size, color, theme, labels } = optionsOf(el);
  const root = /** @type {ShadowRoot} */ (el.shadowRoot);
  root.adoptedStyleSheets = [root.adoptedStyleSheets[0], sheet];
  const named = layout == 'menu' || (labels != null && !/^(0|f|n|of)/.test(labels));
  list.className = [layout, size, color, theme, named && 'labels'].filter(Boolean).join(' ');
  [...list.children].forEach((item, i) => {
    const li = /** @type {HTMLElement} */ (item);
    const b = data.buttons[i];
    b.color && li.style.setProperty('--c', '#' + b.color);
    const twice = data.buttons.some((other) => other != b && other.name == b.name);
    if (named) li.firstChild?.appendChild(make('span', { part: 'label' }, (twice && b.account) || b.name));
    if (!b.clicks) return;
    li.firstChild?.appendChild(make('span', { part: 'count' }, b.clicks));
    const a = /** @type {HTMLSlotElement} */ (li.lastChild).assignedElements()[0];
    a.ariaLabel += `, ${b.clicks_label || b.clicks}`;
  });
  return layout == 'menu' ? menu(el, list, data) : layout == 'floating' ? floating(el, list) : list;
};

/** One button: the device's own sheet under a finger, a menu elsewhere.
 * @param {HTMLElement} el @param {HTMLElement} list @param {import("./buttons.js").Data} data @returns {HTMLElement} */
const menu = (el, list, { words }) => {
  if (!list.showPopover) return list; // an older browser shows the row
  const icon = make('svg', { viewBox: '0 0 24 24', part: 'icon', 'aria-hidden': true }, make('path', { d: TRAY }));
  const button = make('button', { part: 'button', 'aria-expanded': false }, icon, make('span', { part: 'label' }, words.menu));
  list.popover = 'auto';
  list.before(button);
  button.popoverTargetElement = list;
  button.onclick = (/** @type {Event} */ e) => {
    const { url, text } = content(optionsOf(el));
    if (!navigator.share || !matchMedia('(pointer:coarse)').matches) return;
    e.preventDefault(); // no menu: closing the sheet is no error, and anything else opens it after all
    navigator.share({ title: document.title, text, url }).catch((e) => e.name == 'AbortError' || list.showPopover());
  };
  list.ontoggle = (e) => {
    const open = /** @type {ToggleEvent} */ (e).newState == 'open';
    button.setAttribute('aria-expanded', open);
    // The browser does this only for what is inside: the links are the page's.
    if (!open && el.contains(document.activeElement)) button.focus();
  };
  list.onbeforetoggle = (e) => /** @type {ToggleEvent} */ (e).newState == 'open' && requestAnimationFrame(() => place(button, list));
  // The links are the page's: keys pressed on them pass through the element.
  el.onkeydown = (e) => {
    const links = [...list.querySelectorAll('slot')].flatMap((slot) => slot.assignedElements());
    const at = links.indexOf(/** @type {Element} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key];
    if (to == null || !list.matches(':popover-open')) return;
    e.preventDefault();
    /** @type {HTMLElement} */ (links.at(to % links.length)).focus();
  };
  return button;
};

/** Put the menu below its button, or above where there is more room; inside the window either way.
 * @param {HTMLElement} button @param {HTMLElement} list */
const place = (button, list) => {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = list;
  const start = getComputedStyle(button).direction == 'rtl' ? right - offsetWidth : left;
  const below = bottom + 6 + offsetHeight < innerHeight || top < offsetHeight + 6;
  list.style.left = Math.max(8, Math.min(start, innerWidth - offsetWidth - 8)) + 'px';
  list.style.top = (below ? bottom + 6 : top - offsetHeight - 6) + 'px';
};

/** A column beside the text where there is room, else a bar at the foot of the screen.
 * @param {HTMLElement} el @param {HTMLElement} list @returns {HTMLElement} */
const floating = (el, list) => {
  const stead = make('div'); // keeps the room of the links while the column stands elsewhere
  list.before(stead);
  const fit = () => {
    const { left, right } = (el.parentElement || el).getBoundingClientRect();
    const rtl = getComputedStyle(el).direction == 'rtl';
    const width = document.documentElement.clientWidth;
    const room = rtl ? width - right : left;
    const wide = Math.max(...[...list.children].map((li) => /** @type {HTMLElement} */ (li).offsetWidth)) + 2 * EDGE;
    const side = room >= wide + AIR + EDGE;
    list.classList.toggle('side', side);
    list.style.insetInlineStart = side ? '0' : '';
    if (!side) return;
    // Where an ancestor is transformed, "fixed" counts from there: what is missing to the wanted place is added.
    const box = list.getBoundingClientRect();
    list.style.insetInlineStart = room - wide - AIR - (rtl ? width - box.right : box.left) + 'px';
  };
  new ResizeObserver(fit).observe(document.documentElement);
  fit();
  return list.classList.contains('side') ? stead : list;
};
