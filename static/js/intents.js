/**
 * Fill a network's share address: the words cut to its limit, the page's address never.
 *
 * The twin of `networks/intents.py` and `networks/counting.py`; golden files hold both to the same bytes.
 *
 * @typedef {object} Row A network's line of the table: see `row()` in networks/intents.py. What is default is absent.
 * @property {string} key
 * @property {string} [url] address with placeholders
 * @property {number} [limit] room for the whole text
 * @property {"p" | "w"} [count] code points or weighted as X does; absent: graphemes
 * @property {number | null} [link] what the address takes of the limit; null: its own length; absent: nothing
 * @property {"text" | "param"} [hashtags] where hashtags and the account go; absent: nowhere
 *
 * @typedef {object} Content What a visitor shares.
 * @property {string} url
 * @property {string} text
 * @property {string[]} tags without their #
 * @property {string} via account to be named
 * @property {string} image
 * @property {string} utm query to add, `{network}` in it is the network's key
 */

// Words longer than this are cut even for networks that state no limit: addresses stay usable.
const LONGEST_TEXT = 2000;

/** What a person would call characters (UAX 29). @param {string} text */
const graphemes = (text) => Array.from(new Intl.Segmenter().segment(text), (part) => part.segment);

/**
 * X counts an emoji of several code points as 2, other code points as 1 or 2, after NFC.
 * https://docs.x.com/fundamentals/counting-characters (configuration v3, read 2026-08)
 * @param {string} cluster
 */
const weighted = (cluster) => {
  const points = [...cluster.normalize()]; // as X does first: é is one, however it is written
  return cluster[1] && /\p{ExtPict}|\p{RI}|\u20e3/u.test(cluster)
    ? 2
    : points.reduce((sum, c) => sum + (/[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]/.test(c) ? 1 : 2), 0);
};

/** How much of a network's limit a text takes. @param {string} text @param {Row["count"]} count */
export const weight = (text, count) =>
  count == 'p'
    ? [...text].length
    : graphemes(text).reduce((sum, cluster) => sum + (count ? weighted(cluster) : 1), 0);

/** The text if it fits in the room, else its beginning and an ellipsis that fit together.
 * @param {string} text @param {number} room @param {Row["count"]} count */
const cut = (text, room, count) => {
  if (weight(text, count) <= room) return text;
  room -= weight('…', count);
  let kept = '';
  for (const cluster of graphemes(text)) {
    if ((room -= weight(cluster, count)) < 0) break;
    kept += cluster;
  }
  return (kept = kept.replace(/ +$/, '')) && kept + '…';
};

/** Percent-encode; half of a surrogate pair, which encodeURIComponent refuses, becomes U+FFFD. @param {string} text */
export const encode = (text) => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));

/** Add the owner's campaign parameters, unless the address carries some already.
 * @param {string} url @param {string} utm @param {string} key */
export const tracked = (url, utm, key) => {
  if (!utm || /[?&]utm_/.test(url)) return url;
  const [, head, tail] = /** @type {RegExpExecArray} */ (/^([^#]*)(.*)/s.exec(url));
  return head + (/\?/.test(head) ? '&' : '?') + utm.replaceAll('{network}', key) + tail;
};

/** The address that opens the network's share page. @param {Row & {url: string}} row @param {Content} content */
export const intent = ({ key, url: template, limit, count, link = 0, hashtags }, content) => {
  const url = tracked(content.url, content.utm, key);
  const via = hashtags ? content.via.replace(/^@/, '') : '';
  const tags = hashtags ? content.tags : [];
  const extra = [...tags.map((tag) => '#' + tag), ...(via ? ['via @' + via] : [])].join(' ');
  const taken = link ?? weight(url, count);
  const text = cut(
    // \s has every white space; with the control characters they become one space.
    content.text.replace(/[\0- \x7f\s]+/g, ' ').trim(),
    (limit || LONGEST_TEXT) - (taken ? taken + 1 : 0) - (extra ? weight(extra, count) + 1 : 0),
    count,
  );
  /** @type {Record<string, string>} */
  const values = {
    url,
    text,
    post: [text, hashtags == 'text' && extra, url].filter(Boolean).join(' '),
    tags: tags.join(),
    hashtag: content.tags[0] ? '#' + content.tags[0] : '',
    via,
    image: content.image,
  };
  return template
    .replace(/\{(\w+)\}/g, (_, name) => encode(values[name]))
    .replace(/[^?&=]+=(&|$)/g, '')
    .replace(/[?&]$/, '');
};
