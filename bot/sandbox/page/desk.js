// The page around the phones: what the server says, the clock, the faults, the languages.
import { languages, page, rightToLeft } from "./words.js";
import { openAdd } from "./add.js";
import { PhoneView } from "./phone.js";

const desk = document.querySelector(".desk");
const tabs = document.querySelector(".tabs");
const views = new Map();
const state = { ahead: 0, countries: [], faults: [], language: "en" };

export const now = () => new Date(Date.now() + state.ahead);

export async function post(path, body) {
  const file = body instanceof Blob;
  const answer = await fetch(`/sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": file ? "application/octet-stream" : "application/json" },
    body: file ? body : JSON.stringify(body ?? {}),
  });
  return answer.ok ? answer.json() : {};
}

export function word(name) {
  return page[state.language][name] ?? name;
}

export const countryName = (code) => state.countries.find((each) => each.code === code)?.names[state.language] ?? code;
export const countries = () => state.countries;

function setLanguage(language) {
  state.language = language;
  localStorage.setItem("jisr-page-language", language);
  document.documentElement.lang = language;
  document.documentElement.dir = rightToLeft(language) ? "rtl" : "ltr";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", word(node.dataset.label));
    node.title = word(node.dataset.label);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  showClock();
  showFaults();
  for (const view of views.values()) view.words();
}

function showClock() {
  const format = new Intl.DateTimeFormat(`${state.language}-u-nu-latn`, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC",
  });
  document.querySelector("#clock").textContent = `${format.format(now())} UTC`;
  for (const view of views.values()) view.tick();
}

function showFaults() {
  const list = document.querySelector(".fault-list");
  list.replaceChildren(
    ...["rate", "server", "lost", "slow", "duplicate", "reorder"].map((kind) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "fault";
      button.setAttribute("role", "switch");
      button.setAttribute("aria-checked", String(state.faults.includes(kind)));
      const about = document.createElement("small");
      about.textContent = word(`${kind}_about`);
      button.append(word(kind), about);
      button.onclick = () => post("faults", { kind, on: !state.faults.includes(kind) });
      return button;
    }),
  );
  document.querySelector("#faults .dot").hidden = state.faults.length === 0;
}

function showPhone(phone) {
  let view = views.get(phone.id);
  if (!view) {
    view = new PhoneView(phone);
    views.set(phone.id, view);
    desk.append(view.root);
    const tab = document.createElement("button");
    tab.type = "button";
    tab.dataset.phone = phone.id;
    tab.onclick = () => view.root.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
    tabs.append(tab);
    seen.observe(view.root);
  }
  view.show(phone);
  tabs.querySelector(`[data-phone="${phone.id}"]`).textContent = phone.name;
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const tab = tabs.querySelector(`[data-phone="${entry.target.dataset.phone}"]`);
      tab?.setAttribute("aria-current", String(entry.isIntersecting));
    }
  },
  { root: desk, threshold: 0.6 },
);

const takes = {
  state(news) {
    state.countries = news.countries;
    takes.clock(news.clock);
    takes.faults(news.faults);
    for (const phone of news.phones) showPhone(phone);
    document.body.dataset.ready = "yes";
  },
  clock(news) {
    state.ahead = new Date(news).getTime() - Date.now();
    showClock();
  },
  faults(news) {
    state.faults = news;
    showFaults();
  },
  phone: showPhone,
};

function listen() {
  const source = new EventSource("/sandbox/events");
  const lost = document.querySelector("#lost");
  source.onopen = () => (lost.hidden = true);
  source.onerror = () => (lost.hidden = false);
  for (const [name, take] of Object.entries(takes)) {
    source.addEventListener(name, (event) => take(JSON.parse(event.data)));
  }
}

function wire() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.onclick = () => setLanguage(button.dataset.language);
  }
  for (const button of document.querySelectorAll("[data-ahead]")) {
    button.onclick = () => post("clock", { seconds: Number(button.dataset.ahead) });
  }
  const ahead = document.querySelector("#ahead-dialog");
  document.querySelector("#ahead").onclick = () => ahead.showModal();
  ahead.addEventListener("close", () => {
    const { days, hours, minutes } = ahead.querySelector("form").elements;
    const seconds = ((+days.value * 24 + +hours.value) * 60 + +minutes.value) * 60;
    if (ahead.returnValue === "ok" && seconds > 0) post("clock", { seconds });
  });
  const panel = document.querySelector("#fault-panel");
  document.querySelector("#faults").onclick = (event) => {
    panel.hidden = !panel.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!panel.hidden));
  };
  document.querySelector("#add").onclick = () => openAdd();
  setInterval(showClock, 1000);
}

const preferred = localStorage.getItem("jisr-page-language") ?? navigator.language.slice(0, 2);
wire();
setLanguage(preferred in languages ? preferred : "en");
listen();
