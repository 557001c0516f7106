/**
 * A card of a page: picture, title, site. A film or a sound plays in it after a click, and not before.
 *
 * The page's own link lies over the drawn card, so address, middle click and keyboard are the browser's own.
 *
 * @typedef {object} Player
 * @property {string} provider its key, by which consent is given and kept
 * @property {string} label the button's name for those who hear it
 * @property {string} remember beside the box to tick
 * @property {string} src
 * @property {string} start what to add to the address after a click: it plays at once
 * @property {object} frame further properties of the frame
 * @property {string} style the room it needs
 *
 * @typedef {{lang: string, title: string, text?: string, site: string, hreflang?: string, layout: string, theme: string,
 *   post?: object, icon?: string, picture?: object, style?: string, player?: Player, error?: {code: string, message: string}}} Data
 */

import css from '../css/card.css';
import { edge, ROOM } from './edge.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** Make an element. A style is set as a property, which no policy minds.
 * @param {string} tag @param {object} [properties] @param {...any} inside falsy ones are left out @returns {any} */
const make = (tag, properties, ...inside) => {
  const el = Object.assign(document.createElement(tag), properties);
  el.append(...inside.filter(Boolean));
  return el;
};

/** @param {HTMLElement} el @param {import("./start.js").Kit} kit */
export const draw = async (el, kit) => {
  /** @param {string} name */
  const said = (name) => el.getAttribute(name) || el.dataset[name] || '';
  /** @type {any} */
  let a = el.querySelector('a');
  // Whatever comes, there is a link.
  const link = make('a', { href: said('href') || a.href });
  a || (el.append((a = link)), a.append(a.host));
  const query = new URLSearchParams({
    href: link.href,
    layout: said('layout'),
    theme: said('theme'),
    lang: /** @type {any} */ (el.closest('[lang]'))?.lang || '',
    site: said('site') || kit.site || '',
  });
  /** @type {Data} */
  const data = await (await fetch(`${kit.host}/widgets/card.json?${query}`)).json();
  // The post itself, by a part that comes now. Without it, the card is that of any page.
  const part = data.post && (await kit.load('q'));
  if (part?.draw) return part.draw(el, kit, query);
  // What could not be shown is the page's own link, or in place of another page's card the name of its host.
  if (!el.shadowRoot && data.error) throw data.error;

  return () => {
    const before = el.shadowRoot ? NaN : edge(el);
    const root = el.shadowRoot || el.attachShadow({ mode: 'open' });
    const media = make(
      'div',
      { part: 'media', style: data.style },
      data.picture && make('img', { alt: '', loading: 'lazy', ...data.picture }),
    );
    const card = make(
      'div',
      { part: 'card', className: data.layout + ' ' + data.theme },
      data.style && media,
      make(
        'div',
        { part: 'post', lang: data.hreflang },
        make('b', { part: 'label', dir: 'auto', ariaHidden: true }, data.title),
        data.text && make('p', { dir: 'auto' }, data.text),
        make('small', {}, data.icon && make('img', { part: 'icon', alt: '', src: data.icon }), data.site),
      ),
      make('slot', { name: 'a' }),
    );
    a.parentNode == el || el.append(a);
    a.ariaLabel = data.title;
    a.slot = 'a';
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(card);
    data.player && facade(data, card, media, () => kit.fire(el, 'hb-load'));
    // Leave the page where it was: a large picture gives way, other cards get room or overlap a little.
    const gap = before - edge(el);
    const high = media.offsetHeight;
    if (data.layout == 'large' && high + gap * 3 > 0) media.style.aspectRatio = media.offsetWidth / (high + gap);
    else if (gap > -ROOM) card.style.marginBlock = gap / 2 + 'px';
  };
};

/**
 * Stand in for a player: nothing of its provider is asked for until the visitor plays, or has said that it may always be.
 * @param {any} data @param {HTMLElement} card @param {any} media @param {() => void} loaded
 */
const facade = ({ player, title, theme, lang }, card, media, loaded) => {
  const key = 'hb-player-' + player.provider;
  const box = make('input', { type: 'checkbox' });
  const button = make('button', { part: 'button', ariaLabel: player.label }, make('span'));
  /** @param {Event} [clicked] */
  const load = (clicked) => {
    const frame = make('iframe', { ...player.frame, title, src: player.src + (clicked ? player.start : '') });
    card.className = theme;
    media.style = player.style;
    media.replaceChildren(frame);
    clicked && frame.focus();
    loaded();
  };
  const may = () => button.isConnected && (handbill.consent[player.provider] ?? box.checked) && load();
  media.append(button);
  card.append(make('label', { lang }, box, player.remember));
  button.onclick = load;
  try {
    box.checked = localStorage[key];
    box.onchange = () => (box.checked ? (localStorage[key] = 1) : localStorage.removeItem(key));
  } catch {
    // Storage is closed to us: then nothing is remembered.
  }
  addEventListener('hb-consent', may);
  may();
};
