/** What can be gone through sideways: the carousel, the ticker, and the pictures of a post in large. */

import { make } from './make.js';

// Pixels a second: read with ease. Milliseconds until a carousel goes on.
const SPEED = 40;
const STAY = 6000;

/** @param {string} label @param {string} sign @param {(e: Event) => void} act */
export const button = (label, sign, act) => {
  const made = make('button', { type: 'button', part: 'button', class: 'go', 'aria-label': label }, sign);
  made.onclick = act;
  return made;
};

/** Which way a row goes on: scrollLeft is negative in a right-to-left one. @param {Element} el */
const forward = (el) => (getComputedStyle(el).direction == 'rtl' ? -1 : 1);

/**
 * Buttons and arrow keys for a row that scrolls; fingers have the browser's own way.
 * @param {any} row @param {HTMLElement} keys where arrow keys count
 * @param {string[]} words @param {string} each what the row is made of
 */
export const rail = (row, keys, [, previous, next], each) => {
  /** One on or back, and at an end to the other end. @param {number} by */
  const go = (by) => {
    const most = row.scrollWidth - row.clientWidth;
    const at = Math.abs(row.scrollLeft);
    const to = by > 0 && at > most - 5 ? 0 : by < 0 && at < 5 ? most : at + by * row.querySelector(each).offsetWidth;
    row.scrollTo({ left: to * forward(row) });
  };
  keys.addEventListener('keydown', (/** @type {any} */ e) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[/** @type {string} */ (e.key)];
    if (!by || (keys == row && e.target != row)) return;
    e.preventDefault();
    go(by * forward(row));
  });
  return { go, buttons: [button(previous, '‹', () => go(-1)), button(next, '›', () => go(1))] };
};

/**
 * Let a row move until the visitor stops it: by the button, for as long as pointer or focus is in it, or once and for all
 * by the system's setting for less motion (WCAG 2.2.2). @param {HTMLElement} box @param {any} row
 * @param {string[]} words @param {((by: number) => void) | 0} go for a carousel; a ticker moves all the time
 */
export const moving = (box, row, [, , , pause, play], go) => {
  let still = matchMedia('(prefers-reduced-motion:reduce)').matches;
  let last = 0;
  let at = 0;
  const list = row.querySelector('.page');
  const toggle = button('', '', () => say((still = !still)));
  /** @param {boolean} stopped */
  const say = (stopped) => {
    toggle.ariaLabel = stopped ? play : pause;
    toggle.className = stopped ? 'go play' : 'go pause';
  };
  /** What has left the line comes in again at its end. @param {number} ms */
  const pass = (ms) => {
    const [first, second] = list.children;
    // The visitor may have moved it, and there may be nothing to move.
    if (Math.abs(at - Math.abs(row.scrollLeft)) > 2) at = Math.abs(row.scrollLeft);
    at += (ms * SPEED) / 1000;
    const width = second && Math.abs(second.offsetLeft - first.offsetLeft);
    if (at > width) {
      list.append(first);
      at -= width;
    }
    row.scrollLeft = at * forward(row);
  };
  const frame = (/** @type {number} */ now) => {
    if (!box.isConnected) return;
    const ms = Math.min(now - last, 99);
    last = now;
    if (!still && !row.matches(':hover,:focus-within'))
      if (!go) pass(ms);
      else if ((at += ms) > STAY) go(+!(at = 0));
    requestAnimationFrame(frame);
  };
  say(still);
  requestAnimationFrame(frame);
  return toggle;
};
