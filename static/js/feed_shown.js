/** What a click on a post shows: its pictures in large, its film or sound. */

import { make } from './make.js';
import { button, rail } from './feed_rail.js';

/**
 * The pictures of a post in large, in a dialog: the browser keeps the focus in it, and gives it back.
 * @param {any} a the picture that was clicked @param {string[]} words @param {any} root where the dialog is put
 */
export const enlarge = (a, words, root) => {
  const all = [...a.parentNode.querySelectorAll('.large')];
  const row = make('div', { class: 'row' }, ...all.map(({ href, firstChild: { alt } }) =>
    make('figure', {}, make('img', { src: href, alt }), alt && make('p', { dir: 'auto' }, alt))));
  /** @type {any} */
  const dialog = make('dialog', { 'aria-label': a.ariaLabel || a.firstChild.alt });
  dialog.append(row, button(words[5], '×', () => dialog.close()), ...(all[1] ? rail(row, dialog, words, 'figure').buttons : []));
  // A click on the picture or beside it leaves, as people expect.
  dialog.onclick = (/** @type {any} */ e) => /^[IFD]/.test(e.target.nodeName) && dialog.close();
  dialog.onclose = () => dialog.remove();
  root.append(dialog);
  dialog.showModal();
  row.scrollTo({ left: row.children[all.indexOf(a)].offsetLeft, behavior: 'instant' });
};

// The same as for cards (widgets/card.py, og/players.py).
const FRAME = {
  allow: 'autoplay; encrypted-media; fullscreen; picture-in-picture',
  sandbox: 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation',
  referrerpolicy: 'strict-origin-when-cross-origin',
};

/** Put a film or a sound in its picture's place. Where it cannot be played here, its page opens. @param {any} a */
export const play = (a) => {
  const { as, src } = a.dataset;
  const img = a.querySelector('img');
  const more = as == 'iframe' ? FRAME : { controls: '', autoplay: '', playsinline: '', ...(img && { poster: img.src }) };
  const player = make(as, { src, title: a.ariaLabel, ...more });
  if (img) player.style.aspectRatio = img.width / img.height;
  player.onerror = () => {
    delete a.dataset.as;
    player.replaceWith(a);
    open(a.href, '_blank', 'noopener');
  };
  a.replaceWith(player);
  player.focus();
};
