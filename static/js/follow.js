/** Follow buttons: links to the owner's accounts, which networks can verify by their rel="me". */

import { buttons } from './buttons.js';
import { optionsOf } from './page.js';

/** @param {HTMLElement} el @param {import("./start.js").Kit} kit */
export const draw = (el, kit) =>
  buttons(el, kit, 'follow', optionsOf(el), {
    rel: 'me noopener',
    owns: (b, a) => a.href == b.href,
    aim(b, a) {
      if (b.href) a.href = b.href;
    },
    use(event, a, b) {
      const e = /** @type {MouseEvent} */ (event);
      // Where visitors follow from a server of their own, our page asks which. Other ways to open a link open the profile.
      if (e.type != 'click' || e.defaultPrevented || !b.remote || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
      e.preventDefault();
      open(b.remote, '_blank', 'noopener,width=600,height=640');
    },
  });
