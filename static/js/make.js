/** Make an element. No HTML is parsed, so pages that require trusted types are content.
 * @param {string} tag @param {Record<string, any>} [attributes] @param {...any} inside falsy ones are left out
 * @returns {any} */
export const make = (tag, attributes, ...inside) => {
  const el = document.createElementNS(`http://www.w3.org/${/svg|path/.test(tag) ? '2000/svg' : '1999/xhtml'}`, tag);
  for (const name in attributes) el.setAttribute(name, attributes[name]);
  el.append(...inside.filter(Boolean));
  return el;
};
