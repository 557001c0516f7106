// The picture playground with scripts: the picture follows the keys. One drawing is asked for at a time, and what was
// typed meanwhile is asked for next, so that no key waits behind an old picture. The code and the warnings follow when
// one pauses. Without this file the form's own button does the same with a reload.

const form = document.querySelector("[data-cards]");
const picture = document.getElementById("picture");
const token = document.querySelector("[data-token]").value;
const PAUSE = 250; // milliseconds after the last key before the code is asked for
let drawing = false;
let again = false;
let asking = null;
let timer = 0;

const tell = (text, quiet) => document.dispatchEvent(new CustomEvent("page-say", { detail: { text, quiet } }));

const box = (name) => form.querySelector(`[data-field="${CSS.escape(name)}"]`);
const mine = () => form.elements.size.value === "custom";

/** What the form says, without what is empty, not of the layout, or only for the form without scripts. */
function query() {
  const said = ([name, value]) => value && name !== "was" && !box(name)?.hidden && (mine() || !["width", "height"].includes(name));
  return new URLSearchParams([...new FormData(form)].filter(said));
}

// --- the picture ---

async function draw() {
  if (drawing) {
    again = true;
    return;
  }
  drawing = true;
  do {
    again = false;
    await drawOnce();
  } while (again);
  drawing = false;
}

async function drawOnce() {
  const source = `/cards/picture?${query()}&token=${encodeURIComponent(token)}`;
  const next = new Image();
  next.src = source;
  try {
    await next.decode();
  } catch {
    picture.classList.add("late"); // what is wrong is told beside its field
    return;
  }
  picture.classList.remove("late");
  picture.width = next.naturalWidth;
  picture.height = next.naturalHeight;
  picture.src = source;
  measure(next.currentSrc);
}

/** Say what the picture weighs and how long it took to draw, as the browser saw it. */
function measure(source) {
  const entry = performance.getEntriesByName(source, "resource").at(-1);
  if (!entry?.encodedBodySize) return;
  const drawn = entry.serverTiming?.find(({ name }) => name === "draw");
  put("[data-weight]", `${Math.max(1, Math.round(entry.encodedBodySize / 1000))} KB`);
  if (drawn) put("[data-took]", `drawn in ${Math.round(drawn.duration)} ms`);
  if (performance.getEntriesByType("resource").length > 200) performance.clearResourceTimings();
}

function put(selector, text) {
  const place = document.querySelector(selector);
  if (place) place.textContent = text;
}

// --- the code, the warnings, and what is wrong ---

function later() {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
}

async function refresh() {
  clearTimeout(timer);
  asking?.abort();
  asking = new AbortController();
  const asked = query();
  try {
    const reply = await fetch(`${form.action}?${asked}&fragment=1`, { signal: asking.signal });
    if (!reply.ok) throw new Error(`status ${reply.status}`);
    place(new DOMParser().parseFromString(await reply.text(), "text/html"));
    history.replaceState(null, "", `?${asked}`);
  } catch (error) {
    if (error.name !== "AbortError") tell("The server did not answer. What you typed is kept; try again.");
  }
}

function place(fresh) {
  const figures = ["[data-weight]", "[data-took]"].map((name) => document.querySelector(name)?.textContent);
  for (const part of fresh.querySelectorAll("[data-live]")) {
    document.getElementById(part.id)?.replaceWith(part);
    if (part.dataset.for) mark(document.getElementById(part.dataset.for), !part.hidden);
  }
  ["[data-weight]", "[data-took]"].forEach((name, at) => put(name, figures[at] ?? ""));
  prepareTabs();
}

// --- tabs, as in the ARIA Authoring Practices: arrow keys, Home, End; one of them in the tab order ---

let open = "tab-address";

function prepareTabs() {
  const list = document.querySelector("[data-tabs]");
  if (!list) return;
  list.setAttribute("role", "tablist");
  for (const tab of list.children) {
    const panel = document.querySelector(tab.getAttribute("href"));
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.removeAttribute("aria-label");
    panel.setAttribute("aria-labelledby", tab.id);
  }
  choose(document.getElementById(open));
}

function choose(tab) {
  open = tab.id;
  for (const other of tab.parentElement.children) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  if (!tab) return;
  const tabs = [...tab.parentElement.children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const at = step ? tabs.indexOf(tab) + step : { Home: 0, End: tabs.length - 1, " ": tabs.indexOf(tab) }[event.key];
  if (at === undefined) return;
  event.preventDefault();
  const next = tabs.at(at % tabs.length);
  choose(next);
  next.focus();
});

function mark(field, wrong) {
  if (wrong) field?.setAttribute("aria-invalid", "true");
  else field?.removeAttribute("aria-invalid");
}

// --- the form ---

/** Show the fields of the layout; what still is the old layout's sample becomes the new one's. */
function change(chosen) {
  const was = form.elements.was;
  const old = JSON.parse(document.querySelector(`[name=layout][value="${CSS.escape(was.value)}"]`)?.dataset.sample ?? "{}");
  const fresh = JSON.parse(chosen.dataset.sample);
  for (const part of form.querySelectorAll("[data-layouts]")) part.hidden = !part.dataset.layouts.split(" ").includes(chosen.value);
  for (const name of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
    const field = form.elements[name];
    if (!field || field instanceof RadioNodeList) continue;
    if (field.value.trim() === (old[name] ?? "") || !field.value.trim()) field.value = fresh[name] ?? "";
  }
  was.value = chosen.value;
}

/** A size of one's own begins as the one that is there. */
function own() {
  if (!mine()) return;
  form.elements.width.value ||= picture.naturalWidth;
  form.elements.height.value ||= picture.naturalHeight;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
  refresh();
});
document.addEventListener("input", (event) => {
  const { target } = event;
  if (target.form !== form && !target.dataset.colour) return;
  if (target.dataset.colour) {
    document.getElementById(target.dataset.colour).value = target.value;
  }
  if (target.name === "layout") change(target);
  if (target.name === "size") own();
  draw();
  later();
});

/** Bring the chosen layout into sight in its row, without moving the page. */
function reveal() {
  const row = document.querySelector(".layouts");
  const item = row.querySelector(":checked").closest("li").getBoundingClientRect();
  const frame = row.getBoundingClientRect();
  if (item.left < frame.left || item.right > frame.right) row.scrollBy({ left: item.left - frame.left - (frame.width - item.width) / 2 });
}

own();
reveal();
prepareTabs();
if (picture.complete && picture.naturalWidth) measure(picture.currentSrc);
else picture.addEventListener("load", () => measure(picture.currentSrc), { once: true });
