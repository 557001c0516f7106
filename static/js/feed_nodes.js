/**
 * The server's HTML of a feed, or of answers, as nodes of the page, built one by one by the lists below.
 *
 * Posts are written by strangers. The server has cleaned them; what comes through here can do no harm even where it has
 * not: no element that loads or runs, no handler, links to the web and to mail alone, pictures from our server alone.
 * The HTML is read by XMLHttpRequest into a document that runs and loads nothing (https://xhr.spec.whatwg.org/#response),
 * so that pages that require trusted types are content.
 */

import { make } from './make.js';

const TAGS =
  /^(a|article|b|blockquote|br|code|del|details|div|em|footer|header|i|img|ins|li|ol|p|path|pre|progress|r[pt]|ruby|s|small|span|strong|su[bp]|summary|svg|table|t[dhr]|tbody|thead|time|ul)$/;
const ATTRIBUTES =
  /^(alt|class|d|datetime|dir|height|href|lang|loading|max|part|rel|role|src|srcset|start|tabindex|value|viewBox|width|(aria|data)-\w+)$/;

/** @param {string} name @param {string} value @param {string} host */
const safe = (name, value, host) =>
  name == 'href' ? /^(https?:\/\/|mailto:)/i.test(value) : !/^src/.test(name) || (value.startsWith(host + '/') && !/,/.test(value));

/** What is not on the list leaves what is in it. @param {any} node @param {string} host our server @returns {any} */
export const copy = (node, host) => {
  if (node.nodeType != 1) return node.nodeType == 3 ? node.textContent : '';
  const known = TAGS.test(node.localName);
  /** @type {any} */
  const el = known ? make(node.localName) : document.createDocumentFragment();
  el.append(...[...node.childNodes].map((child) => copy(child, host)));
  for (const { name, value } of known ? node.attributes : [])
    if (ATTRIBUTES.test(name) && safe(name, value, host)) el.setAttribute(name, value);
  if (el.dataset?.c) el.style.backgroundColor = el.dataset.c;
  return el;
};

/**
 * What an element asks the server for: the options that it names, in the page's language, for its site.
 * @param {HTMLElement} el @param {import("./start.js").Kit} kit @param {string[]} names
 */
export const asked = (el, kit, names) => {
  /** @type {Record<string, string>} */
  const query = { lang: /** @type {any} */ (el.closest('[lang]'))?.lang || '', site: kit.site || '' };
  for (const name of [...names, 'count', 'theme', 'lang', 'site']) query[name] = el.getAttribute(name) || el.dataset[name] || query[name] || '';
  return query;
};

/**
 * Ask for a widget's HTML. What answers with anything else is an error.
 * @param {string} host @param {string} widget @param {Record<string, string>} query @returns {Promise<any>} its box
 */
export const ask = (host, widget, query) =>
  new Promise((done, failed) => {
    const x = new XMLHttpRequest();
    x.responseType = 'document';
    x.open('GET', `${host}/widgets/${widget}.html?${new URLSearchParams(query)}`);
    x.onloadend = () => {
      const found = x.response?.querySelector('.hb');
      found ? done(copy(found, host)) : failed({ code: 'http_' + x.status, message: 'no ' + widget });
    };
    x.send();
  });
