// The home page's own listener, as any page has one: it learns who has logged in.
const who = /** @type {HTMLElement} */ (document.querySelector('[data-who]'));

document.addEventListener('hb-login', (event) => {
  who.textContent = `${/** @type {CustomEvent} */ (event).detail.profile.name} may write a note now`;
});
