/** What some buttons do in the page: copy, show a QR code, print, open the device's own sheet, ask which server. */

import css from '../css/share.css';
import { encode } from './intents.js';
import { make } from './make.js';

/**
 * @typedef {import("./start.js").Kit} Kit
 * @typedef {{url: string, text: string}} What
 * @typedef {{a: HTMLAnchorElement, el: HTMLElement, kit: Kit, what: What, words: Record<string, string>, b: import("./buttons.js").Button}} Place
 */

// Where a visitor's server is kept, if the visitor says so.
const KEPT = 'hb-server';
// How long a note stands, in milliseconds: long enough to be read twice.
const READ = 4000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** Say something beside a button, to eyes and to screen readers. @param {Place} place @param {string} text */
const say = ({ a }, text) => {
  const li = /** @type {HTMLElement} */ (a.assignedSlot?.parentNode);
  const note = /** @type {HTMLElement} */ (li.querySelector('[role]')) || li.appendChild(make('p', { role: 'status', part: 'note' }));
  // A region must be there before its words are, else they are not read out.
  setTimeout(() => {
    note.textContent = text;
    const { left, right } = note.getBoundingClientRect();
    const out = Math.max(0, 8 - left) - Math.max(0, right + 8 - document.documentElement.clientWidth);
    note.style.translate = `calc(${out}px - 50%)`; // inside the window
  }, 50);
  setTimeout(() => (note.textContent = ''), READ);
};

/** Show a dialog; closed, it is gone, and the focus is back where it was.
 * @param {Place} place @param {string} title @param {...any} inside @returns {HTMLDialogElement} */
const ask = ({ el, words }, title, ...inside) => {
  const close = make('button', { type: 'button', part: 'close' }, words.close);
  const dialog = make('dialog', { part: 'dialog', 'aria-labelledby': 't' }, make('h2', { id: 't' }, title), ...inside, close);
  close.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  dialog.onclick = (/** @type {Event} */ e) => {
    if (e.target == dialog) dialog.close(); // the space around it
  };
  el.shadowRoot?.append(dialog);
  dialog.showModal();
  return dialog;
};

/** @param {Place} place */
const copy = async (place) => {
  const { el, kit, what, words } = place;
  try {
    await navigator.clipboard.writeText(what.url);
  } catch {
    // No secure context, or no permission: the old way, which works from a selection in the page.
    const field = make('textarea', { readonly: '' });
    field.value = what.url;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    place.a.focus();
    if (!done) return say(place, words.copy_failed + ' ' + what.url);
  }
  say(place, words.copied);
  kit.fire(el, 'hb-copy', { url: what.url });
};

/** @param {Place} place */
const qr = (place) => {
  const { kit, what, words } = place;
  const src = `${kit.host}/share/qr.svg?url=${encode(what.url)}`;
  ask(
    place,
    words.qr_title,
    make('img', { src, alt: what.url, width: 240, height: 240 }),
    make('p', {}, words.qr_hint),
  );
};

/** @param {Place} place */
const native = async (place) => {
  const { url, text } = place.what;
  try {
    await navigator.share({ title: document.title, text, url });
  } catch (/** @type {any} */ e) {
    // Closed without sharing is no error. No sheet at all: the link can still be copied.
    if (e.name != 'AbortError') await copy(place);
  }
};

/** The host in what somebody typed: example.social, @me@example.social, https://example.social/home.
 * @param {string} typed */
const hostIn = (typed) => {
  const host = typed.trim().replace(/^\w+:\/\/|\/.*$/g, '').replace(/^.*@/, '').toLowerCase();
  return /^[^\s.?#:]+(\.[^\s.?#:]+)+(:\d+)?$/.test(host) ? host : '';
};

/** What was kept, or keep it, or forget it. @param {string} [value] */
const kept = (value) => {
  try {
    if (value) localStorage.setItem(KEPT, value);
    else if (value == '') localStorage.removeItem(KEPT);
    return localStorage.getItem(KEPT) || '';
  } catch {
    return ''; // storage is closed to us: then nothing is remembered
  }
};

/** @param {Place} place */
const server = (place) => {
  const { a, b, words } = place;
  const input = make('input', {
    id: 'i', required: '', inputmode: 'url', autocapitalize: 'none', autocomplete: 'off', spellcheck: 'false',
    'aria-describedby': 'h',
  });
  const box = make('input', { type: 'checkbox' });
  input.value = kept();
  box.checked = !!input.value;
  const form = make(
    'form',
    {},
    make('label', { for: 'i' }, words.server_label),
    input,
    make('p', { id: 'h' }, words.server_hint),
    make('label', {}, box, words.server_remember),
    make('button', {}, words.server_go),
  );
  input.oninput = () => {
    input.setCustomValidity('');
  };
  const dialog = ask(place, words.server_title, form);
  form.onsubmit = (/** @type {Event} */ e) => {
    e.preventDefault();
    const host = hostIn(input.value);
    if (!host) {
      input.setCustomValidity(words.server_bad);
      return input.reportValidity();
    }
    kept(box.checked ? host : '');
    const [width, height] = b.window || [600, 640];
    // In the click's own turn, or it would count as a pop-up. Our page asks the server how it wants to be told.
    open(`${a.href}&server=${encode(host)}`, '_blank', `noopener,width=${width},height=${height}`);
    dialog.close();
  };
};

/** @type {Record<string, (place: Place) => any>} */
const ACTIONS = { copy, qr, native, server, print: () => print() };

/**
 * Do what a button does.
 * @param {string} action @param {HTMLAnchorElement} a @param {import("./buttons.js").Button} b
 * @param {import("./buttons.js").Data} data @param {HTMLElement} el @param {Kit} kit @param {What} what
 */
export const act = (action, a, b, data, el, kit, what) => {
  const root = /** @type {ShadowRoot} */ (el.shadowRoot);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return ACTIONS[action]({ a, b, el, kit, what, words: data.words });
};
