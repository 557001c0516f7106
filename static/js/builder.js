// The builder with scripts: every change is seen at once. The server draws; this asks for the parts that a change may
// change (/builder?…&fragment=1) and puts them in place. Without it the form's own buttons do the same with a reload.

const form = document.querySelector("[data-builder]");
const PAUSE = 180; // milliseconds after the last key before the server is asked
let asking = null;
let timer = 0;

const query = (submitter) => {
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  return new URLSearchParams([...data].filter(([name, value]) => value || name === "networks" || name.startsWith("account-")));
};

const tell = (text, quiet) => document.dispatchEvent(new CustomEvent("page-say", { detail: { text, quiet } }));

/** Ask for the fresh parts and put them in place; `keep` leaves the picker alone while somebody types in it. */
async function refresh({ submitter, keep = false } = {}) {
  clearTimeout(timer);
  asking?.abort();
  asking = new AbortController();
  const asked = query(submitter);
  try {
    const reply = await fetch(`${form.action}?${asked}&fragment=1`, { signal: asking.signal });
    if (!reply.ok) throw new Error(`status ${reply.status}`);
    place(new DOMParser().parseFromString(await reply.text(), "text/html"), keep);
    history.replaceState(null, "", `?${query()}`);
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    tell("The server did not answer. Your choices are kept; try again.");
    return false;
  }
}

/** Swap each live part, keeping the focus, what is open, and the element on the stage, which then only changes. */
function place(fresh, keep) {
  const focused = document.activeElement?.id;
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (!old || (keep && part.id === "picker")) continue;
    if (part.id === "stage") restage(old, part);
    else {
      for (const details of old.querySelectorAll("details[open]")) part.querySelector(`#${details.id}`)?.setAttribute("open", "");
      old.replaceWith(part);
    }
    if (part.dataset.for) mark(part);
  }
  refocus(focused);
  prepare();
}

/** Change the element on the stage in place: it redraws itself, and nothing blinks. */
function restage(old, fresh) {
  old.dataset.stage = fresh.dataset.stage;
  const was = old.firstElementChild;
  const is = fresh.firstElementChild;
  if (was && is && was.localName === is.localName && is.localName.includes("-")) {
    was.replaceChildren(...is.childNodes);
    for (const { name } of [...was.attributes]) if (!is.hasAttribute(name)) was.removeAttribute(name);
    for (const { name, value } of is.attributes) if (was.getAttribute(name) !== value) was.setAttribute(name, value);
  } else old.replaceChildren(...fresh.childNodes);
}

/** Say at a field whether its value holds. */
function mark(part) {
  const field = document.querySelector(`[aria-describedby~="${CSS.escape(part.id)}"]`);
  if (!field) return;
  if (part.hidden) field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
}

/** Put the focus back: a button that moved something to the end of its way hands over to its neighbour. */
function refocus(id) {
  const focus = (target) => { target?.focus({ preventScroll: true }); return document.activeElement === target; };
  if (!id || focus(document.getElementById(id))) return; // what is disabled or folded away takes no focus
  const [, way, key] = /^(up|down)-(.+)$/.exec(id) ?? [];
  const other = key && document.getElementById(`${way === "up" ? "down" : "up"}-${key}`);
  focus(other) || focus(form.querySelector("summary, #add"));
}

// --- tabs, as in the ARIA Authoring Practices: arrow keys, Home, End; one of them in the tab order ---

function prepareTabs() {
  const list = document.querySelector("[data-tabs]");
  if (!list || list.getAttribute("role")) return;
  list.setAttribute("role", "tablist");
  for (const tab of list.children) {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", tab.dataset.panel);
    const panel = document.getElementById(tab.dataset.panel);
    panel.setAttribute("role", "tabpanel");
    panel.removeAttribute("aria-label");
    panel.setAttribute("aria-labelledby", tab.id);
    select(tab, tab.hasAttribute("aria-current"));
  }
}

function select(tab, chosen) {
  tab.removeAttribute("aria-current");
  tab.setAttribute("aria-selected", String(chosen));
  tab.tabIndex = chosen ? 0 : -1;
  document.getElementById(tab.dataset.panel).hidden = !chosen;
}

function open(tab) {
  for (const other of tab.parentElement.children) select(other, other === tab);
  form.elements.tab.value = tab.dataset.tab;
  history.replaceState(null, "", `?${query()}`);
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  if (!tab) return;
  const tabs = [...tab.parentElement.children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const at = step ? tabs.indexOf(tab) + step : { Home: 0, End: tabs.length - 1 }[event.key];
  if (event.key === " ") { event.preventDefault(); return open(tab); }
  if (at === undefined) return;
  event.preventDefault();
  const next = tabs.at(at % tabs.length);
  open(next);
  next.focus();
});

// --- the form ---

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { submitter } = event;
  if (!(await refresh({ submitter: submitter?.name ? submitter : null }))) return;
  const label = submitter?.getAttribute("aria-label");
  if (label) tell(label.replace(/^Move (.+) (up|down)$/, "$1 moved $2").replace(/^Remove (.+)$/, "$1 removed"), true);
});
form.addEventListener("input", (event) => {
  if (!event.target.matches("input[type=text], input[type=url]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => refresh({ keep: true }), PAUSE);
});
form.addEventListener("change", async (event) => {
  const { target } = event;
  if (target.matches("input[type=text], input[type=url]")) return;
  const added = target.id === "add" ? target.value : "";
  if (!(await refresh({ keep: target.type === "radio" })) || !added) return;
  [...form.querySelectorAll(`input[name="account-${CSS.escape(added)}"]`)].at(-1)?.focus();
});

// --- dragging a row by its grip; the buttons beside it do the same by keyboard and touch ---

let dragged = null;

function prepareDrag() {
  const list = form.querySelector(".picked");
  if (!list || list.dataset.drag !== undefined) return;
  list.dataset.drag = "";
  for (const grip of list.querySelectorAll("[data-grip]")) {
    grip.addEventListener("pointerdown", lift);
  }
}

function lift(event) {
  if (event.button) return;
  dragged = event.currentTarget.closest("li");
  dragged.classList.add("dragged");
  event.preventDefault();
  document.addEventListener("pointermove", carry);
  document.addEventListener("pointerup", drop, { once: true });
  document.addEventListener("pointercancel", drop, { once: true });
}

function carry(event) {
  const rows = [...dragged.parentElement.children].filter((row) => row !== dragged);
  const after = rows.find((row) => { const box = row.getBoundingClientRect(); return event.clientY < box.top + box.height / 2; });
  if (dragged.nextElementSibling !== (after ?? null)) dragged.parentElement.insertBefore(dragged, after ?? null);
}

function drop() {
  document.removeEventListener("pointermove", carry);
  dragged.classList.remove("dragged");
  dragged = null;
  refresh();
}

function prepare() {
  prepareTabs();
  prepareDrag();
}

prepare();
