// One phone: who holds it, its frame, its app, and what is typed into it.
import { countries, countryName, now, post, word } from "./desk.js";
import { Chat } from "./chat.js";
import { flag, icon } from "./icons.js";
import { app, languages, rightToLeft } from "./words.js";

const APPS = { whatsapp: "WhatsApp", telegram: "Telegram" };

export function make(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (tag === "button") node.type = "button";
  node.append(...children);
  return node;
}

export class PhoneView {
  constructor(phone) {
    this.phone = phone;
    this.root = make("section", "person");
    this.root.dataset.phone = phone.id;
    this.card = make("header", "card");
    this.screen = make("article", `screen ${phone.app}`);
    this.status = make("div", "status");
    this.head = make("header", "app-head");
    this.chat = new Chat(this);
    this.foot = make("footer", "foot");
    this.sheet = make("div", "sheet-place");
    this.screen.append(this.status, this.head, this.chat.root, this.foot, this.sheet);
    this.root.append(this.card, make("div", "frame", this.screen));
    this.composer();
  }

  say(name) {
    return app[this.phone.language]?.[name] ?? app.en[name] ?? name;
  }

  act(name, body) {
    return post(`phones/${this.phone.id}/${name}`, body);
  }

  show(phone) {
    this.phone = phone;
    this.screen.lang = phone.language;
    this.screen.dir = rightToLeft(phone.language) ? "rtl" : "ltr";
    this.words();
    this.showFoot();
    this.chat.show();
    this.tick();
  }

  time(at, options) {
    const zone = { timeZone: this.phone.zone, hourCycle: "h23" };
    return new Intl.DateTimeFormat(`${this.phone.language}-u-nu-latn`, { ...zone, ...options }).format(new Date(at));
  }

  tick() {
    this.status.replaceChildren(
      make("time", "", this.time(now(), { hour: "2-digit", minute: "2-digit" })),
      make("span", "gauges", icon("signal"), icon("battery")),
    );
    const typing = this.phone.typing_until && new Date(this.phone.typing_until) > now();
    if (typing !== this.typing) {
      this.typing = typing;
      this.showHead();
      this.chat.showTyping(typing);
    }
  }

  words() {
    const { phone } = this;
    this.root.setAttribute("aria-label", phone.name);
    const role = phone.role ? word(phone.role) : phone.number;
    const who = make("div", "who", make("strong", "", make("bdi", "", phone.name)), make("bdi", "role", role));
    const country = this.select("country", countries().map(({ code }) => [code, countryName(code)]), phone.country);
    const language = this.select("phone_language", Object.entries(languages), phone.language);
    country.onchange = () => this.act("change", { country: country.value });
    language.onchange = () => this.act("change", { language: language.value });
    const block = make("button", "quiet", word(phone.blocked ? "unblock" : "block"));
    block.onclick = () => this.act("block", { blocked: !phone.blocked });
    const badge = make("span", `badge ${phone.app}`, APPS[phone.app]);
    this.card.replaceChildren(
      make("div", "face", initials(phone.name)), who, badge,
      make("div", "switches", make("label", "pick", flag(phone.country), country), make("label", "pick", language), block),
    );
    this.showHead();
    this.chat.stick();
  }

  select(label, options, value) {
    const select = make("select");
    select.setAttribute("aria-label", word(label));
    select.append(...options.map(([code, text]) => new Option(text, code, false, code === value)));
    return select;
  }

  showHead() {
    const state = this.typing ? this.say("typing") : this.say(this.phone.app === "telegram" ? "bot" : "online");
    const name = make("strong", "", "Jisr");
    if (this.phone.app === "whatsapp") name.append(icon("verified"));
    const picture = make("img", "bot-face");
    picture.src = "/page/bridge.svg";
    picture.alt = "";
    this.head.replaceChildren(
      icon("back"), picture, make("div", "bot", name, make("span", this.typing ? "is-typing" : "", state)), icon("more"),
    );
  }

  composer() {
    this.text = make("textarea");
    this.text.rows = 1;
    this.text.dir = "auto";
    this.send = make("button", "send", icon("send"));
    this.menu = make("button", "menu", icon("menu"), make("span"));
    this.attach = make("button", "attach", icon("clip"));
    this.file = make("input");
    this.file.type = "file";
    this.file.hidden = true;
    this.send.onclick = () => this.submit();
    this.menu.onclick = () => this.toggleCommands(!this.panel);
    this.attach.onclick = () => this.toggleAttach();
    this.file.onchange = () => this.upload(this.file.files[0]);
    this.text.oninput = () => {
      this.grow();
      this.toggleCommands(this.phone.app === "telegram" && this.text.value.startsWith("/"));
    };
    this.text.onkeydown = (event) => {
      if (event.key === "Escape") this.closePanel();
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    };
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 110)}px`;
    this.send.classList.toggle("voice", !this.text.value.trim());
    this.send.replaceChildren(icon(this.text.value.trim() ? "send" : "mic"));
    this.send.setAttribute("aria-label", this.say(this.text.value.trim() ? "send" : "voice"));
  }

  showFoot() {
    const { phone } = this;
    const wanted = phone.blocked ? "blocked" : phone.app === "telegram" && !phone.started ? "start" : "type";
    for (const [node, label] of [[this.text, "message"], [this.attach, "attach"], [this.menu, "menu"]]) {
      node.setAttribute("aria-label", this.say(label));
    }
    this.text.placeholder = this.say("message");
    this.menu.lastChild.textContent = this.say("menu");
    this.menu.hidden = phone.app !== "telegram" || !phone.commands.length;
    this.grow();
    const key = `${wanted} ${phone.language}`;
    if (key === this.footShown) return;
    this.footShown = key;
    if (wanted === "type") {
      this.foot.replaceChildren(make("div", "composer", this.menu, this.text, this.attach, this.file), this.send);
      this.grow();
      return;
    }
    const button = make("button", "wide", this.say(wanted === "start" ? "start" : "unblock"));
    button.onclick = () => (wanted === "start" ? this.act("start") : this.act("block", { blocked: false }));
    this.foot.replaceChildren(button);
  }

  async submit() {
    const text = this.text.value.trim();
    this.closePanel();
    if (!text) return void this.act("sample");
    this.text.value = "";
    this.grow();
    const editing = this.editing;
    this.editing = null;
    await this.act(editing ? "edit" : "text", { text, bubble: editing });
  }

  edit(message) {
    this.editing = message.id;
    this.text.value = message.text;
    this.grow();
    this.text.focus();
  }

  closePanel() {
    this.panel?.remove();
    this.panel = null;
  }

  openPanel(...rows) {
    this.closePanel();
    this.panel = make("div", "panel", ...rows);
    this.foot.before(this.panel);
  }

  toggleCommands(wanted) {
    const typed = this.text.value.toLowerCase();
    const rows = this.phone.commands.filter(({ command }) => `/${command}`.startsWith(typed.split(" ")[0]));
    if (!wanted || !rows.length) return void this.closePanel();
    this.openPanel(
      ...rows.map(({ command, description }) => {
        const name = make("bdi", "command", `/${command}`);
        name.dir = "ltr";
        const row = make("button", "panel-row", make("span", "", description), name);
        row.onclick = () => {
          this.text.value = "";
          this.grow();
          this.closePanel();
          this.act("text", { text: `/${command}` });
        };
        return row;
      }),
    );
  }

  toggleAttach() {
    if (this.panel) return void this.closePanel();
    const row = (name, image, act) => {
      const button = make("button", "panel-row", icon(image), make("span", "", this.say(name)));
      button.onclick = () => {
        this.closePanel();
        act();
      };
      return button;
    };
    const choose = (accept) => {
      this.file.accept = accept;
      this.file.click();
    };
    this.openPanel(
      row("voice", "mic", () => this.act("sample")),
      row("picture", "picture", () => choose("image/*")),
      row("document", "file", () => choose("")),
    );
  }

  upload(file) {
    this.file.value = "";
    if (file) post(`phones/${this.phone.id}/file?${new URLSearchParams({ name: file.name, mime: file.type })}`, file);
  }
}

function initials(name) {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((part) => [...part][0]).join("\u200c").toUpperCase();
}
