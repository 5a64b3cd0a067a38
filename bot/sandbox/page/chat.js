// The chat of one phone: bubbles, buttons, the list that opens, files, ticks.
import { now } from "./desk.js";
import { icon } from "./icons.js";
import { make } from "./phone.js";

export class Chat {
  constructor(view) {
    this.view = view;
    this.root = make("div", "chat");
    this.root.setAttribute("role", "log");
    this.root.setAttribute("aria-live", "polite");
    this.root.tabIndex = 0;
    this.shown = new Map(); // message id -> [what it looked like, its nodes]
    this.stuck = true; // whether the end is in sight, and stays so
    this.root.onscroll = () => (this.stuck = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 60);
    new ResizeObserver(() => this.stick()).observe(this.root);
    this.dots = make("div", "bubble theirs typing-dots", make("i"), make("i"), make("i"));
  }

  stick() {
    if (this.stuck) this.root.scrollTop = this.root.scrollHeight;
  }

  show() {
    const { messages, language } = this.view.phone;
    const rows = [];
    let day = "";
    let before = null;
    for (const message of messages) {
      const date = this.view.time(message.at, { dateStyle: "long" });
      if (date !== day) rows.push(this.keep(`day ${date}`, `${date} ${this.today(date)}`, () => this.day(date)));
      const first = date !== day || before?.mine !== message.mine;
      day = date;
      before = message;
      const look = JSON.stringify([message, first, language, this.view.phone.zone]);
      rows.push(this.keep(message.id, look, (isNew) => this.row(message, first, isNew)));
    }
    if (!messages.length) rows.push(this.keep("empty", language, () => this.empty()));
    const added = messages.length > (this.count ?? 0);
    this.count = messages.length;
    const wanted = new Set(rows);
    for (const child of [...this.root.children]) if (!wanted.has(child) && child !== this.dots) child.remove();
    rows.forEach((row, place) => this.root.children[place] !== row && this.root.insertBefore(row, this.root.children[place] ?? null));
    for (const [key, [, node]] of this.shown) if (!wanted.has(node)) this.shown.delete(key);
    this.stuck ||= added;
    this.stick();
  }

  keep(key, look, build) {
    const known = this.shown.get(key);
    if (known?.[0] === look) return known[1];
    const node = build(!known && this.count !== undefined);
    this.shown.set(key, [look, node]);
    return node;
  }

  today(date) {
    return date === this.view.time(now(), { dateStyle: "long" });
  }

  day(date) {
    return make("div", "day", make("span", "", this.today(date) ? this.view.say("today") : date));
  }

  empty() {
    const text = make("p", "", this.view.say(`empty_${this.view.phone.app}`));
    return make("div", "empty", text);
  }

  row(message, first, isNew) {
    const side = message.mine ? "mine" : "theirs";
    const bubble = make("div", `bubble ${side}${first ? " first" : ""}`);
    const row = make("div", `row ${side}${first ? " first" : ""}${isNew ? " new" : ""}`, bubble);
    row.dataset.message = message.id;
    if (message.quoted) bubble.append(this.quote(message.quoted));
    if (message.file) bubble.append(this.file(message));
    if (message.text) bubble.append(this.text(message));
    bubble.append(this.meta(message));
    if (message.look === "list") bubble.append(this.opener(message));
    if (message.look === "buttons") bubble.append(...message.taps.map((tap, place) => this.button(message, tap, place)));
    if (message.look === "inline") row.append(this.keyboard(message));
    if (message.mine && message.text && !message.file) bubble.append(this.pencil(message));
    return row;
  }

  text(message) {
    const text = make("div", "text", message.text);
    text.dir = "auto";
    return text;
  }

  quote(quoted) {
    const who = make("b", "", quoted.mine ? this.view.say("you") : "Jisr");
    const text = make("span", "", quoted.text);
    text.dir = "auto";
    return make("blockquote", "", who, text);
  }

  meta(message) {
    const time = make("time", "", this.view.time(message.at, { hour: "2-digit", minute: "2-digit" }));
    const meta = make("span", "meta", ...(message.edited ? [`${this.view.say("edited")} `] : []), time);
    if (!message.mine) return meta;
    const ticks = icon(message.state === "sent" ? "tick" : "ticks");
    ticks.classList.add(message.state);
    ticks.removeAttribute("aria-hidden");
    ticks.setAttribute("role", "img");
    ticks.setAttribute("aria-label", this.view.say(message.state));
    meta.append(ticks);
    return meta;
  }

  pencil(message) {
    const button = make("button", "pencil", icon("pencil"));
    button.setAttribute("aria-label", this.view.say("edit"));
    button.onclick = () => this.view.edit(message);
    return button;
  }

  press(message, place) {
    return this.view.act("tap", { bubble: message.id, place });
  }

  button(message, tap, place) {
    const label = make("span", "", tap.label);
    label.dir = "auto";
    const button = make("button", "tap", icon("reply"), label);
    button.onclick = () => this.press(message, place);
    return button;
  }

  keyboard(message) {
    const lines = new Map();
    message.taps.forEach((tap, place) => {
      if (!lines.has(tap.line)) lines.set(tap.line, make("div", "keys"));
      const button = make("button", "key", tap.label);
      button.dir = "auto";
      button.onclick = () => this.press(message, place);
      lines.get(tap.line).append(button);
    });
    return make("div", "keyboard", ...lines.values());
  }

  opener(message) {
    const button = make("button", "tap", icon("list"), make("span", "", message.opener));
    button.onclick = () => this.openList(message, button);
    return button;
  }

  openList(message, opener) {
    const place = this.view.sheet;
    const close = () => {
      place.replaceChildren();
      opener.focus();
    };
    const shut = make("button", "shut", icon("close"));
    shut.setAttribute("aria-label", this.view.say("close"));
    shut.onclick = close;
    const send = make("button", "sheet-send", this.view.say("send"));
    send.disabled = true;
    const name = `list-${this.view.phone.id}`;
    const rows = message.taps.map((tap, number) => {
      const input = make("input");
      Object.assign(input, { type: "radio", name, value: String(number) });
      input.onchange = () => (send.disabled = false);
      const label = make("span", "row-label", make("b", "", tap.label), ...(tap.note ? [make("small", "", tap.note)] : []));
      for (const node of label.children) node.dir = "auto";
      return make("label", "sheet-row", label, input);
    });
    send.onclick = () => {
      const chosen = place.querySelector("input:checked");
      close();
      this.press(message, Number(chosen.value));
    };
    const sheet = make("div", "sheet", make("div", "sheet-head", shut, make("b", "", message.opener)), make("div", "sheet-rows", ...rows), send);
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-label", message.opener);
    sheet.onkeydown = (event) => event.key === "Escape" && close();
    const veil = make("div", "veil");
    veil.onclick = close;
    place.replaceChildren(veil, sheet);
    sheet.querySelector("input")?.focus();
  }

  file(message) {
    const { file } = message;
    if (file.kind === "picture") {
      const image = make("img", "picture");
      Object.assign(image, { src: file.url, alt: message.text || this.view.say("picture"), loading: "lazy" });
      return image;
    }
    if (file.kind === "voice" || file.kind === "audio") return this.sound(file);
    const size = file.size < 2048 ? `${file.size} B` : `${Math.round(file.size / 1024)} kB`;
    const name = make("b", "", file.name);
    name.dir = "auto";
    const link = make("a", "document", icon("file"), make("span", "", name, make("small", "", size)));
    Object.assign(link, { href: file.url, download: file.name });
    return link;
  }

  sound(file) {
    const audio = new Audio(file.url);
    audio.preload = "none";
    const play = make("button", "play", icon("play"));
    play.setAttribute("aria-label", this.view.say("play"));
    const bars = make("span", "wave", ...[...Array(28).keys()].map((place) => {
      const bar = make("i");
      bar.style.height = `${20 + 75 * Math.abs(Math.sin(place * 1.7) * Math.cos(place * 0.6 + file.size))}%`;
      return bar;
    }));
    const seconds = make("span", "seconds", `0:${String(file.seconds || 1).padStart(2, "0")}`);
    play.onclick = () => (audio.paused ? audio.play() : audio.pause());
    audio.onplay = () => play.replaceChildren(icon("pause"));
    audio.onpause = () => play.replaceChildren(icon("play"));
    audio.ontimeupdate = () => {
      const part = audio.currentTime / (audio.duration || file.seconds || 1);
      [...bars.children].forEach((bar, place) => bar.classList.toggle("heard", place / 28 < part));
    };
    return make("div", "sound", play, bars, seconds);
  }

  showTyping(typing) {
    if (typing) this.root.append(this.dots);
    else this.dots.remove();
    this.stick();
  }
}
