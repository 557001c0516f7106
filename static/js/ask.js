/** Ask our server for a widget's data: once for all elements that want the same. */

/** @type {Record<string, Promise<any>>} */
const cache = {};

/**
 * The data and the address it came from. An error of the server's is raised.
 * @param {HTMLElement} el @param {import("./start.js").Kit} kit @param {string} widget
 * @param {import("./page.js").Options} query @returns {Promise<[any, string]>}
 */
export const ask = async (el, kit, widget, query) => {
  const url = `${kit.host}/widgets/${widget}.json?${new URLSearchParams({
    lang: /** @type {any} */ (el.closest('[lang]'))?.lang || '',
    site: kit.site || '',
    ...query,
  })}`;
  const data = await (cache[url] ||= fetch(url).then((reply) => reply.json()));
  if (data.error) throw data.error;
  data.hints && console.info('handbill:', ...data.hints);
  return [data, url];
};
