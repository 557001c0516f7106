/** Where what follows an element ends, in pixels: to find out whether the page has moved.
 * @param {any} el @returns {number} */
export const edge = (el) => {
  const range = document.createRange();
  range.selectNodeContents(el.parentNode);
  range.setStartAfter(el);
  return (range.getClientRects()[0] || (el.parentElement || el).getBoundingClientRect()).bottom;
};

/** How much higher something new may be, in pixels, and still fit in the space around a line of text. */
export const ROOM = 24;
