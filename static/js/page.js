/**
 * What an element and its page say.
 *
 * @typedef {Record<string, string>} Options attribute name, without `data-` -> value
 */

/** The options of an element, in either form: all its attributes but those of any element. @param {Element} el */
export const optionsOf = (el) => {
  /** @type {Options} */
  const options = {};
  for (const { name, value } of el.attributes) {
    const key = name.replace('data-', '');
    if (!/^(hb|id|class|style|slot|dir|hidden|title|role)$|^(?!text-).*[^a-z]/.test(key))
      options[key] = /^(url|image|href)$/.test(key) ? new URL(value, document.baseURI).href : value;
  }
  return options;
};

/** An attribute of the first element in the page. @param {string} selector @param {string} [attribute] */
export const head = (selector, attribute = 'content') => document.querySelector(selector)?.getAttribute(attribute);

/** What is shared: what the element says, else the page, as it is now. @param {Options} options */
export const content = ({ url, text }) => ({
  url: new URL(
    url || head('link[rel~=canonical i]', 'href') || head('[property="og:url"]') || location.href.split('#')[0],
    document.baseURI,
  ).href,
  text: text || head('[property="og:title"]') || document.title,
});

/** Whether a link is about a page. The page's address must end there: /post/1 is not /post/12.
 * @param {HTMLAnchorElement} a @param {string} url */
export const about = (a, url) =>
  a.href
    .split(encodeURIComponent(url))
    .slice(1)
    .some((rest) => /^($|&|%20|%0|%(3F|26)utm)/.test(rest));
